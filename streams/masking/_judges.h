/* Verdicts on candidates that are written as nearly all are; a part of _core.c.
 *
 * Each function bears the name of the judge in Python that defines it, knows the plainest spellings of what that judge looks
 * for, and gives the very verdict that it would give. Whatever is written in another way is left to the judge.
 */

/* -- what is asked of Python and remembered ------------------------------------------------------------------------- */

enum native { NONE, FIELD, EMAIL, IPV4, CARD, PHONE, JWT, BEARER, DATABASE_KEY, IBAN, NATIONAL, NUMBER, NATIVES };
/* Goes up with every change of what a function takes or gives; native.py takes no other core. */
enum { INTERFACE = 32 };
#define NAMES "field email ipv4 card phone_international jwt bearer database_key iban phone_national national_number"

/* What a value has to be to keep its name's promise, as far as it is told here. */
enum need { OTHER, SECRET, ID, MAIL, WORDS, PHONE_DIGITS, CARD_DIGITS, COOKIE, AUTHORIZATION };
/* Of names: only the value has to be looked at; the name alone does not tell. */
enum { ALONE = 1, UNSURE = 2 };

enum { SPARES = 64 };
typedef struct {
    PyObject_HEAD
    PyTypeObject *found, *changed;
    /* Functions: of a name its field, of a value whether it is nobody's, and so on. */
    PyObject *ask_field, *ask_nobody, *ask_thing, *ask_header, *ask_plan, *ask_length;
    PyObject *fields, *nobody, *things, *headers, *plans, *lengths;
    /* Who issues cards, in the order in which they are asked. */
    struct issuer {
        PyObject *said;
        long low, high, lengths;
        int digits;
    } *issuers;
    place issuer_count;
    /* The last answers, by what was asked: found without making an object of it. */
    struct answer_to {
        const PyObject *memo;
        PyObject *key, *answer;
    } *last;
    /* Findings of records before, whose room the next ones take. */
    PyObject *spare[SPARES];
    int spares;
} Core;

enum { MEMO_ENTRIES = 8192, LAST_ANSWERS = 2048 };

/* Where the answer about some bytes is, if it is one of the last. */
static struct answer_to *place_of_answer(const Core *core, const PyObject *memo, Text t, place low, place high)
{
    const uint64_t prime = 0x9e3779b97f4a7c15u;
    uint64_t hash = (uint64_t)(uintptr_t)memo ^ (uint64_t)(high - low) * prime, word;
    for (; low < high; low += (place)sizeof word) {
        word = 0;
        memcpy(&word, t.at + low, high - low < (place)sizeof word ? (size_t)(high - low) : sizeof word);
        hash = (hash ^ word) * prime, hash ^= hash >> 29;
    }
    return core->last + ((hash ^ hash >> 32) & (LAST_ANSWERS - 1));
}

/* What a function says of some bytes, a new reference; remembered for the last few thousand. */
static PyObject *asked(Core *core, PyObject *memo, PyObject *ask, Text t, place low, place high)
{
    struct answer_to *last = place_of_answer(core, memo, t, low, high);
    PyObject *key, *answer;
    if (last->memo == memo && PyBytes_GET_SIZE(last->key) == high - low && !memcmp(PyBytes_AS_STRING(last->key), t.at + low, (size_t)(high - low)))
        return Py_NewRef(last->answer);
    key = PyBytes_FromStringAndSize((const char *)t.at + low, high - low);
    if (!key)
        return NULL;
    answer = PyDict_GetItemWithError(memo, key);
    if (answer) {
        Py_INCREF(answer);
    } else if (!PyErr_Occurred()) {
        answer = PyObject_CallOneArg(ask, key);
        if (answer) {
            if (PyDict_GET_SIZE(memo) >= MEMO_ENTRIES)
                PyDict_Clear(memo);
            if (PyDict_SetItem(memo, key, answer) < 0)
                Py_CLEAR(answer);
        }
    }
    if (answer) {
        /* What was there is let go of last: that may run anything. */
        PyObject *old = last->key, *old_answer = last->answer;
        last->memo = memo, last->key = key, last->answer = Py_NewRef(answer);
        Py_XDECREF(old);
        Py_XDECREF(old_answer);
    } else {
        Py_DECREF(key);
    }
    return answer;
}

