/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "dlls/export.h"

typedef int(SPANPROOF_CONV *int_func_t)(int value);
typedef void(SPANPROOF_CONV *visit_func_t)(int index, int value);
typedef double(SPANPROOF_CONV *real_func_t)(double x);
typedef int(SPANPROOF_CONV *nested_func_t)(int depth);
typedef double(SPANPROOF_CONV *mixed_func_t)(int8_t a, double b, int64_t c, float d, uint16_t e,
                                             const char *f, int32_t g, double h);

/* func(func(value)) */
SPANPROOF_API int SPANPROOF_CONV call_twice(int_func_t func, int value);

/* visit(i, values[i]) for i in 0..n, in order. */
SPANPROOF_API void SPANPROOF_CONV for_each(const int *values, int n, visit_func_t visit);

/* Midpoint rule: (b - a) / steps times the sum of func at the middle of each step; 0 for steps < 1. */
SPANPROOF_API double SPANPROOF_CONV integrate(real_func_t func, double a, double b, int steps);

/* func(value), or -value where func is NULL. */
SPANPROOF_API int SPANPROOF_CONV call_optional(int_func_t func, int value);

/*
 * Calls func(depth) and adds 1000 * depth to its result. A handler that calls
 * call_nested(func, depth - 1) itself makes calls and callbacks alternate on
 * one stack.
 */
SPANPROOF_API int SPANPROOF_CONV call_nested(nested_func_t func, int depth);

/*
 * func(-8, 0.5, -5000000000, 1.25f, 65535, "eight", 2147483647, -2.75): integers
 * and floats in register and in stack slots. Returns its result times two.
 */
SPANPROOF_API double SPANPROOF_CONV call_mixed(mixed_func_t func);

/* Keeps func, and calls it later: in call_stored(value), -1 where none was kept. */
SPANPROOF_API void SPANPROOF_CONV store_callback(int_func_t func);
SPANPROOF_API int SPANPROOF_CONV call_stored(int value);
