/* Texts with what comes in the place of findings, and the count of their kinds; a part of _core.c.
 *
 * `Loop.splice` of loop.py is the definition. */

/* What comes in the place of a finding, a new reference: from what is known of its kind, else from `replacement`. */
static PyObject *replaced(PyObject *one, PyObject *text, PyObject *known, PyObject *replacement)
{
    enum { REMEMBERED = 128, ENTRIES = 8192 };
    PyObject *of_kind = NULL, *made, *args[2] = {one, text};
    if (PyTuple_GET_ITEM(one, REPLACEMENT) == Py_None && PyTuple_GET_ITEM(one, ACTION) == Py_None && PyTuple_GET_ITEM(one, QUOTE) == say.empty)
        of_kind = PyDict_GetItemWithError(known, PyTuple_GET_ITEM(one, KIND));
    if (of_kind && PyBytes_Check(of_kind))
        return Py_NewRef(of_kind);
    if (of_kind && !PyDict_Check(of_kind)) {
        Py_INCREF(of_kind);
        made = PyObject_CallOneArg(of_kind, text);
        Py_DECREF(of_kind);
        if (!made || made != Py_None)
            return made;
        Py_DECREF(made);
        of_kind = NULL;
    }
    if (of_kind && (made = PyDict_GetItemWithError(of_kind, text)))
        return Py_NewRef(made);
    if (PyErr_Occurred())
        return NULL;
    Py_XINCREF(of_kind);
    made = PyObject_Vectorcall(replacement, args, 2, NULL);
    if (made && !PyBytes_Check(made)) {
        PyErr_SetString(PyExc_TypeError, "a replacement is bytes");
        Py_CLEAR(made);
    }
    if (made && of_kind && PyBytes_GET_SIZE(text) <= REMEMBERED) {
        if (PyDict_GET_SIZE(of_kind) >= ENTRIES)
            PyDict_Clear(of_kind);
        if (PyDict_SetItem(of_kind, text, made) < 0)
            Py_CLEAR(made);
    }
    Py_XDECREF(of_kind);
    return made;
}

/* Kinds and how often each was found, before it is said to Python: a batch has thousands of findings of a few kinds. */
enum { TALLIED = 48 };
typedef struct {
    PyObject *counts, *kinds[TALLIED];
    place times[TALLIED];
    int size;
} Tally;

/* Adds what was counted to the dict, if there is one, and forgets it; -1 where it was not added. */
static int say_counts(Tally *tally)
{
    int i, failed = !tally->counts;
    for (i = 0; i < tally->size; i++) {
        PyObject *kind = tally->kinds[i], *old = failed ? NULL : PyDict_GetItemWithError(tally->counts, kind), *more = NULL;
        if (!failed && (old || !PyErr_Occurred()))
            more = PyLong_FromSsize_t(tally->times[i] + (old ? PyLong_AsSsize_t(old) : 0));
        failed = failed || !more || PyDict_SetItem(tally->counts, kind, more) < 0;
        Py_XDECREF(more);
        Py_DECREF(kind);
    }
    tally->size = 0;
    return failed ? -1 : 0;
}

static int count_kind(Tally *tally, PyObject *kind)
{
    int i;
    for (i = 0; i < tally->size; i++)
        if (tally->kinds[i] == kind) {
            tally->times[i]++;
            return 0;
        }
    if (tally->size == TALLIED && say_counts(tally) < 0)
        return -1;
    tally->kinds[tally->size] = Py_NewRef(kind), tally->times[tally->size++] = 1;
    return 0;
}

static int count_kinds(Tally *tally, PyObject *one)
{
    PyObject *inner = PyTuple_GET_ITEM(one, INNER);
    place i;
    if (!PyTuple_Check(inner) || !PyTuple_GET_SIZE(inner))
        return count_kind(tally, PyTuple_GET_ITEM(one, KIND));
    for (i = 0; i < PyTuple_GET_SIZE(inner); i++)
        if (count_kind(tally, PyTuple_GET_ITEM(inner, i)) < 0)
            return -1;
    return 0;
}

typedef struct {
    byte *at;
    size_t size, room;
} Bytes;

static int add(Bytes *to, const void *from, place size)
{
    if (to->size + (size_t)size > to->room) {
        size_t room = (to->size + (size_t)size) * 2 + 512;
        byte *more = PyMem_Realloc(to->at, room);
        if (!more) {
            PyErr_NoMemory();
            return -1;
        }
        to->at = more, to->room = room;
    }
    if (size)
        memcpy(to->at + to->size, from, (size_t)size);
    to->size += (size_t)size;
    return 0;
}

/* Where a replacement began and ended before, and where it ends now: `Spliced` of loop.py has these of a text. */
typedef struct {
    int64_t start, end, stop;
} Row;

/* What is written of a text so far: how much of the raw bytes it stands for, where replacements are, and of what. */
typedef struct {
    PyObject *raw;
    Bytes output, rows, whose;
    place mark;
} Splice;

/* Forgets a text, and keeps the room for the next. */
static void clear(Splice *to)
{
    size_t i;
    for (i = 0; i < to->whose.size; i += sizeof(PyObject *)) {
        PyObject *one;
        memcpy(&one, to->whose.at + i, sizeof one);
        Py_DECREF(one);
    }
    to->output.size = to->rows.size = to->whose.size = 0, to->mark = 0;
}

