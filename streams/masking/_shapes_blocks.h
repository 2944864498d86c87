/* Shapes of long words: base64, and what is compressed or written as UTF-16 in it.
 *
 * Included by `_shapes.c`, which says what its functions may rely on. */

enum { SHORTEST_BLOCK = 12 };

/* Whether three printable ASCII bytes are written at a position (see `_QUAD` in blocks.py). */
static int printable(const byte *at)
{
    return quad_of[2][at[2]] & quad_of[1][at[1]] & quad_of[0][at[0]];
}

/* Whether a run of base64's letters holds three printable quads in a row; at each alignment the last of three is tried
 * first, so that a run without any is seen at every twelfth byte only. */
static int holds_block(const byte *start, const byte *end)
{
    const byte *first, *at;
    for (first = start; first < start + 4; first++)
        for (at = first; at + SHORTEST_BLOCK <= end;) {
            if (!printable(at + 8))
                at += 12;
            else if (!printable(at + 4))
                at += 8;
            else if (!printable(at))
                at += 4;
            else
                return 1;
        }
    return 0;
}

/* Reports a block that ends with a word, or with a sign or two of padding behind it whatever comes then. */
static void report_block(Scan *scan, const byte *end)
{
    const byte *behind = end;
    while (behind < end + 2 && *behind == '=')
        behind++;
    if (behind > end ? *behind != '=' : !IS(*behind, RUN))
        report(scan, BLOCK, behind + 1);
}

/* The end of a word that may hold three printable quads in a row. */
static void at_word_end(Scan *scan, const byte *end)
{
    const byte *start = end;
    while (IS(start[-1], RUN))
        start--;
    if (holds_block(start, end))
        report_block(scan, end);
}

/* Reports the word that goes on at a position as a block where so many letters of it are left. */
static void rest_of_word(Scan *scan, const byte *at, int least)
{
    const byte *end = at;
    if (at >= scan->walked_from && at < scan->walked)
        return;
    while (IS(*end, RUN))
        end++;
    if (end - at < least)
        return;
    scan->walked_from = at;
    scan->walked = end;
    report_block(scan, end);
}

/* The magic of zlib at each of its levels in base64 (RFC 1950), `eJw` to `eF7`, at its second letter. */
static void at_zlib(Scan *scan, const byte *at)
{
    byte c = at[1];
    if (at[-1] != 'e')
        return;
    if ((*at == 'J' && c >= 'w' && c <= 'z') || (*at == 'A' && c >= 'E' && c <= 'H') ||
        (*at == 'N' && c >= 'o' && c <= 'r') || (*at == 'F' && c >= '4' && c <= '7'))
        rest_of_word(scan, at + 2, 12);
}

/* (?:eyJ|eyA|ewo|ew0|ewk)[a-z0-9_\-]{10}, at its second letter: what JSON's objects begin with in base64 */
static void at_header(Scan *scan, const byte *at)
{
    enum { LEAD = 10 };
    byte c = LOWER(at[1]);
    int place;
    if (LOWER(*at) == 'y' ? c != 'j' && c != 'a' : c != 'o' && c != 'k' && at[1] != '0')
        return;
    for (place = 2; place < 2 + LEAD; place++)
        if (at[place] >= 0x80 || !IS(at[place], LOCAL))
            return;
    report(scan, JOSE, at + 2 + LEAD);
}

/* The magic of gzip in base64 (RFC 1952), `H4sI`, at its second letter. */
static void at_gzip(Scan *scan, const byte *at)
{
    if (at[-1] == 'H' && *at == '4' && at[1] == 's' && at[2] == 'I')
        rest_of_word(scan, at + 3, 12);
}

static int one_of(byte c, const char *chars)
{
    return c && strchr(chars, c) != NULL;
}

static int ascii_in_utf16(const byte *at)
{
    return IS(at[0], RUN) && at[0] != '_' && at[0] != '-' && one_of(at[1], "AQgw") && (at[2] == 'A' || at[2] == 'B') &&
           IS(at[3], RUN) && at[3] != '_' && at[3] != '-' && at[5] >= 'A' && at[5] <= 'H' &&
           one_of(at[6], "AEIMQUYcgkosw048");
}

/* Two of eight letters that stand for ASCII in UTF-16, at the last of them. */
static void at_utf16(Scan *scan, const byte *at)
{
    if (ascii_in_utf16(at - 7) && ascii_in_utf16(at - 15))
        rest_of_word(scan, at + 1, 0);
}
