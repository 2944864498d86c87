/* Verdicts on addresses of mail and telephone numbers; included by `_judges.h`. */

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

/* Whether a domain is one of those under which SSH's algorithms are named (`_ALGORITHM` of contact.py). */
static int may_be_algorithm(Text t, place start, place stop)
{
    return (stop - start == 11 && is_word(t, start, 11, "openssh.com")) || (stop - start == 10 && is_word(t, start, 10, "libssh.org")) ||
           (stop - start == 7 && is_word(t, start, 7, "ssh.com")) || (stop - start == 14 && is_word(t, start, 14, "lysator.liu.se"));
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
    if (before == '/' || before == '<' || before == '(' || may_be_cell(t, start, stop) || may_be_unit(t, stop) || may_be_algorithm(t, at + 1, stop))
        LEAVE;
    return found(core, start, stop, say.kind_email, say.email, say.rfc5322, 80, say.empty);
}

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
