/* Verdicts on tokens, and on keys of databases; included by `_judges.h`. */

/* Whether a header's first member is `alg` or `kid`, in base64url: nearly all are, and nobody has to be asked of those. */
static int begins_with_member(Text t, place start, place head)
{
    enum { MEMBER = 10 };
    return head - start >= MEMBER && (!memcmp(t.at + start, "eyJhbGciOi", MEMBER) || !memcmp(t.at + start, "eyJraWQiOi", MEMBER));
}

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
    header = begins_with_member(t, start, head) ? 1 : asked_whether(core, core->headers, core->ask_header, t, start, head);
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
    if (at + 1 >= stop || t.at[at] == '=' || t.at[at] == '_')
        LEAVE; /* A word, or the name of a parameter. */
    if (is_to_replace(t, start, stop))
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
