/* SPDX-License-Identifier: MIT */
#include "dlls/image.h"

#include <stdlib.h>
#include <string.h>

void SPANPROOF_CONV process_image(float *data, int width, int height) {
  for (int y = 0; y < height; ++y) {
    float *row = data + (size_t)y * (size_t)width;
    for (int left = 0, right = width - 1; left <= right; ++left, --right) {
      float mirrored = 1.0f - row[right];
      row[right] = 1.0f - row[left];
      row[left] = mirrored;
    }
  }
}

static int16_t filter_pixel(const int16_t *source, int width, int x, int y, filter_func_t filter) {
  int16_t window[9];
  for (int row = 0; row < 3; ++row) {
    memcpy(window + 3 * row, source + (y - 1 + row) * width + (x - 1), 3 * sizeof *window);
  }
  Image view = {window, 3, 3};
  return filter(&view);
}

int16_t SPANPROOF_CONV apply_filter(Image *image, filter_func_t filter) {
  const int width = image->width, height = image->height;
  if (!filter) return -1;
  if (width < 3 || height < 3) return 0;
  const size_t bytes = (size_t)width * (size_t)height * sizeof(int16_t);
  int16_t *before = malloc(bytes);
  if (!before) return -1;
  memcpy(before, image->data, bytes);
  int16_t calls = 0;
  for (int y = 1; y < height - 1; ++y) {
    for (int x = 1; x < width - 1; ++x) {
      image->data[y * width + x] = filter_pixel(before, width, x, y, filter);
      ++calls;
    }
  }
  free(before);
  return calls;
}

int16_t SPANPROOF_CONV filter_whole(Image *image, filter_func_t filter) {
  return filter ? filter(image) : -1;
}
