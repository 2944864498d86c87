/* Five hundred and twelve bytes at a time as sets of bits: which of them are what.
 *
 * A set is a vector of the compiler's (an extension of GCC and Clang), which takes as many registers as the processor has it fit.
 * Included by `_shapes.c`, which says what its functions may rely on. */

/* One bit for each of 64 bytes, the lowest for the first; and eight of those, a lane each. */
typedef uint64_t bits;
enum { LANES = 8, LANE = 64, BLOCK_BYTES = LANES * LANE };

/* Room behind places: what is written of a lane has no end that is its own. */
enum { PLACES_MORE = LANE };
typedef bits Set __attribute__((vector_size(LANES * sizeof(bits))));

typedef struct {
    Set digit, letter, upper, hex, run, sign, gap, at, plus, colon, dot, dash, big_a, h, level, slash, n, c, p;
    Set quote, mark, equals, less, bracket, square, control, lead, yw, e;
    /* Which bytes may be the first, the second and the third of a printable quad; where nobody tells, any of them. */
    Set first, second, third;
} Classes;

/* Bits of the register that begins so many bytes behind a lane's first; those of the first one are all there is. */
#define TAKE(class, found) (of->class[lane] = part ? of->class[lane] | (bits)(found) << part : (bits)(found))

/* One body for all widths of registers: SIGN(v, c) and WITHIN(v, low, high) give a bit for each byte. */
#define CLASSIFY(name, features, wide, width, LOAD, LOW, SIGN, WITHIN)                                     \
    features static void name(const byte *at, Classes *of)                                                 \
    {                                                                                                      \
        int lane, part;                                                                                    \
        for (lane = 0; lane < LANES; lane++)                                                               \
            for (part = 0; part < LANE; part += width, at += width) {                                      \
                wide v = LOAD(at), low = LOW(v);                                                           \
                bits digit = WITHIN(v, '0', '9'), letter = WITHIN(low, 'a', 'z');                          \
                bits plus = SIGN(v, '+'), dash = SIGN(v, '-'), dot = SIGN(v, '.'), space = SIGN(v, ' ');   \
                bits joint = SIGN(v, '/') | SIGN(v, '_'), big_a = SIGN(v, 'A');                            \
                TAKE(digit, digit);                                                                        \
                TAKE(letter, letter);                                                                      \
                TAKE(upper, WITHIN(v, 'A', 'Z'));                                                          \
                TAKE(hex, digit | WITHIN(low, 'a', 'f'));                                                  \
                TAKE(run, digit | letter | plus | dash | joint);                                           \
                TAKE(sign, dash | dot | joint | space | SIGN(v, '\t') | SIGN(v, ')'));                     \
                TAKE(gap, dash | space);                                                                   \
                TAKE(at, SIGN(v, '@'));                                                                    \
                TAKE(plus, plus);                                                                          \
                TAKE(colon, SIGN(v, ':'));                                                                 \
                TAKE(dot, dot);                                                                            \
                TAKE(dash, dash);                                                                          \
                TAKE(big_a, big_a);                                                                        \
                TAKE(h, SIGN(v, 'H'));                                                                     \
                TAKE(level, big_a | SIGN(v, 'J') | SIGN(v, 'N') | SIGN(v, 'F'));                           \
                TAKE(slash, SIGN(v, '\\'));                                                                \
                TAKE(n, SIGN(low, 'n'));                                                                   \
                TAKE(c, SIGN(low, 'c'));                                                                   \
                TAKE(p, SIGN(low, 'p'));                                                                   \
                TAKE(quote, SIGN(v, '"') | SIGN(v, '\''));                                                  \
                TAKE(mark, SIGN(v, '%') | SIGN(v, '&') | SIGN(v, '^'));                                    \
                TAKE(equals, SIGN(v, '='));                                                                \
                TAKE(less, SIGN(v, '<'));                                                                  \
                TAKE(bracket, SIGN(v, '('));                                                               \
                TAKE(square, SIGN(v, '['));                                                                \
                TAKE(control, SIGN(v, 0x1b) | SIGN(v, 0));                                                 \
                TAKE(lead, WITHIN(v, (char)0xc2, (char)0xf4));                                             \
                TAKE(yw, SIGN(low, 'y') | SIGN(low, 'w'));                                                 \
                TAKE(e, SIGN(low, 'e'));                                                                   \
            }                                                                                              \
        of->first = of->second = of->third = ~(Set){0};                                                    \
    }

#ifdef __x86_64__
#include <immintrin.h>

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

#define WITH(features) __attribute__((target(features)))

CLASSIFY(classify128, WITH("sse2"), __m128i, 16, LOAD128, LOWER128, SIGN128, WITHIN128)
CLASSIFY(classify256, WITH("avx2"), __m256i, 32, LOAD256, LOWER256, SIGN256, WITHIN256)
CLASSIFY(classify512, WITH("avx512bw"), __m512i, 64, LOAD512, LOWER512, SIGN512, WITHIN512)

enum { AT_ONCE = 8, GROUPS = sizeof(Classes) / sizeof(Set) / AT_ONCE };

/* For each character of ASCII eight classes a byte, as `classify128` has them, and the three of printable quads. */
static byte class_marks[GROUPS][128];