static void dispose(Splice *to)
{
    clear(to);
    PyMem_Free(to->output.at);
    PyMem_Free(to->rows.at);
    PyMem_Free(to->whose.at);
}

/* Writes a replacement of raw bytes behind what stands before them; takes the reference to it. -1 for an exception. */
static int write_new(Splice *to, PyObject *one, place start, place end, PyObject *new)
{
    const char *at = PyBytes_AS_STRING(to->raw);
    int failed = -1;
    if (new && PyBytes_GET_SIZE(new) == end - start && !memcmp(PyBytes_AS_STRING(new), at + start, (size_t)(end - start))) {
        failed = 0;
    } else if (new && !add(&to->output, at + to->mark, start - to->mark) && !add(&to->output, PyBytes_AS_STRING(new), PyBytes_GET_SIZE(new))) {
        Row row = {start, end, (int64_t)to->output.size};
        to->mark = end;
        failed = add(&to->rows, &row, sizeof row) < 0 || add(&to->whose, &one, sizeof one) < 0 ? -1 : 0;
        if (!failed)
            Py_INCREF(one);
    }
    Py_XDECREF(new);
    return failed;
}

/* Whether a span lies in so many bytes behind a mark; else with an exception. */
static int lies_in(place start, place end, place mark, place size)
{
    if (start >= mark && end >= start && end <= size)
        return 1;
    PyErr_SetString(PyExc_ValueError, "findings are in order and lie in their text");
    return 0;
}

/* What comes in the place of a finding in the text that it was found in. */
static PyObject *new_of(PyObject *one, PyObject *text, PyObject *known, PyObject *replacement)
{
    place start = number(one, START), end = number(one, END);
    PyObject *old = PyBytes_FromStringAndSize(PyBytes_AS_STRING(text) + start, end - start);
    PyObject *new = old ? replaced(one, old, known, replacement) : NULL;
    Py_XDECREF(old);
    return new;
}

/* Counts the kinds of what was replaced; -1 for an exception. */
static int count_replaced(const Splice *to, Tally *tally)
{
    size_t i;
    for (i = 0; i < to->whose.size; i += sizeof(PyObject *)) {
        PyObject *one;
        memcpy(&one, to->whose.at + i, sizeof one);
        if (count_kinds(tally, one) < 0)
            return -1;
    }
    return 0;
}

static PyObject *bytes_of(const Bytes *from)
{
    return PyBytes_FromStringAndSize((const char *)from->at, (place)from->size);
}

/* What is behind the last replacement, and all of it: (spliced, output), and its kinds counted in a dict. */
static PyObject *written(Splice *to, PyObject *counts)
{
    Tally tally = {counts, {NULL}, {0}, 0};
    PyObject *rows, *whole;
    if (count_replaced(to, &tally) < 0)
        tally.counts = NULL;
    if (say_counts(&tally) < 0 || add(&to->output, PyBytes_AS_STRING(to->raw) + to->mark, PyBytes_GET_SIZE(to->raw) - to->mark) < 0)
        return NULL;
    rows = bytes_of(&to->rows), whole = bytes_of(&to->output);
    if (rows && whole)
        return Py_BuildValue("(NN)", rows, whole);
    Py_XDECREF(rows);
    Py_XDECREF(whole);
    return NULL;
}

/* The next of the findings, a new reference; NULL with an exception where it is none. */
static PyObject *finding_at(PyObject *self, PyObject *found, place i)
{
    PyObject *one = PyList_GET_ITEM(found, i);
    if (is_found((Core *)self, one) && PyBytes_Check(PyTuple_GET_ITEM(one, QUOTE)))
        return Py_NewRef(one);
    PyErr_SetString(PyExc_TypeError, "a finding is a Found");
    return NULL;
}

/* Writes a text that is read as it is with what comes in the place of findings, but for what is behind the last; -1 for an
 * exception. */
static int splice(PyObject *self, Splice *to, PyObject *found, PyObject *known, PyObject *replacement)
{
    place i;
    for (i = 0; i < PyList_GET_SIZE(found); i++) {
        PyObject *one = finding_at(self, found, i);
        place start = one ? number(one, START) : 0, end = one ? number(one, END) : 0;
        int failed = !one || !lies_in(start, end, to->mark, PyBytes_GET_SIZE(to->raw)) ||
                     write_new(to, one, start, end, new_of(one, to->raw, known, replacement)) < 0;
        Py_XDECREF(one);
        if (failed)
            return -1;
    }
    return 0;
}

/* splice(text, found, known, replacement, counts) -> (spliced, output): `Loop.splice`, of a text that is read as it is. `known` has for a kind its replacement, or a dict of those of its values. */
static PyObject *core_splice(PyObject *self, PyObject *const *args, Py_ssize_t count)
{
    Splice to = {0};
    PyObject *both;
    if (count != 5 || !PyBytes_Check(args[0]) || !PyList_Check(args[1]) || !PyDict_Check(args[2]) || !PyDict_Check(args[4])) {
        PyErr_SetString(PyExc_TypeError, "splice(text, found, known, replacement, counts)");
        return NULL;
    }
    to.raw = args[0];
    both = splice(self, &to, args[1], args[2], args[3]) < 0 ? NULL : written(&to, args[4]);
    dispose(&to);
    return both;
}
