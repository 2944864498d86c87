/* What stands where in a text; a part of _core.c. */

#include "_bytes.h"

/* Where a byte stands between two places, the first or the last of them; -1 where it does not. */
static place find(Text t, int c, place low, place high)
{
    const byte *found;
    if (high > t.size)
        high = t.size;
    if (low < 0 || low >= high)
        return -1;
    found = memchr(t.at + low, c, (size_t)(high - low));
    return found ? found - t.at : -1;
}

static place find_back(Text t, int c, place low, place high)
{
    if (high > t.size)
        high = t.size;
    if (low < 0)
        low = 0;
    while (high > low)
        if (t.at[--high] == c)
            return high;
    return -1;
}

/* Whether the bytes at a place are those of a word, in lower case, whatever their case is. */
static int is_word(Text t, place at, place size, const char *word)
{
    place i;
    if (at < 0 || at + size > t.size)
        return 0;
    for (i = 0; i < size && word[i]; i++)
        if ((t.at[at + i] >= 'A' && t.at[at + i] <= 'Z' ? t.at[at + i] | 0x20 : t.at[at + i]) != (byte)word[i])
            return 0;
    return i == size && !word[i];
}

static int is_one_of(Text t, place at, place size, const char *const *words)
{
    for (; *words; words++)
        if (is_word(t, at, size, *words))
            return 1;
    return 0;
}

/* Whether some bytes stand between two places; `rare` says which of them is looked for first. */
static int holds(Text t, place low, place high, const char *bytes, place rare)
{
    place size = (place)strlen(bytes), at = low + rare;
    for (; (at = find(t, bytes[rare], at, high)) >= 0; at++)
        if (at - rare + size <= high && at - rare + size <= t.size && !memcmp(t.at + at - rare, bytes, (size_t)size))
            return 1;
    return 0;
}

static Text text_of(PyObject *bytes)
{
    return (Text){(const byte *)PyBytes_AS_STRING(bytes), PyBytes_GET_SIZE(bytes)};
}

/* Where a text is ASCII no more, behind a place up to which it is; many bytes at a time. */
static place ascii_end(Text t, place at)
{
    enum { WORDS = 4, WORD = sizeof(uint64_t) };
    const uint64_t high = 0x8080808080808080u;
    uint64_t words[WORDS];
    for (; at + WORDS * WORD <= t.size; at += WORDS * WORD) {
        memcpy(words, t.at + at, sizeof words);
        if ((words[0] | words[1] | words[2] | words[3]) & high)
            break;
    }
    for (; at + WORD <= t.size; at += WORD) {
        memcpy(words, t.at + at, WORD);
        if (words[0] & high)
            break;
    }
    while (at < t.size && t.at[at] < 0x80)
        at++;
    return at;
}

/* How many bytes the character has that begins at a place and is not ASCII (RFC 3629, section 4); 0 where none does. */
static place wide_at(Text t, place at)
{
    const byte *c = t.at + at;
    place size = c[0] < 0xe0 ? 2 : c[0] < 0xf0 ? 3 : 4, i;
    if (c[0] < 0xc2 || c[0] > 0xf4 || at + size > t.size)
        return 0;
    if (c[1] < (c[0] == 0xe0 ? 0xa0 : c[0] == 0xf0 ? 0x90 : 0x80) || c[1] > (c[0] == 0xed ? 0x9f : c[0] == 0xf4 ? 0x8f : 0xbf))
        return 0;
    for (i = 2; i < size; i++)
        if ((c[i] & 0xc0) != 0x80)
            return 0;
    return size;
}

static int is_utf8(Text t)
{
    place at = 0, size;
    while ((at = ascii_end(t, at)) < t.size) {
        if (!(size = wide_at(t, at)))
            return 0;
        at += size;
    }
    return 1;
}
