/* Findings in order, without those that another says too and those that are our own work; a part of _core.c. */

/* Whether anything of our own can stand in a text (`Actions.may_hold_own`). */
static int may_hold_own(Text t)
{
    return holds(t, 0, t.size, "tok_", 2) || holds(t, 0, t.size, "***", 0);
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

/* Whether a place is within a character (RFC 3629, 3). */
static int cuts_character(Text t, place at)
{
    return at > 0 && at < t.size && (t.at[at] & 0xc0) == 0x80;
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
    if (!holds(t, start, end, "tok_", 2)) {
        if (!holds(t, start, end, "***", 0))
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
        if (cuts_character(t, number(one, 0)) || cuts_character(t, number(one, 1)))
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
