/* What hyperscan reports to, and how its hits are shared out among texts; a part of _core.c. */

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
