/* SPDX-License-Identifier: MIT */
#pragma once

#include <emmintrin.h>

#include "dlls/export.h"

/* Vectors of SSE, for win64 alone, where they are passed as a 16-byte struct is, by the address of a copy, but returned in XMM0. */
typedef struct { __m128 row[2]; int tag; } Rows;

SPANPROOF_API float SPANPROOF_CONV sum_vector(const __m128 *vector);
SPANPROOF_API void SPANPROOF_CONV scale_vectors(__m128 *vectors, int count, float by);
SPANPROOF_API float SPANPROOF_CONV weigh_rows(const Rows *rows);            /* row[0] 1, 10, 100, 1,000; row[1] the tag times its sum */
/* Lanes by place: 1, 10, 100, 1,000; the second's negative. */
SPANPROOF_API float SPANPROOF_CONV weigh_vectors(__m128 a, int between, __m128 b);
SPANPROOF_API double SPANPROOF_CONV weigh_integers(__m128i v, __m128d w);   /* four ints and two doubles: 1, 10, 100… */
