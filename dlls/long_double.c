/* SPDX-License-Identifier: MIT */
#include "dlls/long_double.h"

int SPANPROOF_CONV long_double_size(void) { return (int)sizeof(long double); }
long double SPANPROOF_CONV negate_long_double(long double v) { return -v; }

long double SPANPROOF_CONV second_long_double(int before, long double first, long double second, int after) {
  return before < after ? second : first;
}

int SPANPROOF_CONV compare_long_double(long double a, long double b) { return a < b ? 0 : a > b ? 2 : 1; }
double SPANPROOF_CONV narrow_long_double(long double v) { return (double)v; }
long double SPANPROOF_CONV widen_double(double v) { return v; }
void SPANPROOF_CONV negate_long_double_at(const long double *v, long double *out) { *out = -*v; }
