/* The hot loop of masking: asks judges about hits, and answers itself where a candidate is written as nearly all are.
 *
 * The judges in Python are the definition. Each function below knows the plainest spelling of one of them, such as
 * `"user_id":"4711"` without an escape or a space, and gives the very verdict that its judge would give; whatever is
 * written in another way it leaves to the judge. A test holds the two against each other. Nothing is decided here that a
 * judge would not decide; what needs a table (names of fields, issuers of cards, calling codes) is asked of Python once and
 * remembered.
 *
 * Every byte is read through `peek`, which knows where the text ends, or between bounds that were checked before.
 */

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "_text.h"
/* The judges, and what they ask of Python. */
#include "_judges.h"
#include "_json.h"

/* -- the loop ------------------------------------------------------------------------------------------------------- */

typedef PyObject *(*Native)(Core *, Text, place);
static const Native natives[NATIVES] = {NULL,       judge_field, judge_email,  judge_ipv4, judge_card,
                                        judge_phone, judge_jwt,   judge_bearer, judge_database_key, judge_iban,  judge_national};

/* verdict(which, text, end): what is said here of a candidate; None where it is left to the judge. */
static PyObject *core_verdict(PyObject *self, PyObject *args)
{
    int which;
    PyObject *text, *verdict;
    place end;
    if (!PyArg_ParseTuple(args, "iSn", &which, &text, &end))
        return NULL;
    if (which <= NONE || which >= NATIVES) {
        PyErr_SetString(PyExc_ValueError, "no such judge");
        return NULL;
    }
    verdict = natives[which]((Core *)self, (Text){(const byte *)PyBytes_AS_STRING(text), PyBytes_GET_SIZE(text)}, end);
    return verdict || PyErr_Occurred() ? verdict : Py_NewRef(Py_None);
}

/* A hit: its end, and in the lowest bits its identifier (`IDENT_BITS` and `DISGUISE`, `BLOCK` of loop.py). */
typedef uint64_t Hit;
enum { IDENT_BITS = 16, IDENTS = 1 << IDENT_BITS, DISGUISE = 0, BLOCK = 1 };

/* How many hits are packed in bytes; -1 where they are none. */
static place hits_in(PyObject *packed)
{
    return PyBytes_Check(packed) && PyBytes_GET_SIZE(packed) % (place)sizeof(Hit) == 0 ? PyBytes_GET_SIZE(packed) / (place)sizeof(Hit) : -1;
}

static Hit hit_at(PyObject *packed, place i)
{
    Hit hit;
    memcpy(&hit, PyBytes_AS_STRING(packed) + i * (place)sizeof hit, sizeof hit);
    return hit;
}

/* How far a verdict keeps those who go by a word from being asked, and how far everybody. */
typedef struct {
    place covered, named, since;
} Reach;

/* Whether an object is a tuple of so many; else with an exception. */
static int is_row(PyObject *one, place size)
{
    if (PyTuple_Check(one) && PyTuple_GET_SIZE(one) == size)
        return 1;
    PyErr_SetString(PyExc_TypeError, "a tuple of another size was expected");
    return 0;
}

static int is_found(Core *core, PyObject *one)
{
    return Py_TYPE(one) == core->found && PyTuple_GET_SIZE(one) == FIELDS;
}

static place number(PyObject *one, int field)
{
    return PyLong_AsSsize_t(PyTuple_GET_ITEM(one, field));
}

static void reach_of(Reach *reach, PyObject *one, place end, int conclusive)
{
    enum { RIGHT_BEHIND = 8, CONCLUSIVE = 90 };
    place start = number(one, START);
    reach->since = start - end < RIGHT_BEHIND ? end : start;
    reach->named = number(one, END);
    if (conclusive && number(one, CERTAIN) >= CONCLUSIVE)
        reach->covered = reach->named;
}

/* Takes a verdict into what was found or kept; -1 for an exception. */
static int take(Core *core, PyObject *verdict, Hit hit, place end, PyObject *all, PyObject *kept, Reach *reach)
{
    PyObject *several;
    place i, count;
    if (PyUnicode_Check(verdict)) {
        PyObject *key = PyLong_FromUnsignedLongLong(hit);
        int failed = !key || PyDict_SetItem(kept, key, verdict) < 0;
        Py_XDECREF(key);
        return failed ? -1 : 0;
    }
    if (is_found(core, verdict)) {
        reach_of(reach, verdict, end, 1);
        return PyList_Append(all, verdict);
    }
    several = PySequence_Fast(verdict, "a verdict is a finding, several of them, or a rule");
    count = several ? PySequence_Fast_GET_SIZE(several) : 0;
    for (i = 0; i < count; i++) {
        PyObject *one = PySequence_Fast_GET_ITEM(several, i);
        if (!is_found(core, one)) {
            PyErr_SetString(PyExc_TypeError, "a verdict is a finding, several of them, or a rule");
            break;
        }
        if (i == 0)
            reach_of(reach, one, end, 0);
        if (PyList_Append(all, one) < 0)
            break;
    }
    Py_XDECREF(several);
    return several && i == count ? 0 : -1;
}

/* What a judge says; whatever it raises goes through `fail(ident, error)`, which raises what the engine raises. */
static PyObject *ask_judge(PyObject *judge, PyObject *text, PyObject *end, PyObject *ident, PyObject *fail)
{
    PyObject *type, *error, *trace, *args[2] = {text, end}, *verdict;
    verdict = PyObject_Vectorcall(judge, args, 2, NULL);
    if (verdict || !PyErr_ExceptionMatches(PyExc_Exception))
        return verdict;
    PyErr_Fetch(&type, &error, &trace);
    PyErr_NormalizeException(&type, &error, &trace);
    args[0] = ident, args[1] = error;
    verdict = PyObject_Vectorcall(fail, args, 2, NULL);
    Py_XDECREF(type);
    Py_XDECREF(error);
    Py_XDECREF(trace);
    Py_CLEAR(verdict);
    return NULL;
}

