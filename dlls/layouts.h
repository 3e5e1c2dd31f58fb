/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "dlls/export.h"

/* Structs that compilers lay out in their own ways, behind pointers. The last line of each type lists its
 * numbers in the order of its members. */

typedef struct { char c; double d; short s; int64_t q; char tail; } Mixed;
#define MIXED(X) X(c) X(d) X(s) X(q) X(tail)

#pragma pack(push, 1)
typedef struct { char c; double d; short s; int64_t q; char tail; } Packed1;
typedef struct { int8_t c; int32_t low : 7, high : 25; int16_t s; } PackedBits;
#pragma pack(pop)
#pragma pack(push, 2)
typedef struct { char c; double d; short s; int64_t q; char tail; } Packed2;
#pragma pack(pop)
#pragma pack(push, 4)
typedef struct { char c; double d; short s; int64_t q; char tail; } Packed4;
#pragma pack(pop)
#pragma pack(push, 8)
typedef struct { char c; double d; short s; int64_t q; char tail; } Packed8;
#pragma pack(pop)
#define PACKED_BITS(X) X(c) X(low) X(high) X(s)

typedef struct { char c; Packed1 packed; int i; Packed2 half; } PackedInside;
#define PACKED_INSIDE(X) X(c) X(packed.d) X(packed.tail) X(i) X(half.c) X(half.d) X(half.q)

typedef struct { int32_t a; int8_t b; } __attribute__((aligned(16))) Aligned16;
#define ALIGNED_16(X) X(a) X(b)
typedef struct { double d; int8_t b; } __attribute__((aligned(32))) Aligned32;
#define ALIGNED_32(X) X(d) X(b)
typedef struct { char c; Aligned16 sixteen; char d; Aligned32 thirty_two; char e; } HoldsAligned;
#define HOLDS_ALIGNED(X) X(c) X(sixteen.a) X(sixteen.b) X(d) X(thirty_two.d) X(e)
typedef struct { int i; double d; char c; } IntDouble;
#define INT_DOUBLE(X) X(i) X(d) X(c)
typedef struct { char c; int64_t q; int32_t i; uint64_t u; } CharWide;
#define CHAR_WIDE(X) X(c) X(q) X(i) X(u)

typedef struct { char c; long l; wchar_t w; size_t z; int i; void *p; } Native;
#define NATIVE(X) X(c) X(l) X(w) X(z) X(i)

typedef struct { unsigned int one : 1, three : 3; unsigned int twelve : 12, rest : 16; } BitsOfOne;
#define BITS_OF_ONE(X) X(one) X(three) X(twelve) X(rest)
typedef struct { int8_t a : 3; int16_t b : 5; int32_t c : 9; int64_t d : 33; int8_t e : 2; } BitsOfMany;
#define BITS_OF_MANY(X) X(a) X(b) X(c) X(d) X(e)
typedef struct { int32_t a : 6; int32_t : 5; int32_t b : 7; int32_t : 0; int32_t c : 4; int8_t d; int32_t e : 20; } BitsApart;
#define BITS_APART(X) X(a) X(b) X(c) X(d) X(e)
typedef struct { int64_t a : 40; int64_t b : 23; uint64_t c : 1; int32_t full : 32; } BitsWide;
#define BITS_WIDE(X) X(a) X(b) X(c) X(full)

typedef struct {
  int32_t a;
  union { int32_t i; float f; };
  struct { int16_t x, y; union { int8_t low; int16_t all; }; };
  int8_t last;
} Anonymous;
#define ANONYMOUS(X) X(a) X(i) X(x) X(y) X(all) X(last)
typedef struct { int16_t tag; struct { union { struct { int8_t r, g, b; }; int32_t packed; }; double depth; }; } AnonymousDeep;
#define ANONYMOUS_DEEP(X) X(tag) X(r) X(g) X(b) X(depth)

typedef struct { int32_t id; char kind; } Base;
#define BASE(X) X(id) X(kind)
/* What C++ calls derived: the base's members first, its padding kept. */
typedef struct { Base base; char grade; double weight; } Derived;
#define DERIVED(X) X(base.id) X(base.kind) X(grade) X(weight)
typedef struct { Derived derived; int16_t more; } DerivedTwice;
#define DERIVED_TWICE(X) X(derived.base.id) X(derived.base.kind) X(derived.grade) X(derived.weight) X(more)

typedef struct { int16_t x, y; } Spot;
typedef struct { Spot spots[2]; char c; } Span;
typedef struct { Span span; double d; } Layer;
typedef struct { int8_t tag; Layer layers[2]; struct { int32_t i; Layer layer; } top; } Deep;
#define DEEP(X) X(tag) X(layers[0].span.spots[1].y) X(layers[1].span.spots[0].x) X(layers[1].span.c) X(layers[1].d) X(top.i) X(top.layer.span.spots[1].x) X(top.layer.d)

