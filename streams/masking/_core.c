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
#include <structmember.h>

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

/* How far a verdict keeps those who go by a word from being asked, and how far everybody. */
typedef struct {
    place covered, named, since;
} Reach;

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

/* One pass of the loop, and what it is about: the rule by which each hit stays is `kept`, or the hit alone `stays` where
 * nobody asks for rules. */
typedef struct {
    PyObject *text, *judges, *blocks, *fail, *all, *kept;
    Hits *stays;
    Reach reach;
} Pass;

/* Takes a verdict into what was found or kept; -1 for an exception. */
static int take(Core *core, Pass *pass, PyObject *verdict, Hit hit, place end)
{
    PyObject *several;
    place i, count;
    if (PyUnicode_Check(verdict) && !pass->kept)
        return push(pass->stays, hit);
    if (PyUnicode_Check(verdict)) {
        PyObject *key = PyLong_FromUnsignedLongLong(hit);
        int failed = !key || PyDict_SetItem(pass->kept, key, verdict) < 0;
        Py_XDECREF(key);
        return failed ? -1 : 0;
    }
    if (is_found(core, verdict)) {
        reach_of(&pass->reach, verdict, end, 1);
        return PyList_Append(pass->all, verdict);
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
            reach_of(&pass->reach, one, end, 0);
        if (PyList_Append(pass->all, one) < 0)
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
        failed = verdict ? take(core, pass, verdict, hit, end) : -1;
    }
    Py_DECREF(judge);
    Py_XDECREF(at);
    Py_XDECREF(of);
    Py_XDECREF(verdict);
    return failed;
}

/* Whether objects are the judges of hits: a list, and for each of them a byte of both rows. */
static int are_judges(PyObject *judges, PyObject *natives_of, PyObject *by_word)
{
    return PyList_Check(judges) && PyBytes_Check(natives_of) && PyBytes_Check(by_word) && PyBytes_GET_SIZE(natives_of) == PyList_GET_SIZE(judges) &&
           PyBytes_GET_SIZE(by_word) == PyList_GET_SIZE(judges);
}

/* Asks about all hits of a text; -1 for an exception. */
static int ask_all(Core *core, Pass *pass, PyObject *packed, PyObject *natives_of, PyObject *words)
{
    const byte *native = (const byte *)PyBytes_AS_STRING(natives_of), *by_word = (const byte *)PyBytes_AS_STRING(words);
    place i, hits = hits_in(packed), idents = PyBytes_GET_SIZE(natives_of);
    Text t = {(const byte *)PyBytes_AS_STRING(pass->text), PyBytes_GET_SIZE(pass->text)};
    for (i = 0; i < hits; i++) {
        Hit hit = hit_at(packed, i);
        place end = (place)(hit >> IDENT_BITS), ident = (place)(hit & (IDENTS - 1));
        PyObject *verdict = NULL;
        int failed;
        if (ident >= idents || ident >= PyList_GET_SIZE(pass->judges)) {
            PyErr_SetString(PyExc_IndexError, "no such identifier");
            return -1;
        }
        if (end <= pass->reach.covered || (by_word[ident] && pass->reach.since <= end && end <= pass->reach.named))
            continue;
        if (native[ident] > NONE && native[ident] < NATIVES)
            verdict = natives[native[ident]](core, t, end);
        if (verdict)
            failed = take(core, pass, verdict, hit, end);
        else
            failed = PyErr_Occurred() ? -1 : ask(core, pass, hit);
        Py_XDECREF(verdict);
        if (failed < 0)
            return -1;
    }
    return 0;
}

/* judge(text, hits, judges, natives, by_word, blocks, fail) -> (found, kept): the loop of `Loop.judge`.
 *
 * `natives` has a byte for each judge, the function above that knows its plainest candidates; so has `by_word`. A hit
 * whose judge is None belongs to `blocks(text, end, ident)`. */
