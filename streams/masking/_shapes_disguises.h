/* What disguises a text, at one byte of it: escapes, percent signs, entities, quoted-printable, colours, look-alikes.
 *
 * The expressions in `encodings/units.py` are the definition (`FOLD_SHAPES`, and what `characters` holds). Included by
 * `_shapes.c`, which says what its functions may rely on.
 */

/* Of a sequence's first bytes the lowest and the highest last byte that is taken for something else; zeros: none is. */
typedef struct {
    byte low, high;
} Lasts;

static Lasts after_one[32], after_two[16 * 64], after_three[8 * 64 * 64];

static Lasts *lasts_after(const byte *head, Py_ssize_t size)
{
    if (size == 1 && head[0] >= 0xc0 && head[0] < 0xe0)
        return &after_one[head[0] & 31];
    if (size == 2 && head[0] >= 0xe0 && head[0] < 0xf0)
        return &after_two[(head[0] & 15) << 6 | (head[1] & 63)];
    if (size == 3 && head[0] >= 0xf0 && head[0] < 0xf8)
        return &after_three[(head[0] & 7) << 12 | (head[1] & 63) << 6 | (head[2] & 63)];
    return NULL;
}

/* The first byte of a character beyond ASCII: whether readers take it for another. */
static void at_character(Scan *scan, const byte *at)
{
    Py_ssize_t size = *at < 0xe0 ? 1 : *at < 0xf0 ? 2 : 3, i;
    const Lasts *lasts;
    for (i = 1; i < size; i++)
        if ((at[i] & 0xc0) != 0x80)
            return;
    lasts = lasts_after(at, size);
    if (lasts && lasts->high && at[size] >= lasts->low && at[size] <= lasts->high)
        report(scan, DISGUISE, at + size + 1);
}

/* \\u\{?[0-9a-f]{2}, \\U[0-9a-f]{8}, \\x[0-9a-f]{2}, \\/, \\[=:], \\(?:e|033)\[ */
static void at_backslash(Scan *scan, const byte *at)
{
    const byte *next = at + 1;
    switch (*next) {
    case '/':
    case '=':
    case ':':
        report(scan, DISGUISE, next + 1);
        return;
    case 'u':
    case 'U':
        if (all(next + 1, HEX, 8))
            report(scan, DISGUISE, next + 9);
        next += next[1] == '{';
        if (all(next + 1, HEX, 2))
            report(scan, DISGUISE, next + 3);
        return;
    case 'x':
    case 'X':
        if (all(next + 1, HEX, 2))
            report(scan, DISGUISE, next + 3);
        return;
    case 'e':
    case 'E':
        if (next[1] == '[')
            report(scan, DISGUISE, next + 2);
        return;
    case '0':
        if (next[1] == '3' && next[2] == '3' && next[3] == '[')
            report(scan, DISGUISE, next + 4);
    }
}

/* \x00 and \x1b\[ */
static void at_control(Scan *scan, const byte *at)
{
    if (!*at)
        report(scan, DISGUISE, at + 1);
    else if (at[1] == '[')
        report(scan, DISGUISE, at + 2);
}

/* %[0-9a-f]{2} */
static void at_percent(Scan *scan, const byte *at)
{
    if (all(at + 1, HEX, 2))
        report(scan, DISGUISE, at + 3);
}

/* &(?:#x?[0-9a-f]{1,7}|[a-z]{2,8}); */
static void at_ampersand(Scan *scan, const byte *at)
{
    const byte *begin = at + 1 + (at[1] == '#'), *end;
    int number = at[1] == '#';
    if (number && LOWER(*begin) == 'x')
        begin++;
    end = span(begin, number ? HEX : ALPHA, number ? 7 : 8);
    if (*end == ';' && end - begin >= (number ? 1 : 2))
        report(scan, DISGUISE, end + 1);
}

