/* Whether what was changed is settled: nothing is glued to tokens, no hit is new, and JSON is still JSON; a part of _core.c.
 *
 * The functions of the same names in loop.py are the definition. */

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

/* `loop.veiled`, of an output of which a copy lies at `veiled`; -1 for an exception. */
static int veil(byte *veiled, Text output, PyObject *spliced)
{
    place i, rows = rows_in(spliced, output), shift = 0;
    for (i = 0; i < rows; i++) {
        Row one = row_at(spliced, i);
        place begin = one.start - shift, stop = one.stop;
        shift = one.end - stop;
        if (!is_token(output, begin, stop))
            continue;
        if (output.at[begin] == '"')
            begin++, stop--;
        memset(veiled + begin + 4, '_', (size_t)(stop - begin - 4));
    }
    return rows < 0 ? -1 : 0;
}

/* Whether nothing is glued to any of the replacements in an output, on either side; -1 for an exception. */
static int all_stand_apart(Text output, PyObject *spliced)
{
    place i, rows = rows_in(spliced, output), shift = 0;
    for (i = 0; i < rows; i++) {
        Row one = row_at(spliced, i);
        place begin = one.start - shift;
        shift = one.end - one.stop;
        if (begin < 0 || begin > one.stop || !stands_apart(output, begin, one.stop))
            return 0;
    }
    return rows < 0 ? -1 : 1;
}

