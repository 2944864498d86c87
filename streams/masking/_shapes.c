/* Finds where values of a telling shape may stand: the anchors of digits, addresses and base64, in one pass over a batch.
 *
 * Hyperscan is at its best where an expression holds a literal. Shapes hold none: each of them keeps an automaton busy at
 * every byte of every record. This pass looks at the few places where a shape can begin (a run of digits, a sign, a long
 * word) and reports the same ends as the expressions of the detectors (`Detector.shapes`), which stay the definition: a
 * test holds the two against each other. It decides nothing; judges do.
 *
 * The text begins and ends with 0xff, the separator of records, which is in no class below: no look-ahead and no look-back
 * passes it, so none has to know where the text ends.
 */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>
#include <string.h>

typedef unsigned char byte;

enum { DIGIT = 1, HEX = 2, ALPHA = 4, RUN = 8, BASE58 = 16, LOCAL = 32, UPPER = 64, SMALL_HEX = 128 };

/* What stands before a word, but for the letters that may end an escape (`\n`): the class [^0-9ac-eg-mo-qsu-z]. */
static byte class_of[256], before_word[256], quad_of[3][256], quad_marks[128];
static byte country[26 * 26];

/* The detectors whose shapes are looked for; shapes.py has the same names and takes no other pass. */
#define NAMES                                                                                                    \
    "block disguise email phone_international phone_nanp us_ssn ipv4 ipv6 mac card card_named iban iban_spaced wallet "         \
    "discord_bot_token asana_token uptimerobot_key bitwarden_machine_token vault_legacy_token url_userinfo xml_element "        \
    "national_number_alone phone_in_brackets field"
/* Raised with every change of what is found, as `streams.masking.shapes` says: what was built before is not used. */
enum { INTERFACE = 5 };
enum shape {
    BLOCK, DISGUISE, EMAIL, PHONE_INTERNATIONAL, PHONE_NANP, SSN, IPV4, IPV6, MAC, CARD, CARD_NAMED, IBAN, IBAN_SPACED, WALLET,
    DISCORD, ASANA, UPTIMEROBOT, BITWARDEN, VAULT, USERINFO, ELEMENT, NATIONAL, PHONE_BRACKETS, FIELD, SHAPES
};

typedef struct {
    const byte *text;
    PyObject *hits;
    PyObject *ident[SHAPES];
    /* From where the last long word was walked to its end, so that none is walked again and again. */
    const byte *walked_from, *walked;
    int failed;
} Scan;

#define IS(c, mask) (class_of[(byte)(c)] & (mask))
#define LOWER(c) ((byte)((c) | 0x20))

static void report(Scan *scan, enum shape shape, const byte *end)
{
    PyObject *position, *hit;
    if (scan->ident[shape] == Py_None || scan->failed)
        return;
    position = PyLong_FromSsize_t(end - scan->text);
    hit = position ? PyTuple_Pack(2, position, scan->ident[shape]) : NULL;
    Py_XDECREF(position);
    if (!hit || PyList_Append(scan->hits, hit) < 0)
        scan->failed = 1;
    Py_XDECREF(hit);
}

static const byte *span(const byte *at, int mask, int most)
{
    while (most-- > 0 && IS(*at, mask))
        at++;
    return at;
}

static int all(const byte *at, int mask, int count)
{
    return span(at, mask, count) == at + count;
}

static int digits(const byte *at, int count)
{
    return all(at, DIGIT, count);
}

/* The letter of an escape that stands for white space, with its backslash before it: \\[nrtbf] */
static int escape_letter(const byte *at)
{
    byte c = LOWER(*at);
    return at[-1] == '\\' && (c == 'n' || c == 'r' || c == 't' || c == 'b' || c == 'f') && IS(*at, ALPHA);
}

/* Whether a word begins at a position: no letter and no digit before it, but the letter of an escape (`\n`). */
static int word_start(const byte *at)
{
    return !IS(at[-1], ALPHA | DIGIT) || (at[-2] == '\\' && before_word[at[-1]]);
}

/* -- at a sign ------------------------------------------------------------------------------------------------------ */

/* [^\s@]@[a-z0-9_\-\x80-\xfe]{1,63}\.[a-z0-9\x80-\xfe] */
static void at_sign(Scan *scan, const byte *at)
{
    const byte *label;
    if (at[-1] <= ' ' || at[-1] == '@' || at[-1] == 0xff)
        return;
    label = span(at + 1, LOCAL, 63);
    if (label > at + 1 && *label == '.' && (IS(label[1], ALPHA | DIGIT) || (label[1] >= 0x80 && label[1] != 0xff)))
        report(scan, EMAIL, label + 2);
}

/* What no part of a URL's authority holds, beside the signs that end it. */
static int ends_authority(byte c)
{
    return c == ' ' || (c >= '\t' && c <= '\r') || c == '"' || c == '\'' || c == '<' || c == '>' || c == '\\' || c == 0xff;
}

/* User information before the sign: //[^\s/?#"'<>\\:]{0,128}:[^\s"'<>\\]{1,160}@ and ://[^\s/?#"'<>@\\:]{1,128}@ */
static void userinfo(Scan *scan, const byte *sign)
{
    const byte *low = sign, *slash;
    while (sign - low < 291 && !ends_authority(low[-1]))
        low--;
    for (slash = low; slash + 2 < sign; slash++) {
        const byte *user = slash + 2, *end = user;
        if (slash[0] != '/' || slash[1] != '/')
            continue;
        while (end < sign && *end != ':' && *end != '/' && *end != '?' && *end != '#')
            end++;
        if (end - user > 128)
            continue;
        if ((end < sign - 1 && *end == ':' && sign - end <= 161) ||
            (end == sign && slash[-1] == ':' && !memchr(user, '@', (size_t)(end - user)))) {
            report(scan, USERINFO, sign + 1);
            return;
        }
    }
}

static int joins(byte c)
{
    return c == ' ' || c == '(' || c == ')' || c == '.' || c == '-' || c == '/';
}

/* \+[ (]{0,2}[1-9](?:[ ().\-/]{0,3}[0-9]){6} */
static void at_plus(Scan *scan, const byte *plus)
{
    const byte *at = plus + 1;
    int left = 6;
    while (at < plus + 3 && (*at == ' ' || *at == '('))
        at++;
    if (*at < '1' || *at > '9')
        return;
    for (at++; left; left--, at++) {
        int gap = 0;
        while (gap < 3 && joins(*at))
            gap++, at++;
        if (!IS(*at, DIGIT))
            return;
    }
    report(scan, PHONE_INTERNATIONAL, at);
}

