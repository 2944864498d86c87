/* Names of fields, from the sign behind them: `"user_id":`, `email_hash=`, `user[pin]`, `dob 2:`.
 *
 * Nearly every sign stands behind a name that nobody has to know. Most of those end with four letters that no telling name ends
 * with; a walk from the last letter towards the first decides the others. The expressions in `field_anchors.py`
 * (`FIELD_SHAPES`) are the definition; `endings.py` packs the names. Included by `_shapes.c`, which says what its functions
 * may rely on.
 */

/* What a word is at whose first letter a walk arrives: a name anywhere, as a whole word, behind a small letter if it begins
 * with a capital, behind a word for a person; such a word; one that does not change whose value it is. */
enum { ANYWHERE = 1, APART = 2, CAPITAL = 4, BEHIND_PERSON = 8, PERSON = 16, NEUTRAL = 32 };

/* How many neutral words or numbers may follow a name, of so many digits, with so many joins between; and joins behind all. */
enum { TAILS = 3, TAIL_DIGITS = 8, TAIL_JOINS = 4, JOINS = 24, PERSON_JOINS = 3, SPACES = 16, PREFIX = 4, ELEMENT_DIGITS = 3 };

/* A slot of the trie; the root is the first one, and nobody's child. */
typedef struct {
    uint32_t base;
    uint16_t parent, marks;
} Ending;

static byte symbol_of[256];
static Ending *endings;

/* The slot for a byte before the word of a slot, 0 where no word goes on with it. */
static unsigned before(unsigned slot, byte c)
{
    unsigned next = endings[slot].base + symbol_of[c];
    return endings[next].parent == slot ? next : 0;
}

/* Which last four letters end a word or a plural, by a hash of them; which two are all of one; and what leads back to a name
 * from its sign. */
enum { LETTERS = 4, HASH_BITS = 16 };
static byte last_letters[(1 << HASH_BITS) / 8], last_pairs[32 * 32], leads_back[256];

/* The bit of four letters, whatever their case (multiplicative hashing, Knuth, "The Art of Computer Programming", 6.4). */
static unsigned bit_of(const byte *letters)
{
    uint32_t all_of_them;
    memcpy(&all_of_them, letters, LETTERS);
    return (all_of_them | 0x20202020u) * 2654435769u >> (32 - HASH_BITS);
}

static int pair_of(const byte *letters)
{
    return (letters[0] & 31) << 5 | (letters[1] & 31);
}

/* Whether what stands before a position may end a word: wrong for few of those that end none. */
static int may_end(const byte *end)
{
    unsigned bit = bit_of(end - LETTERS);
    return (last_letters[bit >> 3] >> (bit & 7) & 1) | last_pairs[pair_of(end - 2)];
}

/* The same before a sign, or whether something leads back from it: without a branch, since nobody could foretell it. */
static int may_follow_name(const byte *at)
{
    const byte *end = at - (at[-1] == '"');
    return leads_back[end[-1]] | may_end(end);
}

/* Takes the last letters of all words that go on from a slot towards the front, with what may stand before the shorter ones. */
static void take_letters(unsigned slot, byte *letters, int count)
{
    int c, whole = slot && endings[slot].marks;
    if (count == LETTERS) {
        unsigned bit = bit_of(letters);
        last_letters[bit >> 3] |= (byte)(1 << (bit & 7));
        return;
    }
    if (whole && count < 3)
        last_pairs[pair_of(letters + 2)] = 1;
    for (c = 0; c < 256; c++) {
        unsigned next = before(slot, (byte)c);
        letters[LETTERS - 1 - count] = (byte)c;
        if (next || (whole && count == 3))
            take_letters(next, letters, count + 1);
    }
}

static void take_all_letters(void)
{
    byte letters[LETTERS];
    int count;
    memset(last_letters, 0, sizeof last_letters);
    memset(last_pairs, 0, sizeof last_pairs);
    for (count = 0; count <= 2; count++) {
        memcpy(letters, count == 1 ? "   s" : "  es", LETTERS);
        take_letters(0, letters, count);
    }
    mark(leads_back, "\\\"'`] \t_-.*0123456789", 1);
}

static int joins_words(byte c)
{
    return c == '_' || c == '-' || c == '.' || c == ' ';
}

static int is_quote(byte c)
{
    return c == '"' || c == '\'' || c == '`';
}

