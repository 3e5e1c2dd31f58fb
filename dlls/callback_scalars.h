/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dlls/export.h"

/*
 * Each scalar type through a callback, as its only argument and its result:
 * pass_NAME returns func(value).
 */
#define CALLBACK_SCALARS(X)                                                                                      \
  X(bool, bool) X(char, char) X(i8, int8_t) X(u8, uint8_t) X(i16, int16_t) X(u16, uint16_t) X(wchar, wchar_t)    \
  X(i32, int32_t) X(u32, uint32_t) X(long, long) X(ulong, unsigned long) X(i64, int64_t) X(u64, uint64_t)        \
  X(size, size_t) X(ptrdiff, ptrdiff_t) X(float, float) X(double, double) X(pointer, void *)
#define CALLBACK_SCALAR_DECLARE(NAME, T)        \
  typedef T(SPANPROOF_CONV *NAME##_func_t)(T value); \
  SPANPROOF_API T SPANPROOF_CONV pass_##NAME(NAME##_func_t func, T value);
CALLBACK_SCALARS(CALLBACK_SCALAR_DECLARE)

typedef long double(SPANPROOF_CONV *long_double_func_t)(long double value);
SPANPROOF_API long double SPANPROOF_CONV pass_long_double(long_double_func_t func, long double value);

/*
 * widen_NAME returns func() as 64 bits, by its declared type alone: what the
 * register holds above a narrow result must not matter, and its sign must.
 */
#define CALLBACK_NARROW(X) \
  X(bool, bool) X(i8, int8_t) X(u8, uint8_t) X(i16, int16_t) X(u16, uint16_t) X(i32, int32_t) X(u32, uint32_t)
#define CALLBACK_NARROW_DECLARE(NAME, T)                \
  typedef T(SPANPROOF_CONV *NAME##_source_t)(void);     \
  SPANPROOF_API int64_t SPANPROOF_CONV widen_##NAME(NAME##_source_t func);
CALLBACK_NARROW(CALLBACK_NARROW_DECLARE)

/*
 * One argument of another type at each of six places: ODD_at_N calls
 * func(1, 2, …, value, …, 6) with `value` at place N, the others being OTHER,
 * and returns its result.
 */
#define CALLBACK_ODD(X)                                                                                    \
  X(i8, int8_t, double) X(u16, uint16_t, double) X(i64, int64_t, int) X(float, float, int) X(double, double, int) \
  X(i64_among_doubles, int64_t, double)
#define CALLBACK_ODD_DECLARE(NAME, ODD, OTHER)                                                                  \
  typedef double(SPANPROOF_CONV *NAME##_1_t)(ODD a, OTHER b, OTHER c, OTHER d, OTHER e, OTHER f);               \
  typedef double(SPANPROOF_CONV *NAME##_2_t)(OTHER a, ODD b, OTHER c, OTHER d, OTHER e, OTHER f);               \
  typedef double(SPANPROOF_CONV *NAME##_3_t)(OTHER a, OTHER b, ODD c, OTHER d, OTHER e, OTHER f);               \
  typedef double(SPANPROOF_CONV *NAME##_4_t)(OTHER a, OTHER b, OTHER c, ODD d, OTHER e, OTHER f);               \
  typedef double(SPANPROOF_CONV *NAME##_5_t)(OTHER a, OTHER b, OTHER c, OTHER d, ODD e, OTHER f);               \
  typedef double(SPANPROOF_CONV *NAME##_6_t)(OTHER a, OTHER b, OTHER c, OTHER d, OTHER e, ODD f);               \
  SPANPROOF_API double SPANPROOF_CONV NAME##_at_1(NAME##_1_t func, ODD value);                                  \
  SPANPROOF_API double SPANPROOF_CONV NAME##_at_2(NAME##_2_t func, ODD value);                                  \
  SPANPROOF_API double SPANPROOF_CONV NAME##_at_3(NAME##_3_t func, ODD value);                                  \
  SPANPROOF_API double SPANPROOF_CONV NAME##_at_4(NAME##_4_t func, ODD value);                                  \
  SPANPROOF_API double SPANPROOF_CONV NAME##_at_5(NAME##_5_t func, ODD value);                                  \
  SPANPROOF_API double SPANPROOF_CONV NAME##_at_6(NAME##_6_t func, ODD value);
CALLBACK_ODD(CALLBACK_ODD_DECLARE)

/* Twelve arguments of twelve types: registers first, then the stack; returns func's result. */
typedef int64_t(SPANPROOF_CONV *twelve_func_t)(int8_t a, uint64_t b, float c, int16_t d, double e, bool f, int64_t g,
                                               uint8_t h, float i, uint32_t j, const char *k, double l);
SPANPROOF_API int64_t SPANPROOF_CONV call_with_twelve(twelve_func_t func);

/* No arguments, no result: calls func n times. Returns n. */
typedef void(SPANPROOF_CONV *bare_func_t)(void);
SPANPROOF_API int SPANPROOF_CONV call_bare(bare_func_t func, int n);
