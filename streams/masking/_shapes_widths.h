/* The pass for each width of registers, and which of them this processor takes; included by `_shapes.c`, which says what its
 * functions may rely on. What the names defined here mean is said in `_shapes_sets.h` and `_shapes_pass.h`. */

#include "_shapes_bits.h"

#ifdef __clang__
#define LANES_FROM(first, second, ...) __builtin_shufflevector(first, second, __VA_ARGS__)
#else
#define LANES_FROM(first, second, ...) __builtin_shuffle(first, second, (Set){__VA_ARGS__})
#endif

#define NAMED(name) name##_anywhere
#ifdef __x86_64__
#define WIDE(name) name##128
#define BITS Bits128
#define REGISTER __m128i
#define WIDTH 16
#elif defined(__aarch64__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define WIDE(name) name##Neon
#define BITS BitsNeon
#define LISTED LISTEDNeon
#define REGISTER uint8x16_t
#define WIDTH 16
#else
#define WIDE(name) name##8
#define REGISTER byte
#define WIDTH 1
#endif
enum { WIDTH_ANYWHERE = WIDTH };
#define LANES 2
#define LOWEST(bits) ((bits) ? __builtin_ctzll(bits) : 0)
#define LANES_OF(set) ((unsigned)((set)[0] != 0) | (unsigned)((set)[1] != 0) << 1)
#define CARRIED(now, last) LANES_FROM(last, now, 1, 2)
#define FOLLOWED(now, next) LANES_FROM(now, next, 1, 2)
#include "_shapes_sets.h"
#include "_shapes_pass.h"
#include "_shapes_forget.h"

static void (*pass)(Scan *, const byte *, const byte *) = pass_anywhere;

#if defined(__x86_64__) && !defined(__clang__)
#define WIDER
enum { AT_ONCE = 8, GROUPS = sizeof(Classes_anywhere) / sizeof(Set_anywhere) / AT_ONCE };

/* For each character of ASCII eight classes a byte, as `classify_anywhere` has them, and the three of printable quads. */
static byte class_marks[GROUPS][128];

static void fill_marks(void)
{
    byte block[LANE * 2];
    Classes_anywhere of;
    int c, class;
    for (c = 0; c < 128; c++) {
        const Set_anywhere *sets = (const Set_anywhere *)&of;
        memset(block, c, sizeof block);
        classify_anywhere(block, &of);
        of.first[0] = quad_of[0][c], of.second[0] = quad_of[1][c], of.third[0] = quad_of[2][c];
        for (class = 0; class < GROUPS * AT_ONCE; class++)
            class_marks[class / AT_ONCE][c] |= (byte)((sets[class][0] & 1) << class % AT_ONCE);
    }
}

#pragma GCC push_options
#pragma GCC target("avx2,bmi,bmi2,lzcnt,popcnt")
#define NAMED(name) name##_256
#define WIDE(name) name##256
#define BITS Bits256
#define LISTED LISTED256
#define REGISTER __m256i
#define WIDTH 32
#define LANES 4
#define LOWEST _tzcnt_u64
#define LANES_OF(set) (15u ^ (unsigned)_mm256_movemask_pd((__m256d)((set) == 0)))
#define CARRIED(now, last) LANES_FROM(last, now, 3, 4, 5, 6)
#define FOLLOWED(now, next) LANES_FROM(now, next, 1, 2, 3, 4)
#include "_shapes_sets.h"
#include "_shapes_pass.h"
#include "_shapes_forget.h"

#pragma GCC target("avx512f,avx512bw,avx512vl,avx512dq,bmi,bmi2,lzcnt,popcnt")
#define NAMED(name) name##_512
#define WIDE(name) name##512
#define BITS Bits512
#define REGISTER __m512i
#define WIDTH 64
#define LANES 8
#define LOWEST _tzcnt_u64
#define LANES_OF(set) _mm512_test_epi64_mask((__m512i)(set), (__m512i)(set))
#define CARRIED(now, last) LANES_FROM(last, now, 7, 8, 9, 10, 11, 12, 13, 14)
#define FOLLOWED(now, next) LANES_FROM(now, next, 1, 2, 3, 4, 5, 6, 7, 8)
#include "_shapes_sets.h"
#include "_shapes_pass.h"

#pragma GCC target("avx512vbmi,avx512vbmi2,gfni")
#define NAMED(name) name##_tables
#define CLASSIFY classify_by_tables
#define PLACES_OF places_by_tables
#include "_shapes_sets.h"
#include "_shapes_tables.h"
#include "_shapes_pass.h"
#include "_shapes_forget.h"
#pragma GCC pop_options
#endif

/* Takes the widest registers that this processor has, of so many bytes at most, and instructions that look bytes up in them if
 * they are wanted; says how wide they are. */
static long choose(long most, int tables)
{
#ifdef WIDER
    __builtin_cpu_init();
    if (most >= 64 && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("bmi2")) {
        tables = tables && __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512vbmi2") && __builtin_cpu_supports("gfni");
        pass = tables ? pass_tables : pass_512;
        return 64;
    }
    if (most >= 32 && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2"))
        return pass = pass_256, 32;
    pass = pass_anywhere;
#else
    (void)most, (void)tables;
#endif
    return WIDTH_ANYWHERE;
}
