/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "dlls/export.h"

/* The declarations that Microsoft's compiler and MinGW's understand differently, built by both; docs/ABIS.md has the whole list. */

typedef struct { char a; long double b; } HoldsLong;                       /* 8 bytes, or 10 of 12 or 16 */
typedef struct { int32_t x; int8_t y; } __attribute__((aligned(16))) Sixteen;
#pragma pack(push, 1)
typedef struct { char a; Sixteen b; } PackedSixteen;                       /* `pack` lowers the alignment, or does not */
#pragma pack(pop)
typedef union { int32_t a : 3; char b; } UnionBits;                        /* as wide as int, or aligned as char */
typedef struct { char a; UnionBits b; char c; } UnionInside;
typedef struct { float f; } Lone;                                          /* win32: returned in ST0, or in EAX */
typedef struct { double d; } LoneDouble;
typedef struct { int8_t a[3], b; } Block;

SPANPROOF_API int size_of(int which);  /* in the order above, from 0 */
SPANPROOF_API int weigh_long(const HoldsLong *it);              /* a + 10 * b */
SPANPROOF_API void fill_long(HoldsLong *it, int a, int b);
SPANPROOF_API int weigh_packed(const PackedSixteen *it, int count);  /* a + 10 * b.x + 100 * b.y, of all */
SPANPROOF_API void fill_packed(PackedSixteen *it, int a, int x, int y);
SPANPROOF_API int weigh_inside(const UnionInside *it, int count);    /* a + 10 * b.a + 100 * c, of all */
SPANPROOF_API void fill_inside(UnionInside *it, int a, int b, int c);
SPANPROOF_API Lone half_of(float f);
SPANPROOF_API LoneDouble half_of_double(double d);
SPANPROOF_API float add_lone(Lone a, LoneDouble b);
SPANPROOF_API int weigh_block(Block block, int after);          /* 1, 10, 100, 1,000; after 10,000 */
