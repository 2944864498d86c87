/* Verdicts on cards and account numbers; included by `_judges.h`. */

static int luhn(Text t, place low, place high)
{
    int sum = 0, twice = 0;
    for (; high > low; twice = !twice) {
        int digit = t.at[--high] - '0';
        sum += twice ? digit * 2 - (digit > 4 ? 9 : 0) : digit;
    }
    return sum % 10 == 0;
}

/* What is said of a card by its brand, `luhn+visa`, borrowed (`card_brand` of validators.py); NULL where nobody issues such. */
static PyObject *brand(const Core *core, Text t, place start, place stop)
{
    static const long tens[] = {1000, 100, 10, 1};
    long first = 0;
    place i;
    for (i = 0; i < 4; i++)
        first = first * 10 + t.at[start + i] - '0';
    for (i = 0; i < core->issuer_count; i++) {
        const struct issuer *one = core->issuers + i;
        long begin = first / tens[one->digits - 1];
        if ((one->lengths >> (stop - start) & 1) && one->low <= begin && begin <= one->high)
            return one->said;
    }
    return NULL;
}

/* judge_card of money.py, of digits in one run between quotes or signs */
static PyObject *judge_card(Core *core, Text t, place end)
{
    place start = end - 12, stop, comma;
    int before, behind, thing;
    PyObject *said;
    if (start < 0 || end > t.size || span(t, start, DIGIT) < end || is(peek(t, start - 1), DIGIT))
        LEAVE;
    stop = span(t, start, DIGIT);
    if (stop - start > 19)
        LEAVE;
    said = brand(core, t, start, stop);
    if (!said)
        return Py_NewRef(say.issuer_range);
    if (!luhn(t, start, stop))
        return Py_NewRef(say.luhn);
    before = peek(t, start - 1), behind = peek(t, stop);
    comma = find_back(t, ',', start - 32, start) + 1;
    comma = comma > 0 ? comma : start > 32 ? start - 32 : 0;
    if (before != '"' || (behind != '"' && behind != ',' && behind != '}' && behind != ']' && behind != -1))
        thing = 1;
    else
        thing = asked_whether(core, core->things, core->ask_thing, t, comma, start);
    return thing ? NULL : found(core, start, stop, say.kind_card, say.card, said, 78, say.empty);
}

/* Whether a byte goes on with an IBAN: a letter or digit, or the first byte of a Latin letter beyond ASCII. */
static int goes_on(int c)
{
    return is(c, ALPHA | DIGIT) || (c >= 0xc3 && c <= 0xca);
}

/* Whether nothing is glued to an IBAN that ends at a place, but for a currency in capitals. */
static int iban_ends(Text t, place at)
{
    int currency = 0;
    while (currency < 3 && peek(t, at + currency) >= 'A' && peek(t, at + currency) <= 'Z')
        currency++;
    if (currency == 3 && !goes_on(peek(t, at + 3)))
        return 1;
    return !goes_on(peek(t, at));
}

enum { IBAN_MIN = 15, IBAN_MAX = 34 };

/* The letters and digits of what may be an account number, with a space or a hyphen between any two behind the fourth. */
typedef struct {
    byte of[IBAN_MAX];
    place count;
    int grouped;
} Iban;

static Iban iban_at(Text t, place start)
{
    Iban one = {{0}, 0, 0};
    place at = start;
    while (one.count < IBAN_MAX) {
        int apart = one.count >= 4 && (peek(t, at) == ' ' || peek(t, at) == '-');
        if (!is(peek(t, at + apart), ALPHA | DIGIT))
            break;
        one.grouped |= apart;
        one.of[one.count++] = t.at[at + apart];
        at += 1 + apart;
    }
    return one;
}

/* Whether the check digits are right (ISO/IEC 7064, MOD 97-10): the first four characters count last, letters as 10 to 35. */
static int iban_checks(const Iban *one, place size)
{
    unsigned rest = 0;
    place i;
    for (i = 0; i < size; i++) {
        byte c = one->of[(i + 4) % size];
        rest = is(c, DIGIT) ? (rest * 10 + c - '0') % 97 : (rest * 100 + (c | 0x20u) - 'a' + 10) % 97;
    }
    return rest == 1;
}

/* judge_iban of money.py, of what is none by its length or its check digits: most candidates are hexadecimal. */
static PyObject *judge_iban(Core *core, Text t, place end)
{
    place start;
    for (start = end - 11; start > end - 14; start--) {
        PyObject *answer;
        byte country[2];
        long size;
        Iban one;
        int before = peek(t, start - 1);
        if (start < 4)
            LEAVE;
        if (!is(peek(t, start), ALPHA) || !is(peek(t, start + 1), ALPHA) || !is(peek(t, start + 2), DIGIT) || !is(peek(t, start + 3), DIGIT))
            continue;
        if (is(before, ALPHA) && (is_word(t, start - 4, 4, "iban") || peek(t, start - 2) == '\\'))
            LEAVE; /* It may follow the word, or an escape. */
        if (is(before, ALPHA | DIGIT))
            continue;
        one = iban_at(t, start);
        if (one.count < IBAN_MIN)
            continue;
        country[0] = t.at[start] & (byte)~0x20, country[1] = t.at[start + 1] & (byte)~0x20;
        answer = asked(core, core->lengths, core->ask_length, (Text){country, 2}, 0, 2);
        if (!answer)
            return NULL;
        size = PyLong_AsLong(answer);
        Py_DECREF(answer);
        if (size == 0)
            return Py_NewRef(say.no_country);
        if (!one.grouped && (one.count < size || !iban_ends(t, start + size)))
            return Py_NewRef(say.length);
        return one.count < size || !iban_checks(&one, size) ? Py_NewRef(say.mod97) : NULL;
    }
    return Py_NewRef(say.no_country);
}
