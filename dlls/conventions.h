/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdarg.h>
#include <stdint.h>

#include "dlls/export.h"

/* Functions whose convention is their own, whatever DLL it is built into; on win64 all are one. */
#if defined(_WIN32) && !defined(_WIN64)
#define CONVENTIONS_FASTCALL __attribute__((fastcall))
#define CONVENTIONS_THISCALL __attribute__((thiscall))
#define CONVENTIONS_STDCALL __attribute__((stdcall))
#else
#define CONVENTIONS_FASTCALL
#define CONVENTIONS_THISCALL
#define CONVENTIONS_STDCALL
#endif

typedef struct { int32_t x, y; } Pair;
typedef struct { int32_t x, y, z; } Triple;
typedef struct { float f; } Single;
typedef struct { int8_t bytes[3]; } ThreeBytes;
typedef struct { int32_t value; } Counter;

/* a + 10 * b + 100 * c + …: no argument can stand in for another. A struct counts by its members. */
SPANPROOF_API int cdecl_weigh(int a, int b, int c, int d);
SPANPROOF_API int CONVENTIONS_STDCALL stdcall_weigh(int a, int b, int c, int d);
SPANPROOF_API int CONVENTIONS_FASTCALL fastcall_weigh(int a, int b, int c, int d);
SPANPROOF_API int CONVENTIONS_FASTCALL fastcall_one(int a);
SPANPROOF_API double CONVENTIONS_FASTCALL fastcall_floats(float a, int b, double c, int d, int e);
SPANPROOF_API int CONVENTIONS_FASTCALL fastcall_narrow(int8_t a, uint16_t b, int16_t c, uint8_t d);
SPANPROOF_API int64_t CONVENTIONS_FASTCALL fastcall_wide_first(int64_t a, int b, int c);
SPANPROOF_API int64_t CONVENTIONS_FASTCALL fastcall_wide_last(int a, int b, int64_t c);
SPANPROOF_API int CONVENTIONS_FASTCALL fastcall_pair(Pair a, int b, int c);       /* members: 1, 10; b 100, c 1,000 */
SPANPROOF_API int CONVENTIONS_FASTCALL fastcall_single(Single a, int b, int c);
SPANPROOF_API int CONVENTIONS_FASTCALL fastcall_three_bytes(ThreeBytes a, int b, int c); /* members: 1, 10, 100 */
SPANPROOF_API int CONVENTIONS_FASTCALL fastcall_pair_last(int a, int b, Pair c);  /* members: 100, 1,000 */
SPANPROOF_API Triple CONVENTIONS_FASTCALL fastcall_triple(int x, int y, int z);
SPANPROOF_API Pair CONVENTIONS_FASTCALL fastcall_swap(int x, int y);              /* {y, x} */
SPANPROOF_API int CONVENTIONS_FASTCALL fastcall_apply(int CONVENTIONS_FASTCALL (*f)(int, int, int), int a);  /* f(a, a + 1, a + 2) */

SPANPROOF_API int CONVENTIONS_THISCALL thiscall_weigh(const Counter *self, int b, int c, int d);
SPANPROOF_API int CONVENTIONS_THISCALL thiscall_add(Counter *self, int by);        /* the new value */
SPANPROOF_API double CONVENTIONS_THISCALL thiscall_floats(const Counter *self, float b, double c);
SPANPROOF_API int64_t CONVENTIONS_THISCALL thiscall_wide(const Counter *self, int64_t b, int c);
SPANPROOF_API int CONVENTIONS_THISCALL thiscall_pair(const Counter *self, Pair b, int c); /* members: 10, 100; c 1,000 */
SPANPROOF_API Triple CONVENTIONS_THISCALL thiscall_triple(const Counter *self, int y);    /* {value, y, 3} */
SPANPROOF_API Pair CONVENTIONS_THISCALL thiscall_swap(const Counter *self, int y);        /* {y, value} */
SPANPROOF_API int CONVENTIONS_THISCALL thiscall_apply(Counter *self, int CONVENTIONS_THISCALL (*f)(Counter *, int));  /* f(self, 5) */

/* Variable arguments: cdecl everywhere. */
SPANPROOF_API int sum_ints(int count, ...);
SPANPROOF_API double sum_doubles(int count, ...);
/* One letter an argument: i int, I int64_t, d double, s text (its length counts), p pair by value. Weighed 1, 10, 100, … */
SPANPROOF_API double weigh_kinds(const char *kinds, ...);
/* snprintf and its wide sister: the number of characters, or a negative number. */
SPANPROOF_API int format_text(char *out, int capacity, const char *format, ...);
SPANPROOF_API int format_wide(uint16_t *out, int capacity, const uint16_t *format, ...);

/* What a call finds and what it leaves. Control words: the previous one is returned. */
SPANPROOF_API int stack_remainder(int a, int b, int c);  /* of the stack pointer before the call, by 16 */
SPANPROOF_API float sse_on_stack(float a);               /* 4 * a, through an aligned vector on the stack */
SPANPROOF_API void set_direction_flag(void);
SPANPROOF_API int direction_flag(void);
SPANPROOF_API uint32_t set_x87_control(uint32_t control);
SPANPROOF_API uint32_t set_mxcsr(uint32_t control);
SPANPROOF_API uint32_t x87_control(void);
SPANPROOF_API uint32_t mxcsr(void);
SPANPROOF_API double third(void);                        /* 1.0 / 3.0, computed in the thread's precision and rounding */

/* Exported variables. */
extern SPANPROOF_API int32_t data_number;     /* 4321 */
extern SPANPROOF_API double data_ratio;       /* 0.125 */
extern SPANPROOF_API char data_text[16];      /* "exported" */
extern SPANPROOF_API Pair data_pair;          /* {3, 4} */
extern SPANPROOF_API int32_t data_numbers[5]; /* 1, 2, 4, 8, 16 */
extern SPANPROOF_API int32_t *data_pointer;   /* to data_number */
SPANPROOF_API int read_data_number(void);
SPANPROOF_API int sum_data_numbers(void);
