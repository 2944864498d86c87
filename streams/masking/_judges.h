/* Verdicts on candidates that are written as nearly all are; a part of _core.c.
 *
 * Each function bears the name of the judge in Python that defines it, knows the plainest spellings of what that judge looks
 * for, and gives the very verdict that it would give. Whatever is written in another way is left to the judge.
 */

/* -- what is asked of Python and remembered ------------------------------------------------------------------------- */

enum native { NONE, FIELD, EMAIL, IPV4, CARD, PHONE, JWT, BEARER, DATABASE_KEY, IBAN, NATIONAL, NATIVES };
/* Goes up with every change of what a function takes or gives; native.py takes no other core. */
enum { INTERFACE = 17 };
#define NAMES "field email ipv4 card phone_international jwt bearer database_key iban phone_national"

/* What a value has to be to keep its name's promise, as far as it is told here. */
enum need { OTHER, SECRET, ID, MAIL, WORDS, PHONE_DIGITS, CARD_DIGITS, COOKIE, AUTHORIZATION };
/* Of names: only the value has to be looked at; the name alone does not tell. */
enum { ALONE = 1, UNSURE = 2 };

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
} Core;

enum { MEMO_ENTRIES = 8192, LAST_ANSWERS = 2048 };

/* Where the answer about some bytes is, if it is one of the last. */
static struct answer_to *place_of_answer(const Core *core, const PyObject *memo, Text t, place low, place high)
{
    uint64_t hash = 0xcbf29ce484222325u ^ (uint64_t)(uintptr_t)memo;
    for (; low < high; low++)
        hash = (hash ^ t.at[low]) * 0x100000001b3u;
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
    PyObject *nobody, *own_name, *issuer_range, *luhn, *length, *no_country, *mod97, *too_short;
} say;

/* The fields of a finding (`Found`). */
enum { START, END, KIND, DETECTOR, VALIDATOR, CERTAIN, QUOTE, REPLACEMENT, INNER, ACTION, RULE, FIELDS };

/* A finding; NULL with an exception where there is no memory. */
static PyObject *found(Core *core, place start, place end, PyObject *kind, PyObject *detector, PyObject *validator,
                       long certain, PyObject *quote)
{
    PyObject *one = core->found->tp_alloc(core->found, FIELDS);
    PyObject *from = PyLong_FromSsize_t(start), *to = PyLong_FromSsize_t(end), *rank = PyLong_FromLong(certain);
    if (!one || !from || !to || !rank) {
        Py_XDECREF(one);
        Py_XDECREF(from);
        Py_XDECREF(to);
        Py_XDECREF(rank);
        return NULL;
    }
    PyTuple_SET_ITEM(one, START, from);
    PyTuple_SET_ITEM(one, END, to);
    PyTuple_SET_ITEM(one, KIND, Py_NewRef(kind));
    PyTuple_SET_ITEM(one, DETECTOR, Py_NewRef(detector));
    PyTuple_SET_ITEM(one, VALIDATOR, Py_NewRef(validator));
    PyTuple_SET_ITEM(one, CERTAIN, rank);
    PyTuple_SET_ITEM(one, QUOTE, Py_NewRef(quote));
    PyTuple_SET_ITEM(one, REPLACEMENT, Py_NewRef(Py_None));
    PyTuple_SET_ITEM(one, INNER, Py_NewRef(say.none));
    PyTuple_SET_ITEM(one, ACTION, Py_NewRef(Py_None));
    PyTuple_SET_ITEM(one, RULE, Py_NewRef(say.nothing));
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
    if (memchr("[<{$%*-x.?(X", first, 12))
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
                                        "may",  "too",    "does",  "doesn", "do", "don", "needs", "not",  "at",   "from", NULL};
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

/* -- fields --------------------------------------------------------------------------------------------------------- */

typedef struct {
    enum need need;
    int flags;
    PyObject *kind, *detector, *promise;
} Field;

/* What a name promises: 1 with `field` filled in, 0 where that is nothing, -1 for an exception. `owner` keeps it alive. */
static int field_of(Core *core, Text t, place low, place high, Field *field, PyObject **owner)
{
    *owner = asked(core, core->fields, core->ask_field, t, low, high);
    if (!*owner)
        return -1;
    if (!PyTuple_Check(*owner) || PyTuple_GET_SIZE(*owner) != 5)
        return 0;
    field->need = (enum need)PyLong_AsLong(PyTuple_GET_ITEM(*owner, 0));
    field->flags = (int)PyLong_AsLong(PyTuple_GET_ITEM(*owner, 1));
    field->kind = PyTuple_GET_ITEM(*owner, 2);
    field->detector = PyTuple_GET_ITEM(*owner, 3);
    field->promise = PyTuple_GET_ITEM(*owner, 4);
    return 1;
}

/* [+(]?[0-9](?:[ ().\-/]{0,3}[0-9]){least,most}, with these signs between the digits, and nothing behind it. */
static int grouped_digits(Text t, place low, place high, const char *signs, int gap, int least, int most)
{
    int digits = 0;
    if (low >= high || !is(t.at[low], DIGIT))
        return 0;
    for (low++; low < high; low++, digits++) {
        int between = 0;
        while (between < gap && low < high && t.at[low] && strchr(signs, t.at[low]))
            between++, low++;
        if (low >= high || !is(t.at[low], DIGIT))
            return 0;
    }
    return digits >= least && digits <= most;
}