/* One pass of the loop, and what it is about. */
typedef struct {
    PyObject *text, *judges, *blocks, *fail, *all, *kept;
    Reach reach;
} Pass;

/* Asks the judge of a hit, or `blocks` where it has none; -1 for an exception. */
static int ask(Core *core, Pass *pass, Hit hit)
{
    place end = (place)(hit >> IDENT_BITS), ident = (place)(hit & (IDENTS - 1));
    PyObject *judge = Py_NewRef(PyList_GET_ITEM(pass->judges, ident)), *at = PyLong_FromSsize_t(end), *of = PyLong_FromSsize_t(ident);
    PyObject *verdict = NULL, *args[3] = {pass->text, at, of};
    int failed = -1;
    if (at && of && judge == Py_None) {
        verdict = PyObject_Vectorcall(pass->blocks, args, 3, NULL);
        failed = verdict ? PyList_SetSlice(pass->all, PY_SSIZE_T_MAX, PY_SSIZE_T_MAX, verdict) : -1;
    } else if (at && of) {
        verdict = ask_judge(judge, pass->text, at, of, pass->fail);
        failed = verdict ? take(core, verdict, hit, end, pass->all, pass->kept, &pass->reach) : -1;
    }
    Py_DECREF(judge);
    Py_XDECREF(at);
    Py_XDECREF(of);
    Py_XDECREF(verdict);
    return failed;
}

/* judge(text, hits, judges, natives, by_word, blocks, fail) -> (found, kept): the loop of `Loop.judge`.
 *
 * `natives` has a byte for each judge, the function above that knows its plainest candidates; so has `by_word`. A hit
 * whose judge is None belongs to `blocks(text, end, ident)`. */
static PyObject *core_judge(PyObject *self, PyObject *const *args, Py_ssize_t count)
{
    Core *core = (Core *)self;
    const byte *native, *by_word;
    place i, hits, idents;
    Text t;
    Pass pass = {0};
    if (count != 7 || !PyBytes_Check(args[0]) || (hits = hits_in(args[1])) < 0 || !PyList_Check(args[2]) || !PyBytes_Check(args[3]) ||
        !PyBytes_Check(args[4]) || PyBytes_GET_SIZE(args[3]) != PyList_GET_SIZE(args[2]) || PyBytes_GET_SIZE(args[4]) != PyList_GET_SIZE(args[2])) {
        PyErr_SetString(PyExc_TypeError, "judge(text, hits, judges, natives, by_word, blocks, fail)");
        return NULL;
    }
    native = (const byte *)PyBytes_AS_STRING(args[3]), by_word = (const byte *)PyBytes_AS_STRING(args[4]);
    idents = PyBytes_GET_SIZE(args[3]);
    t = (Text){(const byte *)PyBytes_AS_STRING(args[0]), PyBytes_GET_SIZE(args[0])};
    pass = (Pass){args[0], args[2], args[5], args[6], PyList_New(0), PyDict_New(), {-1, -1, -1}};
    for (i = 0; pass.all && pass.kept && i < hits; i++) {
        Hit hit = hit_at(args[1], i);
        place end = (place)(hit >> IDENT_BITS), ident = (place)(hit & (IDENTS - 1));
        PyObject *verdict = NULL;
        int failed;
        if (ident >= idents || ident >= PyList_GET_SIZE(args[2])) {
            PyErr_SetString(PyExc_IndexError, "no such identifier");
            break;
        }
        if (end <= pass.reach.covered || (by_word[ident] && pass.reach.since <= end && end <= pass.reach.named))
            continue;
        if (native[ident] > NONE && native[ident] < NATIVES)
            verdict = natives[native[ident]](core, t, end);
        if (verdict)
            failed = take(core, verdict, hit, end, pass.all, pass.kept, &pass.reach);
        else
            failed = PyErr_Occurred() ? -1 : ask(core, &pass, hit);
        Py_XDECREF(verdict);
        if (failed < 0)
            break;
    }
    if (!PyErr_Occurred() && pass.all && pass.kept)
        return Py_BuildValue("(NN)", pass.all, pass.kept);
    Py_XDECREF(pass.all);
    Py_XDECREF(pass.kept);
    return NULL;
}

/* -- what comes of findings ----------------------------------------------------------------------------------------- */

/* Whether anything of our own can stand in a text (`Actions.may_hold_own`). */
static int may_hold_own(Text t)
{
    return holds(t, 0, t.size, "tok_") || holds(t, 0, t.size, "***");
}

static int before(PyObject *one, PyObject *other)
{
    place a = number(one, 0), b = number(other, 0);
    return a != b ? a < b : number(one, 1) < number(other, 1);
}

/* Of two findings over the same bytes the more certain; it takes the other's quote where it has none itself. */
static PyObject *more_certain(Core *core, PyObject *old, PyObject *one)
{
    PyObject *more = number(one, CERTAIN) > number(old, CERTAIN) ? one : old, *less = more == one ? old : one;
    PyObject *quote = PyTuple_GET_ITEM(more, QUOTE), *other = PyTuple_GET_ITEM(less, QUOTE), *merged;
    place i;
    if (PyBytes_GET_SIZE(quote) || !PyBytes_GET_SIZE(other))
        return Py_NewRef(more);
    merged = core->found->tp_alloc(core->found, PyTuple_GET_SIZE(more));
    for (i = 0; merged && i < PyTuple_GET_SIZE(more); i++)
        PyTuple_SET_ITEM(merged, i, Py_NewRef(i == QUOTE ? other : PyTuple_GET_ITEM(more, i)));
    return merged;
}

