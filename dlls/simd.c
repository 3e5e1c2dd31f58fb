/* SPDX-License-Identifier: MIT */
#include "dlls/simd.h"

#include <stdint.h>

static float Weigh(__m128 vector, const float weights[4]) {
  float lanes[4], sum = 0;
  _mm_storeu_ps(lanes, vector);
  for (int i = 0; i < 4; ++i) sum += lanes[i] * weights[i];
  return sum;
}

static const float kOnes[4] = {1, 1, 1, 1}, kPlaces[4] = {1, 10, 100, 1000};

/* Aligned loads: the address must be a multiple of 16. */
float SPANPROOF_CONV sum_vector(const __m128 *vector) { return Weigh(_mm_load_ps((const float *)vector), kOnes); }

void SPANPROOF_CONV scale_vectors(__m128 *vectors, int count, float by) {
  for (int i = 0; i < count; ++i)
    _mm_store_ps((float *)(vectors + i), _mm_mul_ps(_mm_load_ps((const float *)(vectors + i)), _mm_set1_ps(by)));
}

float SPANPROOF_CONV weigh_rows(const Rows *rows) {
  return Weigh(rows->row[0], kPlaces) + (float)rows->tag * Weigh(rows->row[1], kOnes);
}

float SPANPROOF_CONV weigh_vectors(__m128 a, int between, __m128 b) {
  return Weigh(a, kPlaces) - Weigh(b, kPlaces) + (float)between;
}

double SPANPROOF_CONV weigh_integers(__m128i v, __m128d w) {
  int32_t ints[4];
  double doubles[2];
  _mm_storeu_si128((__m128i *)ints, v);
  _mm_storeu_pd(doubles, w);
  return ints[0] + 10. * ints[1] + 100. * ints[2] + 1000. * ints[3] + 1e4 * doubles[0] + 1e5 * doubles[1];
}
