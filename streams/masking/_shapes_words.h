/* Anchors that begin a word: a table of literals, asked at each place where one of them may begin.
 *
 * The expressions are the definition (`beginnings.py` says which of them are meant). Hyperscan hardly slows down with the number
 * of its literals, but it does with that of short ones, each of which it takes for found at many places. Included by `_shapes.c`,
 * which says what its functions may rely on. */

/* What has to stand before a literal: no letter and no digit, but the letter of an escape (`\n`); no capital and no digit; a small
 * letter or a digit. `beginnings.py` has the same order. */
enum beginning { WORD, CAPITALS, SEGMENT, BEGINNINGS };

/* What stands behind a literal up to the end that is reported: nothing; what leads to a digit; or to a digit or a parenthesis. */
enum tail { NOTHING, TO_DIGIT, TO_NUMBER, TAILS_OF_WORDS };

/* A literal, in the letters of its own case where that counts, else in small ones; and the next with the same three first bytes. */
typedef struct {
    /* Its first bytes whatever their case, and which bits of them count: most candidates are none by these alone. */
    uint64_t first, counting;
    const byte *text;
    Py_ssize_t size;
    enum beginning beginning;
    enum tail tail;
    int cased, ident, next;
} Beginning;

/* By a hash of the lowest bits of three bytes, six of the first and five of the others, in which a letter is the same whatever its
 * case: whether a literal begins so, and the first that does. A literal whose case does not count is there twice, so that small words
 * are no candidates for names with a capital. */
enum { PREFIX_BITS = 15, PREFIXES = 1 << PREFIX_BITS, KEY_BYTES = 3, EIGHT = 8, NO_MORE = -1 };
typedef struct words {
    uint64_t there[PREFIXES / 64];
    int16_t first[PREFIXES];
    Beginning *all;
    byte *texts;
} Words;

static const char WORDS[] = "streams.masking.words";

/* Four bytes are read; the multiplier is Knuth's (The Art of Computer Programming 3, 6.4). */
static inline __attribute__((always_inline)) unsigned prefix_of(const byte *at)
{
    static const union {
        byte bytes[4];
        uint32_t all;
    } low = {{63, 31, 31, 0}};
    uint32_t text;
    memcpy(&text, at, sizeof text);
    return (text & low.all) * 2654435769u >> (32 - PREFIX_BITS);
}

static inline __attribute__((always_inline)) int may_begin(const Words *words, const byte *at)
{
    const unsigned prefix = prefix_of(at);
    return (int)(words->there[prefix / 64] >> prefix % 64 & 1);
}

/* Eight bytes of which a letter is the same whatever its case. */
static uint64_t eight_of(const byte *at)
{
    uint64_t text;
    memcpy(&text, at, sizeof text);
    return text | 0x2020202020202020u;
}

static int is_written(const Beginning *one, const byte *at)
{
    Py_ssize_t place;
    for (place = 0; place < one->size; place++)
        if (at[place] != one->text[place] && (one->cased || !IS(at[place], ALPHA) || LOWER(at[place]) != one->text[place]))
            return 0;
    return 1;
}

static int begins(const Beginning *one, const byte *at)
{
    if (one->beginning == WORD)
        return !IS(at[-1], ALPHA | DIGIT) || (one->cased ? at[-2] == '\\' && at[-1] && strchr("nrtbf", at[-1]) : escape_letter(at - 1));
    return one->beginning == CAPITALS ? !IS(at[-1], UPPER | DIGIT) : IS(at[-1], ALPHA | DIGIT) && !IS(at[-1], UPPER);
}

static void report_once(Scan *scan, size_t since, long ident, const byte *end)
{
    if (!is_reported(scan, since, ident, end))
        report_as(scan, ident, end);
}

/* The ends behind a literal whose tail leads to a number: [^0-9a-z\xff][^0-9\xff]{0,23}[0-9(] */
static void report_numbers(Scan *scan, size_t since, const Beginning *one, const byte *end)
{
    const byte *at = end;
    if (IS(*at, ALPHA | DIGIT))
        return;
    while (*at != 0xff && ++at - end <= GAP_BEFORE_DIGIT && !IS(*at, DIGIT))
        if (*at == '(' && one->tail == TO_NUMBER)
            report_once(scan, since, one->ident, at + 1);
    if (at - end <= GAP_BEFORE_DIGIT && IS(*at, DIGIT))
        report_once(scan, since, one->ident, at + 1);
}

/* Where a literal may begin; two that are one here (`Ssn` as a word, and by its capital) are reported once. */
static void at_beginning(Scan *scan, const byte *at)
{
    const Words *words = scan->words;
    const size_t before = scan->count;
    const uint64_t text = eight_of(at);
    int place;
    for (place = words->first[prefix_of(at)]; place != NO_MORE; place = words->all[place].next) {
        const Beginning *one = &words->all[place];
        if ((text ^ one->first) & one->counting || !is_written(one, at) || !begins(one, at))
            continue;
        if (one->tail)
            report_numbers(scan, before, one, at + one->size);
        else
            report_once(scan, before, one->ident, at + one->size);
    }
}

