/* The passes over a batch's columns: `columns.Plain` in Python is their definition, and tests hold the two against each other. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>

/* Goes up with every change of what a function takes or gives; columns.py takes no other. */
enum { INTERFACE = 1 };
enum { TOPIC, PARTITION, ERROR, PLACE };
enum { OFFSET, TIMESTAMP, KEY, VALUE, HEADERS, RECORD };
/* Two lengths as variable integers, and bytes of a character: those of `targets.header_bytes`. */
enum { HEADER_OVERHEAD = 10, CHARACTER = 4 };

typedef Py_ssize_t place;

/* What a record's payload is, and what it takes on the wire at most. */
typedef struct {
    place size, bound;
} Weight;

static PyObject *refused(const char *why)
{
    PyErr_SetString(PyExc_TypeError, why);
    return NULL;
}

static int are_lists(PyObject *const *args, place count)
{
    for (place i = 0; i < count; i++)
        if (!PyList_Check(args[i]) || PyList_GET_SIZE(args[i]) != PyList_GET_SIZE(args[0]))
            return 0;
    return 1;
}

/* The bytes of a key, a value or a header's value, of which there may be none; -1 with an exception for anything else. */
static place length_of(PyObject *text)
{
    if (PyBytes_Check(text))
        return PyBytes_GET_SIZE(text);
    if (text == Py_None)
        return 0;
    refused("a key or a value is bytes or None");
    return -1;
}

/* The weight of one record's headers; a negative size with an exception where they are none. */
static Weight of_headers(PyObject *headers)
{
    const Weight wrong = {-1, -1};
    Weight all = {0, 0};
    if (headers == Py_None)
        return all;
    if (!PyList_Check(headers))
        return refused("headers are a list or None"), wrong;
    for (place i = 0; i < PyList_GET_SIZE(headers); i++) {
        PyObject *header = PyList_GET_ITEM(headers, i);
        place name, text;
        if (!PyTuple_Check(header) || PyTuple_GET_SIZE(header) != 2 || !PyUnicode_Check(PyTuple_GET_ITEM(header, 0)))
            return refused("a header is a name and a value"), wrong;
        name = PyUnicode_GET_LENGTH(PyTuple_GET_ITEM(header, 0)), text = length_of(PyTuple_GET_ITEM(header, 1));
        if (text < 0)
            return wrong;
        all.size += name + text;
        all.bound += HEADER_OVERHEAD + CHARACTER * name + text;
    }
    return all;
}

/* Goes through columns record by record; headers that are the same object as the last are not looked at again. */
typedef struct {
    PyObject *const *columns;
    PyObject *last;
    place key, value;
    Weight headers;
} Scale;

/* The payload of record i, whose parts are in the scale then; -1 with an exception. */
static place weighed(Scale *scale, place i)
{
    PyObject *headers = PyList_GET_ITEM(scale->columns[2], i);
    if (headers != scale->last)
        scale->headers = of_headers(headers), scale->last = headers;
    scale->key = length_of(PyList_GET_ITEM(scale->columns[0], i));
    scale->value = length_of(PyList_GET_ITEM(scale->columns[1], i));
    if (scale->headers.size < 0 || scale->key < 0 || scale->value < 0)
        return -1;
    return scale->key + scale->value + scale->headers.size;
}

/* weigh(keys, values, headers) -> (size, bound) */
static PyObject *weigh(PyObject *module, PyObject *const *args, place count)
{
    Scale scale = {args, NULL, 0, 0, {0, 0}};
    place size = 0, key = 0, value = 0, headers = 0;
    (void)module;
    if (count != 3 || !are_lists(args, 3))
        return refused("weigh(keys, values, headers): lists of one length");
    for (place i = 0; i < PyList_GET_SIZE(args[0]); i++) {
        place payload = weighed(&scale, i);
        if (payload < 0)
            return NULL;
        size += payload;
        key = scale.key > key ? scale.key : key;
        value = scale.value > value ? scale.value : value;
        headers = scale.headers.bound > headers ? scale.headers.bound : headers;
    }
    return Py_BuildValue("(nn)", size, key + value + headers);
}

