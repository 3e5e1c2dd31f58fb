/* SPDX-License-Identifier: MIT */
#include "dlls/sort.h"

void SPANPROOF_CONV bubblesort(float *a, int n) {
  for (int i = 0; i < n - 1; ++i) {
    for (int j = 0; j < n - i - 1; ++j) {
      if (a[j] > a[j + 1]) {
        float tmp = a[j];
        a[j] = a[j + 1];
        a[j + 1] = tmp;
      }
    }
  }
}
