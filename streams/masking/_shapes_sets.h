/* A block of bytes as sets of bits, a register each; included by `_shapes.c` once for each width of registers, before
 * `_shapes_pass.h`, which forgets the names that it was given.
 *
 * NAMED gives types and functions the name of their width, WIDE the macros of `_shapes_bits.h`. REGISTER holds WIDTH bytes, MASK what is
 * true of each of them, and BITS as many bits where bits and bytes have one order; a set has LANES words of 64 bits. Where CLASSIFY is defined already, somebody else
 * does it. */

#define Set NAMED(Set)
#define Classes NAMED(Classes)
#define Runs NAMED(Runs)
#define Block NAMED(Block)
#define BLOCK_BYTES (LANES * LANE)
#define LOAD WIDE(LOAD)
#define LOWERED WIDE(LOWERED)
#define MASK WIDE(Mask)
#define BITS_OF WIDE(BITS_OF)
#define SIGN WIDE(SIGN)
#define WITHIN WIDE(WITHIN)

/* A vector of the compiler's, an extension of GCC and Clang. */
typedef bits Set __attribute__((vector_size(LANES * sizeof(bits))));

typedef struct {
    Set digit, letter, upper, hex, run, sign, gap, rare, colon, dot, dash, big_a, level, slash, n, c;
    Set quote, equals, bracket, yw, e;
    /* Which bytes may be the first, the second and the third of a printable quad; where nobody tells, any of them. */
    Set first, second, third;
} Classes;

/* Where runs of a class have reached 2, 3, 4, 8, 12, 16 and 24 bytes, for the last block and then for the next. */
typedef struct {
    Set one, two, three, four, eight, twelve, sixteen, twenty_four;
} Runs;

/* A block of bytes: what they are, and how long the runs are that end with each of them. */
typedef struct {
    Classes is;
    Runs digits, alnums, words;
    /* The last bytes of printable quads; the ends of words that hold three in a row, and whether the last word does. */
    Set quads, blocks;
    bits carry;
} Block;

#ifndef CLASSIFY
#define CLASSIFY NAMED(classify)
/* The bits of a mask, at the place of its register. */
#ifdef BITS
#define TAKE(class, mask) (((BITS *)&of->class)[place] = (BITS)BITS_OF(mask))
#else
#define TAKE(class, mask) (of->class[place / LANE] |= (bits)(mask) << place % LANE)
#endif

/* Which bytes of a block are what. */
static void CLASSIFY(const byte *at, Classes *of)
{
    int place;
#ifndef BITS
    memset(of, 0, sizeof *of);
#endif
    for (place = 0; place < BLOCK_BYTES / WIDTH; place++, at += WIDTH) {
        const REGISTER v = LOAD(at), low = LOWERED(v);
        const MASK digit = WITHIN(v, '0', '9'), letter = WITHIN(low, 'a', 'z'), plus = SIGN(v, '+'), dash = SIGN(v, '-');
        const MASK dot = SIGN(v, '.'), space = SIGN(v, ' '), joint = SIGN(v, '/') | SIGN(v, '_'), big_a = SIGN(v, 'A');
        TAKE(digit, digit);
        TAKE(letter, letter);
        TAKE(upper, WITHIN(v, 'A', 'Z'));
        TAKE(hex, digit | WITHIN(low, 'a', 'f'));
        TAKE(run, digit | letter | plus | dash | joint);
        TAKE(sign, dash | dot | joint | space | SIGN(v, '\t') | SIGN(v, ')'));
        TAKE(gap, dash | space);
        TAKE(colon, SIGN(v, ':'));
        TAKE(dot, dot);
        TAKE(dash, dash);
        TAKE(bracket, SIGN(v, '('));
        TAKE(big_a, big_a);
        TAKE(level, big_a | SIGN(v, 'J') | SIGN(v, 'N') | SIGN(v, 'F'));
        TAKE(yw, SIGN(low, 'y') | SIGN(low, 'w'));
        TAKE(slash, SIGN(v, '\\'));
        TAKE(n, SIGN(low, 'n'));
        TAKE(c, SIGN(low, 'c'));
        TAKE(quote, SIGN(v, '"') | SIGN(v, '\''));
        TAKE(equals, SIGN(v, '='));
        TAKE(e, SIGN(low, 'e'));
#ifdef LISTED
        TAKE(first, LISTED(v, quad_lists[0]));
        TAKE(second, LISTED(v, quad_lists[1]));
        TAKE(third, LISTED(v, quad_lists[2]));
        TAKE(rare, LISTED(v, rare_list) | WITHIN(v, (char)0xc2, (char)0xf4));
#else
        TAKE(rare, SIGN(v, '%') | SIGN(v, '&') | SIGN(v, '^') | SIGN(v, '<') | SIGN(v, '[') | SIGN(v, '@') | plus | SIGN(v, 0x1b) | SIGN(v, 0) |
                       WITHIN(v, (char)0xc2, (char)0xf4));
#endif
    }
#ifndef LISTED
    of->first = of->second = of->third = ~(Set){0};
#endif
}
#undef TAKE
#endif

/* The ends of runs that a mark is in: a mark that is added to its run carries to the bit behind it (Langdale and Lemire,
 * "Parsing Gigabytes of JSON per Second", 2019, 3.1.1, finds the ends of strings of backslashes so). Takes and gives what is carried
 * from block to block. */
static bits NAMED(ends_of_marked)(const Set *runs, const Set *marks, bits carry, Set *ends)
{
    int lane;
    for (lane = 0; lane < LANES; lane++) {
        bits run = (*runs)[lane], sum;
        int over = __builtin_add_overflow(run, (*marks)[lane] & run, &sum);
        over |= __builtin_add_overflow(sum, carry, &sum);
        (*ends)[lane] = sum & ~run;
        carry = (bits)over;
    }
    return carry;
}
