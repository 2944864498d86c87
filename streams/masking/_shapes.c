/* Finds where values of a telling shape may stand: the anchors of digits, addresses and base64, in one pass over a batch.
 *
 * Hyperscan is at its best where an expression holds a literal. Shapes hold none: each of them keeps an automaton busy at
 * every byte of every record. This pass looks at the few places where a shape can begin (a run of digits, a sign, a long
 * word) and reports the same ends as the expressions of the detectors (`Detector.shapes`), which stay the definition: a
 * test holds the two against each other. It decides nothing; judges do.
 *
 * The text begins and ends with 0xff, the separator of records, which is in no class below: no look-ahead and no look-back
 * passes it, so none has to know where the text ends.
 */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>
#include <string.h>

typedef unsigned char byte;

enum { DIGIT = 1, HEX = 2, ALPHA = 4, RUN = 8, BASE58 = 16, LOCAL = 32, UPPER = 64, SMALL_HEX = 128 };

/* What stands before a word, but for the letters that may end an escape (`\n`): the class [^0-9ac-eg-mo-qsu-z]. */
static byte class_of[256], before_word[256], quad_of[3][256], quad_marks[128];
static byte country[26 * 26];

/* The detectors whose shapes are looked for; shapes.py has the same names and takes no other pass. */
#define NAMES                                                                                                    \
    "block disguise email phone_international phone_nanp us_ssn ipv4 ipv6 mac card card_named iban iban_spaced wallet "         \
    "discord_bot_token asana_token uptimerobot_key bitwarden_machine_token vault_legacy_token url_userinfo xml_element "        \
    "national_number_alone phone_in_brackets field jwt"
/* Raised with every change of what is found, as `streams.masking.shapes` says: what was built before is not used. */
enum { INTERFACE = 8 };
enum shape {
    BLOCK, DISGUISE, EMAIL, PHONE_INTERNATIONAL, PHONE_NANP, SSN, IPV4, IPV6, MAC, CARD, CARD_NAMED, IBAN, IBAN_SPACED, WALLET,
    DISCORD, ASANA, UPTIMEROBOT, BITWARDEN, VAULT, USERINFO, ELEMENT, NATIONAL, PHONE_BRACKETS, FIELD, JOSE, SHAPES
};

/* A hit as the loops take it: its end, and in the lowest bits its identifier (`IDENT_BITS` of loop.py). */
typedef uint64_t Hit;
enum { IDENT_BITS = 16, NOBODY = -1 };

typedef struct {
    const byte *text;
    Hit *hits;
    size_t count, room;
    long ident[SHAPES];
    /* From where the last long word was walked to its end, so that none is walked again and again. */
    const byte *walked_from, *walked;
    int failed;
} Scan;

#define IS(c, mask) (class_of[(byte)(c)] & (mask))
#define LOWER(c) ((byte)((c) | 0x20))

static void report(Scan *scan, enum shape shape, const byte *end)
{
    if (scan->ident[shape] == NOBODY || scan->failed)
        return;
    if (scan->count == scan->room) {
        size_t room = scan->room * 2 + 1024;
        Hit *more = PyMem_Realloc(scan->hits, room * sizeof *more);
        if (!more) {
            scan->failed = 1;
            return;
        }
        scan->hits = more, scan->room = room;
    }
    scan->hits[scan->count++] = (Hit)(end - scan->text) << IDENT_BITS | (Hit)scan->ident[shape];
}

static const byte *span(const byte *at, int mask, int most)
{
    while (most-- > 0 && IS(*at, mask))
        at++;
    return at;
}

static int all(const byte *at, int mask, int count)
{
    return span(at, mask, count) == at + count;
}

static int digits(const byte *at, int count)
{
    return all(at, DIGIT, count);
}

/* The letter of an escape that stands for white space, with its backslash before it: \\[nrtbf] */
static int escape_letter(const byte *at)
{
    byte c = LOWER(*at);
    return at[-1] == '\\' && (c == 'n' || c == 'r' || c == 't' || c == 'b' || c == 'f') && IS(*at, ALPHA);
}

/* Whether a word begins at a position: no letter and no digit before it, but the letter of an escape (`\n`). */
static int word_start(const byte *at)
{
    return !IS(at[-1], ALPHA | DIGIT) || (at[-2] == '\\' && before_word[at[-1]]);
}