/* cuts(keys, values, headers, portion) -> places */
static PyObject *cuts(PyObject *module, PyObject *const *args, place count)
{
    Scale scale = {args, NULL, 0, 0, {0, 0}};
    PyObject *found;
    place size = 0, number = 0, portion;
    (void)module;
    if (count != 4 || !are_lists(args, 3) || (portion = PyNumber_AsSsize_t(args[3], NULL)) < 1)
        return PyErr_Occurred() ? NULL : refused("cuts(keys, values, headers, portion): lists of one length, and bytes");
    found = PyList_New(0);
    for (place i = 0; found && i < PyList_GET_SIZE(args[0]); i++) {
        place payload = weighed(&scale, i);
        PyObject *at = NULL;
        if (payload < 0 || (i && (size + payload) / portion != number && (!(at = PyLong_FromSsize_t(i)) || PyList_Append(found, at) < 0)))
            Py_CLEAR(found);
        Py_XDECREF(at);
        size += payload;
        number = size / portion;
    }
    return found;
}

/* Whether two messages stand in one partition and neither is an error; -1 with an exception. */
static int goes_on(PyObject *const before[PLACE], PyObject *const now[PLACE])
{
    int same;
    if (before[ERROR] != Py_None || now[ERROR] != Py_None)
        return 0;
    same = PyObject_RichCompareBool(before[PARTITION], now[PARTITION], Py_EQ);
    return same > 0 ? PyObject_RichCompareBool(before[TOPIC], now[TOPIC], Py_EQ) : same;
}

static void release(PyObject **at, int count)
{
    for (int i = 0; i < count; i++)
        Py_CLEAR(at[i]);
}

/* runs(messages, (topic, partition, error)) -> lists of messages */
static PyObject *runs(PyObject *module, PyObject *const *args, place count)
{
    PyObject *before[PLACE] = {NULL, NULL, NULL}, *now[PLACE] = {NULL, NULL, NULL}, *found, *run = NULL;
    (void)module;
    if (count != 2 || !PyList_Check(args[0]) || !PyTuple_Check(args[1]) || PyTuple_GET_SIZE(args[1]) != PLACE)
        return refused("runs(messages, methods): a list, and what gives topic, partition and error");
    found = PyList_New(0);
    for (place i = 0; found && i < PyList_GET_SIZE(args[0]); i++) {
        PyObject *message = PyList_GET_ITEM(args[0], i);
        int same = 0;
        for (int part = 0; part < PLACE && same >= 0; part++)
            if (!(now[part] = PyObject_CallOneArg(PyTuple_GET_ITEM(args[1], part), message)))
                same = -1;
        if (same >= 0 && i)
            same = goes_on(before, now);
        if (!same) {
            Py_XDECREF(run);
            run = PyList_New(0);
            same = run && PyList_Append(found, run) == 0 ? 0 : -1;
        }
        if (same < 0 || PyList_Append(run, message) < 0)
            Py_CLEAR(found);
        release(before, PLACE);
        memcpy(before, now, sizeof now);
        memset(now, 0, sizeof now);
    }
    release(before, PLACE);
    Py_XDECREF(run);
    return found;
}

/* The milliseconds of a message's timestamp, -1 where it has none; a new reference. */
static PyObject *time_of(PyObject *timestamp)
{
    PyObject *known = NULL;
    if (timestamp && PyTuple_Check(timestamp) && PyTuple_GET_SIZE(timestamp) == 2) {
        int has = PyObject_IsTrue(PyTuple_GET_ITEM(timestamp, 0));
        if (has >= 0)
            known = has ? Py_NewRef(PyTuple_GET_ITEM(timestamp, 1)) : PyLong_FromLong(-1);
    } else if (timestamp) {
        refused("a timestamp is a kind and milliseconds");
    }
    Py_XDECREF(timestamp);
    return known;
}

/* Adds what a message gives to the columns; its payload, or -1 with an exception. */
static place taken(PyObject *message, PyObject *methods, PyObject *columns)
{
    PyObject *parts[RECORD] = {NULL, NULL, NULL, NULL, NULL};
    place size = 0, key, value;
    for (int part = 0; part < RECORD && size >= 0; part++) {
        parts[part] = PyObject_CallOneArg(PyTuple_GET_ITEM(methods, part), message);
        if (part == TIMESTAMP)
            parts[part] = time_of(parts[part]);
        if (!parts[part] || PyList_Append(PyTuple_GET_ITEM(columns, part), parts[part]) < 0)
            size = -1;
    }
    if (!size) {
        Weight headers = of_headers(parts[HEADERS]);
        key = length_of(parts[KEY]), value = length_of(parts[VALUE]);
        size = headers.size < 0 || key < 0 || value < 0 ? -1 : key + value + headers.size;
    }
    release(parts, RECORD);
    return size;
}

