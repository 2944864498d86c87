/* Verdicts on fields: names of keys, and what their values have to be; included by `_judges.h`. */

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

/* Whether a credential's value may be what a reader has to replace, or the name of a variable. */
static int may_be_placeholder(Text t, place low, place high)
{
    static const char *const first[] = {"your", "insert", "enter", "put", "paste", "replace", "add", "change", "fill", "arn", NULL};
    place at = low;
    while (at < high && is(t.at[at], ALPHA))
        at++;
    return (at < high && is_one_of(t, low, at - low, first)) || (t.at[high - 1] >= 'A' && t.at[high - 1] <= 'Z' && find(t, '_', low, high) >= 0);
}

/* The same of a token behind its scheme (`is_placeholder` of ordinary.py). */
static int is_to_replace(Text t, place low, place high)
{
    enum { LONGEST = 64 };
    return high - low <= LONGEST && may_be_placeholder(t, low, high);
}

/* Whether a credential's value says where the credential is, or is a text around a token; nearly none looks like it. */
static enum answer is_kept_elsewhere(Text t, place low, place high)
{
    place at = low;
    if (may_be_placeholder(t, low, high))
        return UNKNOWN;
    for (; at < high && (t.at[at] == '-' || (t.at[at] >= 'a' && t.at[at] <= 'z')); at++)
        ;
    if (at >= high && find(t, '-', low, high) >= 0)
        return UNKNOWN; /* It may be the name of a resource. */
    if (strchr("!$:@#/<{", t.at[low]) || find(t, '.', low, high) >= 0 || t.at[high - 1] == '!')
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
        if (find(t, ' ', low, high) >= 0 || find(t, ':', low, high) >= 0)
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
    if (stop - first <= 12 || !is_word(t, start, 7, "bearer ") || !is(t.at[first], ALPHA | DIGIT) || LOWER(t.at[first]) == 'x' || is_to_replace(t, first, stop))
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
