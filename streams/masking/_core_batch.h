/* Whole batches: all texts with hits judged, settled and spliced in one call; a part of _core.c. */

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
static PyObject *changed_row(Core *core, place index, PyObject *spliced, PyObject *kept, PyObject *folded)
{
    PyObject *key = spliced && kept ? PyLong_FromSsize_t(index) : NULL;
    PyObject *row = key ? core->changed->tp_alloc(core->changed, CHANGED_FIELDS) : NULL;
    if (!row) {
        Py_XDECREF(key);
        Py_XDECREF(spliced);
        Py_XDECREF(kept);
        return NULL;
    }
    PyTuple_SET_ITEM(row, PLACE, key);
    PyTuple_SET_ITEM(row, SPLICED, spliced);
    PyTuple_SET_ITEM(row, KEPT, kept);
    PyTuple_SET_ITEM(row, FOLDED, Py_NewRef(folded));
    return row;
}

/* unfold(changed, row, output) -> whether: `Loop.unfold`. */
static PyObject *core_unfold(PyObject *self, PyObject *const *args, Py_ssize_t count)
{
    PyObject *one, *plain;
    place row = count == 3 ? PyLong_AsSsize_t(args[1]) : -1;
    int apart;
    if (PyErr_Occurred())
        return NULL;
    if (count != 3 || !PyList_Check(args[0]) || row < 0 || row >= PyList_GET_SIZE(args[0]) || !is_changed(PyList_GET_ITEM(args[0], row)) || !PyBytes_Check(args[2])) {
        PyErr_SetString(PyExc_TypeError, "unfold(changed, row, output)");
        return NULL;
    }
    one = PyList_GET_ITEM(args[0], row);
    apart = all_stand_apart(text_of(args[2]), PyTuple_GET_ITEM(one, SPLICED));
    if (apart <= 0)
        return apart < 0 ? NULL : Py_NewRef(Py_False);
    plain = changed_row((Core *)self, number(one, PLACE), Py_NewRef(PyTuple_GET_ITEM(one, SPLICED)), Py_NewRef(PyTuple_GET_ITEM(one, KEPT)), Py_False);
    if (!plain || PyList_SetItem(args[0], row, plain) < 0)
        return NULL;
    Py_RETURN_TRUE;
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
static int put_output(Batch *batch, place index, PyObject *folded)
{
    Splice *to = &batch->to;
    PyObject *kept, *row, *whole;
    int failed = -1;
    if (add(&to->output, PyBytes_AS_STRING(to->raw) + to->mark, PyBytes_GET_SIZE(to->raw) - to->mark) < 0)
        return -1;
    kept = PyBytes_FromStringAndSize((const char *)batch->stays.at, (place)(batch->stays.count * sizeof(Hit)));
    row = changed_row(batch->core, index, bytes_of(&to->rows), kept, folded), whole = row ? bytes_of(&to->output) : NULL;
    if (whole && !count_replaced(to, &batch->tally) && !PyList_Append(batch->changed, row)) {
        failed = PyList_SetItem(batch->outputs, index, whole);
        whole = NULL;
    }
    Py_XDECREF(whole);
    Py_XDECREF(row);
    return failed;
}

/* Puts hits of what was read where they lie in the raw bytes; -1 for an exception. */
static int put_raw(Hits *hits, PyObject *layers)
{
    size_t i;
    for (i = 0; i < hits->count; i++) {
        place end = (place)(hits->at[i] >> IDENT_BITS), start = end;
        if (raw_span(layers, &start, &end) < 0)
            return -1;
        hits->at[i] = (Hit)end << IDENT_BITS | (hits->at[i] & (IDENTS - 1));
    }
    return 0;
}

/* Masks a text that is read as it is, or as `read` says; -1 for an exception, with which its output is still the text
 * itself. */
static int mask_text(Batch *batch, place index, PyObject *raw, PyObject *read, Packed hits)
{
    PyObject *text = read ? PyTuple_GET_ITEM(read, 0) : raw;
    Pass pass = {text, batch->judges, batch->blocks, batch->fail, PyList_New(0), NULL, &batch->stays, {-1, -1, -1, -1}};
    PyObject *found = NULL;
    int failed = -1;
    batch->stays.count = 0, batch->to.raw = raw;
    if (pass.all && !ask_all(batch->core, &pass, hits, batch->natives, batch->by_word))
        found = PyList_GET_SIZE(pass.all) ? acted_on(batch, pass.all, text) : Py_NewRef(pass.all);
    if (found && read)
        failed = splice_read((PyObject *)batch->core, &batch->to, read, found, &(Acting){batch->known, batch->replacement, NULL});
    else if (found)
        failed = splice((PyObject *)batch->core, &batch->to, found, batch->known, batch->replacement);
    if (!failed && read && batch->to.rows.size)
        failed = put_raw(&batch->stays, PyTuple_GET_ITEM(read, 1));
    if (!failed && batch->to.rows.size)
        failed = put_output(batch, index, read ? Py_True : Py_False);
    clear(&batch->to);
    Py_XDECREF(found);
    if (pass.all)
        spare_all(batch->core, pass.all);
    Py_XDECREF(pass.all);
    return failed;
}

/* What a dict has for a place, borrowed; NULL without an exception where that is nothing. */
static PyObject *at_place(PyObject *dict, place index)
{
    PyObject *key, *value;
    if (!PyDict_GET_SIZE(dict))
        return NULL;
    key = PyLong_FromSsize_t(index), value = key ? PyDict_GetItemWithError(dict, key) : NULL;
    Py_XDECREF(key);
    return value;
}

/* Which texts of a batch are masked: those passed over are not, and some are read otherwise. `left` has those whose masking
 * raised. */
typedef struct {
    PyObject *texts, *passed, *reads, *left;
} Texts;

/* Masks a text that has hits, if it is none passed over; -1 for what is no error of a text. */
static int mask_at(Batch *batch, const Texts *of, place index, Packed hits)
{
    PyObject *text, *read;
    int failed;
    if (at_place(of->passed, index))
        return 0;
    read = PyErr_Occurred() ? NULL : at_place(of->reads, index);
    if (PyErr_Occurred() || (read && !is_read(read)) || index < 0 || index >= PyList_GET_SIZE(of->texts) || !PyBytes_Check(PyList_GET_ITEM(of->texts, index))) {
        if (!PyErr_Occurred())
            PyErr_SetString(PyExc_ValueError, "hits are those of texts");
        return -1;
    }
    text = Py_NewRef(PyList_GET_ITEM(of->texts, index));
    Py_XINCREF(read);
    failed = mask_text(batch, index, text, read, hits);
    /* Whatever it was, Python's own way through the text raises it again, and knows what becomes of the record. */
    if (failed < 0 && PyErr_ExceptionMatches(PyExc_Exception)) {
        PyErr_Clear();
        failed = append_place(of->left, index);
    }
    Py_DECREF(text);
    Py_XDECREF(read);
    return failed;
}

/* Masks the texts that have hits; -1 for what is no error of a text. */
static int mask_texts(Batch *batch, const Texts *of, PyObject *hits)
{
    PyObject *key, *mine;
    Packed packed;
    place at = 0, i;
    int failed = 0;
    if (Py_TYPE(hits) == grouped_type) {
        const Grouped *grouped = (const Grouped *)hits;
        for (i = 0; !failed && i < grouped->count; i++)
            failed = mask_at(batch, of, grouped->groups[i].text, packed_at(grouped, i));
        return failed;
    }
    while (!failed && PyDict_Next(hits, &at, &key, &mine)) {
        place index = PyLong_AsSsize_t(key);
        if (PyErr_Occurred() || packed_of(mine, &packed) < 0)
            return -1;
        Py_INCREF(mine);
        failed = mask_at(batch, of, index, packed);
        Py_DECREF(mine);
    }
    return failed;
}

/* mask(texts, hits, over, reads, asked, acts, outputs, counts) -> (changed, left): `Loop.mask`. */
static PyObject *core_mask(PyObject *self, PyObject *const *args, Py_ssize_t count)
{
    Batch batch = {0};
    PyObject *left, *const *asked, *const *acts;
    int failed = -1;
    if (count != 8 || !PyList_Check(args[0]) || !is_grouped(args[1]) || !PyDict_Check(args[2]) || !PyDict_Check(args[3]) ||
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
        failed = mask_texts(&batch, &(Texts){args[0], args[2], args[3], left}, args[1]);
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

/* survey(texts) -> (filled, size): `Loop.survey`. */
static PyObject *core_survey(PyObject *self, PyObject *texts)
{
    int filled = 1;
    place i, size = 0;
    PyObject *rows = PySequence_Fast(texts, "texts are a sequence");
    (void)self;
    for (i = 0; rows && i < PySequence_Fast_GET_SIZE(rows); i++) {
        PyObject *text = PySequence_Fast_GET_ITEM(rows, i);
        Text t = {NULL, 0};
        if (PyBytes_Check(text)) {
            t = text_of(text);
        } else if (text != Py_None) {
            PyErr_SetString(PyExc_TypeError, "a text is bytes");
            Py_CLEAR(rows);
        }
        filled = filled && t.size && t.at[0];
        size += t.size;
    }
    if (!rows)
        return NULL;
    Py_DECREF(rows);
    return Py_BuildValue("(On)", filled ? Py_True : Py_False, size);
}

static int is_hex(int c)
{
    return is(c, DIGIT) || (c >= 0 && LOWER(c) >= 'a' && LOWER(c) <= 'f');
}

/* Whether a text is ASCII and holds a percent escape. */
static int is_escaped(Text t)
{
    place at = -1;
    while ((at = find(t, '%', at + 1, t.size)) >= 0)
        if (is_hex(peek(t, at + 1)) && is_hex(peek(t, at + 2)))
            return ascii_end(t, 0) == t.size;
    return 0;
}

/* glance(texts, start, stop, size) -> (escaped, long): `Loop.glance`. */
static PyObject *core_glance(PyObject *self, PyObject *args)
{
    PyObject *texts, *escaped, *longer;
    place i, stop, size;
    int failed = 0;
    (void)self;
    if (!PyArg_ParseTuple(args, "O!nnn", &PyList_Type, &texts, &i, &stop, &size))
        return NULL;
    if (i < 0) {
        PyErr_SetString(PyExc_ValueError, "a place is not negative");
        return NULL;
    }
    escaped = PyList_New(0), longer = PyList_New(0), failed = !escaped || !longer;
    for (; !failed && i < stop && i < PyList_GET_SIZE(texts); i++) {
        PyObject *text = PyList_GET_ITEM(texts, i);
        if (PyBytes_Check(text)) {
            failed = is_escaped(text_of(text)) && append_place(escaped, i) < 0;
            failed = failed || (PyBytes_GET_SIZE(text) > size && append_place(longer, i) < 0);
        } else {
            PyErr_SetString(PyExc_TypeError, "a text is bytes");
            failed = 1;
        }
    }
    if (!failed)
        return Py_BuildValue("(NN)", escaped, longer);
    Py_XDECREF(escaped);
    Py_XDECREF(longer);
    return NULL;
}
