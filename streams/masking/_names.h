/* Short names of fields, up to the sign behind them: `"uid":`, `age=`, `user[pin]`, `cvv_hash:`.
 *
 * Three letters stand inside of many words, and hyperscan stops at each of them; here a name is looked for where a word of
 * its length ends. The expressions in `field_anchors.py` (`FIELD_SHAPES`) are the definition, and tell which names there are.
 * Included by `_shapes.c`, which says what its functions may rely on.
 */

enum { SHORT = 3, TAILS = 32, TAIL = 12, ALL_OF_IT = 1, BEGINNING = 2 };

/* Which names of three letters or fewer there are: as the whole of a word, and as the beginning of more. */
static byte short_names[32 * 32 * 32];
/* What may follow a name without changing whose value it is. */
static struct {
    int size;
    byte text[TAIL];
} tails[TAILS];
static int tails_known;

/* Five bits of each letter, whatever its case; of a name of two letters the third is nothing. */
static int number_of(const byte *name, int size)
{
    return (name[0] & 31) << 10 | (name[1] & 31) << 5 | (size > 2 ? name[2] & 31 : 0);
}

/* Behind the sign of an assignment that begins at a position: \\*["'`]?(?:\[?\])?[ \t]{0,16}[:=]; NULL where none does. */
static const byte *behind_sign(const byte *at)
{
    int space;
    while (*at == '\\')
        at++;
    at += *at == '"' || *at == '\'' || *at == '`';
    if (*at == ']' || (*at == '[' && at[1] == ']'))
        at += *at == ']' ? 1 : 2;
    for (space = 0; space < 16 && (*at == ' ' || *at == '\t'); space++)
        at++;
    return *at == ':' || *at == '=' ? at + 1 : NULL;
}

static int joins_words(byte c)
{
    return c == '_' || c == '-' || c == '.' || c == ' ';
}

/* Behind the sign after one of the tails, or one to four digits. */
static const byte *behind_tail(const byte *at)
{
    const byte *digit = span(at, DIGIT, 4), *end = digit > at ? behind_sign(digit) : NULL;
    int tail, place;
    for (tail = 0; !end && tail < tails_known; tail++) {
        for (place = 0; place < tails[tail].size && LOWER(at[place]) == tails[tail].text[place] && IS(at[place], ALPHA);)
            place++;
        if (place == tails[tail].size)
            end = behind_sign(at + place);
    }
    return end;
}

/* Behind the sign after a name, which its tail may follow: (?:[_\-. ]?(?:tail|[0-9]{1,4}))? and the sign. */
static const byte *behind_name(const byte *at)
{
    const byte *end = behind_sign(at);
    if (!end)
        end = behind_tail(at);
    return end || !joins_words(*at) ? end : behind_tail(at + 1);
}

/* The same after a name that may be one of several: s? before it. */
static const byte *behind_last(const byte *at)
{
    const byte *end = behind_name(at);
    return end || LOWER(*at) != 's' || !IS(*at, ALPHA) ? end : behind_name(at + 1);
}

/* Behind the sign after a name that more may follow: [a-z0-9_\-. ]{0,24} and the sign. */
static const byte *behind_more(const byte *at)
{
    const byte *first = at;
    while (at - first < 24 && (IS(*at, ALPHA | DIGIT) || joins_words(*at)))
        at++;
    return behind_sign(at);
}

/* No letter and no digit before a name, but for the letter of an escape. */
static int name_start(const byte *name)
{
    return !IS(name[-1], ALPHA | DIGIT) || escape_letter(name - 1);
}

/* What follows a word that is a short name, the pass having seen its letters and its start. */
static int report_word(Scan *scan, const byte *name, int size)
{
    const byte *end = short_names[number_of(name, size)] & ALL_OF_IT && name_start(name) ? behind_last(name + size) : NULL;
    if (end)
        report(scan, FIELD, end);
    return end != NULL;
}

static void behind_two_letters(Scan *scan, const byte *at)
{
    report_word(scan, at - 2, 2);
}

/* Three letters are a name, or one of two and an `s`. */
static void behind_three_letters(Scan *scan, const byte *at)
{
    if (!report_word(scan, at - 3, 3) && LOWER(at[-1]) == 's')
        report_word(scan, at - 3, 2);
}

/* A name of three letters and an `s`. */
static void behind_one_more(Scan *scan, const byte *at)
{
    report_word(scan, at - 4, 3);
}

/* The third letter of a word, or behind the small letter before a capital (`userTin`). */
static void third_letter(Scan *scan, const byte *at)
{
    const byte *name = at - 2, *end = NULL;
    if (!all(name, ALPHA, SHORT) || !(short_names[number_of(name, SHORT)] & BEGINNING))
        return;
    if (name_start(name))
        end = behind_more(at + 1);
    else if (IS(*name, UPPER) && !IS(name[-1], UPPER))
        end = behind_last(at + 1);
    if (end)
        report(scan, FIELD, end);
}

static int take_names(PyObject *names, byte mark)
{
    Py_ssize_t i, size;
    for (i = 0; i < PyTuple_GET_SIZE(names); i++) {
        PyObject *name = PyTuple_GET_ITEM(names, i);
        size = PyBytes_Check(name) ? PyBytes_GET_SIZE(name) : 0;
        if (size < 2 || size > SHORT || !all((const byte *)PyBytes_AS_STRING(name), ALPHA, (int)size)) {
            PyErr_SetString(PyExc_ValueError, "a short name has two letters or three");
            return -1;
        }
        short_names[number_of((const byte *)PyBytes_AS_STRING(name), (int)size)] |= mark;
    }
    return 0;
}

/* names(whole, beginning, tails): the short names that are whole words, those that more may follow, and what may follow
 * the former. */
static PyObject *take_short_names(PyObject *module, PyObject *args)
{
    PyObject *whole, *beginning, *behind;
    Py_ssize_t i;
    (void)module;
    if (!PyArg_ParseTuple(args, "O!O!O!", &PyTuple_Type, &whole, &PyTuple_Type, &beginning, &PyTuple_Type, &behind))
        return NULL;
    memset(short_names, 0, sizeof short_names);
    tails_known = 0;
    if (take_names(whole, ALL_OF_IT) < 0 || take_names(beginning, BEGINNING) < 0)
        return NULL;
    for (i = 0; i < PyTuple_GET_SIZE(behind); i++) {
        PyObject *tail = PyTuple_GET_ITEM(behind, i);
        if (i >= TAILS || !PyBytes_Check(tail) || PyBytes_GET_SIZE(tail) < 1 || PyBytes_GET_SIZE(tail) > TAIL) {
            PyErr_SetString(PyExc_ValueError, "at most 32 tails of at most 12 letters");
            return NULL;
        }
        tails[i].size = (int)PyBytes_GET_SIZE(tail);
        memcpy(tails[i].text, PyBytes_AS_STRING(tail), (size_t)tails[i].size);
    }
    tails_known = (int)i;
    Py_RETURN_NONE;
}
