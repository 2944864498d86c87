/* Hits: where a detector has to look, packed in bytes; a part of _core.c. */

/* A hit: its end, and in the lowest bits its identifier (`IDENT_BITS` and `DISGUISE`, `BLOCK` of loop.py). */
typedef uint64_t Hit;
enum { IDENT_BITS = 16, IDENTS = 1 << IDENT_BITS, DISGUISE = 0, BLOCK = 1 };

/* Hits that lie packed somewhere. */
typedef struct {
    const char *at;
    place count;
} Packed;

/* The hits that are packed in bytes; -1 with an exception where they are none. */
static int packed_of(PyObject *bytes, Packed *hits)
{
    if (!PyBytes_Check(bytes) || PyBytes_GET_SIZE(bytes) % (place)sizeof(Hit)) {
        PyErr_SetString(PyExc_TypeError, "hits are packed in bytes");
        return -1;
    }
    *hits = (Packed){PyBytes_AS_STRING(bytes), PyBytes_GET_SIZE(bytes) / (place)sizeof(Hit)};
    return 0;
}

static Hit hit_at(Packed hits, place i)
{
    Hit hit;
    memcpy(&hit, hits.at + i * (place)sizeof hit, sizeof hit);
    return hit;
}

/* Hits that grow in number. */
typedef struct {
    Hit *at;
    size_t count, room;
} Hits;

static int push(Hits *hits, Hit hit)
{
    if (hits->count == hits->room) {
        size_t room = hits->room * 2 + 256;
        Hit *more = PyMem_Realloc(hits->at, room * sizeof *more);
        if (!more) {
            PyErr_NoMemory();
            return -1;
        }
        hits->at = more, hits->room = room;
    }
    hits->at[hits->count++] = hit;
    return 0;
}

static int in_order(const void *one, const void *other)
{
    Hit a = *(const Hit *)one, b = *(const Hit *)other;
    return a < b ? -1 : a > b;
}

/* Hits come nearly sorted: those of one end in any order. */
static void sort(Hit *hits, size_t count)
{
    size_t at, back;
    for (at = 1; at < count; at++) {
        Hit hit = hits[at];
        for (back = at; back > 0 && hits[back - 1] > hit; back--)
            if (at - back > 64) {
                hits[back] = hit;
                qsort(hits, count, sizeof hit, in_order);
                return;
            } else
                hits[back] = hits[back - 1];
        hits[back] = hit;
    }
}

/* Leaves each of some hits in order once. */
static void once(Hits *hits)
{
    size_t at, to = 0;
    for (at = 0; at < hits->count; at++)
        if (!to || hits->at[to - 1] != hits->at[at])
            hits->at[to++] = hits->at[at];
    hits->count = to;
}

/* Puts hits in order, of which those from a place on came from another scan, and each of them once; -1 for an exception. */
static int merge(Hits *hits, size_t from)
{
    size_t one = 0, other = from, to;
    Hit *whole;
    sort(hits->at, from);
    sort(hits->at + from, hits->count - from);
    if (from && from < hits->count) {
        whole = PyMem_Malloc(hits->count * sizeof *whole);
        if (!whole) {
            PyErr_NoMemory();
            return -1;
        }
        for (to = 0; to < hits->count; to++)
            whole[to] = other == hits->count || (one < from && hits->at[one] <= hits->at[other]) ? hits->at[one++] : hits->at[other++];
        PyMem_Free(hits->at);
        hits->at = whole, hits->room = hits->count;
    }
    once(hits);
    return 0;
}

/* any_below(hits, ident): whether a hit has a lower identifier. */
static PyObject *core_any_below(PyObject *self, PyObject *const *args, Py_ssize_t count)
{
    Packed hits;
    unsigned long ident;
    place i;
    (void)self;
    if (count != 2) {
        PyErr_SetString(PyExc_TypeError, "any_below(hits, ident)");
        return NULL;
    }
    ident = PyLong_AsUnsignedLong(args[1]);
    if (PyErr_Occurred() || packed_of(args[0], &hits) < 0)
        return NULL;
    for (i = 0; i < hits.count; i++)
        if ((hit_at(hits, i) & (IDENTS - 1)) < ident)
            Py_RETURN_TRUE;
    Py_RETURN_FALSE;
}

/* Appends a place to a list; -1 for an exception. */
static int append_place(PyObject *list, place at)
{
    PyObject *one = PyLong_FromSsize_t(at);
    int failed = one ? PyList_Append(list, one) : -1;
    Py_XDECREF(one);
    return failed;
}