static PyObject *core_judge(PyObject *self, PyObject *const *args, Py_ssize_t count)
{
    Pass pass = {0};
    if (count != 7 || !PyBytes_Check(args[0]) || hits_in(args[1]) < 0 || !are_judges(args[2], args[3], args[4])) {
        PyErr_SetString(PyExc_TypeError, "judge(text, hits, judges, natives, by_word, blocks, fail)");
        return NULL;
    }
    pass = (Pass){args[0], args[2], args[5], args[6], PyList_New(0), PyDict_New(), NULL, {-1, -1, -1}};
    if (pass.all && pass.kept && !ask_all((Core *)self, &pass, args[1], args[3], args[4]))
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

/* The findings in order without those that are our own work (`own(text)` tells of tokens), where none overlaps another but
 * with the very same bytes; else None, and `Actions.settled` has to look closer. NULL for an exception. */
static PyObject *settle(Core *core, PyObject *found, PyObject *text, PyObject *ask)
{
    enum { FEW = 64 };
    PyObject *ordered[FEW], *list;
    place i, many = 0, kept = 0, size = PyList_GET_SIZE(found), last = 0;
    int apart = 1, held;
    Text t = {(const byte *)PyBytes_AS_STRING(text), PyBytes_GET_SIZE(text)};
    if (size > FEW)
        Py_RETURN_NONE;
    held = may_hold_own(t);
    for (i = 0; i < size && i < PyList_GET_SIZE(found); i++) {
        PyObject *one = PyList_GET_ITEM(found, i);
        place at = many;
        int own;
        if (!is_found(core, one) || !PyBytes_Check(PyTuple_GET_ITEM(one, QUOTE)))
            Py_RETURN_NONE;
        own = held ? is_own(one, t, ask) : 0;
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
    if (apart && many == PyList_GET_SIZE(found))
        return Py_NewRef(found);
    list = PyList_New(0);
    for (i = 0; list && i < size; i++) {
        PyObject *one = ordered[i], *old = kept ? PyList_GET_ITEM(list, kept - 1) : NULL;
        if (!old || number(one, 0) >= number(old, 1)) {
            if (PyList_Append(list, one) < 0)
                Py_CLEAR(list);
            kept++;
        } else if (number(one, 0) == number(old, 0) && number(one, 1) == number(old, 1)) {
            PyObject *more = more_certain(core, old, one);
            if (!more || PyList_SetItem(list, kept - 1, more) < 0)
                Py_CLEAR(list);
        } else {
            Py_DECREF(list);
            Py_RETURN_NONE;
        }
    }
    return list;
}

/* settle(found, text, own) -> list or None. */
static PyObject *core_settle(PyObject *self, PyObject *const *args, Py_ssize_t count)
{
    if (count != 3 || !PyList_Check(args[0]) || !PyBytes_Check(args[1])) {
        PyErr_SetString(PyExc_TypeError, "settle(found, text, own)");
        return NULL;
    }
    return settle((Core *)self, args[0], args[1], args[2]);
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

/* What comes in the place of findings: what is known of kinds, what makes the rest, and what is asked of odd spellings. */
typedef struct {
    PyObject *known, *replacement, *odd;
} Acting;

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
 * quote or a replacement of its own. Without anybody to ask that is an exception. */
static PyObject *new_of_read(PyObject *one, PyObject *text, place start, place end, const Acting *act)
{
    PyObject *new;
    if (PyTuple_GET_ITEM(one, REPLACEMENT) == Py_None && !PyBytes_GET_SIZE(PyTuple_GET_ITEM(one, QUOTE)))
        return new_of(one, text, act->known, act->replacement);
    if (!act->odd) {
        PyErr_SetString(PyExc_LookupError, "nobody knows how this is written");
        return NULL;
    }
    new = PyObject_CallFunction(act->odd, "Onn", one, start, end);
    if (new && !PyBytes_Check(new)) {
        PyErr_SetString(PyExc_TypeError, "a replacement is bytes");
        Py_CLEAR(new);
    }
    return new;
}

/* Whether an object is a `Fold`: what a text reads as, and the layers of it. */
static int is_read(PyObject *read)
{
    return PyTuple_Check(read) && PyTuple_GET_SIZE(read) == 2 && PyBytes_Check(PyTuple_GET_ITEM(read, 0)) &&
           PyTuple_Check(PyTuple_GET_ITEM(read, 1));
}

/* Writes a text that is read otherwise with what comes in the place of findings, but for what is behind the last; -1 for an
 * exception. */
static int splice_read(PyObject *self, Splice *to, PyObject *read, PyObject *found, const Acting *act)
{
    PyObject *text = PyTuple_GET_ITEM(read, 0), *layers = PyTuple_GET_ITEM(read, 1);
    int failed = 0;
    place i;
    for (i = 0; !failed && i < PyList_GET_SIZE(found); i++) {
        PyObject *one = finding_at(self, found, i), *new = NULL;
        place start = one ? number(one, START) : 0, end = one ? number(one, END) : 0;
        if (one && lies_in(start, end, 0, PyBytes_GET_SIZE(text)) && !raw_span(layers, &start, &end))
            new = new_of_read(one, text, start, end, act);
        /* An escape that two findings share is the first one's. */
        start = start < to->mark ? to->mark : start;
        if (new && lies_in(start, end, to->mark, PyBytes_GET_SIZE(to->raw))) {
            failed = write_new(to, one, start, end, new) < 0;
        } else {
            Py_XDECREF(new);
            failed = 1;
        }
        Py_XDECREF(one);
    }
    return failed ? -1 : 0;
}

/* splice_read(raw, read, found, known, replacement, odd, counts) -> (spliced, output): `Loop.splice_read`. */
static PyObject *core_splice_read(PyObject *self, PyObject *const *args, Py_ssize_t count)
{
    Splice to = {0};
    PyObject *both;
    if (count != 7 || !PyBytes_Check(args[0]) || !is_read(args[1]) || !PyList_Check(args[2]) || !PyDict_Check(args[3]) ||
        !PyDict_Check(args[6])) {
        PyErr_SetString(PyExc_TypeError, "splice_read(raw, read, found, known, replacement, odd, counts)");
        return NULL;
    }
    to.raw = args[0];
    both = splice_read(self, &to, args[1], args[2], &(Acting){args[3], args[4], args[5]}) < 0 ? NULL : written(&to, args[6]);
    dispose(&to);
    return both;
}

/* What stands around a replacement that nothing is glued to (`loop.py`). */
static const char BEGINS[] = " \"'=:([{<,;\n\r\t", ENDS[] = " \"'\\,&;}])>\n\r\t";

/* Whether nothing is glued to what lies between two places, on either side. */
static int stands_apart(Text output, place begin, place stop)
{
    return (begin == 0 || memchr(BEGINS, output.at[begin - 1], sizeof BEGINS - 1)) &&
           (stop == output.size || memchr(ENDS, output.at[stop], sizeof ENDS - 1));
}

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
    return stands_apart(output, begin, stop);
}

/* How many replacements are packed in bytes; -1 where they are none of this output, with an exception. */
static place rows_in(PyObject *spliced, Text output)
{
    place i, rows = PyBytes_Check(spliced) ? PyBytes_GET_SIZE(spliced) / (place)sizeof(Row) : 0;
    Row row;
    if (PyBytes_Check(spliced) && PyBytes_GET_SIZE(spliced) % (place)sizeof(Row) == 0) {
        for (i = 0; i < rows; i++) {
            memcpy(&row, PyBytes_AS_STRING(spliced) + i * (place)sizeof row, sizeof row);
            if (row.start < 0 || row.end < row.start || row.end >> 48 || row.stop < 0 || row.stop > output.size)
                break;
        }
        if (i == rows)
            return rows;
    }
    PyErr_SetString(PyExc_ValueError, "replacements are packed and lie in their output");
    return -1;
}

static Row row_at(PyObject *spliced, place i)
{
    Row row;
    memcpy(&row, PyBytes_AS_STRING(spliced) + i * (place)sizeof row, sizeof row);
    return row;
}

static Text text_of(PyObject *bytes)
{
    return (Text){(const byte *)PyBytes_AS_STRING(bytes), PyBytes_GET_SIZE(bytes)};
}

/* `Loop.veiled`: the output itself where there is no token in it. */
static PyObject *veil(PyObject *bytes, PyObject *spliced)
{
    Text output = text_of(bytes);
    place i, rows = rows_in(spliced, output), shift = 0;
    PyObject *veiled = NULL;
    if (rows < 0)
        return NULL;
    for (i = 0; i < rows; i++) {
        Row one = row_at(spliced, i);
        place begin = one.start - shift, stop = one.stop;
        shift = one.end - stop;
        if (!is_token(output, begin, stop))
            continue;
        if (!veiled && !(veiled = PyBytes_FromStringAndSize((const char *)output.at, output.size)))
            return NULL;
        if (output.at[begin] == '"')
            begin++, stop--;
        memset(PyBytes_AS_STRING(veiled) + begin + 4, '_', (size_t)(stop - begin - 4));
    }
    return veiled ? veiled : Py_NewRef(bytes);
}

/* stand_apart(output, spliced) -> whether: `Loop.stand_apart`. */
static PyObject *core_stand_apart(PyObject *self, PyObject *const *args, Py_ssize_t count)
{
    Text output;
    place i, rows, shift = 0;
    (void)self;
    if (count != 2 || !PyBytes_Check(args[0])) {
        PyErr_SetString(PyExc_TypeError, "stand_apart(output, spliced)");
        return NULL;
    }
    output = text_of(args[0]), rows = rows_in(args[1], output);
    for (i = 0; i < rows; i++) {
        Row one = row_at(args[1], i);
        place begin = one.start - shift;
        shift = one.end - one.stop;
        if (begin < 0 || begin > one.stop || !stands_apart(output, begin, one.stop))
            Py_RETURN_FALSE;
    }
    return rows < 0 ? NULL : PyBool_FromLong(1);
}

/* veiled(output, spliced) -> text: `Loop.veiled`. */
static PyObject *core_veiled(PyObject *self, PyObject *const *args, Py_ssize_t count)
{
    (void)self;
    if (count != 2 || !PyBytes_Check(args[0])) {
        PyErr_SetString(PyExc_TypeError, "veiled(output, spliced)");
        return NULL;
    }
    return veil(args[0], args[1]);
}

/* Whether a hit is among others, which are in order. */
static int is_among(PyObject *hits, Hit hit)
{
    place low = 0, high = PyBytes_GET_SIZE(hits) / (place)sizeof(Hit);
    while (low < high) {
        place middle = low + (high - low) / 2;
        Hit one = hit_at(hits, middle);
        if (one == hit)
            return 1;
        if (one < hit)
            low = middle + 1;
        else
            high = middle;
    }
    return 0;
}

/* How many hits of an output are not settled, as `Loop.unsettled` says; they are written to `left`, or where that is NULL it
 * is enough to know of one. -1 for an exception. */
static place unsettled(PyObject *packed, PyObject *spliced, PyObject *kept, PyObject *bytes, char *left)
{
    enum { NAME_GAP = 12, GLUED = 24 };
    Text output = text_of(bytes);
    place i, hits = hits_in(packed), row = 0, rows = rows_in(spliced, output), shift = 0, glued = -1, many = 0;
    if (rows < 0)
        return -1;
    for (i = 0; i < hits && (left || !many); i++) {
        Hit hit = hit_at(packed, i);
        place end = (place)(hit >> IDENT_BITS), last = end - ((hit & (IDENTS - 1)) == BLOCK), was, gap = -1;
        int settled;
        for (; row < rows && last > row_at(spliced, row).stop; row++) {
            Row one = row_at(spliced, row);
            shift = one.end - one.stop;
            glued = one.stop < output.size && !memchr(ENDS, output.at[one.stop], sizeof ENDS - 1) ? one.stop + GLUED : -1;
        }
        was = end + shift;
        if (row < rows)
            gap = row_at(spliced, row).start - last - shift;
        if (row < rows && gap < 0)
            settled = (hit & (IDENTS - 1)) != DISGUISE && is_token(output, last + gap, row_at(spliced, row).stop);
        else
            settled = (0 <= gap && gap <= NAME_GAP) || (end > glued && was >= 0 && is_among(kept, (Hit)was << IDENT_BITS | (hit & (IDENTS - 1))));
        if (settled)
            continue;
        if (left)
            memcpy(left + many * (place)sizeof hit, &hit, sizeof hit);
        many++;
    }
    return many;
}

/* unsettled(hits, spliced, kept, output) -> hits: `Loop.unsettled`. */
static PyObject *core_unsettled(PyObject *self, PyObject *const *args, Py_ssize_t count)
{
    PyObject *left;
    place many;
    (void)self;
    if (count != 4 || hits_in(args[0]) < 0 || hits_in(args[2]) < 0 || !PyBytes_Check(args[3])) {
        PyErr_SetString(PyExc_TypeError, "unsettled(hits, spliced, kept, output)");
        return NULL;
    }
    left = PyBytes_FromStringAndSize(NULL, PyBytes_GET_SIZE(args[0]));
    many = left ? unsettled(args[0], args[1], args[2], args[3], PyBytes_AS_STRING(left)) : -1;
    if (many < 0)
        Py_CLEAR(left);
    else
        _PyBytes_Resize(&left, many * (place)sizeof(Hit));
    return left;
}

/* -- whole batches -------------------------------------------------------------------------------------------------- */

/* What is asked and done about the texts of a batch (`Asked` and `Acts` of loop.py), and what comes of it. */
typedef struct {
    Core *core;
    PyObject *judges, *natives, *by_word, *blocks, *fail;
    PyObject *plain, *settled, *own, *known, *replacement;
    PyObject *outputs, *changed;
    Splice to;
    Hits stays;
    Tally tally;
} Batch;

/* A row of what was changed (`Changed` of loop.py), of bytes that it takes the references to. */
static PyObject *changed_row(Core *core, PyObject *index, PyObject *spliced, PyObject *kept, PyObject *folded)
{
    PyObject *row = spliced && kept ? core->changed->tp_alloc(core->changed, 4) : NULL;
    if (!row) {
        Py_XDECREF(spliced);
        Py_XDECREF(kept);
        return NULL;
    }
    PyTuple_SET_ITEM(row, 0, Py_NewRef(index));
    PyTuple_SET_ITEM(row, 1, spliced);
    PyTuple_SET_ITEM(row, 2, kept);
    PyTuple_SET_ITEM(row, 3, Py_NewRef(folded));
    return row;
}

/* What the policy acts on among findings, a new list; NULL for an exception. */
static PyObject *acted_on(const Batch *batch, PyObject *found, PyObject *text)
{
    PyObject *args[2] = {found, text}, *list = batch->plain == Py_True ? settle(batch->core, found, text, batch->own) : Py_NewRef(Py_None);
    if (list == Py_None) {
        Py_DECREF(list);
        list = PyObject_Vectorcall(batch->settled, args, 2, NULL);
    }
    if (list && !PyList_Check(list)) {
        PyErr_SetString(PyExc_TypeError, "findings are a list");
        Py_CLEAR(list);
    }
    return list;
}

/* Notes what was spliced, and last of all puts its output in its place; -1 for an exception. */
static int put_output(Batch *batch, PyObject *key, place index, PyObject *folded)
{
    Splice *to = &batch->to;
    PyObject *kept, *row, *whole;
    int failed = -1;
    if (add(&to->output, PyBytes_AS_STRING(to->raw) + to->mark, PyBytes_GET_SIZE(to->raw) - to->mark) < 0)
        return -1;
    kept = PyBytes_FromStringAndSize((const char *)batch->stays.at, (place)(batch->stays.count * sizeof(Hit)));
    row = changed_row(batch->core, key, bytes_of(&to->rows), kept, folded), whole = row ? bytes_of(&to->output) : NULL;
    if (whole && !count_replaced(to, &batch->tally) && !PyList_Append(batch->changed, row)) {
        failed = PyList_SetItem(batch->outputs, index, whole);
        whole = NULL;
    }
    Py_XDECREF(whole);
    Py_XDECREF(row);
    return failed;
}

/* Masks a text that is read as it is, or as `read` says; -1 for an exception, with which its output is still the text
 * itself. */
static int mask_text(Batch *batch, PyObject *key, place index, PyObject *raw, PyObject *read, PyObject *hits)
{
    PyObject *text = read ? PyTuple_GET_ITEM(read, 0) : raw;
    Pass pass = {text, batch->judges, batch->blocks, batch->fail, PyList_New(0), NULL, &batch->stays, {-1, -1, -1}};
    PyObject *found = NULL;
    int failed = -1;
    batch->stays.count = 0, batch->to.raw = raw;
    if (pass.all && !ask_all(batch->core, &pass, hits, batch->natives, batch->by_word))
        found = PyList_GET_SIZE(pass.all) ? acted_on(batch, pass.all, text) : Py_NewRef(pass.all);
    if (found && read)
        failed = splice_read((PyObject *)batch->core, &batch->to, read, found, &(Acting){batch->known, batch->replacement, NULL});
    else if (found)
        failed = splice((PyObject *)batch->core, &batch->to, found, batch->known, batch->replacement);
    if (!failed && batch->to.rows.size)
        failed = put_output(batch, key, index, read ? Py_True : Py_False);
    clear(&batch->to);
    Py_XDECREF(found);
    Py_XDECREF(pass.all);
    return failed;
}

/* Masks the texts that have hits, but for those passed over; appends to `left` whose masking raised. -1 for what is no error
 * of a text. */
static int mask_texts(Batch *batch, PyObject *texts, PyObject *hits, PyObject *passed, PyObject *reads, PyObject *left)
{
    PyObject *key, *mine, *read;
    place at = 0;
    while (PyDict_Next(hits, &at, &key, &mine)) {
        place index = PyLong_AsSsize_t(key);
        int over = PyDict_Contains(passed, key), failed;
        if (over > 0)
            continue;
        read = over ? NULL : PyDict_GetItemWithError(reads, key);
        if (over < 0 || PyErr_Occurred() || (read && !is_read(read)) || index < 0 || index >= PyList_GET_SIZE(texts) || hits_in(mine) < 0 || !PyBytes_Check(PyList_GET_ITEM(texts, index))) {
            if (!PyErr_Occurred())
                PyErr_SetString(PyExc_ValueError, "hits are those of texts");
            return -1;
        }
        PyObject *text = Py_NewRef(PyList_GET_ITEM(texts, index));
        Py_INCREF(key);
        Py_INCREF(mine);
        Py_XINCREF(read);
        failed = mask_text(batch, key, index, text, read, mine);
        /* Whatever it was, Python's own way through the text raises it again, and knows what becomes of the record. */
        if (failed < 0 && PyErr_ExceptionMatches(PyExc_Exception)) {
            PyErr_Clear();
            failed = PyList_Append(left, key);
        }
        Py_DECREF(text);
        Py_XDECREF(read);
        Py_DECREF(mine);
        Py_DECREF(key);
        if (failed < 0)
            return -1;
    }
    return 0;
}

/* mask(texts, hits, over, reads, asked, acts, outputs, counts) -> (changed, left): `Loop.mask`. */
static PyObject *core_mask(PyObject *self, PyObject *const *args, Py_ssize_t count)
{
    Batch batch = {0};
    PyObject *left, *const *asked, *const *acts;
    int failed = -1;
    if (count != 8 || !PyList_Check(args[0]) || !PyDict_Check(args[1]) || !PyDict_Check(args[2]) || !PyDict_Check(args[3]) ||
        !PyTuple_Check(args[4]) || PyTuple_GET_SIZE(args[4]) != 5 || !PyTuple_Check(args[5]) || PyTuple_GET_SIZE(args[5]) != 5 ||
        !PyList_Check(args[6]) || !PyDict_Check(args[7]) || !PyDict_Check(PyTuple_GET_ITEM(args[5], 3)) ||
        !are_judges(PyTuple_GET_ITEM(args[4], 0), PyTuple_GET_ITEM(args[4], 1), PyTuple_GET_ITEM(args[4], 2))) {
        PyErr_SetString(PyExc_TypeError, "mask(texts, hits, over, reads, asked, acts, outputs, counts)");
        return NULL;
    }
    asked = &PyTuple_GET_ITEM(args[4], 0), acts = &PyTuple_GET_ITEM(args[5], 0);
    batch.core = (Core *)self, batch.outputs = args[6], batch.changed = PyList_New(0), batch.tally.counts = args[7];
    batch.judges = asked[0], batch.natives = asked[1], batch.by_word = asked[2], batch.blocks = asked[3], batch.fail = asked[4];
    batch.plain = acts[0], batch.settled = acts[1], batch.own = acts[2], batch.known = acts[3], batch.replacement = acts[4];
    left = PyList_New(0);
    if (PyList_GET_SIZE(args[0]) != PyList_GET_SIZE(args[6]))
        PyErr_SetString(PyExc_ValueError, "an output for each text");
    else if (left && batch.changed)
        failed = mask_texts(&batch, args[0], args[1], args[2], args[3], left);
    dispose(&batch.to);
    PyMem_Free(batch.stays.at);
    if (failed < 0)
        batch.tally.counts = NULL;
    if (say_counts(&batch.tally) < 0)
        failed = -1;
    if (!failed)
        return Py_BuildValue("(NN)", batch.changed, left);
    Py_XDECREF(batch.changed);
    Py_XDECREF(left);
    return NULL;
}

/* Whether all bytes are ASCII; without an end before the last, so that it takes many at a time. */
static int is_ascii(Text t)
{
    byte any = 0;
    place i;
    for (i = 0; i < t.size; i++)
        any |= t.at[i];
    return any < 0x80;
}

/* survey(texts) -> (filled, foreign, size, longest): `Loop.survey`. */
static PyObject *core_survey(PyObject *self, PyObject *texts)
{
    int filled = 1;
    place i, size = 0, longest = 0;
    PyObject *rows = PySequence_Fast(texts, "texts are a sequence"), *foreign = PyList_New(0);
    (void)self;
    for (i = 0; rows && foreign && i < PySequence_Fast_GET_SIZE(rows); i++) {
        PyObject *text = PySequence_Fast_GET_ITEM(rows, i);
        Text t = {NULL, 0};
        if (PyBytes_Check(text)) {
            t = text_of(text);
        } else if (text != Py_None) {
            PyErr_SetString(PyExc_TypeError, "a text is bytes");
            Py_CLEAR(rows);
        }
        filled = filled && t.size && t.at[0];
        if (!is_ascii(t)) {
            PyObject *at = PyLong_FromSsize_t(i);
            if (!at || PyList_Append(foreign, at) < 0)
                Py_CLEAR(foreign);
            Py_XDECREF(at);
        }
        size += t.size;
        longest = t.size > longest ? t.size : longest;
    }
    if (rows && foreign) {
        Py_DECREF(rows);
        return Py_BuildValue("(ONnn)", filled ? Py_True : Py_False, foreign, size, longest);
    }
    Py_XDECREF(rows);
    Py_XDECREF(foreign);
    return NULL;
}

/* The output of a row of what was changed, borrowed; NULL with an exception where it is no such row. */
static PyObject *output_of(Core *core, PyObject *row, PyObject *outputs)
{
    place index = Py_TYPE(row) == core->changed && PyTuple_GET_SIZE(row) == 4 ? number(row, 0) : -1;
    if (index >= 0 && index < PyList_GET_SIZE(outputs) && PyBytes_Check(PyList_GET_ITEM(outputs, index)))
        return PyList_GET_ITEM(outputs, index);
    if (!PyErr_Occurred())
        PyErr_SetString(PyExc_TypeError, "a row of what was changed is a Changed");
    return NULL;
}

/* veils(outputs, changed) -> texts: `Loop.veils`. */
static PyObject *core_veils(PyObject *self, PyObject *const *args, Py_ssize_t count)
{
    PyObject *texts;
    place i;
    if (count != 2 || !PyList_Check(args[0]) || !PyList_Check(args[1])) {
        PyErr_SetString(PyExc_TypeError, "veils(outputs, changed)");
        return NULL;
    }
    texts = PyList_New(PyList_GET_SIZE(args[1]));
    for (i = 0; texts && i < PyList_GET_SIZE(texts); i++) {
        PyObject *row = PyList_GET_ITEM(args[1], i), *output = output_of((Core *)self, row, args[0]), *text = NULL;
        if (output)
            text = PyTuple_GET_ITEM(row, 3) == Py_False ? veil(output, PyTuple_GET_ITEM(row, 1)) : Py_NewRef(output);
        if (text)
            PyList_SET_ITEM(texts, i, text);
        else
            Py_CLEAR(texts);
    }
    return texts;
}

/* Whether a text is surely JSON. */
static int is_json(Text t)
{
    place end = json_value(t, 0);
    return end >= 0 && json_space(t, end) == t.size;
}

/* Whether a changed text has to be looked at more closely: hits that are not settled, or JSON that a parser has to tell.
 * -1 for an exception. */
static int is_open(PyObject *row, PyObject *output, PyObject *hits)
{
    place many;
    Text t = text_of(output);
    int first = peek(t, 0);
    if (hits && (hits_in(hits) < 0 || hits_in(PyTuple_GET_ITEM(row, 2)) < 0)) {
        PyErr_SetString(PyExc_TypeError, "hits are packed in bytes");
        return -1;
    }
    if (hits && PyTuple_GET_ITEM(row, 3) != Py_False)
        return 1;
    many = hits ? unsettled(hits, PyTuple_GET_ITEM(row, 1), PyTuple_GET_ITEM(row, 2), output, NULL) : 0;
    if (many)
        return many < 0 ? -1 : 1;
    return (first == '{' || first == '[' || first == '"') && !is_json(t);
}

/* open(outputs, changed, hits) -> places: `Loop.open`. */
static PyObject *core_open(PyObject *self, PyObject *const *args, Py_ssize_t count)
{
    PyObject *places;
    place i;
    if (count != 3 || !PyList_Check(args[0]) || !PyList_Check(args[1]) || !PyDict_Check(args[2])) {
        PyErr_SetString(PyExc_TypeError, "open(outputs, changed, hits)");
        return NULL;
    }
    places = PyList_New(0);
    for (i = 0; places && i < PyList_GET_SIZE(args[1]); i++) {
        PyObject *row = PyList_GET_ITEM(args[1], i), *output = output_of((Core *)self, row, args[0]);
        PyObject *at = output ? PyLong_FromSsize_t(i) : NULL, *hits = at ? PyDict_GetItemWithError(args[2], at) : NULL;
        int open = at && (hits || !PyErr_Occurred()) ? is_open(row, output, hits) : -1;
        if (open < 0 || (open && PyList_Append(places, at) < 0))
            Py_CLEAR(places);
        Py_XDECREF(at);
    }
    return places;
}

/* -- hits ----------------------------------------------------------------------------------------------------------- */

/* Takes what hyperscan reports, in the place of a function in Python. It is called for each match, as an array of arguments:
 * a tuple of them would cost as much as the rest. */
typedef struct {
    PyObject_HEAD
    Hits hits;
    vectorcallfunc call;
} Sink;

static int put(Sink *sink, place end, place ident)
{
    if (ident < 0 || ident >= IDENTS || end < 0 || end >> (63 - IDENT_BITS)) {
        if (!PyErr_Occurred())
            PyErr_SetString(PyExc_OverflowError, "an identifier has sixteen bits");
        return -1;
    }
    return push(&sink->hits, (Hit)end << IDENT_BITS | (Hit)ident);
}

/* sink(ident, start, end, flags, context): one match. */
static PyObject *sink_call(PyObject *self, PyObject *const *args, size_t count, PyObject *names)
{
    place ident, end;
    if ((names && PyTuple_GET_SIZE(names)) || PyVectorcall_NARGS(count) != 5) {
        PyErr_SetString(PyExc_TypeError, "sink(ident, start, end, flags, context)");
        return NULL;
    }
    ident = PyLong_AsSsize_t(args[0]);
    end = ident < 0 ? -1 : PyLong_AsSsize_t(args[2]);
    if (put((Sink *)self, end, ident) < 0)
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *sink_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    Sink *sink;
    if (kwargs || PyTuple_GET_SIZE(args)) {
        PyErr_SetString(PyExc_TypeError, "Sink()");
        return NULL;
    }
    sink = (Sink *)type->tp_alloc(type, 0);
    if (sink)
        sink->call = sink_call;
    return (PyObject *)sink;
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

/* Puts hits in order, of which those from a place on came from another scan; -1 for an exception. */
static int merge(Hits *hits, size_t from)
{
    size_t one = 0, other = from, to;
    Hit *whole;
    sort(hits->at, from);
    sort(hits->at + from, hits->count - from);
    if (!from || from == hits->count)
        return 0;
    whole = PyMem_Malloc(hits->count * sizeof *whole);
    if (!whole) {
        PyErr_NoMemory();
        return -1;
    }
    for (to = 0; to < hits->count; to++)
        whole[to] = other == hits->count || (one < from && hits->at[one] <= hits->at[other]) ? hits->at[one++] : hits->at[other++];
    PyMem_Free(hits->at);
    hits->at = whole, hits->room = hits->count;
    return 0;
}

/* Gives a text its hits, so many from a place on, which count from `base`; -1 for an exception. */
static int give(const Sink *sink, size_t from, size_t to, place index, place base, Hit disguise, PyObject *found, PyObject *disguised)
{
    PyObject *mine = PyBytes_FromStringAndSize(NULL, (place)((to - from) * sizeof(Hit))), *key = PyLong_FromSsize_t(index);
    int failed = !mine || !key, disguises = 0;
    size_t at;
    for (at = from; !failed && at < to; at++) {
        Hit hit = sink->hits.at[at] - ((Hit)base << IDENT_BITS);
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
    size_t at = 0, from, scanned = sink->hits.count;
    if (!PyArg_ParseTuple(args, "OSnI", &texts, &shapes, &margin, &disguise))
        return NULL;
    if (hits_in(shapes) < 0) {
        PyErr_SetString(PyExc_TypeError, "hits are packed in bytes");
        return NULL;
    }
    for (i = 0; i < hits_in(shapes); i++)
        if (push(&sink->hits, hit_at(shapes, i)) < 0)
            return NULL;
    if (merge(&sink->hits, scanned) < 0)
        return NULL;
    rows = PySequence_Fast(texts, "texts are a sequence");
    found = PyDict_New(), disguised = PyDict_New();
    if (sink->hits.count && (place)(sink->hits.at[0] >> IDENT_BITS) <= margin)
        PyErr_SetString(PyExc_ValueError, "a hit before the first text");
    for (i = 0, limit = margin; rows && found && disguised && !PyErr_Occurred() && at < sink->hits.count && i < PySequence_Fast_GET_SIZE(rows); i++) {
        PyObject *text = PySequence_Fast_GET_ITEM(rows, i);
        if (!PyBytes_Check(text)) {
            PyErr_SetString(PyExc_TypeError, "a text is bytes");
            break;
        }
        base = limit, limit += PyBytes_GET_SIZE(text) + 1;
        for (from = at; at < sink->hits.count && (place)(sink->hits.at[at] >> IDENT_BITS) <= limit; at++)
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
    PyMem_Free(((Sink *)self)->hits.at);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyMethodDef sink_methods[] = {
    {"grouped", sink_grouped, METH_VARARGS, "grouped(texts, shapes, margin, disguise) -> (found, disguised)"},
    {NULL, NULL, 0, NULL},
};

static PyMemberDef sink_members[] = {
    {"__vectorcalloffset__", T_PYSSIZET, offsetof(Sink, call), READONLY, NULL},
    {NULL, 0, 0, 0, NULL},
};

static PyType_Slot sink_slots[] = {
    {Py_tp_doc, "Sink(): collects the matches of one scan and gives back the hits of each text."},
    {Py_tp_call, PyVectorcall_Call},
    {Py_tp_members, sink_members},
    {Py_tp_dealloc, sink_free},
    {Py_tp_methods, sink_methods},
    {Py_tp_new, sink_new},
    {0, NULL},
};
static PyType_Spec sink_spec = {"streams.masking._core.Sink", sizeof(Sink), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_VECTORCALL, sink_slots};

/* -- the module ----------------------------------------------------------------------------------------------------- */

/* Takes who issues cards, rows of (said, digits, low, high, lengths as a set of bits); -1 for an exception. */
static int take_issuers(Core *core, PyObject *rows)
{
    place i, size = PyTuple_GET_SIZE(rows);
    core->issuers = PyMem_Calloc((size_t)size + 1, sizeof *core->issuers);
    if (!core->issuers) {
        PyErr_NoMemory();
        return -1;
    }
    for (i = 0; i < size; i++) {
        struct issuer *one = core->issuers + i;
        PyObject *said;
        if (!PyArg_ParseTuple(PyTuple_GET_ITEM(rows, i), "Uilll", &said, &one->digits, &one->low, &one->high, &one->lengths))
            return -1;
        if (one->digits < 1 || one->digits > 4) {
            PyErr_SetString(PyExc_ValueError, "an issuer's range has one to four digits");
            return -1;
        }
        one->said = Py_NewRef(said);
        core->issuer_count = i + 1;
    }
    return 0;
}

static PyObject *core_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    enum { ASKED = 6 };
    Core *core;
    PyObject *found, *changed, *issuers, *asks[ASKED];
    int i;
    if (kwargs || !PyArg_ParseTuple(args, "O!O!O!OOOOOO", &PyType_Type, &found, &PyType_Type, &changed, &PyTuple_Type, &issuers, &asks[0],
                                    &asks[1], &asks[2], &asks[3], &asks[4], &asks[5]))
        return NULL;
    if (!PyType_IsSubtype((PyTypeObject *)found, &PyTuple_Type) || !PyType_IsSubtype((PyTypeObject *)changed, &PyTuple_Type)) {
        PyErr_SetString(PyExc_TypeError, "a Found and a Changed are tuples");
        return NULL;
    }
    core = (Core *)type->tp_alloc(type, 0);
    if (!core)
        return NULL;
    core->last = PyMem_Calloc(LAST_ANSWERS, sizeof *core->last);
    if (!core->last) {
        Py_DECREF(core);
        return PyErr_NoMemory();
    }
    core->found = (PyTypeObject *)Py_NewRef(found), core->changed = (PyTypeObject *)Py_NewRef(changed);
    for (i = 0; i < ASKED; i++) {
        PyObject **functions[ASKED] = {&core->ask_field, &core->ask_nobody, &core->ask_thing, &core->ask_header, &core->ask_plan, &core->ask_length};
        PyObject **memos[ASKED] = {&core->fields, &core->nobody, &core->things, &core->headers, &core->plans, &core->lengths};
        *functions[i] = Py_NewRef(asks[i]);
        if (!(*memos[i] = PyDict_New())) {
            Py_DECREF(core);
            return NULL;
        }
    }
    if (take_issuers(core, issuers) < 0) {
        Py_DECREF(core);
        return NULL;
    }
    return (PyObject *)core;
}

static int core_traverse(PyObject *self, visitproc visit, void *arg)
{
    Core *core = (Core *)self;
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(core->found);
    Py_VISIT(core->changed);
    Py_VISIT(core->ask_field);
    Py_VISIT(core->ask_nobody);
    Py_VISIT(core->ask_thing);
    Py_VISIT(core->ask_header);
    Py_VISIT(core->ask_plan);
    Py_VISIT(core->fields);
    Py_VISIT(core->nobody);
    Py_VISIT(core->things);
    Py_VISIT(core->headers);
    Py_VISIT(core->plans);
    Py_VISIT(core->ask_length);
    Py_VISIT(core->lengths);
    return 0;
}

static int core_clear(PyObject *self)
{
    Core *core = (Core *)self;
    Py_CLEAR(core->found);
    Py_CLEAR(core->changed);
    Py_CLEAR(core->ask_field);
    Py_CLEAR(core->ask_nobody);
    Py_CLEAR(core->ask_thing);
    Py_CLEAR(core->ask_header);
    Py_CLEAR(core->ask_plan);
    Py_CLEAR(core->fields);
    Py_CLEAR(core->nobody);
    Py_CLEAR(core->things);
    Py_CLEAR(core->headers);
    Py_CLEAR(core->plans);
    Py_CLEAR(core->ask_length);
    Py_CLEAR(core->lengths);
    return 0;
}

static void core_free(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    place i;
    PyObject_GC_UnTrack(self);
    core_clear(self);
    for (i = 0; i < ((Core *)self)->issuer_count; i++)
        Py_DECREF(((Core *)self)->issuers[i].said);
    PyMem_Free(((Core *)self)->issuers);
    for (i = 0; ((Core *)self)->last && i < LAST_ANSWERS; i++) {
        Py_XDECREF(((Core *)self)->last[i].key);
        Py_XDECREF(((Core *)self)->last[i].answer);
    }
    PyMem_Free(((Core *)self)->last);
    type->tp_free(self);
    Py_DECREF(type);
}

/* is_json(text): whether a text is surely JSON; of what is not told here a parser has to say it. */
static PyObject *core_is_json(PyObject *self, PyObject *text)
{
    (void)self;
    if (!PyBytes_Check(text)) {
        PyErr_SetString(PyExc_TypeError, "a text is bytes");
        return NULL;
    }
    return PyBool_FromLong(is_json(text_of(text)));
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
    {"survey", core_survey, METH_O, "survey(texts) -> (filled, foreign, size, longest)"},
    {"mask", FAST(core_mask), METH_FASTCALL, "mask(texts, hits, over, reads, asked, acts, outputs, counts) -> (changed, left)"},
    {"veils", FAST(core_veils), METH_FASTCALL, "veils(outputs, changed) -> what is scanned of what was changed"},
    {"open", FAST(core_open), METH_FASTCALL, "open(outputs, changed, hits) -> the places of what has to be looked at more closely"},
    {"veiled", FAST(core_veiled), METH_FASTCALL, "veiled(output, spliced) -> the output without the letters of its tokens"},
    {"stand_apart", FAST(core_stand_apart), METH_FASTCALL, "stand_apart(output, spliced) -> whether nothing is glued to what was replaced"},
    {"unsettled", FAST(core_unsettled), METH_FASTCALL, "unsettled(hits, spliced, kept, output) -> the hits that have to be judged again"},
    {"any_below", FAST(core_any_below), METH_FASTCALL, "any_below(hits, ident) -> whether a hit has a lower identifier"},
    {"is_json", core_is_json, METH_O, "is_json(text) -> whether a text is surely JSON; False where a parser has to say it"},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot core_slots[] = {
    {Py_tp_doc, "Core(Found, Changed, issuers, field, nobody, thing, header, plan, length): the loop, and what it asks and remembers."},
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
