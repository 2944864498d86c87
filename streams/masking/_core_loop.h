/* The loop over the hits of a text: asks the judges above, and those in Python where these say nothing; a part of _core.c.
 *
 * `Loop.judge` of loop.py is the definition. */

typedef PyObject *(*Native)(Core *, Text, place);
static const Native natives[NATIVES] = {NULL,       judge_field, judge_email,  judge_ipv4, judge_card,
                                        judge_phone, judge_jwt,   judge_bearer, judge_database_key, judge_iban,  judge_national, judge_number};

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

/* How far a verdict keeps those who go by a word from being asked, and from where to where everybody. */
typedef struct {
    place covered, named, since, from;
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
        reach->covered = reach->named, reach->from = start;
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

/* Whether a verdict keeps from being asked about a run of base64, whose hit is one behind its end: no run has a dot, so that one
 * which ends where the finding ends began in it. */
static int holds_run(const Reach *reach, Text t, place end, place ident)
{
    return ident == BLOCK && end - 1 == reach->covered && end <= t.size + 1 && reach->from >= 0 && reach->from < reach->covered &&
           memchr(t.at + reach->from, '.', (size_t)(reach->covered - reach->from));
}

/* Asks about all hits of a text; -1 for an exception. */
static int ask_all(Core *core, Pass *pass, Packed hits, PyObject *natives_of, PyObject *words)
{
    const byte *native = (const byte *)PyBytes_AS_STRING(natives_of), *by_word = (const byte *)PyBytes_AS_STRING(words);
    place i, idents = PyBytes_GET_SIZE(natives_of);
    Text t = {(const byte *)PyBytes_AS_STRING(pass->text), PyBytes_GET_SIZE(pass->text)};
    for (i = 0; i < hits.count; i++) {
        Hit hit = hit_at(hits, i);
        place end = (place)(hit >> IDENT_BITS), ident = (place)(hit & (IDENTS - 1));
        PyObject *verdict = NULL;
        int failed;
        if (ident >= idents || ident >= PyList_GET_SIZE(pass->judges)) {
            PyErr_SetString(PyExc_IndexError, "no such identifier");
            return -1;
        }
        if (end <= pass->reach.covered || holds_run(&pass->reach, t, end, ident) || (by_word[ident] && pass->reach.since <= end && end <= pass->reach.named))
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
    Packed hits;
    if (count != 7 || !PyBytes_Check(args[0]) || !are_judges(args[2], args[3], args[4])) {
        PyErr_SetString(PyExc_TypeError, "judge(text, hits, judges, natives, by_word, blocks, fail)");
        return NULL;
    }
    if (packed_of(args[1], &hits) < 0)
        return NULL;
    pass = (Pass){args[0], args[2], args[5], args[6], PyList_New(0), PyDict_New(), NULL, {-1, -1, -1, -1}};
    if (pass.all && pass.kept && !ask_all((Core *)self, &pass, hits, args[3], args[4]))
        return Py_BuildValue("(NN)", pass.all, pass.kept);
    Py_XDECREF(pass.all);
    Py_XDECREF(pass.kept);
    return NULL;
}
