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
    if (at < 0 || at + size > t.size || (size_t)size != strlen(word))
        return 0;
    for (i = 0; i < size; i++)
        if ((t.at[at + i] >= 'A' && t.at[at + i] <= 'Z' ? t.at[at + i] | 0x20 : t.at[at + i]) != (byte)word[i])
            return 0;
    return 1;
}

static int is_one_of(Text t, place at, place size, const char *const *words)
{
    for (; *words; words++)
        if (is_word(t, at, size, *words))
            return 1;
    return 0;
}

static int holds(Text t, place low, place high, const char *bytes)
{
    place size = (place)strlen(bytes);
    while ((low = find(t, bytes[0], low, high)) >= 0) {
        if (low + size <= high && low + size <= t.size && !memcmp(t.at + low, bytes, (size_t)size))
            return 1;
        low++;
    }
    return 0;
}

static Text text_of(PyObject *bytes)
{
    return (Text){(const byte *)PyBytes_AS_STRING(bytes), PyBytes_GET_SIZE(bytes)};
}