/* No letter and no digit before a name, but for the letter of an escape or a header's prefix in CGI's names. */
static int name_start(const byte *name)
{
    return !IS(name[-1], ALPHA | DIGIT) || escape_letter(name - 1) ||
           (LOWER(name[-1]) == 'p' && LOWER(name[-2]) == 't' && LOWER(name[-3]) == 't' && LOWER(name[-4]) == 'h');
}

/* Keeps in mind how far back a decision has looked. */
static void looked(Scan *scan, const byte *at)
{
    if (at < scan->looked)
        scan->looked = at;
}

/* Where the subscript of a list's element begins that ends at a position, `[0]` or `[]`: NULL where none does. */
static const byte *before_element(const byte *at)
{
    int digit;
    if (*--at != ']')
        return NULL;
    for (digit = 0; digit < ELEMENT_DIGITS && IS(at[-1], DIGIT); digit++)
        at--;
    return at[-1] == '[' ? at - 1 : NULL;
}

/* Where what joins a person to a name before a position begins: [_\-. $@\[]{0,3} or \]?(?:\[[0-9]{0,3}\])?\[ */
static const byte *before_person_joins(Scan *scan, const byte *end)
{
    int place;
    for (place = 0; place < PERSON_JOINS && (joins_words(end[-1]) || end[-1] == '$' || end[-1] == '@' || end[-1] == '['); place++)
        end--;
    if (place == 1 && *end == '[') {
        const byte *element = before_element(end);
        looked(scan, end - ELEMENT_DIGITS - 3);
        end = element ? element : end;
        end -= end[-1] == ']';
    }
    return end;
}

/* Whether a word for a person ends before a position: one of them, or several. */
static int person_before(Scan *scan, const byte *end)
{
    int place;
    end = before_person_joins(scan, end);
    for (place = 0; place <= 3; place++, end--) {
        const byte *at = end;
        unsigned slot = 0;
        while ((slot = before(slot, *--at)) && !(endings[slot].marks & PERSON))
            ;
        looked(scan, at);
        if (slot)
            return 1;
        if (end[-1] != 's' && end[-1] != 'S')
            return 0;
    }
    return 0;
}

/* Whether a name ends before a position, quotes around all of it or not; where a neutral word that ends there begins. */
static int name_before(Scan *scan, const byte *end, int quoted, const byte **neutral)
{
    const byte *at = end;
    unsigned slot = 0;
    int found = 0;
    while (!found && (slot = before(slot, *--at))) {
        int marks = endings[slot].marks;
        if (!marks)
            continue;
        found = marks & ANYWHERE || (marks & APART && name_start(at)) ||
                (marks & CAPITAL && IS(*at, UPPER) && IS(at[-1], ALPHA | DIGIT) && !IS(at[-1], UPPER)) ||
                (marks & BEHIND_PERSON && (person_before(scan, at) || (quoted && is_quote(at[-1]))));
        if (marks & NEUTRAL)
            *neutral = at;
    }
    looked(scan, at - PREFIX);
    return found;
}

/* The same of a name that may be one of several: (?:e?s)? behind it. */
static int names_before(Scan *scan, const byte *end, int quoted, const byte **neutral)
{
    const byte *none;
    looked(scan, end - LETTERS);
    if (!may_end(end))
        return 0;
    if (name_before(scan, end, quoted, neutral))
        return 1;
    return LOWER(end[-1]) == 's' && IS(end[-1], ALPHA) &&
           (name_before(scan, end - 1, 0, &none) || (LOWER(end[-2]) == 'e' && IS(end[-2], ALPHA) && name_before(scan, end - 2, 0, &none)));
}

/* Behind what joins words before a position, and behind a form's asterisks if they are wanted. */
static const byte *before_joins(const byte *end, int most, int asterisks)
{
    while (most-- > 0 && (joins_words(end[-1]) || (asterisks && end[-1] == '*')))
        end--;
    return end;
}

/* Takes the digits before a position away, as tails of eight at most; 1 where a name ends among them, -1 if they are too many. */
static int number_before(Scan *scan, const byte **end, int *left)
{
    const byte *last = *end, *none;
    while (IS((*end)[-1], DIGIT)) {
        if (last - --*end > TAIL_DIGITS * *left)
            return looked(scan, *end), -1;
        if (IS((*end)[-1], DIGIT) && name_before(scan, *end, 0, &none))
            return 1;
    }
    *left -= (int)(last - *end - 1) / TAIL_DIGITS;
    return 0;
}