/* take(run, (offset, timestamp, key, value, headers), columns of those) -> size */
static PyObject *take(PyObject *module, PyObject *const *args, place count)
{
    place size = 0;
    int right = count == 3 && PyList_Check(args[0]) && PyTuple_Check(args[1]) && PyTuple_Check(args[2]);
    (void)module;
    right = right && PyTuple_GET_SIZE(args[1]) == RECORD && PyTuple_GET_SIZE(args[2]) == RECORD;
    for (place i = 0; right && i < RECORD; i++)
        right = PyList_Check(PyTuple_GET_ITEM(args[2], i));
    if (!right)
        return refused("take(run, methods, columns): a list, and for each part what gives it and its list");
    for (place i = 0; i < PyList_GET_SIZE(args[0]); i++) {
        place payload = taken(PyList_GET_ITEM(args[0], i), args[1], args[2]);
        if (payload < 0)
            return NULL;
        size += payload;
    }
    return PyLong_FromSsize_t(size);
}

/* A record's headers but for those of a name of ours, and the stamp; a new list. */
static PyObject *stamped_one(PyObject *headers, PyObject *stamp, PyObject *own)
{
    PyObject *whole = PyList_New(0);
    for (place i = 0; whole && i < PyList_GET_SIZE(headers); i++) {
        PyObject *header = PyList_GET_ITEM(headers, i);
        int ours = -1;
        if (!PyTuple_Check(header) || PyTuple_GET_SIZE(header) != 2)
            refused("a header is a name and a value");
        else
            ours = PySet_Contains(own, PyTuple_GET_ITEM(header, 0));
        if (ours < 0 || (!ours && PyList_Append(whole, header) < 0))
            Py_CLEAR(whole);
    }
    for (place i = 0; whole && i < PyList_GET_SIZE(stamp); i++)
        if (PyList_Append(whole, PyList_GET_ITEM(stamp, i)) < 0)
            Py_CLEAR(whole);
    return whole;
}

/* stamped(headers, stamp, own) -> headers */
static PyObject *stamped(PyObject *module, PyObject *const *args, place count)
{
    PyObject *all;
    (void)module;
    if (count != 3 || !PyList_Check(args[0]) || !PyList_Check(args[1]) || !PyAnySet_Check(args[2]))
        return refused("stamped(headers, stamp, own): lists, and a set of names");
    all = PyList_New(PyList_GET_SIZE(args[0]));
    for (place i = 0; all && i < PyList_GET_SIZE(args[0]); i++) {
        PyObject *headers = PyList_GET_ITEM(args[0], i), *one = NULL;
        if (headers == Py_None || (PyList_Check(headers) && !PyList_GET_SIZE(headers)))
            one = Py_NewRef(args[1]);
        else if (PyList_Check(headers))
            one = stamped_one(headers, args[1], args[2]);
        else
            refused("headers are a list or None");
        if (one)
            PyList_SET_ITEM(all, i, one);
        else
            Py_CLEAR(all);
    }
    return all;
}

#define FAST(name) (PyCFunction)(void (*)(void))name, METH_FASTCALL
static PyMethodDef methods[] = {
    {"runs", FAST(runs), "runs(messages, (topic, partition, error)) -> lists of messages"},
    {"take", FAST(take), "take(run, (offset, timestamp, key, value, headers), columns) -> size"},
    {"weigh", FAST(weigh), "weigh(keys, values, headers) -> (size, bound)"},
    {"cuts", FAST(cuts), "cuts(keys, values, headers, portion) -> places"},
    {"stamped", FAST(stamped), "stamped(headers, stamp, own) -> headers"},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "_columns", NULL, 0, methods, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__columns(void)
{
    PyObject *module = PyModule_Create(&definition);
    if (module && PyModule_AddIntConstant(module, "INTERFACE", INTERFACE) < 0)
        Py_CLEAR(module);
    return module;
}
