/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "dlls/export.h"

/*
 * A row-major image of width x height floats: each row is mirrored and each
 * pixel inverted, so that afterwards
 *   data[y * width + x] == 1.0f - before[y * width + (width - 1 - x)]
 * exactly (one float operation). Swapped dimensions show. Nothing is touched
 * where width or height is not positive.
 */
SPANPROOF_API void SPANPROOF_CONV process_image(float *data, int width, int height);

/* A row-major monochrome image of width x height; nobody owns `data` by it. */
typedef struct Image {
  int16_t *data;
  int16_t width, height;
} Image;

typedef int16_t(SPANPROOF_CONV *filter_func_t)(Image *image);

/*
 * Edge detection with the caller's filter. For every pixel (x, y), row by row,
 * that is no border pixel, the filter gets an Image of 3x3 pixels in the DLL's
 * own memory: the neighbourhood as it was before the call, centre in data[4].
 * Its result becomes the pixel; border pixels keep their value. The Image and
 * its data live until the filter returns, and what it writes there has no
 * effect. Returns the number of calls, -1 where the filter is NULL.
 */
SPANPROOF_API int16_t SPANPROOF_CONV apply_filter(Image *image, filter_func_t filter);

/*
 * Calls the filter once with the very pointer it was given, so that the filter
 * sees and may change the caller's own image. Returns its result, -1 where the
 * filter is NULL.
 */
SPANPROOF_API int16_t SPANPROOF_CONV filter_whole(Image *image, filter_func_t filter);
