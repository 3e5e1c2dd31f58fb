/* SPDX-License-Identifier: MIT */
#pragma once

#include "dlls/export.h"

/* Nothing here rounds, whatever precision the x87 is set to. */

SPANPROOF_API int SPANPROOF_CONV long_double_size(void);
SPANPROOF_API long double SPANPROOF_CONV negate_long_double(long double v);
/* The one in the middle: by registers, the stack, or a reference, among others. */
SPANPROOF_API long double SPANPROOF_CONV second_long_double(int before, long double first, long double second, int after);
/* 0 less, 1 equal, 2 greater. */
SPANPROOF_API int SPANPROOF_CONV compare_long_double(long double a, long double b);
SPANPROOF_API double SPANPROOF_CONV narrow_long_double(long double v);
SPANPROOF_API long double SPANPROOF_CONV widen_double(double v);
/* *out = -*v. */
SPANPROOF_API void SPANPROOF_CONV negate_long_double_at(const long double *v, long double *out);
