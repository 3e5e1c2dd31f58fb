/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "dlls/export.h"

/* Adds 1 to each of n bytes, wrapping, and returns n. x, y and z are not looked at: a directive computes n from them. */
SPANPROOF_API int SPANPROOF_CONV touch_counted(uint8_t *p, int n, int64_t x, int64_t y, int64_t z);

/*
 * Add 1 to each of n bytes, wrapping, and return their sum afterwards: the length
 * in each type of whole number, by value and behind a pointer.
 */
SPANPROOF_API uint32_t SPANPROOF_CONV touch_u8(uint8_t *p, uint8_t n);
SPANPROOF_API uint32_t SPANPROOF_CONV touch_i8(uint8_t *p, int8_t n);
SPANPROOF_API uint32_t SPANPROOF_CONV touch_u16(uint8_t *p, uint16_t n);
SPANPROOF_API uint32_t SPANPROOF_CONV touch_i16(uint8_t *p, int16_t n);
SPANPROOF_API uint32_t SPANPROOF_CONV touch_u32(uint8_t *p, uint32_t n);
SPANPROOF_API uint32_t SPANPROOF_CONV touch_i64(uint8_t *p, int64_t n);
SPANPROOF_API uint32_t SPANPROOF_CONV touch_u64(uint8_t *p, uint64_t n);
SPANPROOF_API uint32_t SPANPROOF_CONV touch_size(uint8_t *p, size_t n);
SPANPROOF_API uint32_t SPANPROOF_CONV touch_at_u8(uint8_t *p, const uint8_t *n);
SPANPROOF_API uint32_t SPANPROOF_CONV touch_at_u16(uint8_t *p, const uint16_t *n);
SPANPROOF_API uint32_t SPANPROOF_CONV touch_at_u64(uint8_t *p, const uint64_t *n);

/* An array that says its own length, and one inside of another struct. */
typedef struct {
  int *values;
  int count;
} IntList;
typedef struct {
  uint8_t tag;
  IntList *list;
  struct {
    float *values;
    uint16_t width;
    uint16_t height;
  } grid;
} Sheet;

/* Adds step to each value; returns the sum afterwards. */
SPANPROOF_API int SPANPROOF_CONV add_to_list(IntList *list, int step);

/* Multiplies the list's values by the tag and halves the grid's; returns how many values there were. */
SPANPROOF_API int SPANPROOF_CONV change_sheet(Sheet *sheet);

/* A list of the DLL's own with the squares of 0..count-1, count being cut to 16. The next call changes it. */
SPANPROOF_API IntList *SPANPROOF_CONV list_of_squares(int count);

/* 1 where it is the list of list_of_squares, by its address. */
SPANPROOF_API int SPANPROOF_CONV is_own_list(const IntList *list);

/* Moves what is not 0 to the front and sets *count to how many that is; returns how many were dropped. */
SPANPROOF_API int SPANPROOF_CONV compact(int *values, int *count);

typedef struct {
  int16_t *data;
  int16_t width;
  int16_t height;
} Pixels;

/* Sets the last of width x height pixels, computed in 32 bits; returns what it was. */
SPANPROOF_API int16_t SPANPROOF_CONV set_last_pixel(Pixels *pixels, int16_t value);
