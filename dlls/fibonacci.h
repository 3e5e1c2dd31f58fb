/* SPDX-License-Identifier: MIT */
#pragma once

#include "dlls/export.h"

/* Source: seed 3. The ath Fibonacci number, fib(1) = 0 and fib(2) = 1; -1 for a < 1. */
SPANPROOF_API int SPANPROOF_CONV fib(int a);

/* series[i] = fib(a[i]). */
SPANPROOF_API void SPANPROOF_CONV fibseries(int *a, int elements, int *series);

/* The same for rows x columns, row by row. */
SPANPROOF_API void SPANPROOF_CONV fibmatrix(int *a, int rows, int columns, int *matrix);
