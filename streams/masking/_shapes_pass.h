/* The pass over a block at a time, as sets of bits; included by `_shapes.c` once for each width of registers, behind
 * `_shapes_sets.h`.
 *
 * LANES_OF(set) says which lanes of a set are not empty; CARRIED(now, last) and FOLLOWED(now, next) are the lanes of two blocks
 * that follow each other, from the last one of the first block and from its second on. */

/* The bits of some places before, those of the block before included: of a set, of a class, of a run. */
#define BACK(now, last, places) ((now) << (places) | CARRIED(now, last) >> (LANE - (places)))
#define NOW(class) (now->is.class)
#define BEFORE(class, places) BACK(now->is.class, last->is.class, places)
#define BEHIND(runs, size) BACK(now->runs.size, last->runs.size, 1)

/* Calls a function for each bit that is set. */
#define EACH(set, call)                                                          \
    do {                                                                         \
        const Set chosen = (set);                                                \
        unsigned lanes;                                                          \
        for (lanes = LANES_OF(chosen); lanes; lanes &= lanes - 1) {              \
            const int lane = __builtin_ctz(lanes);                               \
            bits left;                                                           \
            for (left = chosen[lane]; left; left &= left - 1) {                  \
                const byte *here = at + lane * LANE + __builtin_ctzll(left);     \
                call;                                                            \
            }                                                                    \
        }                                                                        \
    } while (0)

static inline __attribute__((always_inline)) void NAMED(grow)(Runs *of, const Runs *last, const Set *set)
{
    of->one = *set;
    of->two = of->one & BACK(of->one, last->one, 1);
    of->three = of->two & BACK(of->one, last->one, 2);
    of->four = of->two & BACK(of->two, last->two, 2);
    of->eight = of->four & BACK(of->four, last->four, 4);
    of->twelve = of->eight & BACK(of->four, last->four, 8);
    of->sixteen = of->eight & BACK(of->eight, last->eight, 8);
    of->twenty_four = of->sixteen & BACK(of->eight, last->eight, 16);
}

static void NAMED(read_block)(Block *now, const Block *last)
{
    Set alnum = NOW(digit) | NOW(letter), printable;
    NAMED(grow)(&now->digits, &last->digits, &NOW(digit));
    NAMED(grow)(&now->alnums, &last->alnums, &alnum);
    NAMED(grow)(&now->words, &last->words, &NOW(run));
    now->quads = printable = NOW(third) & BEFORE(second, 1) & BEFORE(first, 2);
    printable &= BACK(printable, last->quads, 4) & BACK(printable, last->quads, 8);
    now->carry = NAMED(ends_of_marked)(&now->words.one, &printable, last->carry, &now->blocks);
}

static void NAMED(at_digits)(Scan *scan, const byte *at, const Block *now, const Block *last)
{
    Set three = BEHIND(digits, three), four = BEHIND(digits, four), twelve = BEHIND(digits, twelve), begun;
    EACH(now->digits.twelve & ~twelve, at_twelfth(scan, here));
    EACH(NOW(sign) & four & ~BEFORE(digit, 5), behind_four(scan, here));
    EACH(NOW(sign) & three & ~BEFORE(digit, 4), behind_three(scan, here));
    /* Behind a word's start, the letter of an escape, or the word IBAN. */
    begun = ~BACK(now->alnums.one, last->alnums.one, 3) | BEFORE(slash, 4) | BEFORE(n, 3);
    EACH(NOW(digit) & BEFORE(letter, 1) & BEFORE(letter, 2) & begun, country_code(scan, here));
    EACH(NOW(dash) & three & (BEFORE(dot, 4) | BEFORE(digit, 4) | BEFORE(letter, 4)), dash_behind_number(scan, here));
    EACH(NOW(dash) & BEFORE(dash, 4) & BEFORE(digit, 1), beneficiary(scan, here));
    EACH(NOW(colon) & twelve, colon_behind_number(scan, here));
    EACH(NOW(bracket) & four, bracket_behind_number(scan, here));
    EACH(NOW(upper) & four, population_key(scan, here));
    EACH(NOW(gap) & BEFORE(gap, 3) & BEFORE(gap, 6) & BEFORE(gap, 9), spaced_registration(scan, here));
    EACH(~NOW(digit) & BEHIND(digits, sixteen), letter_behind_number(scan, here));
    EACH(now->digits.two & BEFORE(gap, 2) & BEFORE(upper, 3) & BEFORE(upper, 4), spaced_country(scan, here));
}

static void NAMED(at_signs)(Scan *scan, const byte *at, const Block *now, const Block *last, byte next)
{
    /* Two in a row may begin with the last of these bytes. */
    const Set behind = {next == ':'}, ahead = NOW(colon) >> 1 | FOLLOWED(NOW(colon), behind) << (LANE - 1);
    EACH(NOW(dot) & BEFORE(hex, 1) & (BEFORE(dot, 2) | BEFORE(dot, 3) | BEFORE(dot, 4) | BEFORE(dot, 5)), at_dot(scan, here));
    EACH(NOW(colon) & (BEFORE(hex, 1) | BEFORE(colon, 1) | ahead), at_colon(scan, here));
    EACH(NOW(dot) & BEFORE(dot, 7), discord_token(scan, here));
    EACH(NOW(dot) & BEFORE(dash, 13), machine_token(scan, here));
    EACH(NOW(dash) & BEFORE(dash, 3), at_dash(scan, here));
}

/* Writes the places of all bits that are set, and says how many. Four of a lane are written whether it has them or not, which takes
 * less time than a loop that ends nobody knows when. */