static void fill_marks(void)
{
    byte block[BLOCK_BYTES];
    Classes of;
    int c, class;
    for (c = 0; c < 128; c++) {
        const Set *sets = (const Set *)&of;
        memset(block, c, sizeof block);
        classify128(block, &of);
        of.first[0] = quad_of[0][c], of.second[0] = quad_of[1][c], of.third[0] = quad_of[2][c];
        for (class = 0; class < GROUPS * AT_ONCE; class++)
            class_marks[class / AT_ONCE][c] |= (byte)((sets[class][0] & 1) << class % AT_ONCE);
    }
}

/* The places of all bits that are set (`places_of` of `_shapes_pass.h`), a lane at once. */
WITH("avx512vbmi2,avx512bw,avx512vl") static int places_by_tables(const Set *set, uint16_t *places)
{
    static const byte from_zero[LANE] = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
                                         22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43,
                                         44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63};
    const __m512i all = LOAD512(from_zero);
    int lane, count = 0;
    for (lane = 0; lane < LANES; lane++) {
        const __m512i bytes = _mm512_maskz_compress_epi8((*set)[lane], all), first = _mm512_set1_epi16((short)(lane * LANE));
        _mm512_storeu_si512(places + count, _mm512_add_epi16(_mm512_cvtepu8_epi16(_mm512_castsi512_si256(bytes)), first));
        if (__builtin_popcountll((*set)[lane]) > LANE / 2)
            _mm512_storeu_si512(places + count + LANE / 2, _mm512_add_epi16(_mm512_cvtepu8_epi16(_mm512_extracti64x4_epi64(bytes, 1)), first));
        count += __builtin_popcountll((*set)[lane]);
    }
    return count;
}

/* Eight classes of eight lanes, of which each register has those of one lane, as sets of all lanes. */
WITH("avx512f") static void turn(const __m512i *lane, Set *class)
{
    int odd;
    for (odd = 0; odd < 2; odd++) {
        __m512i low[4], ends[4];
        int pair;
        for (pair = 0; pair < 4; pair++)
            low[pair] = odd ? _mm512_unpackhi_epi64(lane[2 * pair], lane[2 * pair + 1]) : _mm512_unpacklo_epi64(lane[2 * pair], lane[2 * pair + 1]);
        for (pair = 0; pair < 4; pair += 2) {
            ends[pair] = _mm512_shuffle_i64x2(low[pair], low[pair + 1], 0x88);
            ends[pair + 1] = _mm512_shuffle_i64x2(low[pair], low[pair + 1], 0xdd);
        }
        class[odd] = (Set)_mm512_shuffle_i64x2(ends[0], ends[2], 0x88);
        class[odd + 2] = (Set)_mm512_shuffle_i64x2(ends[1], ends[3], 0x88);
        class[odd + 4] = (Set)_mm512_shuffle_i64x2(ends[0], ends[2], 0xdd);
        class[odd + 6] = (Set)_mm512_shuffle_i64x2(ends[1], ends[3], 0xdd);
    }
}

/* The same by tables: eight classes of 64 bytes are eight bit matrices, which one instruction turns (Galois field affine
 * transformation, Intel SDM) and another puts together. */
WITH("avx512vbmi,avx512bw,gfni") static void classify_by_tables(const byte *at, Classes *of)
{
    static const byte first_last[16] = {7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8};
    static const byte together[64] = {0, 8, 16, 24, 32, 40, 48, 56, 1, 9, 17, 25, 33, 41, 49, 57, 2, 10, 18, 26, 34, 42,
                                      50, 58, 3, 11, 19, 27, 35, 43, 51, 59, 4, 12, 20, 28, 36, 44, 52, 60, 5, 13, 21, 29,
                                      37, 45, 53, 61, 6, 14, 22, 30, 38, 46, 54, 62, 7, 15, 23, 31, 39, 47, 55, 63};
    const __m512i each = _mm512_set1_epi64((long long)0x8040201008040201), order = LOAD512(together);
    const __m512i turned = _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)first_last));
    __m512i text[LANES], lanes[LANES];
    int group, lane;
    for (lane = 0; lane < LANES; lane++)
        text[lane] = _mm512_shuffle_epi8(LOAD512(at + LANE * lane), turned);
    for (group = 0; group < GROUPS; group++) {
        const __m512i low = LOAD512(class_marks[group]), high = LOAD512(class_marks[group] + 64);
        for (lane = 0; lane < LANES; lane++) {
            const __mmask64 ascii = ~_mm512_movepi8_mask(text[lane]);
            const __m512i marks = _mm512_maskz_permutex2var_epi8(ascii, low, text[lane], high);
            lanes[lane] = _mm512_permutexvar_epi8(order, _mm512_gf2p8affine_epi64_epi8(each, marks, 0));
        }
        turn(lanes, (Set *)of + group * AT_ONCE);
    }
    for (lane = 0; lane < LANES; lane++)
        of->lead[lane] = WITHIN512(LOAD512(at + LANE * lane), (char)0xc2, (char)0xf4);
}
#else
#define LOAD8(p) (*(p))
#define SIGN8(v, c) ((v) == (byte)(c))
#define WITHIN8(v, low, high) ((byte)((v) - (byte)(low)) <= (byte)((high) - (low)))

CLASSIFY(classify8, , byte, 1, LOAD8, LOWER, SIGN8, WITHIN8)

static void fill_marks(void)
{
}
#endif

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

/* The ends of runs that a mark is in: a mark that is added to its run carries to the bit behind it (Langdale and Lemire,
 * "Parsing Gigabytes of JSON per Second", 2019, 3.1.1, finds the ends of strings of backslashes so). Takes and gives what is carried
 * from block to block. */
static bits ends_of_marked(const Set *runs, const Set *marks, bits carry, Set *ends)
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
