/* SPDX-License-Identifier: MIT */
#pragma once

#include "dlls/export.h"

/* Functions for handlers that call the DLL again, to any depth. */

typedef int(SPANPROOF_CONV *depth_func_t)(int depth);
typedef int(SPANPROOF_CONV *table_func_t)(int depth, int *values, int n);

/* func(depth) + depth. A handler that calls descend(func, depth - 1) goes down step by step. */
SPANPROOF_API int SPANPROOF_CONV descend(depth_func_t func, int depth);

/* The same with a last error, a local of the DLL's and what it printed to be kept: while func runs, `depth` is kept on
 * the stack; returns func(depth) + depth, or -1000000 where the local has changed. */
SPANPROOF_API int SPANPROOF_CONV descend_keeping(depth_func_t func, int depth);

/* values[i] += depth for all n, then func(depth, values, n), whose result plus values[0] it returns. */
SPANPROOF_API int SPANPROOF_CONV descend_with(table_func_t func, int depth, int *values, int n);

/* How many of these calls are open on this thread at this moment. */
SPANPROOF_API int SPANPROOF_CONV open_calls(void);
