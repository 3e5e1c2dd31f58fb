/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "dlls/export.h"

/* Functions whose results and arguments, read by a wrong declaration, are as certain as by the right one. */

/* 1.0, and 7 in the register that holds whole results. */
SPANPROOF_API double SPANPROOF_CONV one_or_seven(void);
/* 2.0f, and -1 in the one of whole results. */
SPANPROOF_API float SPANPROOF_CONV two_or_minus_one(void);

/* out[i] = in[i] * in[i]. */
SPANPROOF_API void SPANPROOF_CONV squares(const int *in, int n, int *out);
SPANPROOF_API void SPANPROOF_CONV squares_64(const int64_t *in, int n, int64_t *out);

/* The address of a number that is 4321. */
SPANPROOF_API int *SPANPROOF_CONV number_address(void);
/* 0x1122334455667788 as a pointer, or 0x55667788 where pointers are narrower. */
SPANPROOF_API void *SPANPROOF_CONV large_pointer(void);
SPANPROOF_API uint64_t SPANPROOF_CONV large_number(void);