enum answer { NO, YES, UNKNOWN };

/* Whether a credential's value says where the credential is, or is a text around a token; nearly none looks like it. */
static enum answer is_kept_elsewhere(Text t, place low, place high)
{
    place at;
    if (strchr("!$:@#/", t.at[low]) || find(t, '.', low, high) >= 0 || t.at[high - 1] == '!')
        return UNKNOWN;
    if (is_word(t, low, 7, "file://") || is_word(t, low, 9, "projects/"))
        return UNKNOWN;
    for (at = low; high - low > 30 && (at = find(t, 'e', at, high)) >= 0; at++)
        if (peek(t, at + 1) == 'y' || peek(t, at + 1) == 'w')
            return UNKNOWN;
    return NO;
}

static enum answer keeps_promise(enum need need, Text t, place low, place high)
{
    place size = high - low, at;
    if (need == SECRET)
        return size > 2 || is_alpha(t, low, high) || (size > 1 && span(t, low, ALPHA | DIGIT) >= high) ? YES : NO;
    if (size > 256)
        return UNKNOWN;
    switch (need) {
    case ID:
        if ((size > 36 && find(t, '-', low, high) >= 0) || (size == 10 && !memcmp(t.at + low, "4294967295", 10)))
            return UNKNOWN;
        if ((size == 1 && (t.at[low] == '0' || t.at[low] == '1')) || (size == 2 && !memcmp(t.at + low, "-1", 2)))
            return NO;
        return t.at[low] != '{' && t.at[low] != '[' && t.at[low] != '/' && !(size > 1 && !memcmp(t.at + low, "0x", 2)) ? YES : NO;
    case MAIL:
        if (find(t, ' ', low, high) >= 0)
            return UNKNOWN;
        for (at = low; at < high; at++)
            if (t.at[at] == '@' || t.at[at] == '_' || (is(t.at[at], ALPHA) && LOWER(t.at[at]) > 'f'))
                return YES;
        return UNKNOWN; /* It may be a number or a UUID. */
    case WORDS:
        if (find(t, '/', low, high) >= 0 || find(t, '\\', low, high) >= 0)
            return UNKNOWN;
        for (at = low; at < high; at++)
            if (is(t.at[at], ALPHA) || (t.at[at] >= 0x80 && t.at[at] != 0xff))
                return YES;
        return UNKNOWN;
    case PHONE_DIGITS:
        low += t.at[low] == '+' || t.at[low] == '(';
        return grouped_digits(t, low, high, " ().-/", 3, 3, 18) ? YES : UNKNOWN;
    case CARD_DIGITS:
        return grouped_digits(t, low, high, " -.", 1, 11, 18) ? YES : UNKNOWN;
    default:
        return UNKNOWN;
    }
}

