/* SPDX-License-Identifier: MIT */
#include "dlls/foo.h"

#include <stdio.h>

int SPANPROOF_CONV bar(double *data, int len) {
  printf("data = %p\n", (void *)data);
  for (int i = 0; i < len; ++i) {
    printf("data[%d] = %f\n", i, data[i]);
  }
  printf("len = %d\n", len);
  return len + 1;
}
