/* Sixty-four bytes at a time as sets of bits: which of them are what, and how long the runs are that end with each.
 *
 * Included by `_shapes.c`, which says what its functions may rely on. */

/* One bit for each of 64 bytes, the lowest for the first. */
typedef uint64_t bits;

typedef struct {
    bits digit, letter, upper, hex, run, sign, gap, at, plus, colon, dot, dash, big_a, e, h, level, four, slash, n, c, p;
    bits percent, ampersand, equals, less, bracket, escape, lead, nothing, yw, any_e;
    /* As many as fill whole registers. */
    bits spare[2];
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
            TAKE(any_e, SIGN(low, 'e'));                                                                   \
            TAKE(yw, SIGN(low, 'y') | SIGN(low, 'w'));                                                     \
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

enum { AT_ONCE = 8, GROUPS = sizeof(Classes) / sizeof(bits) / AT_ONCE };

/* For each character of ASCII eight classes a byte, as `classify128` has them. */
static byte class_marks[GROUPS][128];

static void fill_marks(void)
{
    byte block[64];
    bits classes[GROUPS * AT_ONCE];
    Classes of = {0};
    int c, place;
    for (c = 0; c < 128; c++) {
        memset(block, c, sizeof block);
        classify128(block, &of);
        memcpy(classes, &of, sizeof classes);
        for (place = 0; place < GROUPS * AT_ONCE; place++)
            class_marks[place / AT_ONCE][c] |= (byte)((classes[place] & 1) << place % AT_ONCE);
    }
}

/* The same by tables: eight classes of 64 bytes are eight bit matrices, which one instruction turns (Galois field affine
 * transformation, Intel SDM) and another puts together. */
__attribute__((target("avx512vbmi,avx512bw,gfni"))) static void classify_by_tables(const byte *at, Classes *of)
{
    static const byte first_last[16] = {7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8};
    static const byte together[64] = {0, 8, 16, 24, 32, 40, 48, 56, 1, 9, 17, 25, 33, 41, 49, 57, 2, 10, 18, 26, 34, 42,
                                      50, 58, 3, 11, 19, 27, 35, 43, 51, 59, 4, 12, 20, 28, 36, 44, 52, 60, 5, 13, 21, 29,
                                      37, 45, 53, 61, 6, 14, 22, 30, 38, 46, 54, 62, 7, 15, 23, 31, 39, 47, 55, 63};
    const __m512i each = _mm512_set1_epi64((long long)0x8040201008040201), v = LOAD512(at);
    const __m512i turned = _mm512_shuffle_epi8(v, _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)first_last)));
    const __mmask64 ascii = ~_mm512_movepi8_mask(turned);
    byte *to = (byte *)of;
    int group;
    for (group = 0; group < GROUPS; group++, to += 64) {
        __m512i marks = _mm512_maskz_permutex2var_epi8(ascii, LOAD512(class_marks[group]), turned, LOAD512(class_marks[group] + 64));
        _mm512_storeu_si512(to, _mm512_permutexvar_epi8(LOAD512(together), _mm512_gf2p8affine_epi64_epi8(each, marks, 0)));
    }
    of->lead = WITHIN512(v, (char)0xc2, (char)0xf4);
}

/* Takes the widest registers that this processor has, of so many bytes at most, and instructions that look bytes up in them if
 * they are wanted; says how wide they are. */
static long choose(long most, int tables)
{
    __builtin_cpu_init();
    tables = tables && most >= 64 && __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("gfni");
    quads = tables ? quads512 : any_quads;
    if (tables)
        return classify = classify_by_tables, 64;
    if (most >= 64 && __builtin_cpu_supports("avx512bw"))
        return classify = classify512, 64;
    if (most >= 32 && __builtin_cpu_supports("avx2"))
        return classify = classify256, 32;
    return classify = classify128, 16;
}
#else
static void fill_marks(void)
{
}

static long choose(long most, int tables)
{
    (void)most, (void)tables;
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
        of->any_e |= (bits)(c == 'e' || c == 'E') << place;
        of->yw |= (bits)(LOWER(c) == 'y' || LOWER(c) == 'w') << place;
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
    Runs digits, alnums, words;
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
