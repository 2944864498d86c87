/* Whether a text is surely JSON (RFC 8259); a part of _core.c and _mint.c.
 *
 * Only what nearly all logs are is told: ASCII, escapes of one letter, numbers without an exponent, 64 levels. Whether any
 * other text is JSON is left to a parser.
 */

/* A number of 310 digits is more than a double holds, which parsers refuse. */
enum { JSON_LEVELS = 64, JSON_DIGITS = 300 };

static place json_space(Text t, place at)
{
    while (peek(t, at) == ' ' || peek(t, at) == '\n' || peek(t, at) == '\r' || peek(t, at) == '\t')
        at++;
    return at;
}

/* The end of what begins at a place, or -1: a string with its quotes. */
static place json_string(Text t, place at)
{
    if (peek(t, at++) != '"')
        return -1;
    for (; at < t.size; at++) {
        byte c = t.at[at];
        if (c == '"')
            return at + 1;
        if (c == '\\') {
            int escape = peek(t, ++at);
            if (escape <= 0 || !strchr("\"\\/bfnrt", escape))
                return -1;
        } else if (c < 0x20 || c > 0x7e)
            return -1;
    }
    return -1;
}

/* A number. */
static place json_number(Text t, place at)
{
    place begun = at += peek(t, at) == '-';
    at = span(t, at, DIGIT);
    if (at == begun || at - begun > JSON_DIGITS || (t.at[begun] == '0' && at > begun + 1))
        return -1;
    if (peek(t, at) == '.') {
        begun = at + 1, at = span(t, begun, DIGIT);
        if (at == begun)
            return -1;
    }
    return LOWER(peek(t, at) < 0 ? 0 : peek(t, at)) == 'e' ? -1 : at;
}

/* A string, a number, true, false or null. */
static place json_scalar(Text t, place at)
{
    static const char *const words[] = {"true", "false", "null"};
    int c = peek(t, at), i;
    if (c == '"')
        return json_string(t, at);
    if (c == '-' || is(c, DIGIT))
        return json_number(t, at);
    for (i = 0; i < 3; i++) {
        place size = (place)strlen(words[i]);
        if (at + size <= t.size && !memcmp(t.at + at, words[i], (size_t)size))
            return at + size;
    }
    return -1;
}

/* The name of a member with its colon, from the space before it. */
static place json_name(Text t, place at)
{
    at = json_string(t, json_space(t, at));
    if (at < 0)
        return -1;
    at = json_space(t, at);
    return peek(t, at) == ':' ? at + 1 : -1;
}

/* The end of the value that begins at a place, or -1. */
static place json_value(Text t, place at)
{
    /* One bit for each level: whether it is an object. */
    uint64_t objects = 0;
    int level = 0;
    for (;;) {
        int c = peek(t, at = json_space(t, at));
        if (c == '{' || c == '[') {
            place inside = json_space(t, at + 1);
            if (peek(t, inside) == (c == '{' ? '}' : ']'))
                at = inside + 1;
            else {
                if (++level > JSON_LEVELS)
                    return -1;
                objects = objects << 1 | (c == '{');
                at = c == '{' ? json_name(t, inside) : inside;
                if (at < 0)
                    return -1;
                continue;
            }
        } else
            at = json_scalar(t, at);
        /* A value ends here: so may all that it is the last of. */
        for (;;) {
            if (at < 0 || !level)
                return at;
            c = peek(t, at = json_space(t, at));
            at++;
            if (c == (objects & 1 ? '}' : ']'))
                level--, objects >>= 1;
            else if (c == ',')
                break;
            else
                return -1;
        }
        if (objects & 1)
            at = json_name(t, at);
        if (at < 0)
            return -1;
    }
}
