/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <wchar.h>

#include "dlls/export.h"

/* Counts its calls; take_count says how many there were and forgets them. */
SPANPROOF_API void SPANPROOF_CONV count_call(void);
SPANPROOF_API int SPANPROOF_CONV take_count(void);

/* The argument as 64 bits, extended by its type's sign, and 1000 more. */
SPANPROOF_API int64_t SPANPROOF_CONV widen_i8(int8_t v);
SPANPROOF_API int64_t SPANPROOF_CONV widen_u8(uint8_t v);
SPANPROOF_API int64_t SPANPROOF_CONV widen_i16(int16_t v);
SPANPROOF_API int64_t SPANPROOF_CONV widen_u16(uint16_t v);

/* a + 10 b + 100 c + 1000 d + 10000 e + 100000 f: the last two come by the stack. */
SPANPROOF_API int64_t SPANPROOF_CONV weigh_narrow(int8_t a, uint8_t b, int16_t c, uint16_t d, int8_t e, uint16_t f);

/*
 * A whole register: the lowest 8, 16, 32 bits are the opposite of those of `v`, and those above are 0xa5a5….
 * To be called as functions of any type of that width, by a caller that must not look above.
 */
SPANPROOF_API uintptr_t SPANPROOF_CONV dirty_8(uint32_t v);
SPANPROOF_API uintptr_t SPANPROOF_CONV dirty_16(uint32_t v);
SPANPROOF_API uintptr_t SPANPROOF_CONV dirty_32(uint32_t v);

/* Bit i is set where argument i is true. */
SPANPROOF_API int SPANPROOF_CONV bools_to_bits(bool a, bool b, bool c, bool d, bool e, bool f, bool g, bool h, bool i,
                                               bool j, bool k, bool l);
SPANPROOF_API bool SPANPROOF_CONV bool_not(bool v);
/* Windows' BOOL and BOOLEAN: true is what is not 0. is_true gives 1 or 0, the others their argument. */
SPANPROOF_API int SPANPROOF_CONV is_true(int v);
SPANPROOF_API int SPANPROOF_CONV same_truth(int v);
SPANPROOF_API uint8_t SPANPROOF_CONV same_truth_8(uint8_t v);

/* Sums, products and differences modulo 2^32 or 2^64. */
SPANPROOF_API uint32_t SPANPROOF_CONV add_u32(uint32_t a, uint32_t b);
SPANPROOF_API uint32_t SPANPROOF_CONV divide_u32(uint32_t a, uint32_t b);
SPANPROOF_API int32_t SPANPROOF_CONV divide_i32(int32_t a, int32_t b);
SPANPROOF_API uint64_t SPANPROOF_CONV add_u64(uint64_t a, uint64_t b);
SPANPROOF_API int64_t SPANPROOF_CONV subtract_i64(int64_t a, int64_t b);
SPANPROOF_API int64_t SPANPROOF_CONV multiply_i64(int64_t a, int64_t b);
SPANPROOF_API int64_t SPANPROOF_CONV divide_i64(int64_t a, int64_t b);
SPANPROOF_API uint64_t SPANPROOF_CONV join_u64(uint32_t high, uint32_t low);
SPANPROOF_API uint32_t SPANPROOF_CONV high_of_u64(uint64_t v);
SPANPROOF_API uint64_t SPANPROOF_CONV swap_halves(uint64_t v);
/* a + 10 b + 100 c + 1000 d + 10000 e, b and d being wide. */
SPANPROOF_API int64_t SPANPROOF_CONV weigh_wide(int a, int64_t b, int c, int64_t d, int e);

/* sizeof by number: 0 long, 1 size_t, 2 wchar_t, 3 void*, 4 long long, 5 int, 6 enum, 7 bool, 8 ptrdiff_t; else 0. */
SPANPROOF_API int SPANPROOF_CONV size_of(int which);
/* Modulo 2^32, long having 32 bits. */
SPANPROOF_API long SPANPROOF_CONV add_long(long a, long b);
SPANPROOF_API unsigned long SPANPROOF_CONV add_ulong(unsigned long a, unsigned long b);
SPANPROOF_API size_t SPANPROOF_CONV largest_size(void);
/* Modulo 2^32 on win32, 2^64 on win64. */
SPANPROOF_API size_t SPANPROOF_CONV add_size(size_t a, size_t b);
SPANPROOF_API ptrdiff_t SPANPROOF_CONV negate_ptrdiff(ptrdiff_t v);
SPANPROOF_API wchar_t SPANPROOF_CONV next_wchar(wchar_t v);

SPANPROOF_API float SPANPROOF_CONV add_float(float a, float b);
SPANPROOF_API double SPANPROOF_CONV add_double(double a, double b);
SPANPROOF_API float SPANPROOF_CONV narrow_double(double v);
SPANPROOF_API double SPANPROOF_CONV widen_float(float v);
SPANPROOF_API float SPANPROOF_CONV int_to_float(int v);
/* Minus what is left without the fraction. */
SPANPROOF_API int SPANPROOF_CONV truncate_negated(double v);

/* Bits into a float and out of it. */
SPANPROOF_API uint32_t SPANPROOF_CONV bits_of_float(float v);
SPANPROOF_API float SPANPROOF_CONV float_of_bits(uint32_t bits);
SPANPROOF_API uint64_t SPANPROOF_CONV bits_of_double(double v);
SPANPROOF_API double SPANPROOF_CONV double_of_bits(uint64_t bits);

/* a + 10 b + 100 c + 1000 d, in four mixtures of integer and float slots. */
SPANPROOF_API double SPANPROOF_CONV slots_idid(int a, double b, int c, double d);
SPANPROOF_API double SPANPROOF_CONV slots_didi(double a, int b, double c, int d);
SPANPROOF_API double SPANPROOF_CONV slots_fqfc(float a, int64_t b, float c, int8_t d);
SPANPROOF_API double SPANPROOF_CONV slots_sfdi(int16_t a, float b, double c, int d);

/* Handles as Windows has them: 0 null, 1 INVALID_HANDLE_VALUE, 2 -2, 3 0x1234, 4 -0x1234. */
SPANPROOF_API void *SPANPROOF_CONV open_handle(int which);
/* The number of a handle above, -1 for another. */
SPANPROOF_API int SPANPROOF_CONV which_handle(void *handle);
/* What a 32-bit handle is as a pointer, extended by its sign, as HandleToLong and LongToHandle have it. */
SPANPROOF_API intptr_t SPANPROOF_CONV handle_of_long(long v);
SPANPROOF_API long SPANPROOF_CONV long_of_handle(intptr_t handle);

enum Level { kLevelLow = -2147483647 - 1, kLevelBelow = -1, kLevelNone = 0, kLevelHigh = 2147483647 };
enum Mask { kMaskNone = 0, kMaskTop = 0x80000000u, kMaskAll = 0xffffffffu };

/* The next higher of the four levels; from the highest the lowest. */
SPANPROOF_API enum Level SPANPROOF_CONV next_level(enum Level level);
/* All bits that the mask lacks. */
SPANPROOF_API enum Mask SPANPROOF_CONV invert_mask(enum Mask mask);
