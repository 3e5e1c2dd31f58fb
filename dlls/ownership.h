/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "dlls/export.h"

/* Who owns which memory, and who goes beyond it. */

/* n records {i, 1.5 * i, address of the record before}, or NULL where n < 0; give_back frees them. */
typedef struct Record {
  short number;
  double value;
  struct Record *before;
} Record;
SPANPROOF_API Record *SPANPROOF_CONV make_records(int n);
SPANPROOF_API void SPANPROOF_CONV give_back(void *memory);
SPANPROOF_API double SPANPROOF_CONV sum_records(const Record *records, int n);

/* *floats and *n: as many floats 0.5, 1.5, … as were asked for; how many blocks are not given back. */
SPANPROOF_API void SPANPROOF_CONV make_floats(int asked, float **floats, int *n);
SPANPROOF_API float *SPANPROOF_CONV return_floats(int n);
SPANPROOF_API double SPANPROOF_CONV sum_floats(const float *floats, int n);
SPANPROOF_API void SPANPROOF_CONV double_floats(float *floats, int n);
SPANPROOF_API int SPANPROOF_CONV blocks_alive(void);

/* A page of its own that ends in zeros, and the same page after it was given back to Windows. */
SPANPROOF_API uint8_t *SPANPROOF_CONV map_page(void);
SPANPROOF_API void SPANPROOF_CONV unmap_page(uint8_t *page);

SPANPROOF_API const char *SPANPROOF_CONV narrow_text(void);
SPANPROOF_API const wchar_t *SPANPROOF_CONV wide_text(void);
SPANPROOF_API void *SPANPROOF_CONV invalid_handle(void);
SPANPROOF_API int SPANPROOF_CONV is_invalid_handle(void *handle);

/* Keeps `numbers` beyond the call; tick() then adds 1 to each, and kept_sum() adds them up. */
SPANPROOF_API void SPANPROOF_CONV keep_numbers(int *numbers, int n);
SPANPROOF_API void SPANPROOF_CONV tick(void);
SPANPROOF_API int SPANPROOF_CONV kept_sum(void);

/* Calls back with n floats of the DLL's own; the sum that stands there afterwards. */
typedef void(SPANPROOF_CONV *look_func_t)(float *floats, int n);
SPANPROOF_API double SPANPROOF_CONV show_floats(look_func_t look, int n);

/* Reads the byte `offset` bytes from `bytes`, or writes value there. */
SPANPROOF_API int SPANPROOF_CONV peek(const uint8_t *bytes, int n, int offset);
SPANPROOF_API void SPANPROOF_CONV poke(uint8_t *bytes, int n, int offset, int value);
SPANPROOF_API void SPANPROOF_CONV copy_bytes(uint8_t *to, const uint8_t *from, int n);

/* The sum of a float array of ndim dimensions (1 to 3), its strides in bytes. Source: seed 3. */
SPANPROOF_API double SPANPROOF_CONV sum_strided(const float *data, int ndim, const int *shape, const int *strides);

/* Exported data. */
SPANPROOF_API extern int counter;
SPANPROOF_API extern double table[4];
SPANPROOF_API extern Record first_record;
SPANPROOF_API extern const char *version_text;
SPANPROOF_API int SPANPROOF_CONV count_up(void);