/* Five signs between six pairs of hexadecimal digits, the last of the signs at a position. */
static int pairs_before(const byte *at, byte sign)
{
    int pair;
    for (pair = 0; pair < 5; pair++, at -= 3)
        if (*at != sign || !IS(at[-1], HEX) || !IS(at[-2], HEX))
            return 0;
    return 1;
}

/* How many groups of one to four hexadecimal digits, each with a colon behind it, end with the colon at a position. */
static int groups_before(const byte *colon, const byte **first)
{
    int groups = 0;
    const byte *at = colon;
    *first = colon;
    while (groups < 9 && *at == ':') {
        int size = 0;
        while (size < 4 && IS(at[-1 - size], HEX))
            size++;
        if (!size)
            break;
        groups++;
        at -= size;
        *first = at;
        at--;
    }
    return groups;
}

static int name_letter(byte c)
{
    return c == '_' || c == '-' || (LOWER(c) >= 'g' && LOWER(c) <= 'z');
}

/* How many of the groups before a colon may be an address's: all where they begin a word or follow a name and its colon
 * (`peer:2001:db8::1`), all but the first where that is the end of the name (`IPv6:2001:db8::1`). */
static int groups_of_address(const byte *colon)
{
    const byte *first, *at;
    int groups = groups_before(colon, &first);
    if ((!IS(first[-1], ALPHA | DIGIT) && first[-1] != ':') || (first[-2] == '\\' && before_word[first[-1]]))
        return groups;
    if (first[-1] == ':' && name_letter(first[-2]))
        return groups;
    at = span(first, ALPHA, 3);
    if (IS(*at, DIGIT))
        at++;
    return groups && name_letter(first[-1]) && *at == ':' ? groups - 1 : 0;
}

/* The anchors of IPv6 and of MAC addresses with colons. */
static void at_colon(Scan *scan, const byte *at)
{
    const byte *first;
    int groups;
    if (at[1] == ':') {
        groups = groups_of_address(at);
        if (at[-1] == ':' || (!groups && !word_start(at)))
            return;
        if (IS(at[2], HEX))
            report(scan, IPV6, at + 3);
        if (groups > 1)
            report(scan, IPV6, at + 2);
        return;
    }
    if (!IS(at[-1], HEX) || !IS(at[1], HEX))
        return;
    if (IS(at[2], HEX) && pairs_before(at, ':'))
        report(scan, MAC, at + 3);
    if (at[-2] != ':' && at[-3] != ':' && at[-4] != ':' && at[-5] != ':')
        return;
    groups = groups_before(at, &first);
    if (groups >= 7)
        report(scan, IPV6, at + 2);
    if (groups >= 6) {
        const byte *dot = span(at + 1, DIGIT, 3);
        if (dot > at + 1 && *dot == '.')
            report(scan, IPV6, dot + 1);
    }
}

static void at_dash(Scan *scan, const byte *at)
{
    if (IS(at[1], HEX) && IS(at[2], HEX) && pairs_before(at, '-'))
        report(scan, MAC, at + 3);
}

/* [0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4}, at its second dot */
static void dotted_mac(Scan *scan, const byte *at)
{
    if (at[-5] == '.' && all(at - 4, HEX, 4) && all(at - 9, HEX, 4) && all(at + 1, HEX, 4))
        report(scan, MAC, at + 5);
}

/* -- at a run of digits --------------------------------------------------------------------------------------------- */

static int ends_with(const byte *end, const char *word)
{
    Py_ssize_t size = (Py_ssize_t)strlen(word), place;
    for (place = 0; place < size; place++) {
        byte c = end[place - size];
        if (c == 0xff || LOWER(c) != (byte)word[place])
            return 0;
    }
    return 1;
}

/* What may stand before a card's first digit: no sign of a longer number, but behind a word for cards, and a form's space. */
static int before_card(const byte *at)
{
    static const char *const words[] = {"card", "cc", "ccn", "pan", "visa", "amex", "number", "num", "no", "nr", NULL};
    const char *const *word;
    if ((at[-1] != '.' && at[-1] != '+' && at[-1] != '-') || (at[-1] == '+' && IS(at[-2], ALPHA)))
        return 1;
    for (word = words; *word; word++)
        if (ends_with(at - 1, *word))
            return 1;
    return 0;
}

static int issued(const byte *at)
{
    int two = (at[0] - '0') * 10 + at[1] - '0';
    return two == 30 || (two >= 34 && two <= 49) || (two >= 50 && two <= 58) || (two >= 60 && two <= 69) ||
           (two >= 22 && two <= 27) || two == 81 || two == 82 || two == 97;
}

static int card_sign(byte c)
{
    return c == ' ' || c == '-' || c == '.' || c == '/' || c == '_' || c == '\t';
}

static void four_digits(Scan *scan, const byte *at)
{
    const byte *next = at + 4;
    if (*at == '3' && *next != '\t' && digits(next + 1, 6) && card_sign(next[7]) && next[7] != '\t')
        report(scan, CARD, next + 8);
    if (*at < '2' || *at == '7')
        return;
    next += 1 + card_sign(next[1]);
    if (digits(next, 4) && card_sign(next[4]))
        report(scan, CARD, next + 5);
}

static void three_digits(Scan *scan, const byte *at)
{
    const byte *next = at + 3;
    if (*next == '-' && digits(next + 1, 2) && next[3] == '-' && digits(next + 4, 4))
        report(scan, SSN, next + 8);
    if (*at < '2')
        return;
    if (at[-1] == '(' && *next == ')')
        next += 1 + (next[1] == ' ');
    else if (*next == '.' || *next == '-')
        next++;
    else
        return;
    if (digits(next, 3) && (next[3] == '.' || next[3] == '-') && digits(next + 4, 4))
        report(scan, PHONE_NANP, next + 8);
}

/* [0-9]\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3} */
static void dotted_quad(Scan *scan, const byte *dot)
{
    const byte *end = dot;
    int octet;
    for (octet = 0; octet < 3; octet++) {
        const byte *begin = end + 1;
        if (*end != '.')
            return;
        end = span(begin, DIGIT, 3);
        if (end == begin)
            return;
    }
    report(scan, IPV4, end);
}

