/* SPDX-License-Identifier: MIT */
#include "dlls/fibonacci.h"

int SPANPROOF_CONV fib(int a) {
  if (a < 1) return -1;
  unsigned previous = 1, current = 0;
  for (int i = 1; i < a; ++i) {
    const unsigned next = previous + current;
    previous = current;
    current = next;
  }
  return (int)current;
}

void SPANPROOF_CONV fibseries(int *a, int elements, int *series) {
  for (int i = 0; i < elements; ++i) series[i] = fib(a[i]);
}

void SPANPROOF_CONV fibmatrix(int *a, int rows, int columns, int *matrix) { fibseries(a, rows * columns, matrix); }