static int is_blank(byte c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* `"phone":"..."` with fewer digits than a number has: nobody. */
static PyObject *digitless(Core *core, Text t, place name, place name_end, place start, place stop)
{
    place at;
    int digits = 0, nobody;
    for (at = start; at < stop; at++)
        digits += is(t.at[at], DIGIT) != 0;
    if (digits > 5 || !is(t.at[start], ALPHA) || stop - start <= name_end - name || stop - start > 256 || find(t, '=', start, stop) >= 0 || may_be_said(t, start, stop))
        LEAVE;
    nobody = is_nobody(core, t, start, stop);
    return nobody < 0 ? NULL : Py_NewRef(say.nobody);
}

/* `"key":"value"` where the value is all that has to be looked at (`_simple` of named.py). */
static PyObject *simple_field(Core *core, Text t, place name, place name_end, place start, place stop, Field *field)
{
    int nobody;
    if (start == stop)
        return Py_NewRef(say.nobody);
    if (is_blank(t.at[start]) || is_blank(t.at[stop - 1]))
        LEAVE;
    if (field->need != SECRET && is_alpha(t, start, stop) && is_own_name(t, name, name_end, start, stop))
        return Py_NewRef(say.own_name);
    nobody = is_nobody(core, t, start, stop);
    if (nobody < 0)
        return NULL;
    if (nobody)
        return Py_NewRef(say.nobody);
    if (may_be_said(t, start, stop) && find(t, ' ', start, stop) >= 0)
        LEAVE;
    switch (keeps_promise(field->need, t, start, stop)) {
    case UNKNOWN:
        return field->need == PHONE_DIGITS ? digitless(core, t, name, name_end, start, stop) : NULL;
    case NO:
        return Py_NewRef(say.nobody);
    default:
        if (field->need == SECRET && is_kept_elsewhere(t, start, stop) != NO)
            LEAVE;
        return found(core, start, stop, field->kind, field->detector, field->promise, 30, say.empty);
    }
}

/* A list of one finding; takes the reference. */
static PyObject *only(PyObject *one)
{
    PyObject *list = one ? PyList_New(1) : NULL;
    if (list)
        PyList_SET_ITEM(list, 0, one);
    else
        Py_XDECREF(one);
    return list;
}

/* `"authorization":"Bearer ..."`: what follows the scheme, where that is too long to name one itself. */
static PyObject *authorization(Core *core, Text t, place start, place stop)
{
    place first = start + 7;
    if (stop - first <= 12 || !is_word(t, start, 7, "bearer ") || !is(t.at[first], ALPHA | DIGIT) || LOWER(t.at[first]) == 'x')
        LEAVE;
    if (!is(t.at[stop - 1], ALPHA | DIGIT) && t.at[stop - 1] != '~' && t.at[stop - 1] != '-' && t.at[stop - 1] != '_')
        LEAVE;
    return only(found(core, first, stop, say.kind_secret, say.authorization, say.rfc9110, 30, say.empty));
}

/* One cookie of `name=value; name=value`: appends its value; 0 where it is not as plain as that. */
static int add_cookie(Core *core, Text t, place mark, place end, PyObject *list)
{
    static const char *const attributes[] = {"path", "domain", "expires", "max-age", "secure", "httponly",
                                             "samesite", "priority", "partitioned", "version", NULL};
    PyObject *one;
    place sign, at;
    int nobody, failed;
    while (mark < end && t.at[mark] == ' ')
        mark++;
    sign = find(t, '=', mark, end);
    if (sign <= mark || is_one_of(t, mark, sign - mark, attributes))
        return 0;
    for (at = mark; at < end; at++)
        if (t.at[at] <= ' ')
            return 0;
    if (sign + 1 == end)
        return 1;
    nobody = is_nobody(core, t, sign + 1, end);
    if (nobody)
        return nobody > 0;
    one = found(core, sign + 1, end, say.kind_secret, say.cookie, say.rfc6265, 45, say.empty);
    failed = !one || PyList_Append(list, one) < 0;
    Py_XDECREF(one);
    return !failed;
}

/* `"cookie":"session=...; theme=..."`: the values of cookies that are none of Set-Cookie's attributes. */
static PyObject *cookies(Core *core, Text t, place start, place stop)
{
    PyObject *list = PyList_New(0);
    place mark = start;
    while (list && mark < stop) {
        place end = find(t, ';', mark, stop);
        end = end < 0 ? stop : end;
        if (!add_cookie(core, t, mark, end, list)) {
            Py_DECREF(list);
            return NULL;
        }
        mark = end + 1;
    }
    if (list && !PyList_GET_SIZE(list)) {
        Py_DECREF(list);
        return Py_NewRef(say.nobody);
    }
    return list;
}

/* `"cookie":"..."` and `"authorization":"..."`. */
static PyObject *header_field(Core *core, Text t, place name, place name_end, place start, place stop, Field *field)
{
    int nobody;
    if (stop - start <= name_end - name || is_blank(t.at[start]) || is_blank(t.at[stop - 1]) || may_be_said(t, start, stop))
        LEAVE;
    nobody = is_nobody(core, t, start, stop);
    if (nobody)
        return nobody > 0 ? Py_NewRef(say.nobody) : NULL;
    return field->need == COOKIE ? cookies(core, t, start, stop) : authorization(core, t, start, stop);
}

/* Whether a key of an object that is said to be plain (`value`, `first`) may stand between two places. */
static int may_hold_plain_key(Text t, place low, place high)
{
    for (; low < high; low++) {
        place at = low + 1, end;
        if (t.at[low] != '{' && t.at[low] != ',')
            continue;
        while (at < high && is_blank(t.at[at]))
            at++;
        if (at < high && t.at[at] == '\\')
            return 1;
        if (at >= high || (t.at[at] != '"' && t.at[at] != '\''))
            continue;
        end = ++at;
        if (at < high && t.at[at] == '$')
            return 1;
        while (end < high && is(t.at[end], ALPHA | DIGIT | KEY) && t.at[end] < 0x80)
            end++;
        /* The longest of them is `string_value`; `full_name` is none, `first` is. */
        if (end - at <= 12) {
            static const char *const plain[] = {
                "value", "s", "n", "b", "string_value", "stringvalue", "int_value", "intvalue", "double_value", "doublevalue",
                "bytes_value", "bytesvalue", "val", "v", "raw", "data", "plain", "plaintext", "text", "content", "number",
                "first", "last", "given", "family", "middle", "full", "line1", "line2", "line3", "line4", "line_1", "line_2",
                "line_3", "line_4", "current", "new", "old", NULL};
            if (is_one_of(t, at, end - at, plain))
                return 1;
        }
    }
    return 0;
}

/* `"customer":{...}`: nobody, unless a plain key stands in the object. */
static PyObject *object_field(Text t, place start)
{
    enum { MOST = 2048 };
    place stop = find(t, '}', start, start + MOST);
    stop = stop < 0 ? start + MOST : stop;
    if (may_hold_plain_key(t, start, stop < t.size ? stop : t.size))
        LEAVE;
    return Py_NewRef(say.nobody);
}

/* `"user_id":4711`: a number of JSON, which needs quotes around its token. */
static PyObject *number_field(Core *core, Text t, place start, Field *field)
{
    place stop = span(t, start, DIGIT);
    int nobody;
    if (field->need != ID || stop - start > 64 || !(stop == t.size || (class_of[t.at[stop]] & BARE_END)))
        LEAVE;
    nobody = is_nobody(core, t, start, stop);
    if (nobody < 0)
        return NULL;
    if (nobody)
        return Py_NewRef(say.nobody);
    switch (keeps_promise(ID, t, start, stop)) {
    case UNKNOWN:
        LEAVE;
    case NO:
        return Py_NewRef(say.nobody);
    default:
        return only(found(core, start, stop, field->kind, field->detector, field->promise, 30, say.quote));
    }
}

/* Whether what stands before a name and a space may be a word that makes the name a mention (`using`, `:param`). */
static int may_be_mentioned(Text t, place start)
{
    int c = peek(t, start - 1);
    if (c == ' ')
        return c = peek(t, start - 2), is(c, ALPHA);
    return c == ':' || c == '/' || c == '\\';
}

static int may_be_code(Text t, place name, place name_end, place low, place high)
{
    static const char *const owners[] = {
        "process", "import", "os", "self", "this", "cls", "settings", "config", "cfg", "req", "request", "ctx", "context",
        "secrets", "var", "vars", "local", "module", "props", "opts", "options", "env", "args", "event", "handler", "parser", NULL};
    place dot = find(t, '.', low, high), sign = find(t, '@', low, high), end = sign + 1;
    /* `users.map(user => user.name)` */
    if (dot >= 0 && (is_one_of(t, low, dot - low, owners) || (dot - low == name_end - name && !memcmp(t.at + low, t.at + name, (size_t)(dot - low)))))
        return 1;
    if (find(t, ':', low, high) >= 0)
        return 1;
    /* `android.os.Binder@1a2b3c` */
    while (sign >= 0 && end < high && end - sign <= 9 && (is(t.at[end], DIGIT) || (LOWER(t.at[end]) >= 'a' && LOWER(t.at[end]) <= 'f')))
        end++;
    return sign >= 0 && end - sign > 4;
}

/* `?email=ann@example.org&`: an address behind a bare name. */
static PyObject *bare_field(Core *core, Text t, place name, place name_end, place start, Field *field)
{
    place stop = start;
    while (stop < t.size && stop - start < 256 && !(class_of[t.at[stop]] & BARE_END))
        stop++;
    if (field->need != MAIL || stop - start <= name_end - name || stop - start >= 256 || peek(t, name_end) != '=')
        LEAVE;
    if (!is(t.at[start], ALPHA | DIGIT) || may_be_mentioned(t, name) || find(t, '.', name, name_end) >= 0)
        LEAVE;
    if (stop < t.size && t.at[stop] != '&' && t.at[stop] != '"' && t.at[stop] != ',' && t.at[stop] != ';')
        LEAVE;
    if (may_be_code(t, name, name_end, start, stop) || may_be_said(t, start, stop) || may_be_nobody(t, start, stop))
        LEAVE;
    if (find(t, '@', start, stop) < 0)
        return Py_NewRef(say.nobody);
    if (keeps_promise(MAIL, t, start, stop) != YES)
        LEAVE;
    return only(found(core, start, stop, field->kind, field->detector, field->promise, 30, say.empty));
}

/* The field whose sign stands before a position, where its key is quoted as JSON quotes it. */
static PyObject *quoted_key(Core *core, Text t, place end)
{
    enum { KEY_MAX = 90 };
    place name_end = end - 2, name = find_back(t, '"', end - KEY_MAX, name_end) + 1, stop;
    PyObject *owner = NULL, *verdict = NULL;
    Field field;
    if (name <= 0 || name == name_end || field_of(core, t, name, name_end, &field, &owner) <= 0) {
        Py_XDECREF(owner);
        LEAVE;
    }
    stop = peek(t, end) == '"' ? find(t, '"', end + 1, t.size) : -1;
    if (stop >= 0 && find(t, '\\', end + 1, stop) < 0) {
        if (field.flags & ALONE)
            verdict = simple_field(core, t, name, name_end, end + 1, stop, &field);
        else if (!(field.flags & UNSURE) && (field.need == COOKIE || field.need == AUTHORIZATION) && stop > end + 1)
            verdict = header_field(core, t, name, name_end, end + 1, stop, &field);
    } else if (!(field.flags & UNSURE) && peek(t, end) == '{') {
        verdict = object_field(t, end);
    } else if (!(field.flags & UNSURE) && is(peek(t, end), DIGIT)) {
        verdict = number_field(core, t, end, &field);
    }
    Py_DECREF(owner);
    return verdict;
}

static PyObject *bare_key(Core *core, Text t, place end)
{
    place name_end = end - 1, name = name_end;
    PyObject *owner = NULL, *verdict = NULL;
    Field field;
    while (name > 0 && name_end - name < 64 && (class_of[t.at[name - 1]] & KEY))
        name--;
    if (name == name_end || name_end - name >= 64 || field_of(core, t, name, name_end, &field, &owner) <= 0) {
        Py_XDECREF(owner);
        LEAVE;
    }
    if (!(field.flags & UNSURE) && end < t.size)
        verdict = bare_field(core, t, name, name_end, end, &field);
    Py_DECREF(owner);
    return verdict;
}

/* judge_field of named.py */
static PyObject *judge_field(Core *core, Text t, place end)
{
    if (end < 4 || end > t.size || (t.at[end - 1] != ':' && t.at[end - 1] != '='))
        LEAVE;
    if (t.at[end - 2] == '"')
        return t.at[end - 3] == '\\' ? NULL : quoted_key(core, t, end);
    return bare_key(core, t, end);
}

/* -- addresses of mail ---------------------------------------------------------------------------------------------- */

/* Where the domain ends that begins at a position, in plain ASCII; -1 where that is not all there is to it. */
static place domain_end(Text t, place start)
{
    place end = start, label = start, stop;
    int labels = 0;
    while (end < t.size && (is(t.at[end], ALPHA | DIGIT) || t.at[end] == '-' || t.at[end] == '.'))
        end++;
    if (end < t.size && (t.at[end] == '_' || t.at[end] >= 0x80))
        return -1;
    end -= end > start && t.at[end - 1] == '.';
    for (; label < end; label = stop + 1, labels++) {
        stop = find(t, '.', label, end);
        stop = stop < 0 ? end : stop;
        if (stop == label || stop - label > 63 || t.at[label] == '-' || t.at[stop - 1] == '-')
            return -1;
        if (stop == end)
            return labels > 0 && labels <= 32 && stop - label > 1 && is(t.at[label], ALPHA) ? end : -1;
    }
    return -1;
}

/* Whether a `//` stands before a position with nothing between that ends a URL's authority. */
static int may_be_userinfo(Text t, place at)
{
    place low = at > 330 ? at - 330 : 0, mark = at;
    while (mark > low) {
        byte c = t.at[--mark];
        if (is_blank(c) || c == '"' || c == '\'' || c == '<' || c == '>' || c == '\\' || c == '`' || c == 0xff)
            return 0;
        if (c == '/' && peek(t, mark - 1) == '/')
            return 1;
    }
    return 0;
}

static int local_byte(byte c)
{
    return is(c, ALPHA | DIGIT) || c == '.' || c == '_' || c == '%' || c == '+' || c == '-';
}

/* Whether an address before a `=` may be the outer one of two (`bounce+ann=example.com@...`). */
static int may_be_verp(Text t, place sign)
{
    place at = sign;
    while (at > 0 && sign - at < 80 && (local_byte(t.at[at - 1]) || t.at[at - 1] == '\''))
        if (t.at[--at] == '+' || t.at[at] == '-')
            return 1;
    return sign - at >= 80;
}

/* Whether a domain may be an instance of a unit of systemd. */
static int may_be_unit(Text t, place stop)
{
    static const char *const words[] = {".service", ".socket", ".timer", ".slice", ".mount", ".automount", ".scope", ".swap", ".device", NULL};
    const char *const *word;
    for (word = words; *word; word++) {
        place size = (place)strlen(*word);
        if (is_word(t, stop - size, size, *word))
            return 1;
    }
    return 0;
}

static int is_cell_sign(int c)
{
    return c == ',' || c == ';' || c == '|' || c == '\t';
}

/* Whether an address may be a cell of a row (rows.py). */
static int may_be_cell(Text t, place start, place stop)
{
    place at = start - 1;
    if (peek(t, at) == '"') {
        while (peek(t, --at) == '\\')
            ;
    } else if (is_cell_sign(peek(t, stop)))
        return 1;
    at -= peek(t, at) == ' ';
    return is_cell_sign(peek(t, at));
}

/* judge_email of contact.py */
static PyObject *judge_email(Core *core, Text t, place end)
{
    place at = find_back(t, '@', end - 70, end), start = at, stop;
    int before;
    if (at <= 0 || is(peek(t, at + 1), DIGIT))
        LEAVE;
    stop = domain_end(t, at + 1);
    while (start > 0 && at - start < 256 && local_byte(t.at[start - 1]))
        start--;
    before = peek(t, start - 1);
    if (stop < 0 || at - start >= 256 || before >= 0x80 || before == '\'' || before == '\\' || before == '/' || before == '<' || before == '(')
        LEAVE;
    /* A quote is a part of an address only at its end. */
    if (start == at || (before == '=' && may_be_verp(t, start - 1)))
        LEAVE;
    while (start < at && (t.at[start] == '.' || t.at[start] == '%' || t.at[start] == '+' || t.at[start] == '-'))
        start++;
    if (start == at || (peek(t, start) == 'C' && peek(t, start + 3) == '+') || may_be_userinfo(t, at) || (peek(t, stop) == ':' && is_word(t, start, at - start, "git")))
        LEAVE;
    before = peek(t, start - 1);
    if (before == '/' || before == '<' || before == '(' || may_be_cell(t, start, stop) || may_be_unit(t, stop))
        LEAVE;
    return found(core, start, stop, say.kind_email, say.email, say.rfc5322, 80, say.empty);
}

/* -- addresses of networks ------------------------------------------------------------------------------------------ */

/* Whether a word that announces a version, or a verb behind one, may stand before a position. */
static int may_be_version(Text t, place start)
{
    static const char *const words[] = {"version", "ver", "release", "build", "firmware", "v", "rev", "oid", "objectidentifier",
                                        "driver", "to", "is", "of", "was", "in", "since", NULL};
    const char *const *word;
    place at = start;
    for (;; at--) {
        for (word = words; *word; word++) {
            place size = (place)strlen(*word), plural = LOWER(peek(t, at - 1)) == 's';
            if (is_word(t, at - size, size, *word) || (plural && is_word(t, at - size - 1, size, *word)))
                return 1;
        }
        if (at <= 0 || start - at > 40 || !memchr("\"'\\ :=(vV", t.at[at - 1], 9))
            return 0;
    }
}

/* Whether a package's file or another version may stand beside a position. */
static int may_be_packaged(Text t, place start, place stop)
{
    int before = peek(t, start - 1), second = peek(t, start - 2);
    place next = stop + (peek(t, stop) == ' ');
    int behind = peek(t, next), arrow = peek(t, next + 1);
    return before == '-' || before == '_' || before == '>' || before == 0x92 || before == '|' || before == 'v' || before == 'V'
           || (before == ':' && (second == '/' || second == 'r' || second == 'l')) || (before == ' ' && (second == '>' || second == 0x92))
           || (arrow == '>' && (behind == '-' || behind == '=')) || behind == 0xe2;
}

/* judge_ipv4 of network.py */
static PyObject *judge_ipv4(Core *core, Text t, place end)
{
    place start = end - 1, at, octets = 0;
    int before, first = 0, any = 0;
    if (end < 2 || end > t.size)
        LEAVE;
    while (start > 0 && end - start < 16 && (is(t.at[start - 1], DIGIT) || t.at[start - 1] == '.'))
        start--;
    for (at = start;; at++) {
        int octet = 0;
        place begin = at;
        while (at < t.size && at - begin < 4 && is(t.at[at], DIGIT))
            octet = octet * 10 + t.at[at++] - '0';
        if (at == begin || at - begin > 3 || octet > 255 || (at - begin > 1 && t.at[begin] == '0'))
            LEAVE;
        first = octets ? first : octet;
        any |= octet;
        if (++octets == 4)
            break;
        if (peek(t, at) != '.')
            LEAVE;
    }
    before = peek(t, start - 1);
    if (end - start >= 16 || at < end - 1 || is(before, DIGIT) || before == '.' || before == '/' || (peek(t, at) == '.' && is(peek(t, at + 1), DIGIT)))
        LEAVE;
    if (first == 127 || first == 255 || !any || peek(t, at) == '-' || may_be_version(t, start) || may_be_packaged(t, start, at))
        LEAVE;
    return found(core, start, at, say.kind_ip, say.ipv4, say.octets, 70, say.empty);
}

/* -- cards ---------------------------------------------------------------------------------------------------------- */

static int luhn(Text t, place low, place high)
{
    int sum = 0, twice = 0;
    for (; high > low; twice = !twice) {
        int digit = t.at[--high] - '0';
        sum += twice ? digit * 2 - (digit > 4 ? 9 : 0) : digit;
    }
    return sum % 10 == 0;
}

/* What is said of a card by its brand, `luhn+visa`, borrowed (`card_brand` of validators.py); NULL where nobody issues such. */
static PyObject *brand(const Core *core, Text t, place start, place stop)
{
    static const long tens[] = {1000, 100, 10, 1};
    long first = 0;
    place i;
    for (i = 0; i < 4; i++)
        first = first * 10 + t.at[start + i] - '0';
    for (i = 0; i < core->issuer_count; i++) {
        const struct issuer *one = core->issuers + i;
        long begin = first / tens[one->digits - 1];
        if ((one->lengths >> (stop - start) & 1) && one->low <= begin && begin <= one->high)
            return one->said;
    }
    return NULL;
}

/* judge_card of money.py, of digits in one run between quotes or signs */
static PyObject *judge_card(Core *core, Text t, place end)
{
    place start = end - 12, stop, comma;
    int before, behind, thing;
    PyObject *said;
    if (start < 0 || end > t.size || span(t, start, DIGIT) < end || is(peek(t, start - 1), DIGIT))
        LEAVE;
    stop = span(t, start, DIGIT);
    if (stop - start > 19)
        LEAVE;
    said = brand(core, t, start, stop);
    if (!said)
        return Py_NewRef(say.issuer_range);
    if (!luhn(t, start, stop))
        return Py_NewRef(say.luhn);
    before = peek(t, start - 1), behind = peek(t, stop);
    comma = find_back(t, ',', start - 32, start) + 1;
    comma = comma > 0 ? comma : start > 32 ? start - 32 : 0;
    if (before != '"' || (behind != '"' && behind != ',' && behind != '}' && behind != ']' && behind != -1))
        thing = 1;
    else
        thing = asked_whether(core, core->things, core->ask_thing, t, comma, start);
    return thing ? NULL : found(core, start, stop, say.kind_card, say.card, said, 78, say.empty);
}

/* Whether nothing is glued to an IBAN that ends at a place, but for a currency in capitals. */
static int iban_ends(Text t, place at)
{
    int currency = 0, c = peek(t, at);
    while (currency < 3 && peek(t, at + currency) >= 'A' && peek(t, at + currency) <= 'Z')
        currency++;
    if (currency == 3) {
        int behind = peek(t, at + 3);
        if (!is(behind, ALPHA | DIGIT) && (behind < 0x80 || behind == 0xff))
            return 1;
    }
    return !is(c, ALPHA | DIGIT) && (c < 0x80 || c == 0xff);
}

enum { IBAN_MIN = 15, IBAN_MAX = 34 };

/* The letters and digits of what may be an account number, with a space or a hyphen between any two behind the fourth. */
typedef struct {
    byte of[IBAN_MAX];
    place count;
    int grouped;
} Iban;

static Iban iban_at(Text t, place start)
{
    Iban one = {{0}, 0, 0};
    place at = start;
    while (one.count < IBAN_MAX) {
        int apart = one.count >= 4 && (peek(t, at) == ' ' || peek(t, at) == '-');
        if (!is(peek(t, at + apart), ALPHA | DIGIT))
            break;
        one.grouped |= apart;
        one.of[one.count++] = t.at[at + apart];
        at += 1 + apart;
    }
    return one;
}

/* Whether the check digits are right (ISO/IEC 7064, MOD 97-10): the first four characters count last, letters as 10 to 35. */
static int iban_checks(const Iban *one, place size)
{
    unsigned rest = 0;
    place i;
    for (i = 0; i < size; i++) {
        byte c = one->of[(i + 4) % size];
        rest = is(c, DIGIT) ? (rest * 10 + c - '0') % 97 : (rest * 100 + (c | 0x20u) - 'a' + 10) % 97;
    }
    return rest == 1;
}

/* judge_iban of money.py, of what is none by its length or its check digits: most candidates are hexadecimal. */
static PyObject *judge_iban(Core *core, Text t, place end)
{
    place start;
    for (start = end - 11; start > end - 14; start--) {
        PyObject *answer;
        byte country[2];
        long size;
        Iban one;
        int before = peek(t, start - 1);
        if (start < 4)
            LEAVE;
        if (!is(peek(t, start), ALPHA) || !is(peek(t, start + 1), ALPHA) || !is(peek(t, start + 2), DIGIT) || !is(peek(t, start + 3), DIGIT))
            continue;
        if (is(before, ALPHA) && (is_word(t, start - 4, 4, "iban") || peek(t, start - 2) == '\\'))
            LEAVE; /* It may follow the word, or an escape. */
        if (is(before, ALPHA | DIGIT))
            continue;
        one = iban_at(t, start);
        if (one.count < IBAN_MIN)
            continue;
        country[0] = t.at[start] & (byte)~0x20, country[1] = t.at[start + 1] & (byte)~0x20;
        answer = asked(core, core->lengths, core->ask_length, (Text){country, 2}, 0, 2);
        if (!answer)
            return NULL;
        size = PyLong_AsLong(answer);
        Py_DECREF(answer);
        if (size == 0)
            return Py_NewRef(say.no_country);
        if (!one.grouped && (one.count < size || !iban_ends(t, start + size)))
            return Py_NewRef(say.length);
        return one.count < size || !iban_checks(&one, size) ? Py_NewRef(say.mod97) : NULL;
    }
    return Py_NewRef(say.no_country);
}

/* -- telephones ----------------------------------------------------------------------------------------------------- */

/* Whether so many digits can be dialled (`_dialable` of contact.py); -1 for an exception. */
static int dialable(Core *core, const byte *digits, place count)
{
    Text t = {digits, 3};
    PyObject *plan = asked(core, core->plans, core->ask_plan, t, 0, 3);
    long code;
    unsigned long long lengths;
    place left;
    if (!plan)
        return -1;
    if (plan == Py_None) {
        Py_DECREF(plan);
        return 0;
    }
    code = PyLong_AsLong(PyTuple_GET_ITEM(plan, 0));
    lengths = PyLong_AsUnsignedLongLong(PyTuple_GET_ITEM(plan, 1));
    Py_DECREF(plan);
    left = count - code;
    if (left < 0 || left > 62)
        return 0;
    return (lengths >> left & 1) || (left > 0 && digits[code] == '0' && (lengths >> (left - 1) & 1));
}

static int phone_sign(int c)
{
    return c == ' ' || c == '(' || c == ')' || c == '.' || c == '-' || c == '/';
}

/* Where a number ends that begins at its plus: the longest that can be dialled, cut at signs only; -1 for none. */
static place longest_dialable(Core *core, Text t, place plus, place stop)
{
    byte digits[24];
    int count, can;
    place at;
    for (;;) {
        for (at = plus, count = 0; at < stop && count < 20; at++)
            if (is(t.at[at], DIGIT))
                digits[count++] = t.at[at];
        if (count < 7)
            return -1;
        can = count <= 16 ? dialable(core, digits, count) : 0;
        if (can)
            return can > 0 ? stop : -1;
        while (stop > plus && is(t.at[stop - 1], DIGIT))
            stop--;
        while (stop > plus && (phone_sign(t.at[stop - 1]) || t.at[stop - 1] == '+'))
            stop--;
    }
}

/* judge_international of contact.py */
static PyObject *judge_phone(Core *core, Text t, place end)
{
    place plus = find_back(t, '+', end - 30, end), at = plus + 1, stop;
    int digits = 0, before = peek(t, plus - 1), behind;
    if (plus < 0 || is(before, DIGIT) || before == 'e' || before == 'E' || before == '+')
        LEAVE;
    while (at < plus + 3 && (peek(t, at) == ' ' || peek(t, at) == '('))
        at++;
    if (peek(t, at) < '1' || peek(t, at) > '9')
        LEAVE;
    for (stop = at + 1; digits < 16; stop = at + 1, digits++) {
        for (at = stop; at < stop + 3 && phone_sign(peek(t, at)); at++)
            if (t.at[at] == '.' || (t.at[at] == '(' && peek(t, at + 1) == '0'))
                LEAVE;
        if (!is(peek(t, at), DIGIT))
            break;
    }
    at = longest_dialable(core, t, plus, stop);
    if (digits < 4 || at < 0)
        LEAVE;
    behind = peek(t, at);
    /* An extension may follow, or more digits. */
    if (behind != '"' && behind != '&' && behind != '\'' && behind != '}' && behind != ')' && behind != '<' && behind != -1)
        LEAVE;
    return found(core, plus, at, say.kind_phone, say.phone_international, say.country_code, 75, say.empty);
}

/* judge_national of contact.py, at a parenthesis in which no number stands (`Key (phone)=(`) */
static PyObject *judge_national(Core *core, Text t, place end)
{
    int before = peek(t, end - 2);
    (void)core;
    if (peek(t, end - 1) != '(' || before < 0 || before == '+' || before == '.' || before == '-' || is(before, ALPHA | DIGIT) || before == '_')
        LEAVE;
    return is(peek(t, end), DIGIT) ? NULL : Py_NewRef(say.too_short);
}

/* -- tokens --------------------------------------------------------------------------------------------------------- */

/* judge_jwt of jose.py */
static PyObject *judge_jwt(Core *core, Text t, place end)
{
    place start = end - 13, at = start, head = -1;
    int parts = 0, header, behind;
    if (start < 0 || end > t.size || t.at[start] != 'e' || is(peek(t, start - 1), URL_SAFE))
        LEAVE;
    if (!((t.at[start + 1] == 'y' && (t.at[start + 2] == 'J' || t.at[start + 2] == 'A')) ||
          (t.at[start + 1] == 'w' && (t.at[start + 2] == 'o' || t.at[start + 2] == '0' || t.at[start + 2] == 'k'))))
        LEAVE;
    for (; parts < 5; parts++) {
        at = span(t, at, URL_SAFE);
        head = head < 0 ? at : head;
        if (peek(t, at) == '=' || at < end)
            LEAVE;
        if (parts == 4 || peek(t, at) != '.')
            break;
        at++;
    }
    behind = peek(t, at);
    if (head - start > 512 || t.at[at - 1] == '.' || behind == '+' || behind == '/' || behind == '\n' || behind == '\r' || behind == '\\' || behind == '.')
        LEAVE;
    header = asked_whether(core, core->headers, core->ask_header, t, start, head);
    return header > 0 ? found(core, start, at, say.kind_jwt, say.jwt, say.jose_header, 90, say.empty) : NULL;
}

/* judge_bearer of credentials.py, behind one space */
static PyObject *judge_bearer(Core *core, Text t, place end)
{
    place scheme = end - 15, start = end - 8, stop, at;
    if (scheme < 0 || end > t.size || !is_word(t, scheme, 7, "bearer ") || !is(t.at[start], ALPHA | DIGIT))
        LEAVE;
    for (at = scheme + 1; at + 6 <= end; at++)
        if (is_word(t, at, 6, "bearer"))
            LEAVE;
    stop = span(t, start, TOKEN);
    if (stop < end)
        LEAVE;
    at = start + 1;
    while (at < stop && t.at[at] >= 'a' && t.at[at] <= 'z')
        at++;
    if (at + 1 >= stop)
        LEAVE;
    while (stop > start && t.at[stop - 1] == '.')
        stop--;
    return found(core, start, stop, say.kind_secret, say.bearer, say.rfc6750, 40, say.empty);
}

/* judge_key of tables.py, of one column */
static PyObject *judge_database_key(Core *core, Text t, place end)
{
    place name_end = end - 3, name = name_end, stop;
    PyObject *owner = NULL, *verdict = NULL;
    Field field;
    if (end < 8 || end > t.size || memcmp(t.at + name_end, ")=(", 3))
        LEAVE;
    while (name > 0 && name_end - name < 64 && is(t.at[name - 1], ALPHA | DIGIT | KEY) && t.at[name - 1] < 0x80 && t.at[name - 1] != '.' &&
           t.at[name - 1] != '-' && t.at[name - 1] != '@' && t.at[name - 1] != '$')
        name--;
    if (name == name_end || !is(t.at[name], ALPHA) || !is_word(t, name - 5, 5, "key ("))
        LEAVE;
    stop = find(t, ')', end, end + 512);
    if (stop <= end || !is_word(t, stop + 1, 8, " already") || is(peek(t, stop + 9), ALPHA | DIGIT | KEY))
        LEAVE;
    if (is_blank(t.at[end]) || is_blank(t.at[stop - 1]) || find(t, '\\', end, stop) >= 0 || find(t, ' ', end, stop) >= 0 || field_of(core, t, name, name_end, &field, &owner) <= 0) {
        Py_XDECREF(owner);
        LEAVE;
    }
    if ((field.need == MAIL || field.need == PHONE_DIGITS) && !may_be_nobody(t, end, stop) && !may_be_said(t, end, stop) &&
        keeps_promise(field.need, t, end, stop) == YES)
        verdict = only(found(core, end, stop, field.kind, field.detector, field.promise, 30, say.empty));
    Py_DECREF(owner);
    return verdict;
}

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
        {&say.nobody, "nobody"}, {&say.own_name, "own_name"}, {&say.issuer_range, "issuer_range"}, {&say.luhn, "luhn"}, {&say.length, "length"}, {&say.too_short, "too_short"}, {&say.no_country, "no_country"}, {&say.mod97, "mod97"}, {&say.nothing, ""},
    };
    size_t i;
    for (i = 0; i < sizeof words / sizeof *words; i++)
        if (!(*words[i].to = PyUnicode_InternFromString(words[i].word)))
            return 0;
    say.empty = PyBytes_FromStringAndSize("", 0), say.quote = PyBytes_FromString("\""), say.none = PyTuple_New(0);
    return say.empty && say.quote && say.none;
}
