/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "dlls/image.h"

/* Filters over images that get and give structs whose members point at memory. */

/*
 * out becomes an image of in's size in memory that the DLL allocates: pixel
 * (x, y) is filter's result for the 3x3 neighbourhood of it, what lies outside
 * of `in` being 0. Returns the number of calls, -1 where memory is short.
 * Source: zugbruecke's example of a filter callback.
 */
SPANPROOF_API int SPANPROOF_CONV filter_into(const Image *in, Image *out, filter_func_t filter);
SPANPROOF_API void SPANPROOF_CONV free_pixels(Image *image);

/* From three rows (above, at and below y, in an Image of height 3), one row (an Image of height 1) is to be made. */
typedef void(SPANPROOF_CONV *row_func_t)(int y, const Image *rows, Image *row);

/* image's rows become what `filter` makes of them, as they were before; outside there are zeros. Returns the calls. */
SPANPROOF_API int SPANPROOF_CONV filter_rows(Image *image, row_func_t filter);
