/* Bytes of a text, read within its bounds; a part of _core.c. */

#include <stdint.h>
#include <string.h>

typedef unsigned char byte;
typedef Py_ssize_t place;

typedef struct {
    const byte *at;
    place size;
} Text;

enum { DIGIT = 1, ALPHA = 2, TOKEN = 8, URL_SAFE = 16, KEY = 32, BARE_END = 64 };
static byte class_of[256];

/* Whether a byte is of a class; -1 is none. */
static inline int is(int c, int mask)
{
    return c >= 0 && (class_of[(byte)c] & mask);
}
#define LOWER(c) ((byte)((c) | 0x20))

/* The byte at a place, or -1 outside of the text. */
static inline int peek(Text t, place at)
{
    return at >= 0 && at < t.size ? t.at[at] : -1;
}

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

static place span(Text t, place at, int mask)
{
    while (at < t.size && (class_of[t.at[at]] & mask))
        at++;
    return at;
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

static void mark(const char *chars, byte bit)
{
    for (; *chars; chars++)
        class_of[(byte)*chars] |= bit;
}

static void fill_tables(void)
{
    static const char digits[] = "0123456789", letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    int c;
    mark(digits, DIGIT | TOKEN | URL_SAFE | KEY);
    mark(letters, ALPHA | TOKEN | URL_SAFE | KEY);
    mark("-._~+/!$*=", TOKEN);
    mark("-_", URL_SAFE);
    mark("_-.$@", KEY);
    mark(" \t\n\r\f\v\"'`&,;|<>(){}[]\\\xff", BARE_END);
    for (c = 0x80; c < 0xff; c++)
        class_of[c] |= KEY;
}
