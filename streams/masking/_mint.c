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

/* -- SHA-256 (FIPS 180-4) ------------------------------------------------------------------------------------------- */

enum { BLOCK = 64, WORDS = 8, LENGTH = 8 };

typedef struct {
    uint32_t words[WORDS];
} State;

static const State first_state = {
    {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19}};

static const uint32_t rounds[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be,
    0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa,
    0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85,
    0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3,
    0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f,
    0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

#define ROTATE(x, by) ((x) >> (by) | (x) << (32 - (by)))

static void compress_portable(State *state, const byte *block)
{
    uint32_t w[64], s[WORDS];
    int i;
    for (i = 0; i < 16; i++, block += 4)
        w[i] = (uint32_t)block[0] << 24 | (uint32_t)block[1] << 16 | (uint32_t)block[2] << 8 | block[3];
    for (; i < 64; i++) {
        uint32_t a = w[i - 15], b = w[i - 2];
        w[i] = w[i - 16] + (ROTATE(a, 7) ^ ROTATE(a, 18) ^ a >> 3) + w[i - 7] + (ROTATE(b, 17) ^ ROTATE(b, 19) ^ b >> 10);
    }
    memcpy(s, state->words, sizeof s);
    for (i = 0; i < 64; i++) {
        uint32_t e = s[4], a = s[0];
        uint32_t one = s[7] + (ROTATE(e, 6) ^ ROTATE(e, 11) ^ ROTATE(e, 25)) + ((e & s[5]) ^ (~e & s[6])) + rounds[i] + w[i];
        uint32_t two = (ROTATE(a, 2) ^ ROTATE(a, 13) ^ ROTATE(a, 22)) + ((a & s[1]) ^ (a & s[2]) ^ (s[1] & s[2]));
        s[7] = s[6], s[6] = s[5], s[5] = e, s[4] = s[3] + one, s[3] = s[2], s[2] = s[1], s[1] = a, s[0] = one + two;
    }
    for (i = 0; i < WORDS; i++)
        state->words[i] += s[i];
}

#ifdef __x86_64__
#include <cpuid.h>
#include <immintrin.h>

/* Four rounds with the message words of one register. */
#define FOUR(message, from)                                                                                   \
    sum = _mm_add_epi32(message, _mm_loadu_si128((const __m128i *)&rounds[from]));                            \
    cdgh = _mm_sha256rnds2_epu32(cdgh, abef, sum);                                                            \
    abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(sum, 0x0e))

/* The same with the instructions that x86 has for it (Intel SHA extensions): the words are kept as ABEF and CDGH. */
__attribute__((target("sha,sse4.1"))) static void compress_x86(State *state, const byte *block)
{
    const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0bLL, 0x0405060700010203LL);
    __m128i low = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)&state->words[0]), 0xb1);
    __m128i high = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)&state->words[4]), 0x1b);
    __m128i abef = _mm_alignr_epi8(low, high, 8), cdgh = _mm_blend_epi16(high, low, 0xf0), sum, w[4];
    const __m128i abef_before = abef, cdgh_before = cdgh;
    int i;
    for (i = 0; i < 4; i++) {
        w[i] = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(block + 16 * i)), big_endian);
        FOUR(w[i], 4 * i);
    }
    for (i = 16; i < 64; i += 4) {
        __m128i next = _mm_sha256msg1_epu32(w[0], w[1]);
        next = _mm_add_epi32(next, _mm_alignr_epi8(w[3], w[2], 4));
        next = _mm_sha256msg2_epu32(next, w[3]);
        w[0] = w[1], w[1] = w[2], w[2] = w[3], w[3] = next;
        FOUR(next, i);
    }
    abef = _mm_add_epi32(abef, abef_before), cdgh = _mm_add_epi32(cdgh, cdgh_before);
    low = _mm_shuffle_epi32(abef, 0x1b), high = _mm_shuffle_epi32(cdgh, 0xb1);
    _mm_storeu_si128((__m128i *)&state->words[0], _mm_blend_epi16(low, high, 0xf0));
    _mm_storeu_si128((__m128i *)&state->words[4], _mm_alignr_epi8(high, low, 8));
}

static void (*compress)(State *, const byte *) = compress_portable;

/* Takes the processor's own instructions where it has them and they are wanted, and says whether. */
static int choose(int wanted)
{
    unsigned a = 0, b = 0, c = 0, d = 0;
    int has = __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b >> 29 & 1);
    __builtin_cpu_init();
    has = has && __builtin_cpu_supports("sse4.1");
    compress = wanted && has ? compress_x86 : compress_portable;
    return wanted && has;
}
#else
#define compress compress_portable
static int choose(int wanted)
{
    (void)wanted;
    return 0;
}
#endif

/* The hash of one block that was taken in before and of some bytes behind it. */
static void finish(State *state, const byte *data, size_t size, byte hash[4 * WORDS])
{
    byte last[2 * BLOCK] = {0};
    uint64_t bits = ((uint64_t)size + BLOCK) * 8;
    size_t rest, blocks;
    int i;
    for (; size >= BLOCK; size -= BLOCK, data += BLOCK)
        compress(state, data);
    rest = size, blocks = rest + 1 + LENGTH > BLOCK ? 2 : 1;
    memcpy(last, data, rest);
    last[rest] = 0x80;
    for (i = 0; i < LENGTH; i++)
        last[blocks * BLOCK - 1 - (size_t)i] = (byte)(bits >> 8 * i);
    for (i = 0; i < (int)blocks; i++)
        compress(state, last + i * BLOCK);
    for (i = 0; i < WORDS; i++) {
        hash[4 * i] = (byte)(state->words[i] >> 24), hash[4 * i + 1] = (byte)(state->words[i] >> 16);
        hash[4 * i + 2] = (byte)(state->words[i] >> 8), hash[4 * i + 3] = (byte)state->words[i];
    }
}

/* -- the mint ------------------------------------------------------------------------------------------------------- */

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