#ifndef PLACES_OF
#define PLACES_OF NAMED(places_of)
static int NAMED(places_of)(const Set *set, uint16_t *places)
{
    int lane, count = 0, place;
    for (lane = 0; lane < LANES; lane++) {
        bits left = (*set)[lane];
        uint16_t *to = places + count;
        count += __builtin_popcountll(left);
        do
            for (place = 0; place < 4; place++, left &= left - 1)
                *to++ = (uint16_t)(lane * LANE + LOWEST(left));
        while (left);
    }
    return count;
}
#endif

/* Signs behind what may be a field's name. There are many of them, so that no branch is taken for each lane or for one that is
 * nothing: nobody could foretell it. */
static void NAMED(at_assignments)(Scan *scan, const byte *at, const Block *now)
{
    uint16_t places[BLOCK_BYTES + PLACES_MORE];
    const Set signs = NOW(colon) | NOW(equals);
    int count, place, telling = 0;
    if (scan->ident[FIELD] == NOBODY || !endings)
        return;
    count = PLACES_OF(&signs, places);
    for (place = 0; place < count; place++) {
        places[telling] = places[place];
        telling += may_follow_name(at + places[place]);
    }
    for (place = 0; place < telling; place++)
        at_assignment(scan, at + places[place]);
}

/* Signs of which most blocks hold none. */
static void NAMED(at_rare_signs)(Scan *scan, const byte *at, const Block *now, const Block *last)
{
    EACH(NOW(slash), at_backslash(scan, here));
    EACH(NOW(equals), at_equals(scan, here));
    EACH(NOW(quote) & (BEFORE(quote, 1) | (BEFORE(slash, 1) & (BEFORE(quote, 2) | BEFORE(slash, 2)))), at_doubled_quote(scan, here));
    EACH(NOW(bracket), (area_in_brackets(scan, here), at_pair(scan, here)));
    EACH(NOW(rare), at_rare_sign(scan, here));
}

static void NAMED(at_words)(Scan *scan, const byte *at, const Block *now, const Block *last)
{
    EACH(NOW(c) & BEFORE(c, 1) & (~BACK(now->alnums.one, last->alnums.one, 2) | BEFORE(slash, 3)), at_cc(scan, here));
    /* `r` is no digit of sixteen, and `b` is one. */
    EACH(NOW(e) & BEFORE(e, 3) & BEFORE(hex, 4) & ~BEFORE(hex, 1), at_bearer(scan, here));
    EACH(NOW(level) & BEFORE(e, 1), at_zlib(scan, here));
    EACH(NOW(yw) & BEFORE(e, 1), at_header(scan, here));
    /* `H` is no digit of sixteen. */
    EACH(NOW(digit) & BEFORE(upper, 1) & ~BEFORE(hex, 1), at_gzip(scan, here));
    EACH(NOW(big_a) & BEFORE(big_a, 3) & BEFORE(big_a, 8) & BEFORE(big_a, 11), at_utf16(scan, here));
    EACH(now->blocks & BEHIND(words, twelve), at_word_end(scan, here));
    EACH(now->alnums.twenty_four & ~BEHIND(alnums, twenty_four) & 
             (BEFORE(digit, 23) | BEFORE(upper, 23) | (BEFORE(letter, 23) & ~BEFORE(hex, 23)) | BEFORE(dot, 24) | BEFORE(slash, 24)),
         at_twenty_fourth(scan, here));
}

/* Where a word may begin, or a capital stands in one; as above, most are dismissed without a branch. */
static void NAMED(at_beginnings)(Scan *scan, const byte *at, const Block *now, const Block *last)
{
    uint16_t places[BLOCK_BYTES + PLACES_MORE];
    const Set inside = BACK(now->alnums.one, last->alnums.one, 1);
    const Set begun = (NOW(letter) & (~inside | (BEFORE(slash, 2) & BEFORE(letter, 1)))) | (NOW(upper) & inside & ~BEFORE(upper, 1));
    int count = PLACES_OF(&begun, places), place, left = 0;
    for (place = 0; place < count; place++) {
        places[left] = places[place];
        left += may_begin(scan->words, at + places[place]);
    }
    for (place = 0; place < left; place++)
        at_beginning(scan, at + places[place]);
}

static void NAMED(pass)(Scan *scan, const byte *at, const byte *end)
{
    Block blocks[2], *now = blocks, *last = blocks + 1, *other;
    byte rest[BLOCK_BYTES + 1];
    memset(blocks, 0, sizeof blocks);
    for (; at < end; at += BLOCK_BYTES, other = now, now = last, last = other) {
        const byte *from = at;
        /* Nothing behind the text is read: separators stand for it. */
        if (end - at <= BLOCK_BYTES)
            from = memset(rest, 0xff, sizeof rest), memcpy(rest, at, (size_t)(end - at));
        CLASSIFY(from, &now->is);
        NAMED(read_block)(now, last);
        NAMED(at_digits)(scan, at, now, last);
        NAMED(at_signs)(scan, at, now, last, from[BLOCK_BYTES]);
        NAMED(at_assignments)(scan, at, now);
        NAMED(at_rare_signs)(scan, at, now, last);
        NAMED(at_beginnings)(scan, at, now, last);
        NAMED(at_words)(scan, at, now, last);
    }
}

#undef BACK
#undef NOW
#undef BEFORE
#undef BEHIND
#undef EACH
#undef Set
#undef Classes
#undef Runs
#undef Block
#undef BLOCK_BYTES
#undef LOAD
#undef LOWERED
#undef MASK
#undef BITS_OF
#undef SIGN
#undef WITHIN
#undef CLASSIFY
#undef PLACES_OF
#undef NAMED
