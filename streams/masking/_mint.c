/* Tokens of values that are written plainly: canonical form, HMAC-SHA256 from two prepared states, letters.
 *
 * `tokens.py` and `canonical.py` are the definition. A mint makes the very token that they make where a value has no backslash
 * and is ASCII, or a name of letters that are in its tables, and needs no other table but that of calling codes; of all
 * others it makes none, and Python does. A test holds the two against each other.
 */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <structmember.h>
#include <stddef.h>
#include <stdio.h>

#include "_bytes.h"
#include "_json.h"
#include "_sha256.h"

/* Goes up with every change of what a mint takes or gives; tokens.py takes no other. */
enum { INTERFACE = 7 };

/* How the values of a kind are written before they become tokens; `NO_FORM` leaves them all to Python. */
enum form { EXACT, EMAIL, TEXT, IDENTIFIER, IPV4, PHONE, NO_FORM };

enum { LETTERS = 20, HINT = 4, HIDDEN = 6, LONGEST = 512, PREFIX = 64, TOKEN_MAX = PREFIX + LETTERS + HINT + 1 };

/* What was asked of the calling code that three digits begin with: how long it is, and as sets of bits which lengths its numbers
 * have and which digits begin those before which something may be dialled at home. */
enum { CODE_DIGITS = 3, CODES = 1000 };
typedef struct {
    uint64_t lengths;
    unsigned long dialled;
    byte known, code;
} Plan;
enum { UNKNOWN, PLANNED, LEFT };

typedef struct {
    PyObject_HEAD
    PyObject *prefix, *ask_plan;
    Plan *plans;
    vectorcallfunc call;
    State inner, outer;
    int form, hinted;
} Mint;

static void letters_of(const Mint *mint, const byte *data, size_t size, char *letters)
{
    State inner = mint->inner, outer = mint->outer;
    byte hash[4 * WORDS];
    int i;
    finish(&inner, data, size, hash);
    finish(&outer, hash, sizeof hash, hash);
    for (i = 0; i < LETTERS / 2; i++) {
        letters[2 * i] = (char)('a' + (hash[i] >> 4));
        letters[2 * i + 1] = (char)('a' + (hash[i] & 15));
    }
}

static int is_digit(byte c)
{
    return c >= '0' && c <= '9';
}

