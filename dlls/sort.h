/* SPDX-License-Identifier: MIT */
#pragma once

#include "dlls/export.h"

/* Sorts a[0..n) in place, ascending; n <= 1 touches nothing. Source: seed 0. */
SPANPROOF_API void SPANPROOF_CONV bubblesort(float *a, int n);
