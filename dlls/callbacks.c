/* SPDX-License-Identifier: MIT */
#include "dlls/callbacks.h"

#include <stddef.h>

static int_func_t stored;

int SPANPROOF_CONV call_twice(int_func_t func, int value) { return func(func(value)); }

void SPANPROOF_CONV for_each(const int *values, int n, visit_func_t visit) {
  for (int i = 0; i < n; ++i) visit(i, values[i]);
}

double SPANPROOF_CONV integrate(real_func_t func, double a, double b, int steps) {
  if (steps < 1) return 0.0;
  const double width = (b - a) / steps;
  double sum = 0.0;
  for (int i = 0; i < steps; ++i) sum += func(a + (i + 0.5) * width);
  return sum * width;
}

int SPANPROOF_CONV call_optional(int_func_t func, int value) {
  return func ? func(value) : -value;
}

int SPANPROOF_CONV call_nested(nested_func_t func, int depth) {
  return func(depth) + 1000 * depth;
}

double SPANPROOF_CONV call_mixed(mixed_func_t func) {
  return 2.0 * func(-8, 0.5, INT64_C(-5000000000), 1.25f, 65535, "eight", INT32_MAX, -2.75);
}

void SPANPROOF_CONV store_callback(int_func_t func) { stored = func; }

int SPANPROOF_CONV call_stored(int value) { return stored ? stored(value) : -1; }
