/* Shapes at runs of digits: cards, addresses of IPv4, account numbers, numbers of persons, keys that hold a number.
 *
 * Included by `_shapes.c`, which says what its functions may rely on. */

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
           (two >= 22 && two <= 27) || two == 81 || two == 82 || two == 97 ||
           ((two == 18 || two == 21) && (at[2] - '0') * 10 + at[3] - '0' == (two == 18 ? 0 : 31));
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

/* Twelve digits, the last of them at a position and none before them: a card's number, or what a second track begins with. */
static void at_twelfth(Scan *scan, const byte *at)
{
    at -= 11;
    if (at[-1] == ';')
        report(scan, TRACK2, at + 12);
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

static int has_capital(const byte *at)
{
    while (IS(*at, ALPHA | DIGIT) && !IS(*at, UPPER))
        at++;
    return IS(*at, UPPER) != 0;
}

/* Whether a word has the length and the first letter of an address or a key of a currency; the judge looks at its checksum. */
static int is_coin(const byte *start)
{
    enum { SHORTEST = 33, LONGEST = 106 };
    static const byte lengths[LONGEST + 1] = {[33] = 1, [34] = 1, [35] = 1, [36] = 1, [47] = 1, [48] = 1, [51] = 1,
                                              [52] = 1, [56] = 1, [58] = 1, [95] = 1, [106] = 1};
    const byte *stop;
    if (!strchr("12456789ACDEFGHJKLMSTXmnrt", *start))
        return 0;
    if (!all(start, BASE58, SHORTEST) && *start != 'G' && *start != 'S')
        return 0;
    stop = span(start, ALPHA | DIGIT, LONGEST);
    return !IS(*stop, ALPHA | DIGIT) && lengths[stop - start] && has_capital(start);
}

/* The 24th of letters and digits in a row: a Bitcoin address begins with 1 or 3, one of Ethereum with 0x, a token of Vault's
 * as its kind. */
static void at_twenty_fourth(Scan *scan, const byte *at)
{
    enum { ETHEREUM = 40 };
    const byte *start = at - 23;
    if (start[-1] == '.' && (start[-2] == 's' || start[-2] == 'b' || start[-2] == 'r'))
        report(scan, VAULT, at + 1);
    if (start[-1] == '\\' && before_word[*start])
        start++;
    if (*start == '0' && LOWER(start[1]) == 'x' && all(start + 2, HEX, ETHEREUM))
        report(scan, WALLET, start + 2 + ETHEREUM);
    if ((*start == '1' || *start == '3') && all(start + 1, BASE58, 25) && has_capital(start))
        report(scan, WALLET, start + 26);
    if (is_coin(start))
        report(scan, COIN, start + 33);
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

/* A dash behind three digits: [0-9]\.[0-9]{3}-[0-9K] and (u[rm]?|m)\d{3,10}-[a-z\d]{16} */
static void dash_behind_number(Scan *scan, const byte *at)
{
    enum { FEWEST = 3, MOST = 10, LEAD = 16 };
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
    if (*first == 'r' || (*first == 'm' && first[-1] == 'u'))
        first--;
    if ((*first == 'u' || *first == 'm') && all(at + 1, ALPHA | DIGIT, LEAD))
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

/* Most that stands between a word and the number that it tells of, in bytes. */
enum { GAP_BEFORE_DIGIT = 24 };

/* At the second letter of CC, behind it the first digit of the 25 bytes that follow, the first of them a sign:
 * (?:[^a-z0-9]|\\[nrtbf])cc[^0-9a-z\xff][^0-9\xff]{0,23}[0-9] */
static void at_cc(Scan *scan, const byte *letter)
{
    const byte *word = letter - 1, *end = letter + 1, *at = end;
    if (IS(*end, ALPHA | DIGIT) || (IS(word[-1], ALPHA | DIGIT) && !escape_letter(word - 1)))
        return;
    while (at - end < GAP_BEFORE_DIGIT && !IS(*at, DIGIT) && *at != 0xff)
        at++;
    if (at > end && IS(*at, DIGIT))
        report(scan, CARD_NAMED, at + 1);
}