/* A percent sign, an ampersand, or the circumflex of a card's first track: [0-9]\^ */
static void at_mark(Scan *scan, const byte *at)
{
    if (*at == '%')
        at_percent(scan, at);
    else if (*at == '&')
        at_ampersand(scan, at);
    else if (IS(at[-1], DIGIT))
        report(scan, TRACK1, at + 1);
}

static const byte *backslashes(const byte *at)
{
    const byte *end = at;
    while (*end == '\\' && end - at < 7)
        end++;
    return end;
}

/* The end of a line, also as it stands in strings of JSON at any depth: \r?\n|(?:\\{1,7}r)?\\{1,7}n; NULL where none is. */
static const byte *line_end(const byte *at)
{
    const byte *next;
    if (*at == '\n' || (*at == '\r' && at[1] == '\n'))
        return at + 1 + (*at == '\r');
    next = backslashes(at);
    if (next > at && LOWER(*next) == 'r')
        at = next + 1, next = backslashes(at);
    return next > at && LOWER(*next) == 'n' ? next + 1 : NULL;
}

static int is_space(byte c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static int beyond_ascii(const byte *at)
{
    return (*at == '8' || *at == '9' || (LOWER(*at) >= 'a' && LOWER(*at) <= 'f')) && IS(at[1], HEX);
}

/* Whether two signs of quoted-printable begin at a position: one of several, behind one another in a string. */
static int sign_of(const byte *at, const char *signs)
{
    for (; *signs; signs += 2)
        if (at[0] == (byte)signs[0] && at[1] == (byte)signs[1])
            return 1;
    return 0;
}

/* =(?:3d|20|40)[^\s\xff]{1,60}=(?-i:20|2E|3D|3F|40|5F), at its second sign */
static int printable_again(const byte *at)
{
    enum { LONGEST = 60 };
    const byte *back = at - 1;
    if (!sign_of(at + 1, "202E3D3F405F"))
        return 0;
    for (; at - back <= LONGEST + 3 && !is_space(*back) && *back != 0xff; back--)
        if (*back == '=' && at - back > 3 && sign_of(back + 1, "3d3D2040"))
            return 1;
    return 0;
}

/* Behind a sign of equality and what it may begin with in quoted-printable: the characters of an address, an assignment, a colour,
 * and whatever has two of them. */
static void at_printable(Scan *scan, const byte *at)
{
    const byte *next = at + 3;
    int place, before = IS(at[-1], ALPHA | DIGIT) || at[-1] == '.' || at[-1] == '_' || at[-1] == '-';
    if (before && (sign_of(at + 1, "402e2E")) && (IS(*next, ALPHA) || *next == '*'))
        report(scan, DISGUISE, next + 1);
    if (sign_of(at + 1, "3D")) {
        before = before || at[-1] == '"' || at[-1] == '\'' || at[-1] == ')' || at[-1] == ']';
        if (before && (IS(*next, ALPHA | DIGIT) || one_of(*next, "*+\"'")))
            report(scan, DISGUISE, next + 1);
        else if (one_of(*next, " (>[{"))
            report(scan, DISGUISE, next + 1);
        for (place = 0; place < 16 && next[place] == '\\';)
            place++;
        if (before && place > 0 && place < 16 && (next[place] == '"' || next[place] == '\''))
            report(scan, DISGUISE, next + place + 1);
    }
    if (sign_of(at + 1, "1B") && *next == '[') {
        for (place = 1; place <= 16 && (IS(next[place], DIGIT) || next[place] == ';');)
            place++;
        if (LOWER(next[place]) == 'm' || LOWER(next[place]) == 'k')
            report(scan, DISGUISE, next + place + 1);
    }
    if (printable_again(at))
        report(scan, DISGUISE, at + 3);
}

/* =(?:\r?\n|(?:\\{1,7}r)?\\{1,7}n)[ \t]{0,2}[^\s] and (?:=[89a-f][0-9a-f]){2}; and \)=\( */
static void at_equals(Scan *scan, const byte *at)
{
    const byte *next = at + 1;
    if (*next == '(' && at[-1] == ')')
        report(scan, DATABASE_KEY, at + 2);
    if (beyond_ascii(next) && at[3] == '=' && beyond_ascii(at + 4))
        report(scan, DISGUISE, at + 6);
    if (*next >= '1' && *next <= '5')
        at_printable(scan, at);
    if ((*next != '\n' && *next != '\r' && *next != '\\') || !(next = line_end(next)))
        return;
    next += *next == ' ' || *next == '\t';
    next += *next == ' ' || *next == '\t';
    if (!is_space(*next))
        report(scan, DISGUISE, next + 1);
}

/* The last byte before backslashes that end at a position. */
static const byte *before_slashes(const byte *at)
{
    while (*at == '\\')
        at--;
    return at;
}

/* Where a doubled quote begins whose last one stands at a position: (?:""){1,4}|(?:''){1,4}|"\\+"|'\\+'; NULL where it is none. */
static const byte *doubled_before(const byte *at)
{
    enum { MOST = 8 };
    const byte *begin = at;
    if (at[-1] == '\\')
        return begin = before_slashes(at - 1), *begin == *at ? begin : NULL;
    if (at[1] == *at)
        return NULL;
    while (begin[-1] == *at && at - begin < MOST)
        begin--;
    return (at - begin) % 2 ? begin : NULL;
}

/* The quote of a string inside of quotes, \\+["']; NULL where there is none. */
static const byte *quoted_again(const byte *at)
{
    const byte *end = at;
    while (*end == '\\')
        end++;
    return end > at && begins_string(*end) ? end : NULL;
}

/* The last quote of a doubled one before a value, [=:()\[{,>;|\t] ?\\* and [a-z0-9+{\[(<$_@*\-]|\\+["'] around it, or behind a name:
 * [a-z0-9_]\\* and [ ]?[:=][^:=]. */
static void at_doubled_quote(Scan *scan, const byte *at)
{
    const byte *begin = doubled_before(at), *next = at + 1, *before;
    if (!begin)
        return;
    before = before_slashes(begin - 1);
    if (one_of(*before, "=:()[{,>;|\t") || (*before == ' ' && one_of(before[-1], "=:()[{,>;|\t"))) {
        if (IS(*next, ALPHA | DIGIT) || one_of(*next, "+{[(<$_@*-"))
            report(scan, DISGUISE, next + 1);
        else if ((next = quoted_again(next)))
            report(scan, DISGUISE, next + 1);
        return;
    }
    next += *next == ' ';
    if ((IS(*before, ALPHA | DIGIT) || *before == '_') && (*next == ':' || *next == '=') && next[1] != ':' && next[1] != '=')
        report(scan, DISGUISE, next + 2);
}

/* heads([(bytes, low, high)]): the first bytes of characters that are taken for others, and the range of the last. */
static PyObject *take_heads(PyObject *module, PyObject *rows)
{
    Py_ssize_t i, size;
    const char *head;
    unsigned char low, high;
    Lasts *lasts;
    (void)module;
    memset(after_one, 0, sizeof after_one), memset(after_two, 0, sizeof after_two), memset(after_three, 0, sizeof after_three);
    for (i = 0; PyList_Check(rows) && i < PyList_GET_SIZE(rows) && PyTuple_Check(PyList_GET_ITEM(rows, i)); i++) {
        if (!PyArg_ParseTuple(PyList_GET_ITEM(rows, i), "y#bb", &head, &size, &low, &high))
            return NULL;
        if (!(lasts = lasts_after((const byte *)head, size))) {
            PyErr_SetString(PyExc_ValueError, "no first bytes of a character");
            return NULL;
        }
        *lasts = (Lasts){low, high};
    }
    if (!PyList_Check(rows) || i < PyList_GET_SIZE(rows)) {
        PyErr_SetString(PyExc_TypeError, "heads([(bytes, low, high)])");
        return NULL;
    }
    Py_RETURN_NONE;
}
