/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "dlls/image.h"

/* What callbacks return behind pointers, and what they get beside function pointers. */

/* The sum of the n numbers that func(n) returned. */
typedef const int *(SPANPROOF_CONV *numbers_func_t)(int n);
SPANPROOF_API int64_t SPANPROOF_CONV sum_of_result(numbers_func_t func, int n);

/* func(0), func(1)… func(n - 1), written one behind the other; returns the characters, those that did not fit too. */
typedef const char *(SPANPROOF_CONV *text_func_t)(int index);
SPANPROOF_API int SPANPROOF_CONV join_texts(text_func_t func, int n, char *to, int capacity);

/* The sum of the pixels of the image that func(seed) returned; -1 for NULL. */
typedef const Image *(SPANPROOF_CONV *image_func_t)(int seed);
SPANPROOF_API int SPANPROOF_CONV sum_of_image(image_func_t func, int seed);

/* func(values[0]), func(values[1])… instead of the n values; returns how many have changed. */
typedef int(SPANPROOF_CONV *map_func_t)(int value);
SPANPROOF_API int SPANPROOF_CONV map_values(int *values, int n, map_func_t func);

typedef struct {
  int *values;
  int count;
  map_func_t func;
} Mapping;
/* map_values of what the struct holds. */
SPANPROOF_API int SPANPROOF_CONV map_struct(Mapping *mapping);
