/* Shapes at a sign: addresses of email, IPv6 and MAC, user information, elements of XML, telephone numbers.
 *
 * Included by `_shapes.c`, which says what its functions may rely on. */

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

/* \\*["']? */
static const byte *behind_quote(const byte *at)
{
    while (*at == '\\')
        at++;
    return at + (*at == '"' || *at == '\'');
}

/* [a-z0-9\-._~+/!$*=]{8} */
static int is_token68(const byte *at)
{
    int place;
    for (place = 0; place < 8; place++)
        if (!IS(at[place], ALPHA | DIGIT) && (!at[place] || !strchr("-._~+/!$*=", at[place])))
            return 0;
    return 1;
}

/* bearer\\*["']?[ +:=]{1,3}\\*["']?[a-z0-9\-._~+/!$*=]{8}, at the second e */
static void at_bearer(Scan *scan, const byte *at)
{
    const byte *sign;
    int signs;
    if (LOWER(at[-4]) != 'b' || LOWER(at[-2]) != 'a' || LOWER(at[-1]) != 'r' || LOWER(at[1]) != 'r')
        return;
    sign = behind_quote(at + 2);
    for (signs = 0; signs < 3 && (*sign == ' ' || *sign == '+' || *sign == ':' || *sign == '='); signs++) {
        const byte *token = behind_quote(++sign);
        if (is_token68(token))
            report(scan, BEARER, token + 8);
    }
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

/* [(\[][ \t\n\r\f\v]?\\{0,31}["'][a-z_\-.]{2,64}\\{0,31}["'], ?\\{0,31}["'], at its bracket */
static void at_pair(Scan *scan, const byte *at)
{
    enum { SLASHES = 31, NAME = 64 };
    const byte *from = at + 1 + (at[1] == ' ' || (at[1] >= '\t' && at[1] <= '\r')), *quote = slashes(from, SLASHES), *end = quote + 1, *close;
    if (!begins_string(*quote))
        return;
    while (end - quote <= NAME && (IS(*end, ALPHA) || *end == '_' || *end == '-' || *end == '.'))
        end++;
    close = slashes(end, SLASHES);
    if (end - quote < 3 || !begins_string(*close) || close[1] != ',')
        return;
    quote = slashes(close + 2 + (close[2] == ' '), SLASHES);
    if (begins_string(*quote))
        report(scan, PAIR, quote + 1);
}