static int alnum_run(const byte *at, int count)
{
    return all(at, ALPHA | DIGIT, count);
}

/* Two letters of a country, two digits, and seven more in any grouping. */
static void country_code(Scan *scan, const byte *at)
{
    byte one = LOWER(at[-2]), two = LOWER(at[-1]);
    const byte *next = at + 2;
    if (!country[(one - 'a') * 26 + two - 'a'] || !IS(at[1], DIGIT))
        return;
    if (!word_start(at - 2) && !ends_with(at - 2, "iban"))
        return;
    next += *next == ' ' || *next == '-';
    if (!alnum_run(next, 4))
        return;
    next += 4;
    next += *next == ' ' || *next == '-';
    if (alnum_run(next, 3))
        report(scan, IBAN, next + 3);
}

/* Twelve digits, the last of them at a position and none before them. */
static void at_twelfth(Scan *scan, const byte *at)
{
    at -= 11;
    if (word_start(at) && issued(at) && before_card(at))
        report(scan, CARD, at + 12);
}

/* [A-Z]{2}[0-9]{2}[0-9]?[. ][0-9]{4}[. ], at its last sign */
static void spaced_groups(Scan *scan, const byte *at)
{
    const byte *first = at - 5;
    if ((*at != ' ' && *at != '.') || (*first != ' ' && *first != '.') || !IS(first[-1], DIGIT) || !IS(first[-2], DIGIT))
        return;
    first -= 2 + (IS(first[-3], DIGIT) != 0);
    if (IS(first[-1], UPPER) && IS(first[-2], UPPER))
        report(scan, IBAN_SPACED, at + 1);
}

/* A sign behind four digits and no more. */
static void behind_four(Scan *scan, const byte *at)
{
    spaced_groups(scan, at);
    if (word_start(at - 4) && before_card(at - 4))
        four_digits(scan, at - 4);
}

/* A sign behind three digits and no more. */
static void behind_three(Scan *scan, const byte *at)
{
    if (word_start(at - 3))
        three_digits(scan, at - 3);
}

static int has_capital(const byte *at, const byte *end)
{
    while (at < end && !(*at >= 'A' && *at <= 'Z'))
        at++;
    return at < end;
}

/* The end of sixteen letters and digits or more: a Bitcoin address begins with 1 or 3, a token of Vault's as its kind. */
static void behind_long(Scan *scan, const byte *start, const byte *at)
{
    enum { VAULT_LEAD = 24 };
    if (start[-1] == '.' && at - start >= VAULT_LEAD && (start[-2] == 's' || start[-2] == 'b' || start[-2] == 'r'))
        report(scan, VAULT, start + VAULT_LEAD);
    if (start[-1] == '\\' && before_word[*start])
        start++;
    if ((*start == '1' || *start == '3') && all(start + 1, BASE58, 25) && has_capital(start, at))
        report(scan, WALLET, start + 26);
}

/* -- at a long word ------------------------------------------------------------------------------------------------- */

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

/* The end of a long word, and the last byte before it that may end three printable quads. */
static void at_word_end(Scan *scan, const byte *start, const byte *end, const byte *last)
{
    enum { TO_LAST = 10 };
    if (last >= start + TO_LAST && holds_block(start, end))
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
    if ((*at == 'J' && c >= 'w' && c <= 'z') || (*at == 'A' && c >= 'E' && c <= 'H') ||
        (*at == 'N' && c >= 'o' && c <= 'r') || (*at == 'F' && c >= '4' && c <= '7'))
        rest_of_word(scan, at + 2, 12);
}

