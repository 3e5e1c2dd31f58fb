/* SPDX-License-Identifier: MIT */
#pragma once

#include "dlls/export.h"

/* Whether calls of several threads overlap, and whether a caller keeps its thread. */

/* Source: seed 2. */
SPANPROOF_API int SPANPROOF_CONV square(int num);
SPANPROOF_API int SPANPROOF_CONV safe_add(int a, int b);

/*
 * square(value) + 10, returned only when `callers` of these calls are inside at
 * the same time; -1 where they do not meet within 20 seconds.
 */
SPANPROOF_API int SPANPROOF_CONV square_together(int callers, int value);

/* The same, each calling func(value) when all are inside, and returning its result. */
typedef int(SPANPROOF_CONV *value_func_t)(int value);
SPANPROOF_API int SPANPROOF_CONV call_together(int callers, value_func_t func, int value);

/* Waits for others that call this and returns their number: for handlers that are all to be open at once. */
SPANPROOF_API int SPANPROOF_CONV meet(int callers);

/* Adds 1 to one number n times under a lock; returns 0. */
SPANPROOF_API int SPANPROOF_CONV count_up(int n);
/* That number, which is set to 0. */
SPANPROOF_API int SPANPROOF_CONV take_count(void);

/*
 * A number in this thread's slot, with the id of the thread that put it there:
 * put_number returns what was there before (0: nothing). get_number returns
 * it; -1 where the id is not that of the calling thread.
 */
SPANPROOF_API int SPANPROOF_CONV put_number(int number);
SPANPROOF_API int SPANPROOF_CONV get_number(void);

/* The same in a variable of the compiler's: adds to it and returns the sum. */
SPANPROOF_API int SPANPROOF_CONV add_to_own(int value);

/* How many threads other than this one hold a number other than 0 at this moment: ended threads do not count. */
SPANPROOF_API int SPANPROOF_CONV other_holders(void);

/* Keeps func; fire calls what was kept, on the thread that calls fire. -1 where nothing is kept. */
SPANPROOF_API void SPANPROOF_CONV keep_func(value_func_t func);
SPANPROOF_API int SPANPROOF_CONV fire(int value);
