/* SPDX-License-Identifier: MIT */
#pragma once

#include "dlls/export.h"

/*
 * Prints to stdout, each line ending in a line feed of the C runtime's text mode:
 *   data = <pointer, as %p>
 *   data[<i>] = <value, as %f>   for i in 0..len
 *   len = <len>
 * Returns len + 1. Source: seed 3.
 */
SPANPROOF_API int SPANPROOF_CONV bar(double *data, int len);
