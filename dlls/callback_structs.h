/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "dlls/export.h"

/* Callbacks that take and return structs, by value and by pointer. */

/* Sizes whose passing differs: in a register, in two, by a pointer to a copy. Byte i of `one` is 1 + i, of `two` -1 - i. */
#define CALLBACK_STRUCT_SIZES(X) X(1) X(2) X(3) X(4) X(5) X(7) X(8) X(9) X(12) X(16) X(24) X(64)

/*
 * call_with_bytesN  func(70001, one, 0.5, two, -3)'s result times 2
 * take_bytesN       the sum of byte i times i + 1 of func(first)'s result
 * pass_bytesN       func(value)
 */
#define CALLBACK_STRUCT_DECLARE(N)                                                                                   \
  typedef struct {                                                                                                   \
    int8_t bytes[N];                                                                                                 \
  } Bytes##N;                                                                                                        \
  typedef int(SPANPROOF_CONV *take_bytes##N##_t)(int a, Bytes##N one, double b, Bytes##N two, int8_t c);             \
  typedef Bytes##N(SPANPROOF_CONV *make_bytes##N##_t)(int first);                                                    \
  typedef Bytes##N(SPANPROOF_CONV *change_bytes##N##_t)(Bytes##N value);                                             \
  SPANPROOF_API int SPANPROOF_CONV call_with_bytes##N(take_bytes##N##_t func);                                       \
  SPANPROOF_API int SPANPROOF_CONV take_bytes##N(make_bytes##N##_t func, int first);                                 \
  SPANPROOF_API Bytes##N SPANPROOF_CONV pass_bytes##N(change_bytes##N##_t func, Bytes##N value);
CALLBACK_STRUCT_SIZES(CALLBACK_STRUCT_DECLARE)

typedef struct { float f; } LoneFloat;
typedef struct { double d; } LoneDouble;
typedef struct { float x, y; } TwoFloats;
typedef struct { float x, y, z; } ThreeFloats;
typedef struct { double x, y; } TwoDoubles;
typedef struct { float a; int32_t b; } FloatInt;
typedef struct { int8_t a; double b; } CharDouble;
typedef struct { int16_t a; float b; int8_t c; int64_t d; } MixedFour;
typedef struct { int32_t x, y; } Point;
typedef struct { Point from, to; } Line;
typedef union { int64_t whole; double real; int8_t bytes[8]; } Number;

/* map_NAME returns func(value): what came in and what went out, with a number on either side that shows a shift. */
#define CALLBACK_STRUCT_MAPS(X)                                                                                     \
  X(LoneFloat, lone_float) X(LoneDouble, lone_double) X(TwoFloats, two_floats) X(ThreeFloats, three_floats)         \
  X(TwoDoubles, two_doubles) X(FloatInt, float_int) X(CharDouble, char_double) X(MixedFour, mixed_four)             \
  X(Point, point) X(Line, line) X(Number, number)
#define CALLBACK_STRUCT_DECLARE_MAP(T, NAME)                                  \
  typedef T(SPANPROOF_CONV *map_##NAME##_t)(int before, T value, double after); \
  SPANPROOF_API T SPANPROOF_CONV map_##NAME(map_##NAME##_t func, T value);
CALLBACK_STRUCT_MAPS(CALLBACK_STRUCT_DECLARE_MAP)

/* func(&line) where line runs from (1, 2) to (30, 40); afterwards the sum of its numbers. */
typedef void(SPANPROOF_CONV *line_func_t)(Line *line);
SPANPROOF_API int SPANPROOF_CONV sum_changed_line(line_func_t func);

/* func(line) with the caller's own; returns what func returned: a point inside of it, or NULL. */
typedef Point *(SPANPROOF_CONV *pick_func_t)(Line *line);
SPANPROOF_API Point *SPANPROOF_CONV pick_point(pick_func_t func, Line *line);

/* Calls func once for each of n points, by value, and adds up what it returns. */
typedef int(SPANPROOF_CONV *point_func_t)(Point point);
SPANPROOF_API int SPANPROOF_CONV sum_over_points(point_func_t func, const Point *points, int n);
