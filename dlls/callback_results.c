/* SPDX-License-Identifier: MIT */
#include "dlls/callback_results.h"

#include <stddef.h>

int64_t SPANPROOF_CONV sum_of_result(numbers_func_t func, int n) {
  const int *numbers = func(n);
  int64_t sum = 0;
  for (int i = 0; numbers && i < n; ++i) sum += numbers[i];
  return sum;
}

int SPANPROOF_CONV join_texts(text_func_t func, int n, char *to, int capacity) {
  int length = 0;
  for (int i = 0; i < n; ++i) {
    for (const char *text = func(i); text && *text; ++text, ++length) {
      if (length < capacity - 1) to[length] = *text;
    }
  }
  if (capacity > 0) to[length < capacity ? length : capacity - 1] = '\0';
  return length;
}

int SPANPROOF_CONV sum_of_image(image_func_t func, int seed) {
  const Image *image = func(seed);
  if (!image) return -1;
  int sum = 0;
  for (int i = 0; i < image->width * image->height; ++i) sum += image->data[i];
  return sum;
}

int SPANPROOF_CONV map_values(int *values, int n, map_func_t func) {
  int changed = 0;
  for (int i = 0; i < n; ++i) {
    const int mapped = func(values[i]);
    changed += mapped != values[i];
    values[i] = mapped;
  }
  return changed;
}

int SPANPROOF_CONV map_struct(Mapping *mapping) { return map_values(mapping->values, mapping->count, mapping->func); }
