/* Whether a text is surely JSON (RFC 8259); a part of _core.c and _mint.c.
 *
 * Only what nearly all logs are is told: ASCII, escapes of one letter, numbers without an exponent, 64 levels. Whether any
 * other text is JSON is left to a parser.
 */

/* A number of 310 digits is more than a double holds, which parsers refuse. */
enum { JSON_LEVELS = 64, JSON_DIGITS = 300 };

#ifdef __SSE2__
#include <emmintrin.h>
#endif

static place json_space(Text t, place at)
{
    const uint64_t spaces = (uint64_t)1 << ' ' | 1 << '\n' | 1 << '\r' | 1 << '\t';
    while (at >= 0 && at < t.size && t.at[at] <= ' ' && (spaces >> t.at[at] & 1))
        at++;
    return at;
}

/* Where the characters end of which a string is made that needs no escape; many at a time where the processor can. */
static place json_plain(Text t, place at)
{
#ifdef __SSE2__
    for (; at + 16 <= t.size; at += 16) {
        const __m128i chars = _mm_loadu_si128((const __m128i *)(const void *)(t.at + at));
        /* Bytes beyond ASCII are negative, and less than a space as well. */
        const __m128i odd = _mm_or_si128(_mm_or_si128(_mm_cmplt_epi8(chars, _mm_set1_epi8(' ')), _mm_cmpeq_epi8(chars, _mm_set1_epi8(0x7f))),
                                         _mm_or_si128(_mm_cmpeq_epi8(chars, _mm_set1_epi8('"')), _mm_cmpeq_epi8(chars, _mm_set1_epi8('\\'))));
        const int mask = _mm_movemask_epi8(odd);
        if (mask)
            return at + __builtin_ctz((unsigned)mask);
    }
#endif
    while (at < t.size && t.at[at] >= ' ' && t.at[at] <= '~' && t.at[at] != '"' && t.at[at] != '\\')
        at++;
    return at;
}

/* The end of what begins at a place, or -1: a string with its quotes. */
static place json_string(Text t, place at)
{
    if (peek(t, at) != '"')
        return -1;
    for (at = json_plain(t, at + 1); peek(t, at) == '\\'; at = json_plain(t, at + 2)) {
        int escape = peek(t, at + 1);
        if (escape <= 0 || !strchr("\"\\/bfnrt", escape))
            return -1;
    }
    return peek(t, at) == '"' ? at + 1 : -1;
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
