/* Undoes percent-encoding, and sees where nothing else is disguised: the rounds of `encodings/fold.py` over plain texts.
 *
 * These rounds and the expressions of `encodings/units.py` are the definition. What may be any other of their units (`\u0040`, `&#64;`, `=40`,
 * doubled quotes, look-alikes) is left to them as a whole; a test holds the two against each other.
 */

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "_span.h"

/* Code points up to here are told by a bitmap. */
enum { CHARACTERS = 0x20000, ROUNDS = 32 };

static int hex_digit(int c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int is_letter(int c)
{
    return c >= 0 && (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

static int holds(Text t, int c)
{
    return t.size > 0 && memchr(t.at, c, (size_t)t.size) != NULL;
}

static int ends_run(byte c)
{
    return c == ' ' || (c >= '\t' && c <= '\r') || c == '"' || c == '\'' || c == '<' || c == '>' || c == '&';
}

/* Whether an escape at a place is of a sign that only those escape who escape a plus as well (`_FORM`). */
static int tells_form(Text t, place at)
{
    int high = hex_digit(peek(t, at + 1)), low = hex_digit(peek(t, at + 2));
    if (high < 0 || low < 0)
        return 0;
    switch (high << 4 | low) {
    case '$':
    case '&':
    case '+':
    case ',':
    case ':':
    case ';':
    case '?':
    case '@':
        return 1;
    default:
        return high >= 8;
    }
}

enum { NO_FORM, FORM, MAY_BE_FORM };

/* Whether pluses are spaces in a run of characters, as in a form's parameter: in none without a percent sign. */
static int form_of(Text t, place from, place to)
{
    place i;
    int percent = 0;
    for (i = from; i < to; i++)
        if (t.at[i] == '%') {
            if (tells_form(t, i) && i + 2 < to)
                return FORM;
            percent = 1;
        }
    return percent ? MAY_BE_FORM : NO_FORM;
}

/* Writes a text with the pluses of forms' parameters as spaces (`_spaced`); 0 where the expressions have to say it. */
static int spaced(Text t, byte *to)
{
    place plus, from, until, i;
    memcpy(to, t.at, (size_t)t.size);
    if (!holds(t, '+') || !holds(t, '%'))
        return 1;
    for (plus = 0; plus < t.size; plus = until) {
        const byte *found = memchr(t.at + plus, '+', (size_t)(t.size - plus));
        if (!found)
            break;
        from = until = found - t.at;
        while (from > 0 && !ends_run(t.at[from - 1]))
            from--;
        while (until < t.size && !ends_run(t.at[until]))
            until++;
        switch (form_of(t, from, until)) {
        case MAY_BE_FORM:
            return 0;
        case FORM:
            for (i = from; i < until; i++)
                to[i] = t.at[i] == '+' ? ' ' : t.at[i];
        }
    }
    return 1;
}

/* Whether so many equals signs begin an escape of quoted-printable that the whole text may be, or one ends a line. */
static int may_be_printable(Text t)
{
    const byte *end = t.at + t.size, *at = t.at;
    int signs = 0;
    while (at < end && (at = memchr(at, '=', (size_t)(end - at)))) {
        int next = peek(t, ++at - t.at);
        if (next == '\n' || next == '\r')
            return 1;
        signs += next > 0 && strchr("02345689ABCDEF\\", next) != NULL;
    }
    return signs > 2;
}

/* Whether a quote stands before a quote of its sort or before a backslash. Without a way out of the loop, so that a compiler
 * looks at many bytes at once. */
static int may_be_doubled(Text t)
{
    place i;
    byte found = 0;
    for (i = 0; i + 1 < t.size; i++) {
        byte c = t.at[i], next = t.at[i + 1];
        found |= (byte)(((c == '"') | (c == '\'')) & ((next == c) | (next == '\\')));
    }
    return found;
}

/* Whether colours stand behind what programs print for the escape character: `#033[`, `^[[`, `<ESC>[`. */
static int may_be_coloured(Text t)
{
    const byte *end = t.at + t.size, *at = t.at;
    while (at < end && (at = memchr(at, '[', (size_t)(end - at)))) {
        place here = at++ - t.at;
        if ((here >= 4 && memcmp(t.at + here - 4, "#033", 4) == 0) || (here >= 2 && memcmp(t.at + here - 2, "^[", 2) == 0) ||
            (here >= 5 && memcmp(t.at + here - 5, "<ESC>", 5) == 0))
            return 1;
    }
    return 0;
}

/* Whether the character at a place may read as another, or is beyond what the bitmap tells. */
static int may_be_look_alike(Text t, place at, const byte *characters)
{
    int more = t.at[at] < 0xe0 ? 1 : t.at[at] < 0xf0 ? 2 : 3, i;
    unsigned code = t.at[at] & (0x3f >> more);
    for (i = 1; i <= more; i++) {
        int c = peek(t, at + i);
        if (c < 0x80 || c > 0xbf)
            return 0;
        code = code << 6 | (unsigned)(c & 0x3f);
    }
    return code >= CHARACTERS || (characters[code >> 3] >> (code & 7) & 1);
}

/* Whether what follows an equals sign may be a sign, a line's end, a colour or a character beyond ASCII in quoted-printable:
 * `session=40` and `total=406` are none, since a domain begins with a letter here. */
static int may_be_sign(Text t, place at)
{
    int first = peek(t, at), second = peek(t, at + 1), behind = peek(t, at + 2);
    if (first == '\r' || first == '\n')
        return 1;
    if ((first == '3' && second == 'D') || (first == '1' && second == 'B') || (first >= 'C' && first <= 'F' && behind == '='))
        return 1;
    return (behind == '*' || is_letter(behind)) && ((first == '4' && second == '0') || (first == '2' && second == 'E'));
}

enum unit { NONE, PERCENT, OTHER };

/* What begins at one of the bytes that units begin with. */
static enum unit unit_at(Text t, place at, const byte *characters)
{
    place end = at + 1;
    int c, high, low;
    switch (t.at[at]) {
    case '%':
        high = hex_digit(peek(t, at + 1)), low = hex_digit(peek(t, at + 2));
        if (high < 0 || low < 0)
            return NONE;
        c = high << 4 | low;
        return c == 0 || c == '"' || c == '\\' ? OTHER : PERCENT;
    case '\\':
        if (peek(t, at - 1) == '\\')
            return NONE;
        while (peek(t, end) == '\\')
            end++;
        c = peek(t, end);
        return c > 0 && strchr("uUxe0/=:", c) ? OTHER : NONE;
    case '&':
        while (is_letter(peek(t, end)) && end - at < 10)
            end++;
        return peek(t, at + 1) == '#' || (peek(t, end) == ';' && end - at > 2) ? OTHER : NONE;
    case '=':
        return may_be_sign(t, at + 1) ? OTHER : NONE;
    case 0x1b:
        return OTHER;
    default:
        return may_be_look_alike(t, at, characters) ? OTHER : NONE;
    }
}

/* The bytes that units begin with. */
static byte begins_unit[256];

static void fill_table(void)
{
    int c;
    begins_unit['\\'] = begins_unit['%'] = begins_unit['&'] = begins_unit['='] = begins_unit[0x1b] = 1;
    for (c = 0xc2; c <= 0xf4; c++)
        begins_unit[c] = 1;
}

enum { FAILED = -1, LEFT, CHANGED, SAME };

/* A unit that was undone: where it stands in what was read, and where it stood. */
typedef struct {
    int64_t at, stop, raw_at, raw_stop;
} Unit;

/* The units of a round, and two rooms for what texts read as, each for all of the raw text: no round makes one longer. */
typedef struct {
    Unit *units;
    size_t count, room;
    byte *from, *to;
} Work;

static int add_unit(Work *work, Unit unit)
{
    if (work->count == work->room) {
        size_t room = work->room * 2 + 16;
        Unit *more = PyMem_Realloc(work->units, room * sizeof *more);
        if (!more) {
            PyErr_NoMemory();
            return -1;
        }
        work->units = more, work->room = room;
    }
    work->units[work->count++] = unit;
    return 0;
}

/* One round: writes what the text reads as, and where each unit of it stood and stands. */
static int round_of(Text t, const byte *characters, Work *work, place *written)
{
    byte *to = work->to;
    place i = 0, out = 0;
    work->count = 0;
    while (i < t.size) {
        enum unit unit;
        place next = i;
        while (next < t.size && !begins_unit[t.at[next]])
            next++;
        memcpy(to + out, t.at + i, (size_t)(next - i));
        out += next - i, i = next;
        if (i == t.size)
            break;
        unit = unit_at(t, i, characters);
        if (unit == OTHER)
            return LEFT;
        if (unit == NONE) {
            to[out++] = t.at[i++];
            continue;
        }
        if (add_unit(work, (Unit){out, out + 1, i, i + 3}) < 0)
            return FAILED;
        to[out++] = (byte)(hex_digit(t.at[i + 1]) << 4 | hex_digit(t.at[i + 2]));
        i += 3;
    }
    *written = out;
    return work->count ? CHANGED : SAME;
}

/* Whether a round over a text is one for the expressions; `doubled(text)` is asked where quotes may be doubled. */
static int is_left(Text t, PyObject *doubled)
{
    PyObject *answer;
    int yes;
    if (may_be_printable(t) || may_be_coloured(t))
        return 1;
    if (!may_be_doubled(t))
        return 0;
    answer = PyObject_CallFunction(doubled, "y#", (const char *)t.at, t.size);
    yes = answer ? PyObject_IsTrue(answer) : -1;
    Py_XDECREF(answer);
    return yes;
}

/* Adds the units of a round to the layers. */
static int add_layer(PyObject *layers, const Work *work)
{
    PyObject *layer = PyBytes_FromStringAndSize((const char *)work->units, (Py_ssize_t)(work->count * sizeof *work->units));
    int failed = !layer || PyList_Append(layers, layer) < 0;
    Py_XDECREF(layer);
    return failed ? -1 : 0;
}

/* Whether another round surely finds nothing: no percent sign is left, and what was undone are signs that are in no other unit,
 * with no quote that they may open and no backslash that they may end. */
static int is_settled(Text t, const Work *work, place written)
{
    size_t i;
    if (memchr(work->to, '%', (size_t)written) || may_be_doubled(t))
        return 0;
    for (i = 0; i < work->count; i++) {
        const byte *sign = work->to + work->units[i].at;
        if (!strchr("@ ,/:?|", *sign) || !*sign || (work->units[i].at && sign[-1] == '\\'))
            return 0;
    }
    return 1;
}

/* One round over a text; where it reads otherwise, a new reference to that in `next`. */
static int undo(PyObject *raw, PyObject *doubled, const byte *characters, PyObject *layers, Work *work, PyObject **next)
{
    Text t = {(const byte *)PyBytes_AS_STRING(raw), PyBytes_GET_SIZE(raw)};
    place written = 0;
    int done, left;
    if (!spaced(t, work->from))
        return LEFT;
    t.at = work->from;
    left = is_left(t, doubled);
    done = left < 0 ? FAILED : left ? LEFT : round_of(t, characters, work, &written);
    /* Pluses may have become spaces where no unit was undone. */
    if (done == CHANGED || (done == SAME && memcmp(work->to, PyBytes_AS_STRING(raw), (size_t)t.size))) {
        *next = PyBytes_FromStringAndSize((const char *)work->to, written);
        if (!*next || (done == CHANGED && add_layer(layers, work) < 0))
            done = FAILED;
    }
    return done == CHANGED && is_settled(t, work, written) ? SAME : done;
}

/* All rounds over a text, each result in the place of the one before. */
static int undo_all(PyObject **text, PyObject *doubled, const byte *characters, PyObject *layers)
{
    size_t room = (size_t)PyBytes_GET_SIZE(*text) + 1;
    Work work = {NULL, 0, 0, PyMem_Malloc(room), PyMem_Malloc(room)};
    int done = CHANGED, rounds;
    if (!work.from || !work.to) {
        PyErr_NoMemory();
        done = FAILED;
    }
    for (rounds = 0; rounds < ROUNDS && done == CHANGED; rounds++) {
        PyObject *next = NULL;
        done = undo(*text, doubled, characters, layers, &work, &next);
        if (next)
            Py_SETREF(*text, next);
    }
    PyMem_Free(work.units);
    PyMem_Free(work.from);
    PyMem_Free(work.to);
    return done;
}

/* What a text reads as, as an object of a type that is a tuple of text and layers; takes both references. */
static PyObject *fold_of(PyTypeObject *type, PyObject *text, PyObject *layers)
{
    PyObject *read = text && layers ? type->tp_alloc(type, 2) : NULL;
    if (!read) {
        Py_XDECREF(text);
        Py_XDECREF(layers);
        return NULL;
    }
    PyTuple_SET_ITEM(read, 0, text);
    PyTuple_SET_ITEM(read, 1, layers);
    return read;
}

/* fold(type, doubled, characters, raw) -> the `Fold` or None: all rounds, or nothing where one of them is for the expressions.
 * Layers are a tuple of `_Layer`; a bit of `characters` is set for each code point that reads as another. */
static PyObject *fold(PyObject *module, PyObject *const *args, Py_ssize_t count)
{
    PyObject *text, *layers;
    int done;
    (void)module;
    if (count != 4 || !PyType_Check(args[0]) || !PyType_IsSubtype((PyTypeObject *)args[0], &PyTuple_Type) || !PyBytes_Check(args[2]) ||
        PyBytes_GET_SIZE(args[2]) != CHARACTERS / 8 || !PyBytes_Check(args[3])) {
        PyErr_SetString(PyExc_TypeError, "fold(type, doubled, characters, raw): a tuple's type, a bit for each of 131 072 characters, and bytes");
        return NULL;
    }
    text = Py_NewRef(args[3]), layers = PyList_New(0);
    done = layers ? undo_all(&text, args[1], (const byte *)PyBytes_AS_STRING(args[2]), layers) : FAILED;
    if (done == SAME || done == CHANGED) {
        Py_SETREF(layers, PyList_AsTuple(layers));
        return fold_of((PyTypeObject *)args[0], text, layers);
    }
    Py_DECREF(text);
    Py_XDECREF(layers);
    if (done == LEFT)
        Py_RETURN_NONE;
    return NULL;
}

static PyMethodDef methods[] = {
    {"fold", (PyCFunction)(void (*)(void))fold, METH_FASTCALL, "fold(type, doubled, characters, raw) -> what it reads as, None where that takes more"},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "_fold", NULL, 0, methods, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__fold(void)
{
    PyObject *module = PyModule_Create(&definition);
    fill_table();
    /* Goes up with every change of what the function takes or gives; fold.py takes no other. */
    if (module && PyModule_AddIntConstant(module, "INTERFACE", 6) < 0)
        Py_CLEAR(module);
    return module;
}
