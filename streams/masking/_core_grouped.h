/* The hits of the texts of a scan by their texts: a mapping in which nothing is an object before it is asked for; a part of
 * _core.c. */

/* The hits of one text: those from a place on to another. */
typedef struct {
    place text;
    size_t from, to;
} Group;

typedef struct {
    PyObject_HEAD
    Hit *hits;
    Group *groups;
    place count;
} Grouped;

static PyTypeObject *grouped_type;

static Packed packed_at(const Grouped *grouped, place i)
{
    const Group *one = &grouped->groups[i];
    return (Packed){(const char *)(grouped->hits + one->from), (place)(one->to - one->from)};
}

/* Which of the groups is a text's; -1 where it has no hits. */
static place group_of(const Grouped *grouped, place text)
{
    place low = 0, high = grouped->count;
    while (low < high) {
        place middle = low + (high - low) / 2;
        if (grouped->groups[middle].text < text)
            low = middle + 1;
        else
            high = middle;
    }
    return low < grouped->count && grouped->groups[low].text == text ? low : -1;
}

/* Which of the groups is that of a key; -1 where there is none, -2 with an exception. */
static place group_at(PyObject *self, PyObject *key)
{
    place text = PyLong_AsSsize_t(key);
    return text == -1 && PyErr_Occurred() ? -2 : group_of((Grouped *)self, text);
}

static PyObject *bytes_at(PyObject *self, place i)
{
    Packed hits = packed_at((Grouped *)self, i);
    return PyBytes_FromStringAndSize(hits.at, hits.count * (place)sizeof(Hit));
}

static PyObject *grouped_get(PyObject *self, PyObject *const *args, Py_ssize_t count)
{
    place i;
    if (count != 2) {
        PyErr_SetString(PyExc_TypeError, "get(text, default)");
        return NULL;
    }
    i = group_at(self, args[0]);
    return i == -2 ? NULL : i < 0 ? Py_NewRef(args[1]) : bytes_at(self, i);
}

static PyObject *grouped_subscript(PyObject *self, PyObject *key)
{
    place i = group_at(self, key);
    if (i == -1)
        PyErr_SetObject(PyExc_KeyError, key);
    return i < 0 ? NULL : bytes_at(self, i);
}

static Py_ssize_t grouped_length(PyObject *self)
{
    return ((Grouped *)self)->count;
}

static PyObject *grouped_iter(PyObject *self)
{
    PyObject *texts = PyList_New(((Grouped *)self)->count), *iterator;
    place i;
    for (i = 0; texts && i < ((Grouped *)self)->count; i++) {
        PyObject *text = PyLong_FromSsize_t(((Grouped *)self)->groups[i].text);
        if (text)
            PyList_SET_ITEM(texts, i, text);
        else
            Py_CLEAR(texts);
    }
    iterator = texts ? PyObject_GetIter(texts) : NULL;
    Py_XDECREF(texts);
    return iterator;
}

static void grouped_free(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyMem_Free(((Grouped *)self)->hits);
    PyMem_Free(((Grouped *)self)->groups);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyMethodDef grouped_methods[] = {
    {"get", (PyCFunction)(void (*)(void))grouped_get, METH_FASTCALL, "get(text, default) -> the hits of a text"},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot grouped_slots[] = {
    {Py_tp_doc, "The hits of each text that has any, by its place."},
    {Py_tp_dealloc, grouped_free},
    {Py_tp_iter, grouped_iter},
    {Py_tp_methods, grouped_methods},
    {Py_mp_length, grouped_length},
    {Py_mp_subscript, grouped_subscript},
    {0, NULL},
};
static PyType_Spec grouped_spec = {"streams.masking._core.Grouped", sizeof(Grouped), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION,
                                   grouped_slots};

/* Whether hits are grouped, here or in a dict. */
static int is_grouped(PyObject *mapping)
{
    return Py_TYPE(mapping) == grouped_type || PyDict_Check(mapping);
}

/* The hits of a text in either sort of mapping, without any where it has none; -1 for an exception. */
static int hits_of(PyObject *mapping, place text, Packed *hits)
{
    PyObject *key, *bytes;
    place i;
    *hits = (Packed){NULL, 0};
    if (Py_TYPE(mapping) == grouped_type) {
        i = group_of((Grouped *)mapping, text);
        if (i >= 0)
            *hits = packed_at((Grouped *)mapping, i);
        return i >= 0;
    }
    key = PyLong_FromSsize_t(text), bytes = key ? PyDict_GetItemWithError(mapping, key) : NULL;
    Py_XDECREF(key);
    if (!bytes)
        return PyErr_Occurred() ? -1 : 0;
    return packed_of(bytes, hits) < 0 ? -1 : 1;
}