/* Whether a name stands before a position, with neutral words and numbers behind it or not. */
static int telling_before(Scan *scan, const byte *end, int quoted)
{
    int left;
    for (left = TAILS;; left--, quoted = 0, end = before_joins(end, TAIL_JOINS, 0)) {
        const byte *neutral = NULL;
        int number;
        if (names_before(scan, end, quoted, &neutral))
            return 1;
        if (left > 0 && IS(end[-1], DIGIT)) {
            if ((number = number_before(scan, &end, &left)))
                return number > 0;
        } else if (left > 0 && neutral) {
            end = neutral;
        } else {
            return 0;
        }
    }
}

/* Where a sign begins that ends at a position: \\*["'`]?\]?(?:\[[0-9]{0,3}\])?[ \t]{0,16}[:=]; and whether it is that of a quoted
 * key. */
static const byte *before_sign(const byte *at, int *quoted)
{
    const byte *element;
    int place, quote;
    if (at[-1] == '"' && at[-2] != '\\')
        return *quoted = 1, at - 1;
    for (place = 0; place < SPACES && (at[-1] == ' ' || at[-1] == '\t'); place++)
        at--;
    element = before_element(at);
    at = element ? element : at;
    at -= at[-1] == ']';
    quote = is_quote(at[-1]);
    at -= quote;
    while (at[-1] == '\\')
        at--;
    *quoted = quote && !element;
    return at;
}

/* What was decided of signs, by the bytes before them that the decision has looked at: names of fields come again and again.
 * Written under the GIL. */
enum { SEEN = 512, SEEN_BYTES = 16, NO = 1, YES = 2 };
static struct {
    uint64_t text[2], looked[2];
    int say;
} seen[SEEN];

/* Whether a telling name stands before the sign at a position. */
static int told(Scan *scan, const byte *at)
{
    int quoted;
    const byte *end = before_sign(at, &quoted), *name = before_joins(end, JOINS, 1);
    return telling_before(scan, name, quoted && name == end);
}

/* A colon or an equals sign. */
static void at_assignment(Scan *scan, const byte *at)
{
    const byte *before = at - SEEN_BYTES;
    /* More letters than most decisions need would bring what stands before short names in. */
    unsigned place = (bit_of(at - LETTERS) + bit_of(at - LETTERS - 2)) % SEEN;
    uint64_t text[2];
    int say = seen[place].say;
    memcpy(text, before, SEEN_BYTES);
    if (!say || ((text[0] ^ seen[place].text[0]) & seen[place].looked[0]) | ((text[1] ^ seen[place].text[1]) & seen[place].looked[1])) {
        scan->looked = at;
        say = told(scan, at) ? YES : NO;
        if (scan->looked >= before) {
            byte mask[SEEN_BYTES] = {0};
            memset(mask + (scan->looked - before), 0xff, (size_t)(at - scan->looked));
            memcpy(seen[place].looked, mask, SEEN_BYTES);
            memcpy(seen[place].text, text, SEEN_BYTES);
            seen[place].say = say;
        }
    }
    if (say == YES)
        report(scan, FIELD, at + 1);
}

/* Whether no walk leaves the slots: each base has as many behind it as there are bytes. */
static int fit(const char *slots, Py_ssize_t count)
{
    Py_ssize_t i;
    Ending slot;
    for (i = 0; i < count; i++) {
        memcpy(&slot, slots + i * (Py_ssize_t)sizeof slot, sizeof slot);
        if ((Py_ssize_t)slot.base + 256 > count || slot.parent == i)
            return 0;
    }
    return count >= 256 && count <= UINT16_MAX;
}

/* names(symbols, slots): the trie of all names from their last letters, as `endings.py` packs it. */
static PyObject *take_names(PyObject *module, PyObject *args)
{
    const char *symbols, *slots;
    Py_ssize_t bytes, size;
    Ending *taken;
    (void)module;
    if (!PyArg_ParseTuple(args, "y#y#", &symbols, &bytes, &slots, &size))
        return NULL;
    if (bytes != 256 || size % (Py_ssize_t)sizeof *taken || !fit(slots, size / (Py_ssize_t)sizeof *taken)) {
        PyErr_SetString(PyExc_ValueError, "a symbol for each byte, and slots that no walk leaves");
        return NULL;
    }
    if (!(taken = PyMem_Malloc((size_t)size)))
        return PyErr_NoMemory();
    memcpy(taken, slots, (size_t)size);
    memcpy(symbol_of, symbols, sizeof symbol_of);
    PyMem_Free(endings);
    endings = taken;
    take_all_letters();
    memset(seen, 0, sizeof seen);
    Py_RETURN_NONE;
}
