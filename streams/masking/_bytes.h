/* Classes of bytes, and runs of them; a part of _core.c and _mint.c. */

#include "_span.h"

enum { DIGIT = 1, ALPHA = 2, TOKEN = 8, URL_SAFE = 16, KEY = 32, BARE_END = 64 };
static byte class_of[256];

/* Whether a byte is of a class; -1 is none. */
static inline int is(int c, int mask)
{
    return c >= 0 && (class_of[(byte)c] & mask);
}
#define LOWER(c) ((byte)((c) | 0x20))

static place span(Text t, place at, int mask)
{
    while (at < t.size && (class_of[t.at[at]] & mask))
        at++;
    return at;
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
