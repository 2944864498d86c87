/* The surrogate of a JWT whose payload is written plainly: how it is read; a part of _mint.c, like _claims_said.h and _claims_reader.h.
 *
 * `surrogate.py` is the definition. A payload is read here where it is one object in base64url without padding, of which
 * parsers and `_json.h` think the same, with names that have no escapes and that differ. Of its claims those are said here
 * that nearly all are: moments, harmless words in which masking finds nothing, and tokens of values whose form says their
 * kind. Each other claim is asked of Python with its name and its value as they are written, one after the other, as Python
 * goes through them. So are headers, by their members. A test holds the two against each other.
 *
 * Python is called in between, and may call this again: what is held over a call is held by a reference.
 */

/* What is said of a claim, in the order of `READS`. From `FORMLESS` on its values become tokens where their form is theirs. */
enum read { UNSAID, TIME, READABLE, ASKED, FORMLESS, AS_EMAIL, AS_IP, AS_NAME, AS_SESSION, ALL_READS };
#define READS "unsaid time readable asked formless email ip name session"

enum { CLAIMS = 32, NAME = 100, PAYLOAD = 3072, SURROGATE = 2048, TAIL = 24, KNOWN = 128, MEMBER = 160, MEMBERS = 4096 };
enum { STRING = 120, ITEMS = 8, DIGIT_RUN = 4, ALL_DIGITS = 8 };
/* Members of headers, as far as they are said, in their order. */
enum { ALG, TYP, CTY, ENC, KID, HEADERS };
enum { SECONDS = 10, MILLISECONDS = 13, ANY_DIGITS = 6, ANY_CHARS = 40, USUAL_DIGITS = 18 };
#define SAMPLE_TIME "1700000000"

/* What is known of the claims of one name; `row` is what Python said, where the bytes and the mint live. */
typedef struct {
    PyObject *name, *row, *mark, *sample;
    const Mint *mint;
    int read;
} Known;

typedef struct {
    PyObject_HEAD
    PyObject *ask_known, *words, *said, *said_of_headers, *whole, *sample;
    Known known[KNOWN];
} Reader;

/* Whom to ask while one JWT is read: what a claim says, and what masking makes of a text. */
typedef struct {
    Reader *reader;
    PyObject *claim, *mask;
} Ask;

/* Where in a payload a claim stands: its name without quotes, its value with them. */
typedef struct {
    place name, name_end, value, end;
} Member;

/* A surrogate as far as it is written. */
typedef struct {
    place size;
    char at[SURROGATE + TAIL];
} Written;

/* A surrogate, and the same as it stands in a sample. */
typedef struct {
    Written said, like;
} Pair;

/* -- reading -------------------------------------------------------------------------------------------------------- */

static byte sextets[256];

static void fill_sextets(void)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    int i;
    memset(sextets, 0xff, sizeof sextets);
    for (i = 0; i < 64; i++)
        sextets[(byte)letters[i]] = (byte)i;
}

/* The bytes that a part in base64url encodes; -1 where it is anything else, or long. */
static place decoded(Text t, place low, place high, byte *to)
{
    place size = high - low, written = 0, rest = size % 4, i;
    byte all = 0;
    if (size > PAYLOAD / 3 * 4 || rest == 1)
        return -1;
    for (i = 0; i < size - rest; i += 4) {
        const byte *four = t.at + low + i;
        byte a = sextets[four[0]], b = sextets[four[1]], c = sextets[four[2]], d = sextets[four[3]];
        all |= a | b | c | d;
        to[written++] = (byte)(a << 2 | b >> 4), to[written++] = (byte)(b << 4 | c >> 2), to[written++] = (byte)(c << 6 | d);
    }
    if (rest) {
        byte a = sextets[t.at[low + i]], b = sextets[t.at[low + i + 1]], c = rest == 3 ? sextets[t.at[low + i + 2]] : 0;
        all |= a | b | c;
        to[written++] = (byte)(a << 2 | b >> 4);
        if (rest == 3)
            to[written++] = (byte)(b << 4 | c >> 2);
    }
    return all & 0xc0 ? -1 : written;
}

static int is_named_before(Text t, const Member *members, int count, const Member *one)
{
    place size = one->name_end - one->name;
    int i;
    for (i = 0; i < count; i++)
        if (members[i].name_end - members[i].name == size && !memcmp(t.at + members[i].name, t.at + one->name, (size_t)size))
            return 1;
    return 0;
}

