/* What hyperscan reports to, and how its hits are shared out among texts; a part of _core.c. */

/* Takes what hyperscan reports, in the place of a function in Python. It is called for each match, as an array of arguments:
 * a tuple of them would cost as much as the rest. */
typedef struct {
    PyObject_HEAD
    Hits hits;
    /* Where in what is scanned each text begins, and where the next would; the first of them is the `first` of its batch. */
    place *begins, texts, first;
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

/* What stands between texts: no byte of UTF-8, and no anchor reaches over it. */
enum { SEPARATOR = 0xff };

/* Notes where each of some texts begins behind a margin; -1 for an exception. */
static int lay_out(Sink *sink, PyObject *const *texts, place margin)
{
    place i, *begins = PyMem_Realloc(sink->begins, (size_t)(sink->texts + 1) * sizeof *begins);
    if (!begins) {
        sink->texts = 0;
        PyErr_NoMemory();
        return -1;
    }
    sink->begins = begins, begins[0] = margin;
    for (i = 0; i < sink->texts; i++) {
        if (!PyBytes_Check(texts[i])) {
            sink->texts = 0;
            PyErr_SetString(PyExc_TypeError, "a text is bytes");
            return -1;
        }
        begins[i + 1] = begins[i] + PyBytes_GET_SIZE(texts[i]) + 1;
    }
    return 0;
}

/* Writes a text to where it begins, with the tokens that it got veiled; -1 for an exception. */
static int write_text(const Sink *sink, place i, PyObject *text, byte *data, PyObject *row)
{
    Text t = text_of(text);
    memcpy(data + sink->begins[i], t.at, (size_t)t.size);
    data[sink->begins[i] + t.size] = SEPARATOR;
    if (!row)
        return 0;
    if (!is_changed(row)) {
        PyErr_SetString(PyExc_TypeError, "a row of what was changed is a Changed");
        return -1;
    }
    return PyTuple_GET_ITEM(row, FOLDED) == Py_False ? veil(data + sink->begins[i], t, PyTuple_GET_ITEM(row, SPLICED)) : 0;
}

/* Writes the texts between separators, and appends to a list which of them are not UTF-8; -1 for an exception. `changed` has
 * a row for each text, or none. */
static int write_texts(const Sink *sink, PyObject *const *texts, byte *data, place margin, PyObject *changed, PyObject *broken)
{
    place i;
    memset(data, SEPARATOR, (size_t)margin);
    for (i = 0; i < sink->texts; i++)
        if (write_text(sink, i, texts[i], data, PyList_GET_SIZE(changed) ? PyList_GET_ITEM(changed, i) : NULL) < 0 ||
            (!is_utf8(text_of(texts[i])) && append_place(broken, sink->first + i) < 0))
            return -1;
    memset(data + sink->begins[sink->texts] - 1, SEPARATOR, (size_t)margin);
    return 0;
}

/* join(texts, start, stop, margin, changed) -> (data, broken): `loop.Sink.join`. */
static PyObject *sink_join(PyObject *self, PyObject *args)
{
    Sink *sink = (Sink *)self;
    PyObject *texts, *changed, *rows, *data = NULL, *broken = NULL;
    place start, stop, margin;
    int failed = -1;
    if (!PyArg_ParseTuple(args, "OnnnO!", &texts, &start, &stop, &margin, &PyList_Type, &changed))
        return NULL;
    if (start < 0 || margin < 1) {
        PyErr_SetString(PyExc_ValueError, "texts lie behind a margin");
        return NULL;
    }
    rows = PySequence_Fast(texts, "texts are a sequence"), broken = PyList_New(0);
    if (rows && broken) {
        stop = stop < PySequence_Fast_GET_SIZE(rows) ? stop : PySequence_Fast_GET_SIZE(rows);
        sink->first = start, sink->texts = stop > start ? stop - start : 0;
        failed = lay_out(sink, PySequence_Fast_ITEMS(rows) + start, margin);
    }
    if (!failed && PyList_GET_SIZE(changed) && PyList_GET_SIZE(changed) != sink->texts)
        PyErr_SetString(PyExc_ValueError, "a row for each text that was changed");
    else if (!failed)
        data = PyBytes_FromStringAndSize(NULL, sink->begins[sink->texts] - 1 + margin);
    /* Nothing is called here that could change the lists. */
    if (data && write_texts(sink, PySequence_Fast_ITEMS(rows) + start, (byte *)PyBytes_AS_STRING(data), margin, changed, broken) < 0)
        Py_CLEAR(data);
    Py_XDECREF(rows);
    if (data)
        return Py_BuildValue("(NN)", data, broken);
    Py_XDECREF(broken);
    return NULL;
}

/* Gives a text its hits, so many from a place on: from here on they count from where it begins. */
static void give(Sink *sink, Grouped *grouped, Group one, PyObject *disguised, Hit disguise, int *failed)
{
    const Hit base = (Hit)sink->begins[one.text] << IDENT_BITS;
    int disguises = 0;
    size_t at;
    for (at = one.from; at < one.to; at++) {
        sink->hits.at[at] -= base;
        disguises |= (sink->hits.at[at] & (IDENTS - 1)) == disguise;
    }
    one.text += sink->first;
    grouped->groups[grouped->count++] = one;
    if (disguises) {
        PyObject *key = PyLong_FromSsize_t(one.text);
        *failed |= !key || PyDict_SetItem(disguised, key, Py_None) < 0;
        Py_XDECREF(key);
    }
}

/* Gives all texts their hits, which are in order, and lets go of them; -1 for an exception. */
static int give_all(Sink *sink, Hit disguise, Grouped *grouped, PyObject *disguised)
{
    size_t at = 0, from, most = sink->hits.count < (size_t)sink->texts ? sink->hits.count : (size_t)sink->texts;
    place text;
    int failed = 0;
    grouped->groups = PyMem_Malloc((most + 1) * sizeof *grouped->groups);
    if (!grouped->groups) {
        PyErr_NoMemory();
        return -1;
    }
    for (text = 0; !failed && at < sink->hits.count && text < sink->texts; text++) {
        const Hit limit = (Hit)(sink->begins[text + 1] + 1) << IDENT_BITS;
        for (from = at; at < sink->hits.count && sink->hits.at[at] < limit; at++)
            ;
        if (at > from)
            give(sink, grouped, (Group){text, from, at}, disguised, disguise, &failed);
    }
    grouped->hits = sink->hits.at;
    sink->hits = (Hits){NULL, 0, 0};
    return failed ? -1 : 0;
}

/* grouped(shapes, disguise) -> (found, disguised): `loop.Sink.grouped`, once for each scan. */
static PyObject *sink_grouped(PyObject *self, PyObject *args)
{
    Sink *sink = (Sink *)self;
    PyObject *shapes, *disguised;
    Grouped *found;
    Packed more;
    unsigned disguise;
    place i;
    size_t scanned = sink->hits.count;
    if (!PyArg_ParseTuple(args, "OI", &shapes, &disguise) || packed_of(shapes, &more) < 0)
        return NULL;
    for (i = 0; i < more.count; i++)
        if (push(&sink->hits, hit_at(more, i)) < 0)
            return NULL;
    if (merge(&sink->hits, scanned) < 0)
        return NULL;
    if (sink->hits.count && sink->texts && (place)(sink->hits.at[0] >> IDENT_BITS) <= sink->begins[0]) {
        PyErr_SetString(PyExc_ValueError, "a hit before the first text");
        return NULL;
    }
    found = (Grouped *)grouped_type->tp_alloc(grouped_type, 0), disguised = PyDict_New();
    if (found && disguised && !give_all(sink, disguise, found, disguised))
        return Py_BuildValue("(NN)", found, disguised);
    Py_XDECREF(found);
    Py_XDECREF(disguised);
    return NULL;
}

static void sink_free(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyMem_Free(((Sink *)self)->hits.at);
    PyMem_Free(((Sink *)self)->begins);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyMethodDef sink_methods[] = {
    {"join", sink_join, METH_VARARGS, "join(texts, start, stop, margin, changed) -> (data, broken)"},
    {"grouped", sink_grouped, METH_VARARGS, "grouped(shapes, disguise) -> (found, disguised)"},
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