static void forget_words(Words *words)
{
    if (words) {
        PyMem_Free(words->all);
        PyMem_Free(words->texts);
    }
    PyMem_Free(words);
}

static void drop_words(PyObject *capsule)
{
    forget_words(PyCapsule_GetPointer(capsule, WORDS));
}

/* Notes an entry at what it begins with. */
static void enter(Words *words, Beginning *one, const byte *begins)
{
    const unsigned prefix = prefix_of(begins);
    one->next = words->first[prefix], words->first[prefix] = (int16_t)(one - words->all);
    words->there[prefix / 64] |= (uint64_t)1 << prefix % 64;
}

/* Takes a row, (literal, beginning, cased, tail, ident), as the next entry, or two where its case does not count; -1 with an
 * exception where it is none. */
static int take_beginning(Words *words, PyObject *row, int *entries, byte **room)
{
    Beginning *one = &words->all[*entries];
    PyObject *text;
    int beginning, tail;
    byte counting[EIGHT], capital[EIGHT];
    if (!PyTuple_Check(row)) {
        PyErr_SetString(PyExc_TypeError, "words([(literal, beginning, cased, tail, identifier)])");
        return -1;
    }
    if (!PyArg_ParseTuple(row, "Sipii", &text, &beginning, &one->cased, &tail, &one->ident))
        return -1;
    one->size = PyBytes_GET_SIZE(text);
    if (one->size < KEY_BYTES || beginning < 0 || beginning >= BEGINNINGS || tail < 0 || tail >= TAILS_OF_WORDS || one->ident < 0 || one->ident >= 1 << IDENT_BITS) {
        PyErr_SetString(PyExc_ValueError, "a literal has three bytes at least and an identifier of sixteen bits");
        return -1;
    }
    one->text = memcpy(*room, PyBytes_AS_STRING(text), (size_t)one->size), one->beginning = (enum beginning)beginning, one->tail = (enum tail)tail;
    memset(counting, 0, sizeof counting), memset(counting, 0xff, (size_t)(one->size < EIGHT ? one->size : EIGHT));
    memcpy(&one->counting, counting, sizeof counting), one->first = eight_of(one->text);
    *room += one->size, *entries += 1;
    enter(words, one, one->text);
    if (!one->cased) {
        memcpy(capital, one->text, sizeof capital), capital[0] &= (byte)~0x20;
        one[1] = one[0], *entries += 1;
        enter(words, one + 1, capital);
    }
    return 0;
}

/* How many bytes all literals of some rows have; what is no row counts nothing. */
static size_t letters_in(PyObject *rows)
{
    Py_ssize_t i;
    size_t size = EIGHT;
    for (i = 0; i < PyList_GET_SIZE(rows); i++) {
        PyObject *row = PyList_GET_ITEM(rows, i);
        if (PyTuple_Check(row) && PyTuple_GET_SIZE(row) && PyBytes_Check(PyTuple_GET_ITEM(row, 0)))
            size += (size_t)PyBytes_GET_SIZE(PyTuple_GET_ITEM(row, 0));
    }
    return size;
}

static Words *words_of(PyObject *rows)
{
    Words *words = PyMem_Calloc(1, sizeof *words);
    byte *room;
    Py_ssize_t i;
    int entries = 0;
    if (words)
        words->all = PyMem_Calloc(2 * (size_t)PyList_GET_SIZE(rows) + 1, sizeof *words->all), words->texts = PyMem_Malloc(letters_in(rows));
    if (!words || !words->all || !words->texts) {
        PyErr_NoMemory();
        forget_words(words);
        return NULL;
    }
    memset(words->first, 0xff, sizeof words->first);
    for (i = 0, room = words->texts; i < PyList_GET_SIZE(rows); i++)
        if (take_beginning(words, PyList_GET_ITEM(rows, i), &entries, &room) < 0) {
            forget_words(words);
            return NULL;
        }
    return words;
}

/* words([(literal, beginning, cased, tail, identifier)]) -> words, for `scan`. */
static PyObject *take_words(PyObject *module, PyObject *rows)
{
    Words *words;
    PyObject *capsule;
    (void)module;
    if (!PyList_Check(rows) || PyList_GET_SIZE(rows) > INT16_MAX / 2) {
        PyErr_SetString(PyExc_TypeError, "words([(literal, beginning, cased, tail, identifier)]): a list, not too long");
        return NULL;
    }
    if (!(words = words_of(rows)))
        return NULL;
    if (!(capsule = PyCapsule_New(words, WORDS, drop_words)))
        forget_words(words);
    return capsule;
}
