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
static byte class_of[256], before_word[256], quad_of[3][256];
static byte quad_lists[3][16] __attribute__((aligned(16))), rare_list[16] __attribute__((aligned(16)));
static byte country[26 * 26];

/* The detectors whose shapes are looked for; shapes.py has the same names and takes no other pass. */
#define NAMES                                                                                                    \
    "block disguise email phone_international phone_nanp us_ssn ipv4 ipv6 mac card card_named iban iban_spaced wallet "         \
    "discord_bot_token asana_token uptimerobot_key bitwarden_machine_token vault_legacy_token url_userinfo xml_element "        \
    "national_number_alone phone_in_brackets field jwt track2 bearer database_key pair_of_strings track1 coin"
/* Raised with every change of what is found, as `streams.masking.shapes` says: what was built before is not used. */
enum { INTERFACE = 18 };
enum shape {
    BLOCK, DISGUISE, EMAIL, PHONE_INTERNATIONAL, PHONE_NANP, SSN, IPV4, IPV6, MAC, CARD, CARD_NAMED, IBAN, IBAN_SPACED, WALLET,
    DISCORD, ASANA, UPTIMEROBOT, BITWARDEN, VAULT, USERINFO, ELEMENT, NATIONAL, PHONE_BRACKETS, FIELD, JOSE, TRACK2,
    BEARER, DATABASE_KEY, PAIR, TRACK1, COIN, SHAPES
};

/* A hit as the loops take it: its end, and in the lowest bits its identifier (`IDENT_BITS` of loop.py). */
typedef uint64_t Hit;
enum { IDENT_BITS = 16, NOBODY = -1 };

struct words;
typedef struct {
    const byte *text;
    Hit *hits;
    size_t count, room;
    long ident[SHAPES];
    /* Literals that begin a word, or NULL. */
    const struct words *words;
    /* From where the last long word was walked to its end, so that none is walked again and again. */
    const byte *walked_from, *walked;
    /* How far back the last decision about a sign has looked. */
    const byte *looked;
    int failed;
} Scan;

#define IS(c, mask) (class_of[(byte)(c)] & (mask))
#define LOWER(c) ((byte)((c) | 0x20))

static Hit hit_of(const Scan *scan, long ident, const byte *end)
{
    return (Hit)(end - scan->text) << IDENT_BITS | (Hit)ident;
}

static void report_as(Scan *scan, long ident, const byte *end)
{
    if (scan->failed)
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
    scan->hits[scan->count++] = hit_of(scan, ident, end);
}

static void report(Scan *scan, enum shape shape, const byte *end)
{
    if (scan->ident[shape] != NOBODY)
        report_as(scan, scan->ident[shape], end);
}

/* Whether a hit is among those reported since there were so many. */
static int is_reported(const Scan *scan, size_t since, long ident, const byte *end)
{
    size_t place;
    for (place = since; place < scan->count; place++)
        if (scan->hits[place] == hit_of(scan, ident, end))
            return 1;
    return 0;
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

static const byte *slashes(const byte *at, int most)
{
    while (most-- > 0 && *at == '\\')
        at++;
    return at;
}

static int begins_string(byte c)
{
    return c == '"' || c == '\'';
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
#include "_shapes_words.h"

/* Signs of ASCII of which most blocks hold none, the last of them NUL; `_shapes_sets.h` has them as well. */
static const char RARE[] = "%&^<[@+\x1b";

/* One of them, or the first byte of a character beyond ASCII. */
static void at_rare_sign(Scan *scan, const byte *at)
{
    switch (*at) {
    case '%': case '&': case '^':
        at_mark(scan, at);
        return;
    case '<':
        at_less(scan, at);
        return;
    case '[':
        at_pair(scan, at);
        return;
    case '@':
        at_sign(scan, at);
        userinfo(scan, at);
        return;
    case '+':
        at_plus(scan, at);
        return;
    case 0x1b: case 0:
        at_control(scan, at);
        return;
    default:
        at_character(scan, at);
    }
}

#include "_shapes_widths.h"

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
    PyObject *idents, *words, *hits;
    int shape;
    (void)module;
    if (!PyArg_ParseTuple(args, "y#O!O", &data, &size, &PyTuple_Type, &idents, &words))
        return NULL;
    if (!(scan.words = PyCapsule_GetPointer(words, WORDS)))
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

/* Notes a character of ASCII in a list that registers are looked up in. */
static void enlist(byte *list, int c)
{
    list[c % 16] |= (byte)(1 << c / 16);
}

static void fill_tables(void)
{
    static const char countries[] =
        "ADAEALATAZBABEBGBHBIBRBYCHCRCYCZDEDJDKDOEEEGESFIFKFOFRGBGEGIGLGRGTHNHRHUIEILIQISITJOKWKZLBLCLILTLULVLYMCMDMEMKMNMRMTMU"
        "NINLNOOMPKPLPSPTQARORSRUSASCSDSESISKSMSOSTSVTLTNTRUAVAVGXKYEAOBFBJCFCGCICMCVDZGAGQGWIRKMMAMGMLMZNESNTDTG";
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
    for (c = 0; c < 3 * 128; c++)
        if (quad_of[c / 128][c % 128])
            enlist(quad_lists[c / 128], c % 128);
    for (c = 0; c < (int)sizeof RARE; c++)
        enlist(rare_list, RARE[c]);
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
     "scan(text, identifiers, words) -> hits\n\nThe ends of all shapes and words in a text that begins and ends with 0xff, packed."},
    {"heads", take_heads, METH_O,
     "heads([(head, low, high)])\n\nTakes the first bytes of characters that are read as others, and the range of the last."},
    {"names", take_names, METH_VARARGS,
     "names(symbols, slots)\n\nTakes the names of fields, packed as a trie from their last letters; not while others scan."},
    {"words", take_words, METH_O,
     "words([(literal, beginning, cased, tail, identifier)]) -> words\n\nLiterals that begin a word, for `scan`; `beginnings.py` has the rows."},
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
#ifdef WIDER
    fill_marks();
#endif
    choose(64, 1);
    if (module && (PyModule_AddStringConstant(module, "NAMES", NAMES) < 0 || PyModule_AddIntConstant(module, "INTERFACE", INTERFACE) < 0))
        Py_CLEAR(module);
    return module;
}