static void mark(byte *table, const char *chars, byte bit)
{
    for (; *chars; chars++)
        table[(byte)*chars] |= bit;
}

#include "_shapes_numbers.h"
#include "_shapes_signs.h"
#include "_shapes_blocks.h"
#include "_shapes_disguises.h"
#include "_shapes_names.h"
#include "_shapes_bits.h"

/* -- the pass ------------------------------------------------------------------------------------------------------- */

/* Calls a function for each bit that is set. */
#define EACH(set, call)                                       \
    for (bits left = (set); left; left &= left - 1) {         \
        const byte *here = at + __builtin_ctzll(left);        \
        call;                                                 \
    }

#define NOW(class) (now->is.class)
#define BEFORE(class, places) back(now->is.class, last->is.class, places)
#define BEHIND(runs, size) back(now->runs.size, last->runs.size, 1)

static void read_block(const byte *at, Block *now, const Block *last)
{
    classify(at, &now->is);
    grow(&now->digits, &last->digits, NOW(digit));
    grow(&now->alnums, &last->alnums, NOW(digit) | NOW(letter));
    grow(&now->words, &last->words, NOW(run));
    now->word_from = run_start(at, now->words.one, last->word_from, 64);
    now->alnum_from = run_start(at, now->alnums.one, last->alnum_from, 64);
    quads(at, &now->quads);
    now->quads.printable = now->quads.third & back(now->quads.second, last->quads.second, 1) & back(now->quads.first, last->quads.first, 2);
    now->quads.block = now->quads.printable & back(now->quads.printable, last->quads.printable, 4) &
                       back(now->quads.printable, last->quads.printable, 8);
    now->printable = last_before(at, now->quads.block, last->printable, 64);
}

static void at_digits(Scan *scan, const byte *at, const Block *now, const Block *last)
{
    bits three = BEHIND(digits, three), four = BEHIND(digits, four), begun;
    EACH(now->digits.twelve & ~BEHIND(digits, twelve), at_twelfth(scan, here));
    EACH(NOW(sign) & four & ~BEFORE(digit, 5), behind_four(scan, here));
    EACH(NOW(sign) & three & ~BEFORE(digit, 4), behind_three(scan, here));
    /* Behind a word's start, the letter of an escape, or the word IBAN. */
    begun = ~back(now->alnums.one, last->alnums.one, 3) | BEFORE(slash, 4) | BEFORE(n, 3);
    EACH(NOW(digit) & BEFORE(letter, 1) & BEFORE(letter, 2) & begun, country_code(scan, here));
    EACH(NOW(dash) & three, dash_behind_number(scan, here));
    EACH(NOW(dash) & BEFORE(dash, 4) & BEFORE(digit, 1), beneficiary(scan, here));
    EACH(NOW(colon) & BEHIND(digits, twelve), colon_behind_number(scan, here));
    EACH(NOW(bracket) & four, bracket_behind_number(scan, here));
    EACH(NOW(upper) & four, population_key(scan, here));
    EACH(NOW(gap) & BEFORE(gap, 3) & BEFORE(gap, 6) & BEFORE(gap, 9), spaced_registration(scan, here));
    EACH(~NOW(digit) & BEHIND(digits, sixteen), letter_behind_number(scan, here));
    EACH(now->digits.two & BEFORE(gap, 2) & BEFORE(upper, 3) & BEFORE(upper, 4), spaced_country(scan, here));
}

static void at_signs(Scan *scan, const byte *at, const Block *now, const Block *last)
{
    /* Two in a row may begin with the last of these bytes. */
    bits doubled = NOW(colon) >> 1 | (bits)(at[64] == ':') << 63;
    EACH(NOW(dot) & (BEFORE(dot, 2) | BEFORE(dot, 3) | BEFORE(dot, 4) | BEFORE(dot, 5)), at_dot(scan, here));
    EACH(NOW(colon) & (BEFORE(hex, 1) | BEFORE(colon, 1) | doubled), at_colon(scan, here));
    EACH(NOW(dot) & BEFORE(dot, 7), discord_token(scan, here));
    EACH(NOW(dot) & BEFORE(dash, 13), machine_token(scan, here));
    EACH(NOW(dash) & BEFORE(dash, 3), at_dash(scan, here));
    if (scan->ident[FIELD] != NOBODY && endings) {
        bits telling = 0;
        EACH(NOW(colon) | NOW(equals), telling |= may_follow_name(here) ? left & -left : 0);
        EACH(telling, at_assignment(scan, here));
    }
}