/* Whether a hit is among others, which are in order. */
static int is_among(Packed hits, Hit hit)
{
    place low = 0, high = hits.count;
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

/* `loop._is_closed`. */
static int is_closed(Text output, place begin, place stop)
{
    enum { ESCAPES_MAX = 32 };
    int sign = peek(output, stop), behind = peek(output, stop + 1);
    if (stop >= output.size)
        return 1;
    if (sign == '"' || sign == '\'')
        return !is(behind, ALPHA | DIGIT);
    if (sign == ' ' || sign == ')')
        return is_token(output, begin, stop);
    if (sign == '\\') {
        place at = stop;
        while (at < stop + ESCAPES_MAX && peek(output, at) == '\\')
            at++;
        return at >= stop + ESCAPES_MAX || at >= output.size || memchr("\"'nrt/", output.at[at], 6) != NULL;
    }
    return memchr(",&;}]>\n\r", sign, 8) != NULL;
}

/* `loop._is_block`. */
static int is_block(Text output, place begin, place stop)
{
    enum { BLOCK_MIN = 12 };
    if (stop - begin < BLOCK_MIN || stop > output.size || begin < 0 || !memcmp(output.at + begin, "tok_", 4))
        return 0;
    for (; begin < stop; begin++)
        if (!is(output.at[begin], ALPHA | DIGIT) && !(output.at[begin] && strchr("+/_-=", output.at[begin])))
            return 0;
    return 1;
}

/* `loop._is_within`. */
static int is_within(Text output, place start, place stop)
{
    int within = 0;
    for (start = start < 0 ? 0 : start; start < stop && start < output.size; start++)
        within ^= output.at[start] == '"';
    return within;
}

/* `loop._goes_on`. */
static int value_goes_on(Text output, place last, place begin, place stop)
{
    int sign = peek(output, stop);
    if (sign == ',')
        return find(output, '[', last < 0 ? 0 : last, begin) >= 0 && peek(output, stop - 1) != '"';
    return sign == ' ' && is_within(output, last, begin);
}

/* `loop._is_opened`, of a place behind which there is a byte before. */
static int is_opened(Text output, place last, place begin, place stop)
{
    int sign = peek(output, begin - 1);
    return sign == '"' || sign == '\'' ||
           ((sign == ' ' || sign == '=' || sign == ':') && is_token(output, begin, stop) && !is_within(output, last, begin));
}

/* `loop._says`. */
static int says(Text output, place start, place stop)
{
    enum { SCHEME = 7 };
    if (stop - start >= SCHEME && stop <= output.size && start >= 0 && !memcmp(output.at + stop - SCHEME, "Bearer ", SCHEME))
        stop -= SCHEME;
    for (start = start < 0 ? 0 : start; start < stop && start < output.size; start++)
        if (is(output.at[start], ALPHA | DIGIT) || output.at[start] >= 0x80)
            return 1;
    return 0;
}

/* Whether a judge that is known here says of a hit that it stays, or that it is the very token which replaced it, between two
 * places; -1 for an exception. */
static int is_dismissed(Core *core, Text output, Hit hit, PyObject *natives_of, place begin, place stop)
{
    place ident = (place)(hit & (IDENTS - 1));
    int which = ident < PyBytes_GET_SIZE(natives_of) ? (byte)PyBytes_AS_STRING(natives_of)[ident] : NONE, yes = 0;
    PyObject *verdict = which > NONE && which < NATIVES ? natives[which](core, output, (place)(hit >> IDENT_BITS)) : NULL;
    if (!verdict)
        return PyErr_Occurred() ? -1 : 0;
    if (PyUnicode_Check(verdict)) {
        yes = 1;
    } else if (stop - begin > 2) {
        PyObject *one = PyList_Check(verdict) && PyList_GET_SIZE(verdict) == 1 ? PyList_GET_ITEM(verdict, 0) : verdict;
        if (peek(output, begin) == '"' && peek(output, stop - 1) == '"')
            begin++, stop--;
        yes = is_found(core, one) && number(one, START) == begin && number(one, END) == stop &&
              (has_head(output, begin, stop) || (stop - begin == 3 && is_word(output, begin, 3, "***")));
    }
    Py_DECREF(verdict);
    return yes;
}

/* How many hits of an output are not settled, as `Loop.unsettled` says; they are written to `left`, or where that is NULL it
 * is enough to know of one that no judge here dismisses, by the row of natives. -1 for an exception. */
static place unsettled(Packed hits, PyObject *spliced, Packed kept, PyObject *bytes, char *left, Core *core, PyObject *natives_of)
{
    enum { NAME_GAP = 12, BEHIND = 24, AHEAD = 24 };
    Text output = text_of(bytes);
    place i, row = 0, rows = rows_in(spliced, output), shift = 0, near = -1, many = 0;
    if (rows < 0)
        return -1;
    for (i = 0; i < hits.count && (left || !many); i++) {
        Hit hit = hit_at(hits, i);
        place end = (place)(hit >> IDENT_BITS), last = end - ((hit & (IDENTS - 1)) == BLOCK), was, begin = -1, stop = -1, gap = -1;
        int settled;
        for (; row < rows && last > row_at(spliced, row).stop; row++) {
            Row one = row_at(spliced, row);
            near = is_closed(output, one.start - shift, one.stop) ? -1 : one.stop + BEHIND;
            shift = one.end - one.stop;
        }
        was = end + shift;
        if (row < rows)
            begin = row_at(spliced, row).start - shift, stop = row_at(spliced, row).stop, gap = begin - last;
        if (stop >= 0 && gap < 0)
            settled = (hit & (IDENTS - 1)) != DISGUISE && is_token(output, begin, stop);
        else if (stop >= 0 && gap <= NAME_GAP && !says(output, last, begin))
            settled = is_closed(output, begin, stop) && !value_goes_on(output, last, begin, stop) && !is_block(output, begin, stop);
        else if (end > near && was >= 0 && is_among(kept, (Hit)was << IDENT_BITS | (hit & (IDENTS - 1))))
            settled = stop < 0 || gap > AHEAD || is_opened(output, last, begin, stop);
        else
            settled = 0;
        if (!settled && !left)
            settled = is_dismissed(core, output, hit, natives_of, begin, stop);
        if (settled < 0)
            return -1;
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
    Packed hits, kept;
    place many;
    (void)self;
    if (count != 4 || !PyBytes_Check(args[3])) {
        PyErr_SetString(PyExc_TypeError, "unsettled(hits, spliced, kept, output)");
        return NULL;
    }
    if (packed_of(args[0], &hits) < 0 || packed_of(args[2], &kept) < 0)
        return NULL;
    left = PyBytes_FromStringAndSize(NULL, PyBytes_GET_SIZE(args[0]));
    many = left ? unsettled(hits, args[1], kept, args[3], PyBytes_AS_STRING(left), NULL, NULL) : -1;
    if (many < 0)
        Py_CLEAR(left);
    else
        _PyBytes_Resize(&left, many * (place)sizeof(Hit));
    return left;
}

/* The fields of a text that was changed (`Changed` of loop.py). */
enum { PLACE, SPLICED, KEPT, FOLDED, CHANGED_FIELDS };

static int is_changed(PyObject *row)
{
    return PyTuple_Check(row) && PyTuple_GET_SIZE(row) == CHANGED_FIELDS;
}

/* The output of a row of what was changed, borrowed; NULL with an exception where it is no such row. */
static PyObject *output_of(PyObject *row, PyObject *outputs)
{
    place index = is_changed(row) ? number(row, PLACE) : -1;
    if (index >= 0 && index < PyList_GET_SIZE(outputs) && PyBytes_Check(PyList_GET_ITEM(outputs, index)))
        return PyList_GET_ITEM(outputs, index);
    if (!PyErr_Occurred())
        PyErr_SetString(PyExc_TypeError, "a row of what was changed is a Changed");
    return NULL;
}

/* written(outputs, changed) -> (outputs, folded): `Loop.written`. */
static PyObject *core_written(PyObject *self, PyObject *const *args, Py_ssize_t count)
{
    PyObject *written, *folded;
    place i;
    (void)self;
    if (count != 2 || !PyList_Check(args[0]) || !PyList_Check(args[1])) {
        PyErr_SetString(PyExc_TypeError, "written(outputs, changed)");
        return NULL;
    }
    written = PyList_New(PyList_GET_SIZE(args[1])), folded = PyList_New(0);
    for (i = 0; written && folded && i < PyList_GET_SIZE(args[1]); i++) {
        PyObject *row = PyList_GET_ITEM(args[1], i), *output = output_of(row, args[0]);
        if (!output || (PyTuple_GET_ITEM(row, FOLDED) != Py_False && append_place(folded, i) < 0))
            Py_CLEAR(written);
        else
            PyList_SET_ITEM(written, i, Py_NewRef(output));
    }
    if (written && folded)
        return Py_BuildValue("(NN)", written, folded);
    Py_XDECREF(written);
    Py_XDECREF(folded);
    return NULL;
}

/* Whether a text is surely JSON. */
static int is_json(Text t)
{
    place end = json_value(t, 0);
    return end >= 0 && json_space(t, end) == t.size;
}

/* Whether a changed text, which may have been hit, has to be looked at more closely: hits that are not settled, nor dismissed by
 * judges that are known here, or JSON that a parser has to tell. -1 for an exception. */
static int is_open(Core *core, PyObject *row, PyObject *output, Packed hits, int is_hit, PyObject *natives_of)
{
    Packed kept;
    place many;
    Text t = text_of(output);
    int first = peek(t, 0);
    if (is_hit && PyTuple_GET_ITEM(row, FOLDED) != Py_False)
        return 1;
    if (is_hit && packed_of(PyTuple_GET_ITEM(row, KEPT), &kept) < 0)
        return -1;
    many = is_hit ? unsettled(hits, PyTuple_GET_ITEM(row, SPLICED), kept, output, NULL, core, natives_of) : 0;
    if (many)
        return many < 0 ? -1 : 1;
    return (first == '{' || first == '[' || first == '"') && !is_json(t);
}

/* open(outputs, changed, hits, natives) -> places: `Loop.open`. */
static PyObject *core_open(PyObject *self, PyObject *const *args, Py_ssize_t count)
{
    PyObject *places;
    place i;
    if (count != 4 || !PyList_Check(args[0]) || !PyList_Check(args[1]) || !is_grouped(args[2]) || !PyBytes_Check(args[3])) {
        PyErr_SetString(PyExc_TypeError, "open(outputs, changed, hits, natives)");
        return NULL;
    }
    places = PyList_New(0);
    for (i = 0; places && i < PyList_GET_SIZE(args[1]); i++) {
        PyObject *row = PyList_GET_ITEM(args[1], i), *output = output_of(row, args[0]);
        Packed hits;
        int is_hit = output ? hits_of(args[2], i, &hits) : -1;
        int open = is_hit < 0 ? -1 : is_open((Core *)self, row, output, hits, is_hit, args[3]);
        if (open < 0 || (open && append_place(places, i) < 0))
            Py_CLEAR(places);
    }
    return places;
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
