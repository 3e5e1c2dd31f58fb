/* SPDX-License-Identifier: MIT */
#include "dlls/filters.h"

#include <stdlib.h>
#include <string.h>

static int16_t pixel(const Image *image, int x, int y) {
  if (x < 0 || x >= image->width || y < 0 || y >= image->height) return 0;
  return image->data[y * image->width + x];
}

int SPANPROOF_CONV filter_into(const Image *in, Image *out, filter_func_t filter) {
  int calls = 0;
  out->data = malloc((size_t)in->width * (size_t)in->height * sizeof(int16_t));
  if (!out->data) return -1;
  out->width = in->width;
  out->height = in->height;
  for (int y = 0; y < in->height; ++y) {
    for (int x = 0; x < in->width; ++x, ++calls) {
      int16_t window[9];
      for (int i = 0; i < 9; ++i) window[i] = pixel(in, x - 1 + i % 3, y - 1 + i / 3);
      Image view = {window, 3, 3};
      out->data[y * in->width + x] = filter(&view);
    }
  }
  return calls;
}

void SPANPROOF_CONV free_pixels(Image *image) {
  free(image->data);
  image->data = NULL;
}

int SPANPROOF_CONV filter_rows(Image *image, row_func_t filter) {
  const int width = image->width, height = image->height;
  const size_t row_bytes = (size_t)width * sizeof(int16_t);
  /* Three rows in one place and the new one in another, so that they have the same addresses each time. */
  int16_t *three = malloc(3 * row_bytes), *made = malloc(row_bytes);
  /* The row above as it was, since its place holds the new one. */
  int16_t *above = calloc(1, row_bytes);
  const int ready = three && made && above;
  for (int y = 0; ready && y < height; ++y) {
    int16_t *row = image->data + y * width;
    memcpy(three, above, row_bytes);
    memcpy(three + width, row, row_bytes);
    memset(three + 2 * width, 0, row_bytes);
    if (y + 1 < height) memcpy(three + 2 * width, row + width, row_bytes);
    memcpy(made, row, row_bytes);
    memcpy(above, row, row_bytes);
    const Image rows = {three, (int16_t)width, 3};
    Image one = {made, (int16_t)width, 1};
    filter(y, &rows, &one);
    memcpy(row, made, row_bytes);
  }
  free(three);
  free(made);
  free(above);
  return ready ? height : -1;
}