static int is_letter(byte c)
{
    return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

/* Four numbers up to 255 without zeros before them. */
static int is_ipv4(const byte *at, Py_ssize_t size)
{
    Py_ssize_t i = 0, octets = 0;
    for (;; i++) {
        int octet = 0;
        Py_ssize_t begin = i;
        while (i < size && i - begin < 4 && is_digit(at[i]))
            octet = octet * 10 + at[i++] - '0';
        if (i == begin || i - begin > 3 || octet > 255 || (i - begin > 1 && at[begin] == '0'))
            return 0;
        if (++octets == 4)
            return i == size;
        if (i >= size || at[i] != '.')
            return 0;
    }
}

/* Takes what Python says of a calling code: None, or its length and both sets; -1 for an exception. */
static int take_plan(Plan *plan, PyObject *said)
{
    unsigned long long lengths;
    unsigned long code, dialled;
    plan->known = LEFT;
    if (said == Py_None)
        return 0;
    if (!PyTuple_Check(said) || PyTuple_GET_SIZE(said) != 3) {
        PyErr_SetString(PyExc_TypeError, "a plan is (code, lengths, dialled) or None");
        return -1;
    }
    code = PyLong_AsUnsignedLong(PyTuple_GET_ITEM(said, 0));
    lengths = PyErr_Occurred() ? 0 : PyLong_AsUnsignedLongLong(PyTuple_GET_ITEM(said, 1));
    dialled = PyErr_Occurred() ? 0 : PyLong_AsUnsignedLong(PyTuple_GET_ITEM(said, 2));
    if (PyErr_Occurred())
        return -1;
    if (code >= 1 && code <= CODE_DIGITS)
        *plan = (Plan){lengths, dialled, PLANNED, (byte)code};
    return 0;
}

/* What is known of the calling code that digits begin with; NULL for an exception. */
static const Plan *plan_of(const Mint *mint, const byte *digits)
{
    Plan *plan = mint->plans + (digits[0] - '0') * 100 + (digits[1] - '0') * 10 + digits[2] - '0';
    if (plan->known == UNKNOWN) {
        PyObject *said = PyObject_CallFunction(mint->ask_plan, "y#", (const char *)digits, (Py_ssize_t)CODE_DIGITS);
        int failed = said ? take_plan(plan, said) : -1;
        Py_XDECREF(said);
        if (failed < 0) {
            plan->known = UNKNOWN;
            return NULL;
        }
    }
    return plan;
}

/* `_possible_as_written` of canonical.py: a number behind its plus and calling code, and nothing to be stripped of it. */
static Py_ssize_t phone(const Mint *mint, const byte *at, Py_ssize_t size, byte *to)
{
    enum { LONGEST_PHONE = 64, FEWEST = 7 };
    Py_ssize_t i, written = 0, national;
    const Plan *plan;
    if (size > LONGEST_PHONE || at[0] != '+' || !is_digit(at[size - 1]))
        return -1;
    to[written++] = '+';
    for (i = 1; i < size; i++)
        if (is_digit(at[i]))
            to[written++] = at[i];
        else if (!at[i] || !strchr(" ().-/", at[i]))
            return -1;
    if (written <= FEWEST)
        return -1;
    plan = plan_of(mint, to + 1);
    if (!plan)
        return -2;
    national = written - 1 - plan->code;
    if (plan->known != PLANNED || national < 1 || national > 63 || !(plan->lengths >> national & 1))
        return -1;
    return plan->dialled >> (to[1 + plan->code] - '0') & 1 ? -1 : written;
}

/* What letters beyond ASCII are folded to, both of two bytes in UTF-8, and ranges of those of three bytes that are nothing
 * else; `letters` of canonical.py tells them. */
enum { TWO_BYTES = 0x800, RANGES = 16 };
static byte folded[TWO_BYTES][2];
static struct {
    unsigned low, high;
} unfolded[RANGES];
static int ranges_known;

static int continues(byte c)
{
    return (c & 0xc0) == 0x80;
}

/* Writes the letter that begins at a place as it is compared, and gives back its size; 0 where that is left to Python. */
static int letter(const byte *at, Py_ssize_t left, byte *to)
{
    unsigned code;
    int range;
    if (left > 1 && at[0] >= 0xc2 && at[0] <= 0xdf && continues(at[1])) {
        code = (unsigned)(at[0] & 31) << 6 | (unsigned)(at[1] & 63);
        return folded[code][0] ? memcpy(to, folded[code], 2), 2 : 0;
    }
    if (left < 3 || (at[0] & 0xf0) != 0xe0 || !continues(at[1]) || !continues(at[2]))
        return 0;
    code = (unsigned)(at[0] & 15) << 12 | (unsigned)(at[1] & 63) << 6 | (unsigned)(at[2] & 63);
    for (range = 0; range < ranges_known; range++)
        if (code >= unfolded[range].low && code <= unfolded[range].high)
            return memcpy(to, at, 3), 3;
    return 0;
}

/* Names and addresses: letters folded, a single space between words (`_text` of canonical.py). */
static Py_ssize_t text(const byte *at, Py_ssize_t size, byte *to)
{
    Py_ssize_t i = 0;
    if (at[0] <= ' ' || at[size - 1] <= ' ')
        return -1;
    while (i < size) {
        byte c = at[i];
        int wide = c >= 0x80 ? letter(at + i, size - i, to + i) : 0;
        if (c < ' ' || (c == ' ' && at[i + 1] == ' ') || (c >= 0x80 && !wide))
            return -1;
        if (!wide)
            to[i] = c >= 'A' && c <= 'Z' ? c | 0x20 : c;
        i += wide ? wide : 1;
    }
    return size;
}

/* Writes the canonical form of a value, and gives back its size; -1 where that is left to Python, -2 for an exception. */
static Py_ssize_t canonical(const Mint *mint, const byte *at, Py_ssize_t size, byte *to)
{
    Py_ssize_t i, written = 0;
    int form = mint->form;
    if (size > LONGEST || (size == 0 && form != EXACT))
        return -1;
    for (i = 0; i < size; i++)
        if (at[i] == '\\' || (at[i] >= 0x80 && form != TEXT))
            return -1;
    switch (form) {
    case EMAIL:
        if (at[0] <= ' ' || at[size - 1] <= ' ')
            return -1;
        for (i = 0; i < size; i++)
            to[i] = at[i] >= 'A' && at[i] <= 'Z' ? at[i] | 0x20 : at[i];
        return size;
    case TEXT:
        return text(at, size, to);
    case IDENTIFIER:
        for (i = 0; i < size; i++)
            if (is_digit(at[i]))
                to[written++] = at[i];
            else if (is_letter(at[i]))
                to[written++] = at[i] & (byte)~0x20;
        return written ? written : -1;
    case IPV4:
        if (!is_ipv4(at, size))
            return -1;
        break;
    case PHONE:
        return phone(mint, at, size, to);
    case EXACT:
        break;
    default:
        return -1;
    }
    memcpy(to, at, (size_t)size);
    return size;
}

/* Writes `_` and the last four digits of a form where six stay hidden; how many bytes that are. */
static Py_ssize_t hint_of(const byte *form, Py_ssize_t size, char *to)
{
    Py_ssize_t i, digits = 0, left = HINT;
    for (i = 0; i < size; i++)
        digits += is_digit(form[i]);
    if (digits < HINT + HIDDEN)
        return 0;
    to[0] = '_';
    while (left)
        if (is_digit(form[--size]))
            to[left--] = (char)form[size];
    return HINT + 1;
}

/* The token of bytes as they are, without a hint; its size. */
static Py_ssize_t whole_token(const Mint *mint, const byte *at, Py_ssize_t size, char *to)
{
    PyObject *prefix = mint->prefix;
    memcpy(to, PyBytes_AS_STRING(prefix), (size_t)PyBytes_GET_SIZE(prefix));
    letters_of(mint, at, (size_t)size, to + PyBytes_GET_SIZE(prefix));
    return PyBytes_GET_SIZE(prefix) + LETTERS;
}

/* Writes the token of a value, for which there are `TOKEN_MAX` bytes; its size, or -1 where it is left to Python, -2 for an exception. */
static Py_ssize_t token_of(const Mint *mint, const byte *at, Py_ssize_t size, char *to)
{
    byte form[LONGEST];
    Py_ssize_t written;
    size = canonical(mint, at, size, form);
    if (size < 0)
        return size;
    written = whole_token(mint, form, size, to);
    return written + (mint->hinted ? hint_of(form, size, to + written) : 0);
}

/* mint(value) -> the token of a value as it is written, None where that is left to Python. */
static PyObject *mint_call(PyObject *self, PyObject *const *args, size_t count, PyObject *names)
{
    PyObject *value;
    char token[TOKEN_MAX];
    Py_ssize_t size;
    if ((names && PyTuple_GET_SIZE(names)) || PyVectorcall_NARGS(count) != 1 || !PyBytes_Check(value = args[0])) {
        PyErr_SetString(PyExc_TypeError, "mint(value): bytes");
        return NULL;
    }
    size = token_of((const Mint *)self, (const byte *)PyBytes_AS_STRING(value), PyBytes_GET_SIZE(value), token);
    if (size == -2)
        return NULL;
    return size < 0 ? Py_NewRef(Py_None) : PyBytes_FromStringAndSize(token, size);
}

/* digest(data) -> the letters of any bytes */
static PyObject *mint_digest(PyObject *self, PyObject *data)
{
    PyObject *letters;
    if (!PyBytes_Check(data)) {
        PyErr_SetString(PyExc_TypeError, "digest(data): bytes");
        return NULL;
    }
    letters = PyBytes_FromStringAndSize(NULL, LETTERS);
    if (letters)
        letters_of((Mint *)self, (const byte *)PyBytes_AS_STRING(data), (size_t)PyBytes_GET_SIZE(data), PyBytes_AS_STRING(letters));
    return letters;
}

static PyObject *mint_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    const char *key;
    Py_ssize_t size, i;
    PyObject *prefix, *ask_plan = NULL;
    Mint *mint;
    byte inner[BLOCK], outer[BLOCK];
    int form, hinted;
    if (kwargs || !PyArg_ParseTuple(args, "y#Sip|O", &key, &size, &prefix, &form, &hinted, &ask_plan))
        return NULL;
    if (size > BLOCK || PyBytes_GET_SIZE(prefix) > PREFIX || form < EXACT || form > NO_FORM || (form == PHONE) != (ask_plan != NULL)) {
        PyErr_SetString(PyExc_ValueError, "Mint(key, prefix, form, hinted[, plan]): a key and a prefix have 64 bytes at most, and phones have plans");
        return NULL;
    }
    mint = (Mint *)type->tp_alloc(type, 0);
    if (!mint)
        return NULL;
    for (i = 0; i < BLOCK; i++) {
        byte c = i < size ? (byte)key[i] : 0;
        inner[i] = c ^ 0x36, outer[i] = c ^ 0x5c;
    }
    mint->prefix = Py_NewRef(prefix), mint->form = form, mint->hinted = hinted, mint->call = mint_call;
    Py_XINCREF(ask_plan);
    mint->ask_plan = ask_plan;
    if (ask_plan && !(mint->plans = PyMem_Calloc(CODES, sizeof *mint->plans))) {
        Py_DECREF(mint);
        return PyErr_NoMemory();
    }
    mint->inner = mint->outer = first_state;
    compress(&mint->inner, inner);
    compress(&mint->outer, outer);
    return (PyObject *)mint;
}

