/* SPDX-License-Identifier: MIT */
#pragma once

#include "dlls/export.h"

/* What the process that the DLL lies in holds, seen from inside. */

/* Notes how many handles and threads there are, and how much memory is in use. Returns 0, -1 where the system does not
 * say. */
SPANPROOF_API int SPANPROOF_CONV note_resources(void);

/* Whether there are more than n handles more than then. No exact number: a lock of winpthreads makes its handles when
 * two threads first meet at it, which may be the testee's own two threads, at any time. */
SPANPROOF_API int SPANPROOF_CONV handles_grown_beyond(int n);

/* How many threads there are more than then; negative: fewer. */
SPANPROOF_API int SPANPROOF_CONV threads_grown(void);

/* Whether memory has grown by more than so many KiB since. */
SPANPROOF_API int SPANPROOF_CONV memory_grown_beyond(int kib);

/* Keeps n events open, or lets them go again: so that the counts can be seen to count. */
SPANPROOF_API int SPANPROOF_CONV hold_events(int n);
SPANPROOF_API int SPANPROOF_CONV hold_threads(int n);
SPANPROOF_API int SPANPROOF_CONV hold_memory(int kib);

/* Something to be called often: returns n + 1; calls func(n) and returns its result. */
typedef int(SPANPROOF_CONV *often_func_t)(int n);
SPANPROOF_API int SPANPROOF_CONV add_one(int n);
SPANPROOF_API int SPANPROOF_CONV call_often(often_func_t func, int n);
