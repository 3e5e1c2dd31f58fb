/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "dlls/export.h"

/*
 * Memory whose last byte is the last of its page, the next page being out of
 * bounds: whoever reads or writes one byte too many faults. There is one such
 * page; each function writes its own end of it anew.
 */

/* 1, 2, … n; n at most 4096. */
SPANPROOF_API uint8_t *SPANPROOF_CONV bytes_at_edge(int n);
SPANPROOF_API int16_t *SPANPROOF_CONV shorts_at_edge(int n);

/* "edge", its terminator being the page's last character. */
SPANPROOF_API const char *SPANPROOF_CONV text_at_edge(void);
SPANPROOF_API const wchar_t *SPANPROOF_CONV wide_text_at_edge(void);

typedef struct {
  int32_t a;
  int16_t b;
  int16_t c;
} EdgeRecord;

/* {-1, 2, -3}. */
SPANPROOF_API const EdgeRecord *SPANPROOF_CONV record_at_edge(void);

/* Adds 1 to each of n bytes, and says with 0 where the memory is not that of bytes_at_edge(n). */
SPANPROOF_API int SPANPROOF_CONV touch_at_edge(uint8_t *p, int n);

/* Calls back with n bytes at the edge, and x, y and z from which a directive computes n; the callback's result. */
typedef int(SPANPROOF_CONV *counted_func_t)(uint8_t *p, int64_t x, int64_t y, int64_t z);
SPANPROOF_API int SPANPROOF_CONV call_at_edge(counted_func_t func, int n, int64_t x, int64_t y, int64_t z);

/* Call back with one short, -9, or with the record at the edge; the callback's result. */
typedef int(SPANPROOF_CONV *short_func_t)(int16_t *p);
typedef int(SPANPROOF_CONV *record_func_t)(EdgeRecord *p);
SPANPROOF_API int SPANPROOF_CONV call_with_short(short_func_t func);
SPANPROOF_API int SPANPROOF_CONV call_with_record(record_func_t func);

/* Calls back with the text at the edge; the callback's result. */
typedef int(SPANPROOF_CONV *text_func_t)(const char *text);
SPANPROOF_API int SPANPROOF_CONV call_with_text(text_func_t func);
