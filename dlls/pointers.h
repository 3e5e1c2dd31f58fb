/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "dlls/export.h"

typedef struct {
  double x, y;
} Point;
typedef int(SPANPROOF_CONV *change_func_t)(int value);

/* *num = 99. Source: seed 2. */
SPANPROOF_API void SPANPROOF_CONV modify_value(int *num);

/* arr[i] = i * 10 for i in 0..5, *count = 5. Source: seed 2. */
SPANPROOF_API void SPANPROOF_CONV fill_array(int *arr, int *count);

/* arr[i] = i * 10 for as many as fit into capacity, at most 5; *count = how many there would have been: 5. */
SPANPROOF_API void SPANPROOF_CONV fill_capacity(int *arr, int capacity, int *count);

/* The quotient, and the rest behind a pointer; INT_MIN and no rest written where the divisor is 0. */
SPANPROOF_API int SPANPROOF_CONV divide(int dividend, int divisor, int *rest);

/* Changes the sign of each, whole numbers wrapping. */
SPANPROOF_API void SPANPROOF_CONV negate_each(int8_t *a, int16_t *b, int32_t *c, int64_t *d, float *e, double *f);

/* Adds all, and writes the complement of each back. */
SPANPROOF_API uint64_t SPANPROOF_CONV complement_each(uint8_t *a, uint16_t *b, uint32_t *c, uint64_t *d);

/* Where the first and the last point are, the middle of them; the result is the third argument. */
SPANPROOF_API Point *SPANPROOF_CONV middle(const Point *a, const Point *b, Point *to);

/* A point of the DLL's own, (x, y). */
SPANPROOF_API const Point *SPANPROOF_CONV point_at(double x, double y);

/* Bit i is set where argument i is NULL; touches no memory. */
SPANPROOF_API int SPANPROOF_CONV which_null(const void *a, int *b, const char *c, float **d, Point *e, int (*f)[3],
                                            const wchar_t *g, change_func_t h);

/* NULL as each kind of pointer. */
SPANPROOF_API void *SPANPROOF_CONV null_void(void);
SPANPROOF_API int *SPANPROOF_CONV null_int(void);
SPANPROOF_API const char *SPANPROOF_CONV null_text(void);
SPANPROOF_API Point *SPANPROOF_CONV null_point(void);
SPANPROOF_API int (*SPANPROOF_CONV null_array(void))[3];
SPANPROOF_API float **SPANPROOF_CONV null_rows(void);

/* Keeps p and returns what was kept before, NULL at first. */
SPANPROOF_API void *SPANPROOF_CONV keep(void *p);
SPANPROOF_API void *SPANPROOF_CONV give_back(void *p);

/* HANDLE and INVALID_HANDLE_VALUE as the DLL has them, and whether a handle is one of them. */
SPANPROOF_API void *SPANPROOF_CONV invalid_handle(void);
SPANPROOF_API int SPANPROOF_CONV is_invalid_handle(void *handle);

/* b - a in bytes, where they are pointers into one object. */
SPANPROOF_API int SPANPROOF_CONV bytes_between(const uint8_t *a, const uint8_t *b);

/* The first byte of n with this value, or NULL. */
SPANPROOF_API uint8_t *SPANPROOF_CONV find_byte(uint8_t *p, int n, int value);

/* Moves n bytes; the two may overlap. */
SPANPROOF_API void SPANPROOF_CONV move_bytes(uint8_t *to, const uint8_t *from, int n);

/* a[i] += b[i], element by element from the front; b may be a, or lie inside of it. */
SPANPROOF_API void SPANPROOF_CONV add_arrays(int *a, const int *b, int n);

/* What is read through *a after 7 was written through *b. */
SPANPROOF_API int SPANPROOF_CONV write_then_read(int *a, int *b);

/* Two pointers of one struct: a swap of what they point at, and whether they are one. */
typedef struct {
  int *first;
  int *second;
} Pair;
SPANPROOF_API int SPANPROOF_CONV swap_pair(Pair *pair);

/* Lets the first pointer point where the second does, and the second nowhere. */
SPANPROOF_API void SPANPROOF_CONV redirect(Pair *pair);
