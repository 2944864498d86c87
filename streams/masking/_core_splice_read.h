/* The same of texts that are read otherwise than they are written: findings lie in what was read; a part of _core.c.
 *
 * `Loop.splice_read` of loop.py and `Fold` of encodings/fold.py are the definition. */

/* What comes in the place of findings: what is known of kinds, what makes the rest, and what is asked of odd spellings. */
typedef struct {
    PyObject *known, *replacement, *odd;
} Acting;

/* A unit of a layer (`_Layer` of encodings/fold.py): where it is in what was read, and in what it was read from. */
typedef struct {
    int64_t at, stop, raw_at, raw_stop;
} Unit;

/* How many units of a layer begin before a place, or not behind it. */
static place below(const Unit *units, place count, place than, int or_equal)
{
    place low = 0, high = count;
    while (low < high) {
        place middle = low + (high - low) / 2;
        if (units[middle].at < than || (or_equal && units[middle].at == than))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static int is_layer(PyObject *layer)
{
    return PyBytes_Check(layer) && PyBytes_GET_SIZE(layer) % (place)sizeof(Unit) == 0;
}

/* Where a place of what was read begins or ends in what it was read from (`_start_of` and `_end_of` of
 * encodings/fold.py). Bytes of an object are aligned as a number is. */
static place through(PyObject *layer, place at, int is_end)
{
    const Unit *units = (const Unit *)(const void *)PyBytes_AS_STRING(layer);
    place unit = below(units, PyBytes_GET_SIZE(layer) / (place)sizeof(Unit), at, !is_end) - 1;
    if (unit < 0)
        return at;
    if (at < units[unit].stop || (is_end && at == units[unit].stop))
        return is_end ? units[unit].raw_stop : units[unit].raw_at;
    return units[unit].raw_stop + at - units[unit].stop;
}

/* `Fold.raw_span`; -1 for an exception. */
static int raw_span(PyObject *layers, place *start, place *end)
{
    place i;
    for (i = PyTuple_GET_SIZE(layers) - 1; i >= 0; i--) {
        PyObject *layer = PyTuple_GET_ITEM(layers, i);
        if (!is_layer(layer)) {
            PyErr_SetString(PyExc_TypeError, "a layer has four numbers for each unit");
            return -1;
        }
        *start = through(layer, *start, 0), *end = through(layer, *end, 1);
    }
    return 0;
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
