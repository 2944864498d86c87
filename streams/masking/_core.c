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

#include "_core_hits.h"
#include "_core_grouped.h"
#include "_core_loop.h"
#include "_core_settle.h"
#include "_core_splice.h"
#include "_core_splice_read.h"
#include "_core_verify.h"
#include "_core_batch.h"
#include "_core_sink.h"

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
    while (((Core *)self)->spares)
        Py_DECREF(((Core *)self)->spare[--((Core *)self)->spares]);
    type->tp_free(self);
    Py_DECREF(type);
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
    {"survey", core_survey, METH_O, "survey(texts) -> (filled, size)"},
    {"glance", core_glance, METH_VARARGS,
     "glance(texts, start, stop, size) -> the places of texts in ASCII with a percent escape, and of those longer than a size"},
    {"mask", FAST(core_mask), METH_FASTCALL, "mask(texts, hits, over, reads, asked, acts, outputs, counts) -> (changed, left)"},
    {"written", FAST(core_written), METH_FASTCALL, "written(outputs, changed) -> (the output of each row, the rows that were read otherwise)"},
    {"open", FAST(core_open), METH_FASTCALL, "open(outputs, changed, hits, natives) -> the places of what has to be looked at more closely"},
    {"unfold", FAST(core_unfold), METH_FASTCALL, "unfold(changed, row, output) -> whether the row is like the rest now"},
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
    Py_XSETREF(grouped_type, (PyTypeObject *)PyType_FromSpec(&grouped_spec));
    if (!core || !sink || !grouped_type || PyModule_AddObjectRef(module, "Core", core) < 0 || PyModule_AddObjectRef(module, "Sink", sink) < 0 ||
        PyModule_AddStringConstant(module, "NAMES", NAMES) < 0 || PyModule_AddIntConstant(module, "INTERFACE", INTERFACE) < 0)
        Py_CLEAR(module);
    Py_XDECREF(core);
    Py_XDECREF(sink);
    return module;
}
