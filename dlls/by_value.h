/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "dlls/export.h"

/* Structs and unions as arguments and results, by value. */

#define BY_VALUE_SIZES(X)                                                                                              \
  X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13) X(14) X(15) X(16) X(17) X(18) X(19) X(20) X(21) \
  X(22) X(23) X(24) X(32) X(64)

/* Bytes1 … Bytes24, Bytes32, Bytes64, and for each size N:
 * weigh_bytesN   the sum of byte i of every struct times i + 1, the first struct's once, the second's
 *                100 times, the third's 10,000 times, and 3 * before + 5 * after
 * place_bytesN   the same weights of the structs, and 3 * a + 5 * b + 7 * c
 * make_bytesN    a struct whose byte i is first + i
 * next_bytesN    `value` with every byte one more; the caller's own stays */
#define BY_VALUE_DECLARE(N)                                                                                       \
  typedef struct {                                                                                                \
    int8_t bytes[N];                                                                                              \
  } Bytes##N;                                                                                                     \
  SPANPROOF_API int SPANPROOF_CONV weigh_bytes##N(Bytes##N one, int before, Bytes##N two, int after, Bytes##N three); \
  SPANPROOF_API int SPANPROOF_CONV place_bytes##N(int a, Bytes##N one, double b, Bytes##N two, int64_t c, Bytes##N three); \
  SPANPROOF_API Bytes##N SPANPROOF_CONV make_bytes##N(int first);                                                 \
  SPANPROOF_API Bytes##N SPANPROOF_CONV next_bytes##N(Bytes##N value);
BY_VALUE_SIZES(BY_VALUE_DECLARE)

typedef struct { float f; } LoneFloat;
typedef struct { double d; } LoneDouble;
typedef struct { LoneFloat inner; } NestedFloat;
typedef struct { double d[1]; } ArrayOfDouble;
typedef union { float f; } FloatUnion;
typedef union { float f; int32_t i; } FloatOrInt;
typedef union { double d; int64_t i; int8_t bytes[12]; } LargeUnion;
typedef struct { float a, b; } TwoFloats;
typedef struct { float a, b, c; } ThreeFloats;
typedef struct { float a, b, c, d; } FourFloats;
typedef struct { int32_t a; float b; } IntFloat;
typedef struct { float a; int32_t b; } FloatInt;
typedef struct { double a; int32_t b; } DoubleInt;
typedef struct { int8_t a; double b; } CharDouble;
typedef struct { int16_t a; float b; int8_t c; int64_t d; } MixedFour;
typedef struct { int32_t x, y; } Point;
typedef struct { Point from, to; } Line;
typedef struct { Line line; int8_t color[3]; } Stroke;
typedef struct { Stroke strokes[2]; int16_t count; } Drawing;
typedef struct { const char *text; int32_t length; } Slice;
typedef struct { int32_t low : 5, high : 11; uint32_t rest : 16; } Bits;
typedef struct { int32_t values[1024]; } Huge;

/* Each returns its argument with every number doubled. */
#define BY_VALUE_DOUBLED(X)                                                                                     \
  X(LoneFloat, lone_float) X(LoneDouble, lone_double) X(NestedFloat, nested_float) X(ArrayOfDouble, array_of_double) \
  X(FloatUnion, float_union) X(TwoFloats, two_floats) X(ThreeFloats, three_floats) X(FourFloats, four_floats)   \
  X(IntFloat, int_float) X(FloatInt, float_int) X(DoubleInt, double_int) X(CharDouble, char_double)             \
  X(MixedFour, mixed_four) X(Point, point) X(Line, line) X(Bits, bits)
#define BY_VALUE_DECLARE_DOUBLED(T, name) SPANPROOF_API T SPANPROOF_CONV double_##name(T value);
BY_VALUE_DOUBLED(BY_VALUE_DECLARE_DOUBLED)

/* The number that counts is i. */
SPANPROOF_API FloatOrInt SPANPROOF_CONV double_float_or_int(FloatOrInt value);
SPANPROOF_API LargeUnion SPANPROOF_CONV double_large_union(LargeUnion value);

/* The sum of all numbers. */
SPANPROOF_API int SPANPROOF_CONV sum_drawing(Drawing drawing);
/* A drawing whose numbers are first, first + 1, … in the order of their members. */
SPANPROOF_API Drawing SPANPROOF_CONV make_drawing(int first);

/* a.x + 10 * a.y + 100 * b + 1,000 * c.a + 10,000 * d.a + 100,000 * e.x + 1,000,000 * e.y. */
SPANPROOF_API double SPANPROOF_CONV weigh_many(Point a, int8_t b, CharDouble c, ThreeFloats d, Point e);

/* first * 1 + … of the values, and before and after. */
SPANPROOF_API int SPANPROOF_CONV sum_huge(int before, Huge huge, int after);
SPANPROOF_API Huge SPANPROOF_CONV make_huge(int first);

/* Overwrites its copy of the point; returns what x + y was. */
SPANPROOF_API int SPANPROOF_CONV spoil(Point point);

/* Counts `letter` in the text of a struct by value. */
SPANPROOF_API int SPANPROOF_CONV count_in_slice(Slice slice, char letter);
