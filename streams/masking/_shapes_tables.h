/* What a processor does that looks bytes up in registers (AVX-512 VBMI and VBMI2) and turns bit matrices (GFNI); included by
 * `_shapes.c` between `_shapes_sets.h` and `_shapes_pass.h`, with the names of that width. */

/* The places of all bits that are set (`places_of` of `_shapes_pass.h`), a lane at once. */
static int places_by_tables(const Set *set, uint16_t *places)
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
static void turn(const __m512i *lane, Set *class)
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
static void classify_by_tables(const byte *at, Classes *of)
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
        of->rare[lane] |= WITHIN512(LOAD512(at + LANE * lane), (char)0xc2, (char)0xf4);
}