static int word_byte(int c)
{
    return is(c, ALPHA | DIGIT) || c == '_';
}

/* Whether a finding is our own work and nothing else: 1, 0, -1 for an exception, -2 where it may reach into a token. */
static int is_own(PyObject *one, Text t, PyObject *ask)
{
    place start = number(one, 0), end = number(one, 1), at;
    PyObject *text, *answer;
    int yes;
    if (start < 0 || end < start || end > t.size)
        return -2;
    if ((word_byte(peek(t, start)) && word_byte(peek(t, start - 1))) || (word_byte(peek(t, end)) && word_byte(peek(t, end - 1))))
        return -2;
    if (!holds(t, start, end, "tok_")) {
        if (!holds(t, start, end, "***"))
            return 0;
        for (at = start; at < end; at++)
            if (is(t.at[at], ALPHA | DIGIT) || (t.at[at] >= 0x80 && t.at[at] != 0xff))
                return 0;
        return 1;
    }
    text = PyBytes_FromStringAndSize((const char *)t.at + start, end - start);
    answer = text ? PyObject_CallOneArg(ask, text) : NULL;
    yes = answer ? PyObject_IsTrue(answer) : -1;
    Py_XDECREF(text);
    Py_XDECREF(answer);
    return yes;
}

/* settle(found, text, own) -> list or None: the findings in order without those that are our own work (`own(text)` tells of
 * tokens), where none overlaps another but with the very same bytes; else None, and `Actions.settled` has to look closer. */
static PyObject *core_settle(PyObject *self, PyObject *const *args, Py_ssize_t count)
{
    enum { FEW = 64 };
    PyObject *ordered[FEW], *list;
    place i, many = 0, kept = 0, size, last = 0;
    int apart = 1, held;
    Text t;
    if (count != 3 || !PyList_Check(args[0]) || !PyBytes_Check(args[1])) {
        PyErr_SetString(PyExc_TypeError, "settle(found, text, own)");
        return NULL;
    }
    size = PyList_GET_SIZE(args[0]);
    t = (Text){(const byte *)PyBytes_AS_STRING(args[1]), PyBytes_GET_SIZE(args[1])};
    if (size > FEW)
        Py_RETURN_NONE;
    held = may_hold_own(t);
    for (i = 0; i < size && i < PyList_GET_SIZE(args[0]); i++) {
        PyObject *one = PyList_GET_ITEM(args[0], i);
        place at = many;
        int own;
        if (!is_found((Core *)self, one) || !PyBytes_Check(PyTuple_GET_ITEM(one, QUOTE)))
            Py_RETURN_NONE;
        own = held ? is_own(one, t, args[2]) : 0;
        if (own == -1)
            return NULL;
        if (own == -2)
            Py_RETURN_NONE;
        if (own)
            continue;
        apart = apart && number(one, 0) >= last;
        last = number(one, 1);
        for (; at > 0 && before(one, ordered[at - 1]); at--)
            ordered[at] = ordered[at - 1];
        ordered[at] = one;
        many++;
    }
    size = many;
    if (apart && many == PyList_GET_SIZE(args[0]))
        return Py_NewRef(args[0]);
    list = PyList_New(0);
    for (i = 0; list && i < size; i++) {
        PyObject *one = ordered[i], *old = kept ? PyList_GET_ITEM(list, kept - 1) : NULL;
        if (!old || number(one, 0) >= number(old, 1)) {
            if (PyList_Append(list, one) < 0)
                Py_CLEAR(list);
            kept++;
        } else if (number(one, 0) == number(old, 0) && number(one, 1) == number(old, 1)) {
            PyObject *more = more_certain((Core *)self, old, one);
            if (!more || PyList_SetItem(list, kept - 1, more) < 0)
                Py_CLEAR(list);
        } else {
            Py_DECREF(list);
            Py_RETURN_NONE;
        }
    }
    return list;
}

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

static int count_kind(PyObject *counts, PyObject *kind)
{
    PyObject *old = PyDict_GetItemWithError(counts, kind), *more;
    int failed;
    if (!old && PyErr_Occurred())
        return -1;
    more = PyLong_FromSsize_t(1 + (old ? PyLong_AsSsize_t(old) : 0));
    failed = !more || PyDict_SetItem(counts, kind, more) < 0;
    Py_XDECREF(more);
    return failed ? -1 : 0;
}