/* The same for a function that says yes or no; -1 for an exception. */
static int asked_whether(Core *core, PyObject *memo, PyObject *ask, Text t, place low, place high)
{
    PyObject *answer = asked(core, memo, ask, t, low, high);
    int yes = answer ? answer == Py_True : -1;
    Py_XDECREF(answer);
    return yes;
}

/* Strings that verdicts are made of. */
static struct {
    PyObject *empty, *none, *quote, *nothing;
    PyObject *kind_email, *kind_ip, *kind_card, *kind_phone, *kind_jwt, *kind_secret;
    PyObject *email, *ipv4, *card, *phone_international, *jwt, *bearer, *cookie, *authorization;
    PyObject *rfc5322, *octets, *country_code, *jose_header, *rfc6750, *rfc6265, *rfc9110;
    PyObject *nobody, *own_name, *issuer_range, *luhn, *length, *no_country, *mod97, *too_short, *no_word;
} say;

/* The fields of a finding (`Found`). */
enum { START, END, KIND, DETECTOR, VALIDATOR, CERTAIN, QUOTE, REPLACEMENT, INNER, ACTION, RULE, FIELDS };

/* Puts a value in the place of a field's; takes the reference. */
static void put_field(PyObject *one, int field, PyObject *value)
{
    PyObject *old = PyTuple_GET_ITEM(one, field);
    PyTuple_SET_ITEM(one, field, value);
    Py_XDECREF(old);
}

/* Whether nothing but a kind, a place and who says so is in a finding. */
static int is_usual(PyObject *one)
{
    return PyTuple_GET_ITEM(one, REPLACEMENT) == Py_None && PyTuple_GET_ITEM(one, INNER) == say.none &&
           PyTuple_GET_ITEM(one, ACTION) == Py_None && PyTuple_GET_ITEM(one, RULE) == say.nothing;
}

/* Keeps the findings of a list that nobody else has, as far as there is room: to make a tuple of eleven and to free it costs as
 * much as to judge. */
static void spare_all(Core *core, PyObject *list)
{
    place i;
    for (i = 0; i < PyList_GET_SIZE(list) && core->spares < SPARES; i++) {
        PyObject *one = PyList_GET_ITEM(list, i);
        if (Py_REFCNT(one) == 1 && Py_TYPE(one) == core->found && PyTuple_GET_SIZE(one) == FIELDS && is_usual(one)) {
            core->spare[core->spares++] = one;
            PyList_SET_ITEM(list, i, NULL);
        }
    }
}

/* A finding that is new or spare, with the fields that all have alike. */
static PyObject *usual(Core *core)
{
    PyObject *one;
    if (core->spares)
        return core->spare[--core->spares];
    if ((one = core->found->tp_alloc(core->found, FIELDS))) {
        PyTuple_SET_ITEM(one, REPLACEMENT, Py_NewRef(Py_None));
        PyTuple_SET_ITEM(one, INNER, Py_NewRef(say.none));
        PyTuple_SET_ITEM(one, ACTION, Py_NewRef(Py_None));
        PyTuple_SET_ITEM(one, RULE, Py_NewRef(say.nothing));
    }
    return one;
}

/* A finding; NULL with an exception where there is no memory. */
static PyObject *found(Core *core, place start, place end, PyObject *kind, PyObject *detector, PyObject *validator,
                       long certain, PyObject *quote)
{
    PyObject *from = PyLong_FromSsize_t(start), *to = PyLong_FromSsize_t(end), *rank = PyLong_FromLong(certain);
    PyObject *one = from && to && rank ? usual(core) : NULL;
    if (!one) {
        Py_XDECREF(from);
        Py_XDECREF(to);
        Py_XDECREF(rank);
        return NULL;
    }
    put_field(one, START, from);
    put_field(one, END, to);
    put_field(one, KIND, Py_NewRef(kind));
    put_field(one, DETECTOR, Py_NewRef(detector));
    put_field(one, VALIDATOR, Py_NewRef(validator));
    put_field(one, CERTAIN, rank);
    put_field(one, QUOTE, Py_NewRef(quote));
    return one;
}

/* A judge's answer is a new reference. NULL without an exception leaves the candidate to the judge in Python. */
#define LEAVE return NULL

/* -- values --------------------------------------------------------------------------------------------------------- */

/* A value may be one of the placeholders for nobody only if it begins with one of a few signs, or is short and begins with a
 * letter or a zero; those that begin with a letter hold no digit, but for `oauth2`. */