/* One claim with its name; where it ends, or -1. */
static place member_at(Text t, place at, Member *one)
{
    one->name = at + 1, at = json_string(t, at), one->name_end = at - 1;
    if (at < 0 || one->name_end - one->name > NAME || memchr(t.at + one->name, '\\', (size_t)(one->name_end - one->name)))
        return -1;
    at = json_space(t, at);
    if (peek(t, at) != ':')
        return -1;
    one->value = json_space(t, at + 1);
    return one->end = json_value(t, one->value);
}

/* The claims of a payload; -1 where it is not plainly an object of few with names that differ. */
static int members_of(Text t, Member *members)
{
    place at = json_space(t, 0);
    int count = 0, sign;
    if (peek(t, at) != '{')
        return -1;
    at = json_space(t, at + 1);
    if (peek(t, at) == '}')
        return json_space(t, at + 1) == t.size ? 0 : -1;
    for (;;) {
        if (count == CLAIMS || (at = member_at(t, at, &members[count])) < 0 || is_named_before(t, members, count, &members[count]))
            return -1;
        count++, at = json_space(t, at), sign = peek(t, at);
        if (sign != ',')
            return sign == '}' && json_space(t, at + 1) == t.size ? count : -1;
        at = json_space(t, at + 1);
    }
}

/* -- forms of values ------------------------------------------------------------------------------------------------ */

static int is_alnum(byte c)
{
    return is(c, DIGIT | ALPHA);
}

/* `_FORMLESS` of surrogate.py */
static int is_formless(const byte *at, place size)
{
    place i, digits = 0, words = 1;
    for (i = 0; i < size; i++) {
        digits += is(at[i], DIGIT) != 0;
        words &= is_alnum(at[i]) || at[i] == ' ' || at[i] == '_' || at[i] == '\'' || at[i] == '|' || at[i] == '-';
    }
    if (words && size && size <= ANY_CHARS && digits <= ANY_DIGITS)
        return 1;
    if (digits == size)
        return size == 7 || size == 8;
    for (i = 0; i < size && size == 36; i++)
        if (i == 8 || i == 13 || i == 18 || i == 23 ? at[i] != '-' : !(is(at[i], DIGIT) || (is(at[i], ALPHA) && LOWER(at[i]) <= 'f')))
            return 0;
    return size == 36;
}

/* `_AS_NAMED["email"]` */
static int is_address(const byte *at, place size)
{
    const byte *sign = memchr(at, '@', (size_t)size);
    place host, dot = -1, i;
    if (!sign || !is_alnum(at[0]) || sign - at > 64)
        return 0;
    host = sign - at + 1;
    for (i = 1; i < host - 1; i++)
        if (!is_alnum(at[i]) && !memchr("._+-", at[i], 4))
            return 0;
    for (i = host; i < size; i++)
        if (at[i] == '.')
            dot = i;
        else if (!is_alnum(at[i]) && at[i] != '-')
            return 0;
    if (dot <= host || !is_alnum(at[host]) || dot - host - 1 > 60 || size - dot - 1 < 2 || size - dot - 1 > 24)
        return 0;
    for (i = dot + 1; i < size; i++)
        if (!is(at[i], ALPHA))
            return 0;
    return 1;
}

/* Whether none of some bytes is in a value of so many at most. */
static int is_free_of(const char *signs, place most, const byte *at, place size)
{
    place i;
    for (i = 0; i < size; i++)
        if (strchr(signs, at[i]))
            return 0;
    return size && size <= most;
}

/* Whether a value without escapes surely has the form of its claim; no detector is asked about it then. */
static int is_as_named(int read, const byte *at, place size)
{
    static const char in_no_name[] = "0123456789@%&=:\\";
    if (read == AS_EMAIL ? is_address(at, size) : read == AS_IP ? is_ipv4(at, size) : 0)
        return 1;
    if (read == AS_NAME ? is_free_of(in_no_name, 60, at, size) : read == AS_SESSION ? is_free_of("@%&=\\", 120, at, size) : 0)
        return 1;
    return is_formless(at, size);
}

/* Whether a token may be in a value. */
static int has_token(const byte *at, place size)
{
    for (; size >= 4; at++, size--)
        if (at[0] == 't' && !memcmp(at, "tok_", 4))
            return 1;
    return 0;
}