/* Signs of which most blocks hold none. */
static void at_rare_signs(Scan *scan, const byte *at, const Block *now)
{
    EACH(NOW(slash), at_backslash(scan, here));
    EACH(NOW(equals), at_equals(scan, here));
    EACH(NOW(percent), at_percent(scan, here));
    EACH(NOW(ampersand), at_ampersand(scan, here));
    EACH(NOW(less), at_less(scan, here));
    EACH(NOW(bracket), area_in_brackets(scan, here));
    EACH(NOW(lead), at_character(scan, here));
    EACH(NOW(nothing), report(scan, DISGUISE, here + 1));
    EACH(NOW(escape), at_escape(scan, here));
    EACH(NOW(at), (at_sign(scan, here), userinfo(scan, here)));
    EACH(NOW(plus), at_plus(scan, here));
}

static void at_words(Scan *scan, const byte *at, const Block *now, const Block *last)
{
    EACH(NOW(c) & BEFORE(c, 1), at_cc(scan, here));
    EACH(NOW(n) & BEFORE(p, 2), at_pan(scan, here));
    EACH(NOW(level) & BEFORE(e, 1), at_zlib(scan, here));
    EACH(NOW(yw) & BEFORE(any_e, 1), at_header(scan, here));
    EACH(NOW(four) & BEFORE(h, 1), at_gzip(scan, here));
    EACH(NOW(big_a) & BEFORE(big_a, 3) & BEFORE(big_a, 8) & BEFORE(big_a, 11), at_utf16(scan, here));
    EACH(~now->words.one & BEHIND(words, twelve),
         at_word_end(scan, run_start(at, now->words.one, last->word_from, (int)(here - at)), here,
                     last_before(at, now->quads.block, last->printable, (int)(here - at))));
    EACH(~now->alnums.one & BEHIND(alnums, sixteen),
         behind_long(scan, run_start(at, now->alnums.one, last->alnum_from, (int)(here - at)), here));
}

static void pass(Scan *scan, const byte *at, const byte *end)
{
    Block blocks[2] = {0}, *now = blocks, *last = blocks + 1, *other;
    last->word_from = last->alnum_from = last->printable = at;
    for (; at < end; at += 64, other = now, now = last, last = other) {
        read_block(at, now, last);
        if (NOW(digit) | last->is.digit)
            at_digits(scan, at, now, last);
        at_signs(scan, at, now, last);
        if (NOW(slash) | NOW(equals) | NOW(percent) | NOW(ampersand) | NOW(less) | NOW(bracket) | NOW(lead) | NOW(nothing) | NOW(escape) |
            NOW(at) | NOW(plus))
            at_rare_signs(scan, at, now);
        at_words(scan, at, now, last);
    }
}

/* Look-backs and look-aheads of a fixed length stay inside the bytes that stand before and behind the records. */
enum { MARGIN = 128 };

static int margins(const byte *text, Py_ssize_t size)
{
    int place;
    for (place = 0; size >= 2 * MARGIN && place < MARGIN; place++)
        if (text[place] != 0xff || text[size - 1 - place] != 0xff)
            return 0;
    return size >= 2 * MARGIN;
}