static void mint_free(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    Py_XDECREF(((Mint *)self)->prefix);
    Py_XDECREF(((Mint *)self)->ask_plan);
    PyMem_Free(((Mint *)self)->plans);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyMethodDef mint_methods[] = {
    {"digest", mint_digest, METH_O, "digest(data) -> the letters of any bytes"},
    {NULL, NULL, 0, NULL},
};

static PyMemberDef mint_members[] = {
    {"__vectorcalloffset__", T_PYSSIZET, offsetof(Mint, call), READONLY, NULL},
    {NULL, 0, 0, 0, NULL},
};

static PyType_Slot mint_slots[] = {
    {Py_tp_doc, "Mint(key, prefix, form, hinted[, plan]): makes the tokens of one kind under one key."},
    {Py_tp_call, PyVectorcall_Call},
    {Py_tp_members, mint_members},
    {Py_tp_dealloc, mint_free},
    {Py_tp_methods, mint_methods},
    {Py_tp_new, mint_new},
    {0, NULL},
};
static PyType_Spec mint_spec = {"streams.masking._mint.Mint", sizeof(Mint), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_VECTORCALL, mint_slots};

/* What reads the payloads of JWTs with mints. */
#include "_claims.h"
#include "_claims_said.h"
#include "_claims_reader.h"

static PyObject *choose_instructions(PyObject *module, PyObject *wanted)
{
    int own = PyObject_IsTrue(wanted);
    (void)module;
    return own < 0 ? NULL : PyBool_FromLong(choose(own));
}

/* letters(folded, unfolded): what letters of two bytes in UTF-8 are compared as, sixteen bits for each code point below 0x800,
 * and the ranges of those of three bytes that are compared as they are. */
static PyObject *take_letters(PyObject *module, PyObject *args)
{
    const char *table;
    Py_ssize_t size, i;
    PyObject *ranges;
    (void)module;
    if (!PyArg_ParseTuple(args, "y#O!", &table, &size, &PyTuple_Type, &ranges))
        return NULL;
    if (size != (Py_ssize_t)sizeof folded || PyTuple_GET_SIZE(ranges) > RANGES) {
        PyErr_SetString(PyExc_ValueError, "letters(folded, unfolded): two bytes for each code point below 0x800, and 16 ranges at most");
        return NULL;
    }
    memset(folded, 0, sizeof folded), ranges_known = 0;
    for (i = 0; i < PyTuple_GET_SIZE(ranges); i++)
        if (!PyArg_ParseTuple(PyTuple_GET_ITEM(ranges, i), "II", &unfolded[i].low, &unfolded[i].high))
            return NULL;
    memcpy(folded, table, sizeof folded), ranges_known = (int)i;
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"letters", take_letters, METH_VARARGS, "letters(folded, unfolded)\n\nTakes what letters beyond ASCII are compared as."},
    {"choose", choose_instructions, METH_O,
     "choose(own) -> whether\n\nTakes the processor's own instructions for SHA-256 or not, for tests of both; not while others mint."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "_mint", NULL, -1, methods, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__mint(void)
{
    PyObject *module = PyModule_Create(&definition), *mint, *reader;
    choose(1);
    fill_tables();
    fill_sextets();
    mint = module ? PyType_FromSpec(&mint_spec) : NULL;
    reader = mint ? PyType_FromSpec(&reader_spec) : NULL;
    mint_type = (PyTypeObject *)mint;
    if (!reader || PyModule_AddObjectRef(module, "Mint", mint) < 0 || PyModule_AddObjectRef(module, "Reader", reader) < 0 ||
        PyModule_AddStringConstant(module, "FORMS", "exact email text identifier ipv4 phone none") < 0 ||
        PyModule_AddStringConstant(module, "READS", READS) < 0 || PyModule_AddIntConstant(module, "INTERFACE", INTERFACE) < 0)
        Py_CLEAR(module);
    /* The type of mints stays for as long as readers ask for it. */
    Py_XDECREF(reader);
    return module;
}
