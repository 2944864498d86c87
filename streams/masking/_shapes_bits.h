/* Sets of bits, each of which says which of some bytes are in a class; and what a register of each width tells of its bytes.
 *
 * Included by `_shapes.c`. A width is a number of bytes: LOAD, LOWERED, SIGN(v, c) and WITHIN(v, low, high) with that number are
 * what `_shapes_sets.h` asks for, the last two with a mask, and BITS_OF(mask) are its bits. */

/* One bit for each of 64 bytes, the lowest for the first. */
typedef uint64_t bits;
/* Bytes of a lane; and room behind places: what is written of a lane has no end that is its own. */
enum { LANE = 64, PLACES_MORE = LANE };

#ifdef __x86_64__
#include <immintrin.h>

typedef uint16_t Bits128 __attribute__((may_alias));
typedef uint32_t Bits256 __attribute__((may_alias));
typedef uint64_t Bits512 __attribute__((may_alias));
typedef __m128i Mask128;
typedef __m256i Mask256;
typedef __mmask64 Mask512;

#define LOAD128(p) _mm_loadu_si128((const __m128i *)(p))
#define LOWERED128(v) _mm_or_si128(v, _mm_set1_epi8(0x20))
#define BITS_OF128 _mm_movemask_epi8
#define SIGN128(v, c) _mm_cmpeq_epi8(v, _mm_set1_epi8(c))
#define OFF128(v, low) _mm_sub_epi8(v, _mm_set1_epi8(low))
#define WITHIN128(v, low, high) _mm_cmpeq_epi8(_mm_min_epu8(OFF128(v, low), _mm_set1_epi8((high) - (low))), OFF128(v, low))

#define LOAD256(p) _mm256_loadu_si256((const __m256i *)(p))
#define LOWERED256(v) _mm256_or_si256(v, _mm256_set1_epi8(0x20))
#define BITS_OF256 _mm256_movemask_epi8
#define SIGN256(v, c) _mm256_cmpeq_epi8(v, _mm256_set1_epi8(c))
#define OFF256(v, low) _mm256_sub_epi8(v, _mm256_set1_epi8(low))
#define WITHIN256(v, low, high) _mm256_cmpeq_epi8(_mm256_min_epu8(OFF256(v, low), _mm256_set1_epi8((high) - (low))), OFF256(v, low))

/* Characters of ASCII in a list: for each second hexadecimal digit a bit for each first one, and the bit of each first one. Look-ups
 * say nothing for other bytes. */
#define FIRSTS256(v) \
    _mm256_shuffle_epi8(_mm256_set1_epi64x((long long)0x8040201008040201), _mm256_and_si256(_mm256_srli_epi16(v, 4), _mm256_set1_epi8(15)))
#define SECONDS256(v, list) _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(_mm_load_si128((const __m128i *)(list))), v)
#define LISTED256(v, list) _mm256_cmpeq_epi8(_mm256_and_si256(FIRSTS256(v), SECONDS256(v, list)), FIRSTS256(v))

#define LOAD512(p) _mm512_loadu_si512((const void *)(p))
#define LOWERED512(v) _mm512_or_si512(v, _mm512_set1_epi8(0x20))
#define BITS_OF512(mask) (mask)
#define SIGN512(v, c) _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8(c))
#define WITHIN512(v, low, high) \
    _mm512_cmple_epu8_mask(_mm512_sub_epi8(v, _mm512_set1_epi8(low)), _mm512_set1_epi8((high) - (low)))
#elif defined(__aarch64__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#include <arm_neon.h>

typedef uint16_t BitsNeon __attribute__((may_alias));
typedef uint8x16_t MaskNeon;

#define LOADNeon(p) vld1q_u8(p)
#define LOWEREDNeon(v) vorrq_u8(v, vdupq_n_u8(0x20))
#define SIGNNeon(v, c) vceqq_u8(v, vdupq_n_u8((byte)(c)))
#define WITHINNeon(v, low, high) vcleq_u8(vsubq_u8(v, vdupq_n_u8((byte)(low))), vdupq_n_u8((byte)((high) - (low))))

/* A bit of each byte, added up. */
static inline bits BITS_OFNeon(uint8x16_t mask)
{
    static const byte each[16] = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
    const uint8x16_t found = vandq_u8(mask, vld1q_u8(each));
    return (bits)vaddv_u8(vget_low_u8(found)) | (bits)vaddv_u8(vget_high_u8(found)) << 8;
}

/* As with AVX2; there is no bit for a first digit beyond ASCII. */
static inline uint8x16_t LISTEDNeon(uint8x16_t v, const byte *list)
{
    static const byte each[16] = {1, 2, 4, 8, 16, 32, 64, 128};
    const uint8x16_t first = vqtbl1q_u8(vld1q_u8(each), vshrq_n_u8(v, 4));
    return vtstq_u8(first, vqtbl1q_u8(vld1q_u8(list), vandq_u8(v, vdupq_n_u8(15))));
}
#else
typedef int Mask8;
#define LOAD8(p) (*(p))
#define LOWERED8(v) LOWER(v)
#define SIGN8(v, c) ((v) == (byte)(c))
#define WITHIN8(v, low, high) ((byte)((v) - (byte)(low)) <= (byte)((high) - (low)))
#endif