/* For each type T called t:
 * size_of_t    of one, and so the step from one to the next in an array
 * weigh_t      the first listed number, 10 times the second, 100 times the third…, of `count` structs together
 * fill_t       the listed numbers become first, first + 1, first + 2…, on through `count` structs; nothing else changes */
#define LAYOUTS(X)                                                                                                  \
  X(Mixed, mixed, MIXED) X(Packed1, packed1, MIXED) X(Packed2, packed2, MIXED) X(Packed4, packed4, MIXED)           \
  X(Packed8, packed8, MIXED) X(PackedBits, packed_bits, PACKED_BITS) X(PackedInside, packed_inside, PACKED_INSIDE)  \
  X(Aligned16, aligned16, ALIGNED_16) X(Aligned32, aligned32, ALIGNED_32)                                           \
  X(HoldsAligned, holds_aligned, HOLDS_ALIGNED) X(IntDouble, int_double, INT_DOUBLE)                                \
  X(CharWide, char_wide, CHAR_WIDE) X(Native, native, NATIVE) X(BitsOfOne, bits_of_one, BITS_OF_ONE)                \
  X(BitsOfMany, bits_of_many, BITS_OF_MANY) X(BitsApart, bits_apart, BITS_APART) X(BitsWide, bits_wide, BITS_WIDE)  \
  X(Anonymous, anonymous, ANONYMOUS) X(AnonymousDeep, anonymous_deep, ANONYMOUS_DEEP) X(Base, base, BASE)           \
  X(Derived, derived, DERIVED) X(DerivedTwice, derived_twice, DERIVED_TWICE) X(Deep, deep, DEEP)
#define LAYOUTS_DECLARE(T, t, NUMBERS)                                        \
  SPANPROOF_API int SPANPROOF_CONV size_of_##t(void);                         \
  SPANPROOF_API double SPANPROOF_CONV weigh_##t(const T *structs, int count); \
  SPANPROOF_API void SPANPROOF_CONV fill_##t(T *structs, int count, int first);
LAYOUTS(LAYOUTS_DECLARE)

/* By value: what weigh_t says of one, and 1e12 * before + 1e13 * after; one that fill_t filled, the rest of its bytes being 0. */
#define LAYOUTS_BY_VALUE(X)                                                                                            \
  X(Mixed, mixed) X(Packed1, packed1) X(Packed2, packed2) X(PackedBits, packed_bits) X(Aligned16, aligned16)           \
  X(BitsOfOne, bits_of_one) X(BitsOfMany, bits_of_many) X(BitsApart, bits_apart) X(BitsWide, bits_wide)                \
  X(Anonymous, anonymous) X(AnonymousDeep, anonymous_deep) X(Derived, derived) X(Deep, deep) X(Native, native)
#define LAYOUTS_DECLARE_BY_VALUE(T, t)                                             \
  SPANPROOF_API double SPANPROOF_CONV take_##t(int before, T value, int after);    \
  SPANPROOF_API T SPANPROOF_CONV give_##t(int first);
LAYOUTS_BY_VALUE(LAYOUTS_DECLARE_BY_VALUE)

/* Where members stand: the address of the nth listed one, NULL beyond. */
SPANPROOF_API void *SPANPROOF_CONV place_in_mixed(Mixed *mixed, int n);
SPANPROOF_API void *SPANPROOF_CONV place_in_packed1(Packed1 *packed, int n);
SPANPROOF_API void *SPANPROOF_CONV place_in_packed2(Packed2 *packed, int n);
SPANPROOF_API void *SPANPROOF_CONV place_in_packed4(Packed4 *packed, int n);
SPANPROOF_API void *SPANPROOF_CONV place_in_holds_aligned(HoldsAligned *holder, int n);
SPANPROOF_API void *SPANPROOF_CONV place_in_native(Native *native, int n);
SPANPROOF_API void *SPANPROOF_CONV place_in_anonymous(Anonymous *anonymous, int n);
SPANPROOF_API void *SPANPROOF_CONV place_in_deep(Deep *deep, int n);

/* The address's remainder by 16. */
SPANPROOF_API int SPANPROOF_CONV off_by_16(const Aligned16 *aligned);

/* A struct whose array goes on behind it, `count` long. */
typedef struct { int16_t factor; int32_t count; int16_t values[]; } Series;
/* The sum of the values times the factor. */
SPANPROOF_API int SPANPROOF_CONV sum_series(const Series *series);
/* Doubles the values and turns the sign of the factor; -1 for NULL, else the count. */
SPANPROOF_API int SPANPROOF_CONV double_series(Series *series);
/* Becomes first, first + 1, … up to `capacity` values. */
SPANPROOF_API void SPANPROOF_CONV count_up(Series *series, int capacity, int first);
typedef struct { char name[3]; Spot spots[]; } Trail;
/* The sum of x times that of y, of n spots. */
SPANPROOF_API int SPANPROOF_CONV cross_trail(const Trail *trail, int n);