static int count_kinds(PyObject *counts, PyObject *one)
{
    PyObject *inner = PyTuple_GET_ITEM(one, INNER);
    place i;
    if (!PyTuple_Check(inner) || !PyTuple_GET_SIZE(inner))
        return count_kind(counts, PyTuple_GET_ITEM(one, KIND));
    for (i = 0; i < PyTuple_GET_SIZE(inner); i++)
        if (count_kind(counts, PyTuple_GET_ITEM(inner, i)) < 0)
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

/* What is written of a text so far: how much of the raw bytes it stands for, and where replacements are. */
typedef struct {
    PyObject *raw, *spliced, *counts;
    Bytes output;
    place mark;
} Splice;

/* Writes a replacement of raw bytes behind what stands before them; takes the reference to it. -1 for an exception. */
static int write_new(Splice *to, PyObject *one, place start, place end, PyObject *new)
{
    const char *at = PyBytes_AS_STRING(to->raw);
    PyObject *row = NULL;
    int failed = -1;
    if (new && PyBytes_GET_SIZE(new) == end - start && !memcmp(PyBytes_AS_STRING(new), at + start, (size_t)(end - start))) {
        failed = 0;
    } else if (new && !add(&to->output, at + to->mark, start - to->mark) && !add(&to->output, PyBytes_AS_STRING(new), PyBytes_GET_SIZE(new))) {
        to->mark = end;
        row = Py_BuildValue("(nnn)", start, end, (place)to->output.size);
        failed = !row || PyList_Append(to->spliced, row) < 0 || count_kinds(to->counts, one) < 0 ? -1 : 0;
    }
    Py_XDECREF(row);
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

/* What is behind the last replacement, and all of it: (spliced, output); frees what was collected. */
static PyObject *written(Splice *to)
{
    PyObject *whole = NULL;
    if (to->spliced && !add(&to->output, PyBytes_AS_STRING(to->raw) + to->mark, PyBytes_GET_SIZE(to->raw) - to->mark))
        whole = PyBytes_FromStringAndSize((const char *)to->output.at, (place)to->output.size);
    PyMem_Free(to->output.at);
    if (whole)
        return Py_BuildValue("(NN)", to->spliced, whole);
    Py_XDECREF(to->spliced);
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

/* splice(text, found, known, replacement, counts) -> (spliced, output): `Loop.splice`, of a text that is read as it is. `known` has for a kind its replacement, or a dict of those of its values. */
static PyObject *core_splice(PyObject *self, PyObject *const *args, Py_ssize_t count)
{
    Splice to = {0};
    place i;
    if (count != 5 || !PyBytes_Check(args[0]) || !PyList_Check(args[1]) || !PyDict_Check(args[2]) || !PyDict_Check(args[4])) {
        PyErr_SetString(PyExc_TypeError, "splice(text, found, known, replacement, counts)");
        return NULL;
    }
    to.raw = args[0], to.counts = args[4], to.spliced = PyList_New(0);
    for (i = 0; to.spliced && i < PyList_GET_SIZE(args[1]); i++) {
        PyObject *one = finding_at(self, args[1], i);
        place start = one ? number(one, START) : 0, end = one ? number(one, END) : 0;
        if (!one || !lies_in(start, end, to.mark, PyBytes_GET_SIZE(to.raw)) ||
            write_new(&to, one, start, end, new_of(one, to.raw, args[2], args[3])) < 0)
            Py_CLEAR(to.spliced);
        Py_XDECREF(one);
    }
    return written(&to);
}

/* How many numbers of a list in order are below another, or not above it. */
static place below(PyObject *list, place than, int or_equal)
{
    place low = 0, high = PyList_GET_SIZE(list);
    while (low < high) {
        place middle = low + (high - low) / 2, one = PyLong_AsSsize_t(PyList_GET_ITEM(list, middle));
        if (one < than || (or_equal && one == than))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static int is_layer(PyObject *layer)
{
    int i;
    if (!PyTuple_Check(layer) || PyTuple_GET_SIZE(layer) != 4)
        return 0;
    for (i = 0; i < 4; i++)
        if (!PyList_Check(PyTuple_GET_ITEM(layer, i)) ||
            PyList_GET_SIZE(PyTuple_GET_ITEM(layer, i)) != PyList_GET_SIZE(PyTuple_GET_ITEM(layer, 0)))
            return 0;
    return 1;
}

/* Where a place of what was read begins or ends in what it was read from (`_Layer.start_of`, `_Layer.end_of`). */
static place through(PyObject *layer, place at, int is_end)
{
    enum { AT, STOP, RAW_AT, RAW_STOP };
    place unit = below(PyTuple_GET_ITEM(layer, AT), at, !is_end) - 1, stop, raw_stop;
    if (unit < 0)
        return at;
    stop = PyLong_AsSsize_t(PyList_GET_ITEM(PyTuple_GET_ITEM(layer, STOP), unit));
    raw_stop = PyLong_AsSsize_t(PyList_GET_ITEM(PyTuple_GET_ITEM(layer, RAW_STOP), unit));
    if (at < stop || (is_end && at == stop))
        return is_end ? raw_stop : PyLong_AsSsize_t(PyList_GET_ITEM(PyTuple_GET_ITEM(layer, RAW_AT), unit));
    return raw_stop + at - stop;
}

/* `Fold.raw_span`; -1 for an exception. */
static int raw_span(PyObject *layers, place *start, place *end)
{
    place i;
    for (i = PyTuple_GET_SIZE(layers) - 1; i >= 0; i--) {
        PyObject *layer = PyTuple_GET_ITEM(layers, i);
        if (!is_layer(layer)) {
            PyErr_SetString(PyExc_TypeError, "a layer is four lists of one length");
            return -1;
        }
        *start = through(layer, *start, 0), *end = through(layer, *end, 1);
    }
    return PyErr_Occurred() ? -1 : 0;
}

/* What comes in the place of a finding in a text that is read otherwise; `odd(one, start, end)` is asked where it has a
 * quote or a replacement of its own. */
static PyObject *new_of_read(PyObject *one, PyObject *text, place start, place end, PyObject *const *args)
{
    PyObject *new;
    if (PyTuple_GET_ITEM(one, REPLACEMENT) == Py_None && !PyBytes_GET_SIZE(PyTuple_GET_ITEM(one, QUOTE)))
        return new_of(one, text, args[3], args[4]);
    new = PyObject_CallFunction(args[5], "Onn", one, start, end);
    if (new && !PyBytes_Check(new)) {
        PyErr_SetString(PyExc_TypeError, "a replacement is bytes");
        Py_CLEAR(new);
    }
    return new;
}

/* splice_read(raw, read, found, known, replacement, odd, counts) -> (spliced, output): `Loop.splice_read`. */
static PyObject *core_splice_read(PyObject *self, PyObject *const *args, Py_ssize_t count)
{
    Splice to = {0};
    PyObject *text, *layers;
    place i;
    if (count != 7 || !PyBytes_Check(args[0]) || !PyTuple_Check(args[1]) || PyTuple_GET_SIZE(args[1]) != 2 ||
        !PyBytes_Check(PyTuple_GET_ITEM(args[1], 0)) || !PyTuple_Check(PyTuple_GET_ITEM(args[1], 1)) || !PyList_Check(args[2]) ||
        !PyDict_Check(args[3]) || !PyDict_Check(args[6])) {
        PyErr_SetString(PyExc_TypeError, "splice_read(raw, read, found, known, replacement, odd, counts)");
        return NULL;
    }
    text = PyTuple_GET_ITEM(args[1], 0), layers = PyTuple_GET_ITEM(args[1], 1);
    to.raw = args[0], to.counts = args[6], to.spliced = PyList_New(0);
    for (i = 0; to.spliced && i < PyList_GET_SIZE(args[2]); i++) {
        PyObject *one = finding_at(self, args[2], i), *new = NULL;
        place start = one ? number(one, START) : 0, end = one ? number(one, END) : 0;
        if (one && lies_in(start, end, 0, PyBytes_GET_SIZE(text)) && !raw_span(layers, &start, &end))
            new = new_of_read(one, text, start, end, args);
        /* An escape that two findings share is the first one's. */
        start = start < to.mark ? to.mark : start;
        if (!new || !lies_in(start, end, to.mark, PyBytes_GET_SIZE(to.raw))) {
            Py_XDECREF(new);
            Py_CLEAR(to.spliced);
        } else if (write_new(&to, one, start, end, new) < 0)
            Py_CLEAR(to.spliced);
        Py_XDECREF(one);
    }
    return written(&to);
}

/* What stands around a replacement that nothing is glued to (`loop.py`). */
static const char BEGINS[] = " \"'=:([{<,;\n\r\t", ENDS[] = " \"'\\,&;}])>\n\r\t";

/* Whether a token begins at a place, as far as its twenty letters: `_HEAD` of loop.py. */
static int has_head(Text t, place begin, place stop)
{
    enum { KIND_MIN = 2, KIND_MAX = 16, KEY_MAX = 8, LETTERS = 20 };
    place kind, key, at;
    if (stop - begin < 4 || memcmp(t.at + begin, "tok_", 4) != 0)
        return 0;
    for (kind = begin + 4; kind < stop && kind - begin - 4 <= KIND_MAX; kind++) {
        if (t.at[kind] == '_' && kind - begin - 4 >= KIND_MIN && kind + 1 < stop && t.at[kind + 1] >= 'a' && t.at[kind + 1] <= 'z') {
            for (key = kind + 2; key < stop && key - kind <= KEY_MAX && t.at[key] != '_'; key++)
                if (!is(t.at[key], DIGIT) && (t.at[key] < 'a' || t.at[key] > 'z'))
                    break;
            if (key + LETTERS < stop && t.at[key] == '_') {
                for (at = key + 1; at <= key + LETTERS && t.at[at] >= 'a' && t.at[at] <= 'p'; at++)
                    ;
                if (at > key + LETTERS)
                    return 1;
            }
        }
        if (t.at[kind] != '_' && (t.at[kind] < 'a' || t.at[kind] > 'z'))
            return 0;
    }
    return 0;
}

/* Whether a replacement is a token that nothing is glued to, in the quotes that a number got or without. */
static int is_token(Text output, place begin, place stop)
{
    if (begin < 0 || stop > output.size)
        return 0;
    if (stop - begin > 2 && output.at[begin] == '"' && output.at[stop - 1] == '"')
        begin++, stop--;
    if (!has_head(output, begin, stop))
        return 0;
    return (begin == 0 || memchr(BEGINS, output.at[begin - 1], sizeof BEGINS - 1)) &&
           (stop == output.size || memchr(ENDS, output.at[stop], sizeof ENDS - 1));
}

/* Whether a list is one of replacements. */
static int are_spliced(PyObject *rows)
{
    place i;
    if (!PyList_Check(rows))
        return 0;
    for (i = 0; i < PyList_GET_SIZE(rows); i++)
        if (!is_row(PyList_GET_ITEM(rows, i), 3))
            return 0;
    return 1;
}

/* veiled(output, spliced) -> text: `Loop.veiled`. */
static PyObject *core_veiled(PyObject *self, PyObject *const *args, Py_ssize_t count)
{
    PyObject *veiled = NULL;
    place i, shift = 0;
    Text output;
    (void)self;
    if (count != 2 || !PyBytes_Check(args[0]) || !are_spliced(args[1])) {
        if (!PyErr_Occurred())
            PyErr_SetString(PyExc_TypeError, "veiled(output, spliced)");
        return NULL;
    }
    output = (Text){(const byte *)PyBytes_AS_STRING(args[0]), PyBytes_GET_SIZE(args[0])};
    for (i = 0; i < PyList_GET_SIZE(args[1]); i++) {
        PyObject *one = PyList_GET_ITEM(args[1], i);
        place begin = number(one, 0) - shift, stop = number(one, 2);
        shift = number(one, 1) - stop;
        if (!is_token(output, begin, stop))
            continue;
        if (!veiled && !(veiled = PyBytes_FromStringAndSize((const char *)output.at, output.size)))
            return NULL;
        if (output.at[begin] == '"')
            begin++, stop--;
        memset(PyBytes_AS_STRING(veiled) + begin + 4, '_', (size_t)(stop - begin - 4));
    }
    return veiled ? veiled : Py_NewRef(args[0]);
}

/* unsettled(hits, spliced, kept, output) -> hits: `Loop.unsettled`. */
static PyObject *core_unsettled(PyObject *self, PyObject *const *args, Py_ssize_t count)
{
    enum { NAME_GAP = 12, GLUED = 24 };
    PyObject *left;
    place i, hits, row = 0, rows, shift = 0, glued = -1, kept = 0;
    Text output;
    (void)self;
    if (count != 4 || (hits = hits_in(args[0])) < 0 || !are_spliced(args[1]) || !PyDict_Check(args[2]) || !PyBytes_Check(args[3])) {
        if (!PyErr_Occurred())
            PyErr_SetString(PyExc_TypeError, "unsettled(hits, spliced, kept, output)");
        return NULL;
    }
    output = (Text){(const byte *)PyBytes_AS_STRING(args[3]), PyBytes_GET_SIZE(args[3])};
    rows = PyList_GET_SIZE(args[1]);
    left = PyBytes_FromStringAndSize(NULL, hits * (place)sizeof(Hit));
    for (i = 0; left && i < hits; i++) {
        Hit hit = hit_at(args[0], i);
        place end = (place)(hit >> IDENT_BITS), last = end - ((hit & (IDENTS - 1)) == BLOCK), was, gap = -1;
        int settled = 0;
        for (; row < rows && last > number(PyList_GET_ITEM(args[1], row), 2); row++) {
            PyObject *one = PyList_GET_ITEM(args[1], row);
            place stop = number(one, 2);
            shift = number(one, 1) - stop;
            glued = stop < output.size && !memchr(ENDS, output.at[stop], sizeof ENDS - 1) ? stop + GLUED : -1;
        }
        was = end + shift;
        if (row < rows)
            gap = number(PyList_GET_ITEM(args[1], row), 0) - last - shift;
        if (row < rows && gap < 0) {
            settled = (hit & (IDENTS - 1)) != DISGUISE && is_token(output, last + gap, number(PyList_GET_ITEM(args[1], row), 2));
        } else {
            settled = 0 <= gap && gap <= NAME_GAP;
            if (!settled && end > glued && was >= 0) {
                PyObject *key = PyLong_FromUnsignedLongLong((Hit)was << IDENT_BITS | (hit & (IDENTS - 1)));
                settled = key ? PyDict_Contains(args[2], key) : -1;
                Py_XDECREF(key);
            }
        }
        if (settled < 0)
            Py_CLEAR(left);
        else if (!settled)
            memcpy(PyBytes_AS_STRING(left) + kept++ * (place)sizeof hit, &hit, sizeof hit);
    }
    if (left)
        _PyBytes_Resize(&left, kept * (place)sizeof(Hit));
    return left;
}

/* -- hits ----------------------------------------------------------------------------------------------------------- */

/* Takes what hyperscan reports, in the place of a function in Python. */
typedef struct {
    PyObject_HEAD
    Hit *hits;
    size_t count, room;
} Sink;

static int put(Sink *sink, unsigned long long end, unsigned long long ident)
{
    if (sink->count == sink->room) {
        size_t room = sink->room * 2 + 256;
        Hit *more = PyMem_Realloc(sink->hits, room * sizeof *more);
        if (!more) {
            PyErr_NoMemory();
            return -1;
        }
        sink->hits = more, sink->room = room;
    }
    if (ident >= IDENTS || end >> (63 - IDENT_BITS)) {
        PyErr_SetString(PyExc_OverflowError, "an identifier has sixteen bits");
        return -1;
    }
    sink->hits[sink->count++] = (Hit)end << IDENT_BITS | ident;
    return 0;
}

/* sink(ident, start, end, flags, context): one match. */
static PyObject *sink_call(PyObject *self, PyObject *args, PyObject *kwargs)
{
    unsigned long long ident, end;
    if (kwargs || PyTuple_GET_SIZE(args) != 5) {
        PyErr_SetString(PyExc_TypeError, "sink(ident, start, end, flags, context)");
        return NULL;
    }
    ident = PyLong_AsUnsignedLongLong(PyTuple_GET_ITEM(args, 0)), end = PyLong_AsUnsignedLongLong(PyTuple_GET_ITEM(args, 2));
    if (PyErr_Occurred() || put((Sink *)self, end, ident) < 0)
        return NULL;
    Py_RETURN_NONE;
}

static int in_order(const void *one, const void *other)
{
    Hit a = *(const Hit *)one, b = *(const Hit *)other;
    return a < b ? -1 : a > b;
}

/* Hits come nearly sorted: those of one end in any order, and the shapes behind all others. */
static void sort(Sink *sink)
{
    size_t at, back;
    for (at = 1; at < sink->count; at++) {
        Hit hit = sink->hits[at];
        for (back = at; back > 0 && sink->hits[back - 1] > hit; back--)
            if (at - back > 64) {
                sink->hits[back] = hit;
                qsort(sink->hits, sink->count, sizeof hit, in_order);
                return;
            } else
                sink->hits[back] = sink->hits[back - 1];
        sink->hits[back] = hit;
    }
}

/* Gives a text its hits, so many from a place on, which count from `base`; -1 for an exception. */
static int give(const Sink *sink, size_t from, size_t to, place index, place base, Hit disguise, PyObject *found, PyObject *disguised)
{
    PyObject *mine = PyBytes_FromStringAndSize(NULL, (place)((to - from) * sizeof(Hit))), *key = PyLong_FromSsize_t(index);
    int failed = !mine || !key, disguises = 0;
    size_t at;
    for (at = from; !failed && at < to; at++) {
        Hit hit = sink->hits[at] - ((Hit)base << IDENT_BITS);
        memcpy(PyBytes_AS_STRING(mine) + (at - from) * sizeof hit, &hit, sizeof hit);
        disguises |= (hit & (IDENTS - 1)) == disguise;
    }
    failed = failed || PyDict_SetItem(found, key, mine) < 0 || (disguises && PyDict_SetItem(disguised, key, Py_None) < 0);
    Py_XDECREF(mine);
    Py_XDECREF(key);
    return failed ? -1 : 0;
}

/* grouped(texts, shapes, margin, disguise) -> (found, disguised): the hits of each text that has any, and which have one of
 * `disguise`; texts lie one byte apart behind a margin. `shapes` are further hits. */
static PyObject *sink_grouped(PyObject *self, PyObject *args)
{
    Sink *sink = (Sink *)self;
    PyObject *texts, *shapes, *rows, *found, *disguised;
    unsigned disguise;
    place margin, i, base, limit;
    size_t at = 0, from;
    if (!PyArg_ParseTuple(args, "OO!nI", &texts, &PyList_Type, &shapes, &margin, &disguise))
        return NULL;
    for (i = 0; i < PyList_GET_SIZE(shapes); i++) {
        PyObject *hit = PyList_GET_ITEM(shapes, i);
        if (!is_row(hit, 2))
            return NULL;
        if (put(sink, (unsigned long long)number(hit, 0), (unsigned long long)number(hit, 1)) < 0)
            return NULL;
    }
    sort(sink);
    rows = PySequence_Fast(texts, "texts are a sequence");
    found = PyDict_New(), disguised = PyDict_New();
    if (sink->count && (place)(sink->hits[0] >> IDENT_BITS) <= margin)
        PyErr_SetString(PyExc_ValueError, "a hit before the first text");
    for (i = 0, limit = margin; rows && found && disguised && !PyErr_Occurred() && at < sink->count && i < PySequence_Fast_GET_SIZE(rows); i++) {
        PyObject *text = PySequence_Fast_GET_ITEM(rows, i);
        if (!PyBytes_Check(text)) {
            PyErr_SetString(PyExc_TypeError, "a text is bytes");
            break;
        }
        base = limit, limit += PyBytes_GET_SIZE(text) + 1;
        for (from = at; at < sink->count && (place)(sink->hits[at] >> IDENT_BITS) <= limit; at++)
            ;
        if (at > from && give(sink, from, at, i, base, disguise, found, disguised) < 0)
            break;
    }
    Py_XDECREF(rows);
    if (rows && found && disguised && !PyErr_Occurred())
        return Py_BuildValue("(NN)", found, disguised);
    Py_XDECREF(found);
    Py_XDECREF(disguised);
    return NULL;
}

static void sink_free(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyMem_Free(((Sink *)self)->hits);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyMethodDef sink_methods[] = {
    {"grouped", sink_grouped, METH_VARARGS, "grouped(texts, shapes, margin, disguise) -> (found, disguised)"},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot sink_slots[] = {
    {Py_tp_doc, "Sink(): collects the matches of one scan and gives back the hits of each text."},
    {Py_tp_call, sink_call},
    {Py_tp_dealloc, sink_free},
    {Py_tp_methods, sink_methods},
    {Py_tp_new, PyType_GenericNew},
    {0, NULL},
};
static PyType_Spec sink_spec = {"streams.masking._core.Sink", sizeof(Sink), 0, Py_TPFLAGS_DEFAULT, sink_slots};

/* -- the module ----------------------------------------------------------------------------------------------------- */

static PyObject *core_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    Core *core;
    PyObject *found, *asks[7];
    int i;
    if (kwargs || !PyArg_ParseTuple(args, "O!OOOOOOO", &PyType_Type, &found, &asks[0], &asks[1], &asks[2], &asks[3], &asks[4], &asks[5],
                                    &asks[6]))
        return NULL;
    if (!PyType_IsSubtype((PyTypeObject *)found, &PyTuple_Type)) {
        PyErr_SetString(PyExc_TypeError, "a Found is a tuple");
        return NULL;
    }
    core = (Core *)type->tp_alloc(type, 0);
    if (!core)
        return NULL;
    core->found = (PyTypeObject *)Py_NewRef(found);
    for (i = 0; i < 7; i++) {
        PyObject **functions[7] = {&core->ask_field, &core->ask_nobody, &core->ask_thing, &core->ask_header, &core->ask_brand, &core->ask_plan,
                                   &core->ask_length};
        PyObject **memos[7] = {&core->fields, &core->nobody, &core->things, &core->headers, &core->brands, &core->plans, &core->lengths};
        *functions[i] = Py_NewRef(asks[i]);
        if (!(*memos[i] = PyDict_New())) {
            Py_DECREF(core);
            return NULL;
        }
    }
    return (PyObject *)core;
}

static int core_traverse(PyObject *self, visitproc visit, void *arg)
{
    Core *core = (Core *)self;
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(core->found);
    Py_VISIT(core->ask_field);
    Py_VISIT(core->ask_nobody);
    Py_VISIT(core->ask_thing);
    Py_VISIT(core->ask_header);
    Py_VISIT(core->ask_brand);
    Py_VISIT(core->ask_plan);
    Py_VISIT(core->fields);
    Py_VISIT(core->nobody);
    Py_VISIT(core->things);
    Py_VISIT(core->headers);
    Py_VISIT(core->brands);
    Py_VISIT(core->plans);
    Py_VISIT(core->ask_length);
    Py_VISIT(core->lengths);
    return 0;
}

static int core_clear(PyObject *self)
{
    Core *core = (Core *)self;
    Py_CLEAR(core->found);
    Py_CLEAR(core->ask_field);
    Py_CLEAR(core->ask_nobody);
    Py_CLEAR(core->ask_thing);
    Py_CLEAR(core->ask_header);
    Py_CLEAR(core->ask_brand);
    Py_CLEAR(core->ask_plan);
    Py_CLEAR(core->fields);
    Py_CLEAR(core->nobody);
    Py_CLEAR(core->things);
    Py_CLEAR(core->headers);
    Py_CLEAR(core->brands);
    Py_CLEAR(core->plans);
    Py_CLEAR(core->ask_length);
    Py_CLEAR(core->lengths);
    return 0;
}

static void core_free(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    core_clear(self);
    type->tp_free(self);
    Py_DECREF(type);
}

/* is_json(text): whether a text is surely JSON; of what is not told here a parser has to say it. */
static PyObject *core_is_json(PyObject *self, PyObject *text)
{
    Text t;
    place end;
    (void)self;
    if (!PyBytes_Check(text)) {
        PyErr_SetString(PyExc_TypeError, "a text is bytes");
        return NULL;
    }
    t = (Text){(const byte *)PyBytes_AS_STRING(text), PyBytes_GET_SIZE(text)};
    end = json_value(t, 0);
    return PyBool_FromLong(end >= 0 && json_space(t, end) == t.size);
}

/* any_below(hits, ident): whether a hit has a lower identifier. */
static PyObject *core_any_below(PyObject *self, PyObject *const *args, Py_ssize_t count)
{
    place i, hits = count == 2 ? hits_in(args[0]) : -1;
    unsigned long ident;
    (void)self;
    if (hits < 0) {
        PyErr_SetString(PyExc_TypeError, "any_below(hits, ident)");
        return NULL;
    }
    ident = PyLong_AsUnsignedLong(args[1]);
    if (PyErr_Occurred())
        return NULL;
    for (i = 0; i < hits; i++)
        if ((hit_at(args[0], i) & (IDENTS - 1)) < ident)
            Py_RETURN_TRUE;
    Py_RETURN_FALSE;
}

/* A function that takes its arguments as an array, as a table of methods has it. */
#define FAST(function) (PyCFunction)(void (*)(void)) function

static PyMethodDef core_methods[] = {
    {"verdict", core_verdict, METH_VARARGS, "verdict(which, text, end) -> what is said of a candidate, None where it is left to its judge"},
    {"judge", FAST(core_judge), METH_FASTCALL, "judge(text, hits, judges, natives, by_word, blocks, fail) -> (found, kept)"},
    {"settle", FAST(core_settle), METH_FASTCALL, "settle(found, text, own) -> the findings without overlaps, None where that takes more"},
    {"splice", FAST(core_splice), METH_FASTCALL, "splice(text, found, known, replacement, counts) -> (spliced, output)"},
    {"splice_read", FAST(core_splice_read), METH_FASTCALL,
     "splice_read(raw, read, found, known, replacement, odd, counts) -> (spliced, output)"},
    {"veiled", FAST(core_veiled), METH_FASTCALL, "veiled(output, spliced) -> the output without the letters of its tokens"},
    {"unsettled", FAST(core_unsettled), METH_FASTCALL, "unsettled(hits, spliced, kept, output) -> the hits that have to be judged again"},
    {"any_below", FAST(core_any_below), METH_FASTCALL, "any_below(hits, ident) -> whether a hit has a lower identifier"},
    {"is_json", core_is_json, METH_O, "is_json(text) -> whether a text is surely JSON; False where a parser has to say it"},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot core_slots[] = {
    {Py_tp_doc, "Core(Found, field, nobody, thing, header, brand, plan, length): the loop, and what it asks and remembers."},
    {Py_tp_traverse, core_traverse},
    {Py_tp_clear, core_clear},
    {Py_tp_dealloc, core_free},
    {Py_tp_methods, core_methods},
    {Py_tp_new, core_new},
    {0, NULL},
};
static PyType_Spec core_spec = {"streams.masking._core.Core", sizeof(Core), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC, core_slots};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "_core", NULL, -1, NULL, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__core(void)
{
    PyObject *module, *core, *sink;
    fill_tables();
    if (!fill_words() || !(module = PyModule_Create(&definition)))
        return NULL;
    core = PyType_FromSpec(&core_spec), sink = PyType_FromSpec(&sink_spec);
    if (!core || !sink || PyModule_AddObjectRef(module, "Core", core) < 0 || PyModule_AddObjectRef(module, "Sink", sink) < 0 ||
        PyModule_AddStringConstant(module, "NAMES", NAMES) < 0 || PyModule_AddIntConstant(module, "INTERFACE", INTERFACE) < 0)
        Py_CLEAR(module);
    Py_XDECREF(core);
    Py_XDECREF(sink);
    return module;
}
