/* SHA-256 (FIPS 180-4), by the processor's own instructions where it has them; a part of _mint.c. */

enum { BLOCK = 64, WORDS = 8, LENGTH = 8 };

typedef struct {
    uint32_t words[WORDS];
} State;

static const State first_state = {
    {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19}};

static const uint32_t rounds[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be,
    0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa,
    0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85,
    0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3,
    0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f,
    0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

#define ROTATE(x, by) ((x) >> (by) | (x) << (32 - (by)))

static void compress_portable(State *state, const byte *block)
{
    uint32_t w[64], s[WORDS];
    int i;
    for (i = 0; i < 16; i++, block += 4)
        w[i] = (uint32_t)block[0] << 24 | (uint32_t)block[1] << 16 | (uint32_t)block[2] << 8 | block[3];
    for (; i < 64; i++) {
        uint32_t a = w[i - 15], b = w[i - 2];
        w[i] = w[i - 16] + (ROTATE(a, 7) ^ ROTATE(a, 18) ^ a >> 3) + w[i - 7] + (ROTATE(b, 17) ^ ROTATE(b, 19) ^ b >> 10);
    }
    memcpy(s, state->words, sizeof s);
    for (i = 0; i < 64; i++) {
        uint32_t e = s[4], a = s[0];
        uint32_t one = s[7] + (ROTATE(e, 6) ^ ROTATE(e, 11) ^ ROTATE(e, 25)) + ((e & s[5]) ^ (~e & s[6])) + rounds[i] + w[i];
        uint32_t two = (ROTATE(a, 2) ^ ROTATE(a, 13) ^ ROTATE(a, 22)) + ((a & s[1]) ^ (a & s[2]) ^ (s[1] & s[2]));
        s[7] = s[6], s[6] = s[5], s[5] = e, s[4] = s[3] + one, s[3] = s[2], s[2] = s[1], s[1] = a, s[0] = one + two;
    }
    for (i = 0; i < WORDS; i++)
        state->words[i] += s[i];
}

#ifdef __x86_64__
#include <cpuid.h>
#include <immintrin.h>

/* Four rounds with the message words of one register. */
#define FOUR(message, from)                                                                                   \
    sum = _mm_add_epi32(message, _mm_loadu_si128((const __m128i *)&rounds[from]));                            \
    cdgh = _mm_sha256rnds2_epu32(cdgh, abef, sum);                                                            \
    abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(sum, 0x0e))

/* The same with the instructions that x86 has for it (Intel SHA extensions): the words are kept as ABEF and CDGH. */
__attribute__((target("sha,sse4.1"))) static void compress_x86(State *state, const byte *block)
{
    const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0bLL, 0x0405060700010203LL);
    __m128i low = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)&state->words[0]), 0xb1);
    __m128i high = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)&state->words[4]), 0x1b);
    __m128i abef = _mm_alignr_epi8(low, high, 8), cdgh = _mm_blend_epi16(high, low, 0xf0), sum, w[4];
    const __m128i abef_before = abef, cdgh_before = cdgh;
    int i;
    for (i = 0; i < 4; i++) {
        w[i] = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(block + 16 * i)), big_endian);
        FOUR(w[i], 4 * i);
    }
    for (i = 16; i < 64; i += 4) {
        __m128i next = _mm_sha256msg1_epu32(w[0], w[1]);
        next = _mm_add_epi32(next, _mm_alignr_epi8(w[3], w[2], 4));
        next = _mm_sha256msg2_epu32(next, w[3]);
        w[0] = w[1], w[1] = w[2], w[2] = w[3], w[3] = next;
        FOUR(next, i);
    }
    abef = _mm_add_epi32(abef, abef_before), cdgh = _mm_add_epi32(cdgh, cdgh_before);
    low = _mm_shuffle_epi32(abef, 0x1b), high = _mm_shuffle_epi32(cdgh, 0xb1);
    _mm_storeu_si128((__m128i *)&state->words[0], _mm_blend_epi16(low, high, 0xf0));
    _mm_storeu_si128((__m128i *)&state->words[4], _mm_alignr_epi8(high, low, 8));
}

static void (*compress)(State *, const byte *) = compress_portable;

/* Takes the processor's own instructions where it has them and they are wanted, and says whether. */
static int choose(int wanted)
{
    unsigned a = 0, b = 0, c = 0, d = 0;
    int has = __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b >> 29 & 1);
    __builtin_cpu_init();
    has = has && __builtin_cpu_supports("sse4.1");
    compress = wanted && has ? compress_x86 : compress_portable;
    return wanted && has;
}
#else
#define compress compress_portable
static int choose(int wanted)
{
    (void)wanted;
    return 0;
}
#endif

/* The hash of one block that was taken in before and of some bytes behind it. */
static void finish(State *state, const byte *data, size_t size, byte hash[4 * WORDS])
{
    byte last[2 * BLOCK] = {0};
    uint64_t bits = ((uint64_t)size + BLOCK) * 8;
    size_t rest, blocks;
    int i;
    for (; size >= BLOCK; size -= BLOCK, data += BLOCK)
        compress(state, data);
    rest = size, blocks = rest + 1 + LENGTH > BLOCK ? 2 : 1;
    memcpy(last, data, rest);
    last[rest] = 0x80;
    for (i = 0; i < LENGTH; i++)
        last[blocks * BLOCK - 1 - (size_t)i] = (byte)(bits >> 8 * i);
    for (i = 0; i < (int)blocks; i++)
        compress(state, last + i * BLOCK);
    for (i = 0; i < WORDS; i++) {
        hash[4 * i] = (byte)(state->words[i] >> 24), hash[4 * i + 1] = (byte)(state->words[i] >> 16);
        hash[4 * i + 2] = (byte)(state->words[i] >> 8), hash[4 * i + 3] = (byte)state->words[i];
    }
}