/* The magic of gzip in base64 (RFC 1952), `H4sI`, at its second letter. */
static void at_gzip(Scan *scan, const byte *at)
{
    if (at[1] == 's' && at[2] == 'I')
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

/* -- at a sign, continued ------------------------------------------------------------------------------------------- */

/* The second dot of three, and of six pairs of hexadecimal digits. */
static void at_dot(Scan *scan, const byte *at)
{
    const byte *first = at - 1;
    while (IS(*first, DIGIT))
        first--;
    if (*first == '.' && IS(first[-1], DIGIT))
        dotted_quad(scan, first);
    dotted_mac(scan, at);
}

/* [MNO][A-Za-z\d_-]{22,28}\.[\w-]{6}\.[\w-]{16}, at its second dot */
static void discord_token(Scan *scan, const byte *at)
{
    int size = 0;
    if (!all(at - 6, LOCAL, 6) || !all(at + 1, LOCAL, 16))
        return;
    while (size < 29 && at[-8 - size] < 0x80 && IS(at[-8 - size], LOCAL)) {
        size++;
        if (size >= 23 && at[-7 - size] >= 'M' && at[-7 - size] <= 'O') {
            report(scan, DISCORD, at + 17);
            return;
        }
    }
}

/* Groups of small hexadecimal digits with a dash between them, the last of which end at a position. */
static int groups_of_hex(const byte *end, const char *sizes)
{
    for (; *sizes; sizes++, end--) {
        int size = *sizes == 'c' ? 12 : *sizes - '0';
        end -= size;
        if (!all(end, SMALL_HEX, size) || (sizes[1] && end[-1] != '-'))
            return 0;
    }
    return 1;
}

/* 0\.[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}\.[^\W_]{16}, at its second dot */
static void machine_token(Scan *scan, const byte *at)
{
    if (groups_of_hex(at, "c4448") && at[-37] == '.' && at[-38] == '0' && alnum_run(at + 1, 16))
        report(scan, BITWARDEN, at + 17);
}

/* Digits right before a position, so many at most. */
static int digits_before(const byte *at, int most)
{
    int count = 0;
    while (count < most && IS(at[-1 - count], DIGIT))
        count++;
    return count;
}

/* A dash behind three digits: [0-9]\.[0-9]{3}-[0-9K] and u[rm]?\d{5,9}-[\da-f]{16} */
static void dash_behind_number(Scan *scan, const byte *at)
{
    enum { FEWEST = 5, MOST = 9, LEAD = 16 };
    const byte *first;
    int count;
    if (at[-4] == '.') {
        if (IS(at[-5], DIGIT) && (IS(at[1], DIGIT) || at[1] == 'K'))
            report(scan, NATIONAL, at + 2);
        return;
    }
    count = digits_before(at, MOST + 1);
    if (count < FEWEST || count > MOST)
        return;
    first = at - count - 1;
    if (*first == 'r' || *first == 'm')
        first--;
    if (*first == 'u' && all(at + 1, SMALL_HEX, LEAD))
        report(scan, UPTIMEROBOT, at + 1 + LEAD);
}

/* [0-9]/\d{12,20}(?:/\d{12,20})?:[\da-f]{16}, at its colon; of two numbers the second tells as much as both. */
static void colon_behind_number(Scan *scan, const byte *at)
{
    enum { MOST = 20, LEAD = 16 };
    int count = digits_before(at, MOST);
    if (at[-1 - count] == '/' && IS(at[-2 - count], DIGIT) && all(at + 1, SMALL_HEX, LEAD))
        report(scan, ASANA, at + 1 + LEAD);
}

/* [1-9][A-Z][0-9A-Z][0-9]-[A-Z][0-9A-Z][0-9]-[A-Z]{2}[0-9][0-9], at its second dash */
static void beneficiary(Scan *scan, const byte *at)
{
    if (IS(at[-1], DIGIT) && IS(at[-2], DIGIT | UPPER) && IS(at[-3], UPPER) && IS(at[-5], DIGIT) && IS(at[-6], DIGIT | UPPER) &&
        IS(at[-7], UPPER) && IS(at[-8], DIGIT) && at[-8] != '0' && all(at + 1, UPPER, 2) && digits(at + 3, 2))
        report(scan, NATIONAL, at + 5);
}

/* [A-Z][AEIOUX][A-Z]{2}[0-9]{6}[HMX][A-Z]{2}[B-DF-HJ-NP-TV-Z]{3}[0-9A-Z][0-9], at the capital behind its digits */
static void population_key(Scan *scan, const byte *at)
{
    int place;
    if ((*at != 'H' && *at != 'M' && *at != 'X') || !digits(at - 6, 6) || !all(at - 10, UPPER, 4) || !all(at + 1, UPPER, 5))
        return;
    for (place = 3; place < 6; place++)
        if (memchr("AEIOU", at[place], 5))
            return;
    if ((memchr("AEIOU", at[-9], 5) || at[-9] == 'X') && IS(at[6], DIGIT | UPPER) && IS(at[7], DIGIT))
        report(scan, NATIONAL, at + 8);
}

/* [12]\x20##\x20##\x20[0-9][0-9AB]\x20###\x20###\x20##, a # for each digit, at its fourth space */
static void spaced_registration(Scan *scan, const byte *space)
{
    static const char shape[] = "## ## #. ### ### ##";
    const byte *at = space - 8;
    int place;
    if (at[-1] != ' ' || (at[-2] != '1' && at[-2] != '2'))
        return;
    for (place = 0; shape[place]; place++)
        if (shape[place] == ' ' ? at[place] != ' ' : !IS(at[place], DIGIT) && (shape[place] == '#' || (at[place] != 'A' && at[place] != 'B')))
            return;
    report(scan, NATIONAL, at + place);
}

/* \([0-9]{3}\) ?[0-9]{3}[-. ][0-9]{4}, at its first bracket */
static void area_in_brackets(Scan *scan, const byte *at)
{
    const byte *next = at + 5 + (at[5] == ' ');
    if (at[4] == ')' && digits(at + 1, 3) && digits(next, 3) && (next[3] == '-' || next[3] == '.' || next[3] == ' ') && digits(next + 4, 4))
        report(scan, PHONE_BRACKETS, next + 8);
}

/* [A-Z][0-9]{6}\([0-9A]\), at its first bracket */
static void bracket_behind_number(Scan *scan, const byte *at)
{
    if (digits_before(at, 6) == 6 && IS(at[-7], UPPER) && (IS(at[1], DIGIT) || at[1] == 'A') && at[2] == ')')
        report(scan, NATIONAL, at + 3);
}

/* [1-8][0-9]{16}X, at its letter */
static void letter_behind_number(Scan *scan, const byte *at)
{
    if (*at == 'X' && digits_before(at, 17) == 17 && at[-17] >= '1' && at[-17] <= '8')
        report(scan, NATIONAL, at + 1);
}

/* What follows two capitals, a sign and two digits: [A-Z]{2}\x20[0-9]{2}\x20?[0-9]\x20?[0-9]\x20?[0-9]{2}\x20[A-D] */
static void insurance_number(Scan *scan, const byte *at)
{
    int group;
    for (group = 0; group < 3; group++, at++) {
        at += *at == ' ';
        if (!IS(*at, DIGIT))
            return;
    }
    if (IS(at[0], DIGIT) && at[1] == ' ' && at[2] >= 'A' && at[2] <= 'D')
        report(scan, NATIONAL, at + 3);
}

/* Two capitals, a space or a dash, and two digits, the last of them at a position. */
static void spaced_country(Scan *scan, const byte *at)
{
    const byte *code = at - 4;
    if (code[2] == ' ')
        insurance_number(scan, at + 1);
    if (country[(code[0] - 'A') * 26 + code[1] - 'A'] && (!IS(code[-1], ALPHA | DIGIT) || escape_letter(code - 1)))
        report(scan, IBAN_SPACED, at + 1);
}

/* Behind a short word for cards the first digit of the 25 bytes that follow, the first of them a sign:
 * (?:\b|_|\\[nrtbf])(?:cc|ccn|pan)[^0-9a-z\xff][^0-9\xff]{0,23}[0-9] */
static void card_word(Scan *scan, const byte *word, const byte *end)
{
    enum { GAP = 24 };
    const byte *at = end;
    if (IS(*end, ALPHA | DIGIT) || (IS(word[-1], ALPHA | DIGIT) && !escape_letter(word - 1)))
        return;
    while (at - end < GAP && !IS(*at, DIGIT) && *at != 0xff)
        at++;
    if (at > end && IS(*at, DIGIT))
        report(scan, CARD_NAMED, at + 1);
}

/* The second letter of CC, also of CCN. */
static void at_cc(Scan *scan, const byte *at)
{
    card_word(scan, at - 1, at + 1 + (LOWER(at[1]) == 'n' && at[1] != 0xff));
}

/* The last letter of what may be PAN. */
static void at_pan(Scan *scan, const byte *at)
{
    if (LOWER(at[-1]) == 'a')
        card_word(scan, at - 2, at + 1);
}

/* <[a-z][\w:.\-]{1,60}(?:[ \t\r\n][^<>]{0,240})?>(?:<!\[CDATA\[)?[^<\xff] */
static void at_less(Scan *scan, const byte *at)
{
    enum { NAME = 60, ATTRIBUTES = 240 };
    static const char opening[] = "<![cdata[";
    const byte *end = at + 2;
    int place;
    if (!IS(at[1], ALPHA))
        return;
    while (end - at < NAME + 2 && (IS(*end, ALPHA | DIGIT) || *end == '_' || *end == ':' || *end == '.' || *end == '-'))
        end++;
    if (end == at + 2)
        return;
    if (*end == ' ' || *end == '\t' || *end == '\r' || *end == '\n') {
        const byte *first = ++end;
        while (end - first < ATTRIBUTES && *end != '<' && *end != '>' && *end != 0xff)
            end++;
    }
    if (*end++ != '>')
        return;
    for (place = 0; opening[place] && (byte)(end[place] | (opening[place] >= 'a' ? 0x20 : 0)) == (byte)opening[place];)
        place++;
    if (!opening[place])
        end += place;
    if (*end != '<' && *end != 0xff)
        report(scan, ELEMENT, end + 1);
}

#include "_disguises.h"
#include "_names.h"

/* -- the pass ------------------------------------------------------------------------------------------------------- */

/* One bit for each of 64 bytes, the lowest for the first. */
typedef uint64_t bits;

typedef struct {
    bits digit, letter, upper, hex, run, sign, gap, at, plus, colon, dot, dash, big_a, e, h, level, four, slash, n, c, p, s;
    bits percent, ampersand, equals, less, bracket, escape, lead, nothing, x;
} Classes;

/* Which bytes may be the first, the second and the third of a printable quad, and which end the last of three in a row. */
typedef struct {
    bits first, second, third, printable, block;
} Quads;

/* Any byte may be any: each word has to be looked at. */
static void any_quads(const byte *at, Quads *of)
{
    (void)at;
    of->first = of->second = of->third = ~(bits)0;
}

static void (*quads)(const byte *, Quads *) = any_quads;

#ifdef __x86_64__
#include <immintrin.h>

/* One body for three widths of registers: SIGN(v, c) and WITHIN(v, low, high) give a bit for each byte. */
/* Bits of the register that begins so many bytes behind a place; the first of them are all there is. */
#define TAKE(class, found) (of->class = part ? of->class | (found) << part : (found))

#define CLASSIFY(name, features, wide, width, load, lower, SIGN, WITHIN)                                   \
    __attribute__((target(features))) static void name(const byte *at, Classes *of)                        \
    {                                                                                                      \
        int part;                                                                                          \
        for (part = 0; part < 64; part += width) {                                                         \
            wide v = load(at + part), low = lower(v);                                                      \
            bits digit = WITHIN(v, '0', '9'), letter = WITHIN(low, 'a', 'z');                              \
            bits plus = SIGN(v, '+'), dash = SIGN(v, '-'), dot = SIGN(v, '.');                             \
            bits joint = SIGN(v, '/') | SIGN(v, '_'), big_a = SIGN(v, 'A');                                \
            TAKE(digit, digit);                                                                            \
            TAKE(letter, letter);                                                                          \
            TAKE(upper, WITHIN(v, 'A', 'Z'));                                                              \
            TAKE(gap, dash | SIGN(v, ' '));                                                                \
            TAKE(c, SIGN(low, 'c'));                                                                       \
            TAKE(p, SIGN(low, 'p'));                                                                       \
            TAKE(x, SIGN(low, 'x'));                                                                       \
            TAKE(s, SIGN(low, 's'));                                                                       \
            TAKE(percent, SIGN(v, '%'));                                                                   \
            TAKE(ampersand, SIGN(v, '&'));                                                                 \
            TAKE(equals, SIGN(v, '='));                                                                    \
            TAKE(less, SIGN(v, '<'));                                                                      \
            TAKE(bracket, SIGN(v, '('));                                                                   \
            TAKE(escape, SIGN(v, 0x1b));                                                                   \
            TAKE(lead, WITHIN(v, (char)0xc2, (char)0xf4));                                                 \
            TAKE(nothing, SIGN(v, 0));                                                                     \
            TAKE(hex, digit | WITHIN(low, 'a', 'f'));                                                      \
            TAKE(run, digit | letter | plus | dash | joint);                                               \
            TAKE(sign, dash | dot | joint | SIGN(v, ' ') | SIGN(v, '\t') | SIGN(v, ')'));                  \
            TAKE(at, SIGN(v, '@'));                                                                        \
            TAKE(plus, plus);                                                                              \
            TAKE(colon, SIGN(v, ':'));                                                                     \
            TAKE(dot, dot);                                                                                \
            TAKE(dash, dash);                                                                              \
            TAKE(big_a, big_a);                                                                            \
            TAKE(e, SIGN(v, 'e'));                                                                         \
            TAKE(h, SIGN(v, 'H'));                                                                         \
            TAKE(level, big_a | SIGN(v, 'J') | SIGN(v, 'N') | SIGN(v, 'F'));                               \
            TAKE(four, SIGN(v, '4'));                                                                      \
            TAKE(slash, SIGN(v, '\\'));                                                                    \
            TAKE(n, SIGN(low, 'n'));                                                                       \
        }                                                                                                  \
    }

#define LOAD128(p) _mm_loadu_si128((const __m128i *)(p))
#define LOWER128(v) _mm_or_si128(v, _mm_set1_epi8(0x20))
#define BITS128(v) (bits)(unsigned)_mm_movemask_epi8(v)
#define SIGN128(v, c) BITS128(_mm_cmpeq_epi8(v, _mm_set1_epi8(c)))
#define OFF128(v, low) _mm_sub_epi8(v, _mm_set1_epi8(low))
#define WITHIN128(v, low, high) \
    BITS128(_mm_cmpeq_epi8(_mm_min_epu8(OFF128(v, low), _mm_set1_epi8((high) - (low))), OFF128(v, low)))

#define LOAD256(p) _mm256_loadu_si256((const __m256i *)(p))
#define LOWER256(v) _mm256_or_si256(v, _mm256_set1_epi8(0x20))
#define BITS256(v) (bits)(unsigned)_mm256_movemask_epi8(v)
#define SIGN256(v, c) BITS256(_mm256_cmpeq_epi8(v, _mm256_set1_epi8(c)))
#define OFF256(v, low) _mm256_sub_epi8(v, _mm256_set1_epi8(low))
#define WITHIN256(v, low, high) \
    BITS256(_mm256_cmpeq_epi8(_mm256_min_epu8(OFF256(v, low), _mm256_set1_epi8((high) - (low))), OFF256(v, low)))

#define LOAD512(p) _mm512_loadu_si512((const void *)(p))
#define LOWER512(v) _mm512_or_si512(v, _mm512_set1_epi8(0x20))
#define SIGN512(v, c) (bits)_mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8(c))
#define WITHIN512(v, low, high) \
    (bits)_mm512_cmple_epu8_mask(_mm512_sub_epi8(v, _mm512_set1_epi8(low)), _mm512_set1_epi8((high) - (low)))

CLASSIFY(classify128, "sse2", __m128i, 16, LOAD128, LOWER128, SIGN128, WITHIN128)
CLASSIFY(classify256, "avx2", __m256i, 32, LOAD256, LOWER256, SIGN256, WITHIN256)
CLASSIFY(classify512, "avx512bw", __m512i, 64, LOAD512, LOWER512, SIGN512, WITHIN512)

static void (*classify)(const byte *, Classes *) = classify128;

/* Which bytes may be the first, the second, the third of a printable quad, by a table of ASCII in two registers. */
__attribute__((target("avx512vbmi,avx512bw"))) static void quads512(const byte *at, Quads *of)
{
    __m512i v = LOAD512(at), marks = _mm512_permutex2var_epi8(LOAD512(quad_marks), v, LOAD512(quad_marks + 64));
    bits ascii = ~(bits)_mm512_movepi8_mask(v);
    of->first = ascii & (bits)_mm512_test_epi8_mask(marks, _mm512_set1_epi8(1));
    of->second = ascii & (bits)_mm512_test_epi8_mask(marks, _mm512_set1_epi8(2));
    of->third = ascii & (bits)_mm512_test_epi8_mask(marks, _mm512_set1_epi8(4));
}

/* Takes the widest registers that this processor has, of so many bytes at most, and says how wide they are. */
static long choose(long most)
{
    __builtin_cpu_init();
    quads = most >= 64 && __builtin_cpu_supports("avx512vbmi") ? quads512 : any_quads;
    if (most >= 64 && __builtin_cpu_supports("avx512bw"))
        return classify = classify512, 64;
    if (most >= 32 && __builtin_cpu_supports("avx2"))
        return classify = classify256, 32;
    return classify = classify128, 16;
}
#else
static long choose(long most)
{
    (void)most;
    return 1;
}

static void classify(const byte *at, Classes *of)
{
    int place;
    memset(of, 0, sizeof *of);
    for (place = 0; place < 64; place++) {
        byte c = at[place];
        of->digit |= (bits)(IS(c, DIGIT) != 0) << place;
        of->letter |= (bits)(IS(c, ALPHA) != 0) << place;
        of->upper |= (bits)(IS(c, UPPER) != 0) << place;
        of->gap |= (bits)(c == ' ' || c == '-') << place;
        of->c |= (bits)(c == 'c' || c == 'C') << place;
        of->p |= (bits)(c == 'p' || c == 'P') << place;
        of->x |= (bits)(c == 'x' || c == 'X') << place;
        of->s |= (bits)(c == 's' || c == 'S') << place;
        of->percent |= (bits)(c == '%') << place;
        of->ampersand |= (bits)(c == '&') << place;
        of->equals |= (bits)(c == '=') << place;
        of->less |= (bits)(c == '<') << place;
        of->bracket |= (bits)(c == '(') << place;
        of->escape |= (bits)(c == 0x1b) << place;
        of->lead |= (bits)(c >= 0xc2 && c <= 0xf4) << place;
        of->nothing |= (bits)(c == 0) << place;
        of->hex |= (bits)(IS(c, HEX) != 0) << place;
        of->run |= (bits)(IS(c, RUN) != 0) << place;
        of->sign |= (bits)(card_sign(c) || c == ')') << place;
        of->at |= (bits)(c == '@') << place;
        of->plus |= (bits)(c == '+') << place;
        of->colon |= (bits)(c == ':') << place;
        of->dot |= (bits)(c == '.') << place;
        of->dash |= (bits)(c == '-') << place;
        of->big_a |= (bits)(c == 'A') << place;
        of->e |= (bits)(c == 'e') << place;
        of->h |= (bits)(c == 'H') << place;
        of->level |= (bits)(c == 'A' || c == 'J' || c == 'N' || c == 'F') << place;
        of->four |= (bits)(c == '4') << place;
        of->slash |= (bits)(c == '\\') << place;
        of->n |= (bits)(LOWER(c) == 'n') << place;
    }
}
#endif

/* The bits of some places before, those of the last 64 bytes included. */
static bits back(bits now, bits last, int places)
{
    return now << places | last >> (64 - places);
}

/* Where runs of a class have reached 2, 3, 4, 8, 12 and 16 bytes, for the last 64 bytes and then for the next. */
typedef struct {
    bits one, two, three, four, eight, twelve, sixteen;
} Runs;

static void grow(Runs *of, const Runs *last, bits set)
{
    of->one = set;
    of->two = set & back(set, last->one, 1);
    of->three = of->two & back(set, last->one, 2);
    of->four = of->two & back(of->two, last->two, 2);
    of->eight = of->four & back(of->four, last->four, 4);
    of->twelve = of->eight & back(of->four, last->four, 8);
    of->sixteen = of->eight & back(of->eight, last->eight, 8);
}

/* Sixty-four bytes: what they are, and how long the runs are that end with each of them. */
typedef struct {
    Classes is;
    Runs digits, alnums, words, letters;
    /* The first letters of words, and those behind the letter of an escape. */
    bits begin;
    Quads quads;
    /* Where the runs begin that go on behind the last byte, and the last byte so far that ends three printable quads. */
    const byte *word_from, *alnum_from, *printable;
} Block;

/* Where the run begins that ends before a place of a block; bits of those that belong to runs, and where the run began that
 * reached the block. */
static const byte *run_start(const byte *block, bits run, const byte *reached, int place)
{
    bits other = ~run & (place < 64 ? ((bits)1 << place) - 1 : ~(bits)0);
    return other ? block + 64 - __builtin_clzll(other) : reached;
}

/* The last byte before a place of a block that is set, and what it was before that. */
static const byte *last_before(const byte *block, bits set, const byte *reached, int place)
{
    bits below = set & (place < 64 ? ((bits)1 << place) - 1 : ~(bits)0);
    return below ? block + 63 - __builtin_clzll(below) : reached;
}

/* Calls a function for each bit that is set. */
#define EACH(set, call)                                       \
    for (bits left = (set); left; left &= left - 1) {         \
        const byte *here = at + __builtin_ctzll(left);        \
        call;                                                 \
    }

#define NOW(class) (now->is.class)
#define BEFORE(class, places) back(now->is.class, last->is.class, places)
#define BEHIND(runs, size) back(now->runs.size, last->runs.size, 1)

static void read_block(const byte *at, Block *now, const Block *last)
{
    classify(at, &now->is);
    grow(&now->digits, &last->digits, NOW(digit));
    grow(&now->alnums, &last->alnums, NOW(digit) | NOW(letter));
    grow(&now->words, &last->words, NOW(run));
    grow(&now->letters, &last->letters, NOW(letter));
    now->begin = NOW(letter) & (~back(now->alnums.one, last->alnums.one, 1) | BEFORE(slash, 2));
    now->word_from = run_start(at, now->words.one, last->word_from, 64);
    now->alnum_from = run_start(at, now->alnums.one, last->alnum_from, 64);
    quads(at, &now->quads);
    now->quads.printable = now->quads.third & back(now->quads.second, last->quads.second, 1) & back(now->quads.first, last->quads.first, 2);
    now->quads.block = now->quads.printable & back(now->quads.printable, last->quads.printable, 4) &
                       back(now->quads.printable, last->quads.printable, 8);
    now->printable = last_before(at, now->quads.block, last->printable, 64);
}

static void at_digits(Scan *scan, const byte *at, const Block *now, const Block *last)
{
    bits three = BEHIND(digits, three), four = BEHIND(digits, four), begun;
    EACH(now->digits.twelve & ~BEHIND(digits, twelve), at_twelfth(scan, here));
    EACH(NOW(sign) & four & ~BEFORE(digit, 5), behind_four(scan, here));
    EACH(NOW(sign) & three & ~BEFORE(digit, 4), behind_three(scan, here));
    /* Behind a word's start, the letter of an escape, or the word IBAN. */
    begun = ~back(now->alnums.one, last->alnums.one, 3) | BEFORE(slash, 4) | BEFORE(n, 3);
    EACH(NOW(digit) & BEFORE(letter, 1) & BEFORE(letter, 2) & begun, country_code(scan, here));
    EACH(NOW(dash) & three, dash_behind_number(scan, here));
    EACH(NOW(dash) & BEFORE(dash, 4) & BEFORE(digit, 1), beneficiary(scan, here));
    EACH(NOW(colon) & BEHIND(digits, twelve), colon_behind_number(scan, here));
    EACH(NOW(bracket) & four, bracket_behind_number(scan, here));
    EACH(NOW(upper) & four, population_key(scan, here));
    EACH(NOW(gap) & BEFORE(gap, 3) & BEFORE(gap, 6) & BEFORE(gap, 9), spaced_registration(scan, here));
    EACH(~NOW(digit) & BEHIND(digits, sixteen), letter_behind_number(scan, here));
    EACH(now->digits.two & BEFORE(gap, 2) & BEFORE(upper, 3) & BEFORE(upper, 4), spaced_country(scan, here));
}

static void at_signs(Scan *scan, const byte *at, const Block *now, const Block *last)
{
    /* Two in a row may begin with the last of these bytes. */
    bits doubled = NOW(colon) >> 1 | (bits)(at[64] == ':') << 63;
    EACH(NOW(dot) & (BEFORE(dot, 2) | BEFORE(dot, 3) | BEFORE(dot, 4) | BEFORE(dot, 5)), at_dot(scan, here));
    EACH(NOW(colon) & (BEFORE(hex, 1) | BEFORE(colon, 1) | doubled), at_colon(scan, here));
    EACH(NOW(dot) & BEFORE(dot, 7), discord_token(scan, here));
    EACH(NOW(dot) & BEFORE(dash, 13), machine_token(scan, here));
    EACH(NOW(dash) & BEFORE(dash, 3), at_dash(scan, here));
}

/* Signs of which most blocks hold none. */
static void at_rare_signs(Scan *scan, const byte *at, const Block *now)
{
    EACH(NOW(slash), at_backslash(scan, here));
    EACH(NOW(equals), at_equals(scan, here));
    EACH(NOW(percent), at_percent(scan, here));
    EACH(NOW(ampersand), at_ampersand(scan, here));
    EACH(NOW(less), at_less(scan, here));
    EACH(NOW(bracket), area_in_brackets(scan, here));
    EACH(NOW(lead), at_character(scan, here));
    EACH(NOW(nothing), report(scan, DISGUISE, here + 1));
    EACH(NOW(escape), at_escape(scan, here));
    EACH(NOW(at), (at_sign(scan, here), userinfo(scan, here)));
    EACH(NOW(plus), at_plus(scan, here));
}

static void at_words(Scan *scan, const byte *at, const Block *now, const Block *last)
{
    bits end = ~NOW(letter);
    EACH(end & BEHIND(letters, two) & back(now->begin, last->begin, 2), behind_two_letters(scan, here));
    EACH(end & BEHIND(letters, three) & back(now->begin, last->begin, 3), behind_three_letters(scan, here));
    EACH(end & BEHIND(letters, four) & back(now->begin, last->begin, 4) & BEFORE(s, 1), behind_one_more(scan, here));
    EACH(now->letters.three & (NOW(n) | NOW(c) | NOW(x) | BEFORE(p, 2)) & (back(now->begin, last->begin, 2) | BEFORE(upper, 2)),
         third_letter(scan, here));
    EACH(NOW(c) & BEFORE(c, 1), at_cc(scan, here));
    EACH(NOW(n) & BEFORE(p, 2), at_pan(scan, here));
}

static void at_long_words(Scan *scan, const byte *at, const Block *now, const Block *last)
{
    EACH(NOW(level) & BEFORE(e, 1), at_zlib(scan, here));
    EACH(NOW(four) & BEFORE(h, 1), at_gzip(scan, here));
    EACH(NOW(big_a) & BEFORE(big_a, 3) & BEFORE(big_a, 8) & BEFORE(big_a, 11), at_utf16(scan, here));
    EACH(~now->words.one & BEHIND(words, twelve),
         at_word_end(scan, run_start(at, now->words.one, last->word_from, (int)(here - at)), here,
                     last_before(at, now->quads.block, last->printable, (int)(here - at))));
    EACH(~now->alnums.one & BEHIND(alnums, sixteen),
         behind_long(scan, run_start(at, now->alnums.one, last->alnum_from, (int)(here - at)), here));
}

static void pass(Scan *scan, const byte *at, const byte *end)
{
    Block blocks[2] = {0}, *now = blocks, *last = blocks + 1, *other;
    last->word_from = last->alnum_from = last->printable = at;
    for (; at < end; at += 64, other = now, now = last, last = other) {
        read_block(at, now, last);
        if (NOW(digit) | last->is.digit)
            at_digits(scan, at, now, last);
        at_signs(scan, at, now, last);
        if (NOW(slash) | NOW(equals) | NOW(percent) | NOW(ampersand) | NOW(less) | NOW(bracket) | NOW(lead) | NOW(nothing) | NOW(escape) |
            NOW(at) | NOW(plus))
            at_rare_signs(scan, at, now);
        at_words(scan, at, now, last);
        at_long_words(scan, at, now, last);
    }
}

/* Look-backs and look-aheads of a fixed length stay inside the bytes that stand before and behind the records. */
enum { MARGIN = 128 };

static int margins(const byte *text, Py_ssize_t size)
{
    int place;
    for (place = 0; size >= 2 * MARGIN && place < MARGIN; place++)
        if (text[place] != 0xff || text[size - 1 - place] != 0xff)
            return 0;
    return size >= 2 * MARGIN;
}

static PyObject *scan_shapes(PyObject *module, PyObject *args)
{
    Scan scan = {0};
    const char *data;
    Py_ssize_t size;
    PyObject *idents;
    int shape;
    (void)module;
    if (!PyArg_ParseTuple(args, "y#O!", &data, &size, &PyTuple_Type, &idents))
        return NULL;
    scan.text = (const byte *)data;
    if (PyTuple_GET_SIZE(idents) != SHAPES || !margins(scan.text, size)) {
        PyErr_SetString(PyExc_ValueError, "one identifier or None for each shape, and 128 times 0xff around the text");
        return NULL;
    }
    scan.hits = PyList_New(0);
    for (shape = 0; shape < SHAPES; shape++)
        scan.ident[shape] = PyTuple_GET_ITEM(idents, shape);
    if (scan.hits)
        pass(&scan, scan.text + MARGIN, scan.text + size - MARGIN + 1);
    if (scan.failed)
        Py_CLEAR(scan.hits);
    return scan.hits;
}

static void mark(byte *table, const char *chars, byte bit)
{
    for (; *chars; chars++)
        table[(byte)*chars] |= bit;
}

static void fill_tables(void)
{
    static const char countries[] =
        "ADAEALATAZBABEBGBHBIBRBYCHCRCYCZDEDJDKDOEEEGESFIFKFOFRGBGEGIGLGRGTHNHRHUIEILIQISITJOKWKZLBLCLILTLULVLYMCMDMEMKMNMRMTMU"
        "NINLNOOMPKPLPSPTQARORSRUSASCSDSESISKSMSOSTSVTLTNTRUAVAVGXKYE";
    const char *code;
    int c;
    mark(class_of, "0123456789", DIGIT | HEX | LOCAL);
    mark(class_of, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", ALPHA | LOCAL);
    mark(class_of, "abcdefABCDEF", HEX);
    mark(class_of, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/_-", RUN);
    mark(class_of, "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz", BASE58);
    mark(class_of, "_-", LOCAL);
    mark(class_of, "ABCDEFGHIJKLMNOPQRSTUVWXYZ", UPPER);
    mark(class_of, "0123456789abcdef", SMALL_HEX);
    for (c = 0x80; c < 0xff; c++)
        class_of[c] |= LOCAL;
    memset(before_word, 1, sizeof before_word);
    for (code = "0123456789acdeghijklmopqsuvwxyzACDEGHIJKLMOPQSUVWXYZ"; *code; code++)
        before_word[(byte)*code] = 0;
    for (code = countries; *code; code += 2)
        country[(code[0] - 'A') * 26 + code[1] - 'A'] = 1;
    mark(quad_of[0], "IJKLMNOPQRSTUVWXYZabcdef", 1);
    mark(quad_of[1], "CDEFGHSTUVWXijklmnyz0123", 1);
    mark(quad_of[2], "ABEFIJMNQRUVYZcdghkloptwxs014589", 1);
    for (c = 0; c < 128; c++)
        quad_marks[c] = (byte)(quad_of[0][c] | quad_of[1][c] << 1 | quad_of[2][c] << 2);
}

static PyObject *choose_width(PyObject *module, PyObject *most)
{
    long bytes = PyLong_AsLong(most);
    (void)module;
    return bytes == -1 && PyErr_Occurred() ? NULL : PyLong_FromLong(choose(bytes));
}

static PyMethodDef methods[] = {
    {"scan", scan_shapes, METH_VARARGS,
     "scan(text, identifiers) -> [(end, identifier)]\n\nThe ends of all shapes in a text that begins and ends with 0xff."},
    {"heads", take_heads, METH_O,
     "heads([(head, low, high)])\n\nTakes the first bytes of characters that are read as others, and the range of the last."},
    {"names", take_short_names, METH_VARARGS,
     "names(whole, beginning, tails)\n\nTakes the short names of fields: whole words, what more may follow, and what may follow."},
    {"choose", choose_width, METH_O,
     "choose(most) -> width\n\nTakes registers of so many bytes at most, for tests of each width; not while others scan."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "_shapes", NULL, 0, methods, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__shapes(void)
{
    PyObject *module = PyModule_Create(&definition);
    fill_tables();
    choose(64);
    if (module && (PyModule_AddStringConstant(module, "NAMES", NAMES) < 0 || PyModule_AddIntConstant(module, "INTERFACE", INTERFACE) < 0))
        Py_CLEAR(module);
    return module;
}