static int may_be_nobody(Text t, place low, place high)
{
    place at;
    byte first = t.at[low];
    if (memchr("[<{$%*-x.?(X\xe2", first, 13))
        return 1;
    if (high - low > 12 || !(is(first, ALPHA) || first == '0'))
        return 0;
    for (at = low + 1; at < high && LOWER(first) != 'o' && first != '0'; at++)
        if (is(t.at[at], DIGIT))
            return 0;
    return 1;
}

static int is_nobody(Core *core, Text t, place low, place high)
{
    return may_be_nobody(t, low, high) ? asked_whether(core, core->nobody, core->ask_nobody, t, low, high) : 0;
}

/* Whether a value begins with a word that a validator's sentence about a field begins with. */
static int may_be_said(Text t, place low, place high)
{
    static const char *const words[] = {"must", "should", "shall", "is",   "are", "was",  "has",   "have", "isn", "aren", "can", "cannot",
                                        "may",  "too",    "does",  "doesn", "do", "don", "needs", "not",  "at",   "from", "this", "the",
                                        "unexpected", "malformed", "no", "signature", "audience", "issuer", "claim", "claims", "format", "length",
                                        "subject", "nonce", "could", "unable", "failed", "e", "email", "username", "password", "phone", "name", "address",
                                        "value", "field", "token", "code", "user", "number", NULL};
    place end = low;
    while (end < high && (class_of[t.at[end]] & ALPHA))
        end++;
    return end > low && is_one_of(t, low, end - low, words);
}

static int is_alpha(Text t, place low, place high)
{
    return high > low && span(t, low, ALPHA) >= high;
}

/* A letter or digit of a name, without its joins and in lower case; 0 where it is a join. */
static byte folded(byte c)
{
    return c == '_' || c == '-' || c == '.' || c == ' ' ? 0 : c >= 'A' && c <= 'Z' ? c | 0x20 : c;
}

/* Whether letters are the name of their own field, in another spelling. */
static int is_own_name(Text t, place name, place name_end, place low, place high)
{
    place dot = find_back(t, '.', name, name_end), size = 0;
    if (high - low > name_end - name)
        return 0;
    name = dot < 0 ? name : dot + 1;
    for (;; name++, low++, size++) {
        while (name < name_end && !folded(t.at[name]))
            name++;
        while (low < high && !folded(t.at[low]))
            low++;
        if (name >= name_end || low >= high)
            return name >= name_end && low >= high && size > 2;
        if (folded(t.at[name]) != folded(t.at[low]))
            return 0;
    }
}

#include "_judges_fields.h"
#include "_judges_contact.h"
#include "_judges_words.h"
#include "_judges_network.h"
#include "_judges_money.h"
#include "_judges_tokens.h"

/* Interns the words that verdicts are made of; 0 where there is no memory. */
static int fill_words(void)
{
    struct {
        PyObject **to;
        const char *word;
    } words[] = {
        {&say.kind_email, "email"}, {&say.kind_ip, "ip"}, {&say.kind_card, "card"}, {&say.kind_phone, "phone"}, {&say.kind_jwt, "jwt"},
        {&say.kind_secret, "secret"}, {&say.email, "email"}, {&say.ipv4, "ipv4"}, {&say.card, "card"}, {&say.jwt, "jwt"},
        {&say.phone_international, "phone_international"}, {&say.bearer, "bearer"}, {&say.cookie, "cookie"},
        {&say.authorization, "authorization"}, {&say.rfc5322, "rfc5322"}, {&say.octets, "octets"}, {&say.country_code, "country_code"},
        {&say.jose_header, "jose_header"}, {&say.rfc6750, "rfc6750"}, {&say.rfc6265, "rfc6265"}, {&say.rfc9110, "rfc9110"},
        {&say.nobody, "nobody"}, {&say.own_name, "own_name"}, {&say.issuer_range, "issuer_range"}, {&say.luhn, "luhn"}, {&say.length, "length"}, {&say.too_short, "too_short"}, {&say.no_word, "no_word"}, {&say.no_country, "no_country"}, {&say.mod97, "mod97"}, {&say.nothing, ""},
    };
    size_t i;
    for (i = 0; i < sizeof words / sizeof *words; i++)
        if (!(*words[i].to = PyUnicode_InternFromString(words[i].word)))
            return 0;
    say.empty = PyBytes_FromStringAndSize("", 0), say.quote = PyBytes_FromString("\""), say.none = PyTuple_New(0);
    return say.empty && say.quote && say.none;
}