static PyObject *scan_shapes(PyObject *module, PyObject *args)
{
    Scan scan = {0};
    const char *data;
    Py_ssize_t size;
    PyObject *idents, *hits;
    int shape;
    (void)module;
    if (!PyArg_ParseTuple(args, "y#O!", &data, &size, &PyTuple_Type, &idents))
        return NULL;
    scan.text = (const byte *)data;
    if (PyTuple_GET_SIZE(idents) != SHAPES || !margins(scan.text, size)) {
        PyErr_SetString(PyExc_ValueError, "one identifier or None for each shape, and 128 times 0xff around the text");
        return NULL;
    }
    for (shape = 0; shape < SHAPES; shape++) {
        PyObject *ident = PyTuple_GET_ITEM(idents, shape);
        scan.ident[shape] = ident == Py_None ? NOBODY : PyLong_AsLong(ident);
        if (ident != Py_None && (scan.ident[shape] < 0 || scan.ident[shape] >= 1L << IDENT_BITS)) {
            if (!PyErr_Occurred())
                PyErr_SetString(PyExc_OverflowError, "an identifier has sixteen bits");
            return NULL;
        }
    }
    pass(&scan, scan.text + MARGIN, scan.text + size - MARGIN + 1);
    hits = scan.failed ? PyErr_NoMemory() : PyBytes_FromStringAndSize((const char *)scan.hits, (Py_ssize_t)(scan.count * sizeof(Hit)));
    PyMem_Free(scan.hits);
    return hits;
}

static void fill_tables(void)
{
    static const char countries[] =
        "ADAEALATAZBABEBGBHBIBRBYCHCRCYCZDEDJDKDOEEEGESFIFKFOFRGBGEGIGLGRGTHNHRHUIEILIQISITJOKWKZLBLCLILTLULVLYMCMDMEMKMNMRMTMU"
        "NINLNOOMPKPLPSPTQARORSRUSASCSDSESISKSMSOSTSVTLTNTRUAVAVGXKYE";
    const char *code;
    int c;
    mark(class_of, "0123456789", DIGIT | HEX | LOCAL);
    mark(class_of, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", ALPHA | LOCAL);
    mark(class_of, "abcdefABCDEF", HEX);
    mark(class_of, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/_-", RUN);
    mark(class_of, "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz", BASE58);
    mark(class_of, "_-", LOCAL);
    mark(class_of, "ABCDEFGHIJKLMNOPQRSTUVWXYZ", UPPER);
    mark(class_of, "0123456789abcdef", SMALL_HEX);
    for (c = 0x80; c < 0xff; c++)
        class_of[c] |= LOCAL;
    memset(before_word, 1, sizeof before_word);
    for (code = "0123456789acdeghijklmopqsuvwxyzACDEGHIJKLMOPQSUVWXYZ"; *code; code++)
        before_word[(byte)*code] = 0;
    for (code = countries; *code; code += 2)
        country[(code[0] - 'A') * 26 + code[1] - 'A'] = 1;
    mark(quad_of[0], "IJKLMNOPQRSTUVWXYZabcdef", 1);
    mark(quad_of[1], "CDEFGHSTUVWXijklmnyz0123", 1);
    mark(quad_of[2], "ABEFIJMNQRUVYZcdghkloptwxs014589", 1);
    for (c = 0; c < 128; c++)
        quad_marks[c] = (byte)(quad_of[0][c] | quad_of[1][c] << 1 | quad_of[2][c] << 2);
}

static PyObject *choose_width(PyObject *module, PyObject *args)
{
    long most;
    int tables = 1;
    (void)module;
    return PyArg_ParseTuple(args, "l|p", &most, &tables) ? PyLong_FromLong(choose(most, tables)) : NULL;
}

static PyMethodDef methods[] = {
    {"scan", scan_shapes, METH_VARARGS,
     "scan(text, identifiers) -> hits\n\nThe ends of all shapes in a text that begins and ends with 0xff, packed."},
    {"heads", take_heads, METH_O,
     "heads([(head, low, high)])\n\nTakes the first bytes of characters that are read as others, and the range of the last."},
    {"names", take_names, METH_VARARGS,
     "names(symbols, slots)\n\nTakes the names of fields, packed as a trie from their last letters; not while others scan."},
    {"choose", choose_width, METH_VARARGS,
     "choose(most, tables=True) -> width\n\nTakes registers of so many bytes at most, and tables in them or not, for tests of each; not "
     "while others scan."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "_shapes", NULL, 0, methods, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__shapes(void)
{
    PyObject *module = PyModule_Create(&definition);
    fill_tables();
    fill_marks();
    choose(64, 1);
    if (module && (PyModule_AddStringConstant(module, "NAMES", NAMES) < 0 || PyModule_AddIntConstant(module, "INTERFACE", INTERFACE) < 0))
        Py_CLEAR(module);
    return module;
}
