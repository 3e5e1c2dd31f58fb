/* SPDX-License-Identifier: MIT */
#include "dlls/arrays.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

void SPANPROOF_CONV batch_add_numbers(const int *a, const int *b, int *result, int count) {
  for (int i = 0; i < count; ++i) result[i] = (int)((unsigned)a[i] + (unsigned)b[i]);
}

double SPANPROOF_CONV average(const double *values, int n) {
  double sum = 0;
  for (int i = 0; i < n; ++i) sum += values[i];
  return n > 0 ? sum / n : 0;
}

void SPANPROOF_CONV strides_of(int ndim, const int *shape, int size, int *strides) {
  for (int i = ndim - 1; i >= 0; --i) {
    strides[i] = size;
    size *= shape[i];
  }
}

enum { kMostDimensions = 4 };

/* Steps to the next index in C order; 0 after the last. */
static int step(int ndim, const int *shape, int *index) {
  for (int i = ndim - 1; i >= 0; --i) {
    if (++index[i] < shape[i]) return 1;
    index[i] = 0;
  }
  return 0;
}

static ptrdiff_t offset_of(int ndim, const int *strides, const int *index) {
  ptrdiff_t offset = 0;
  for (int i = 0; i < ndim; ++i) offset += (ptrdiff_t)strides[i] * index[i];
  return offset;
}

static int is_empty(int ndim, const int *shape) {
  for (int i = 0; i < ndim; ++i) {
    if (shape[i] == 0) return 1;
  }
  return 0;
}

double SPANPROOF_CONV sum_strided(const double *data, int ndim, const int *shape, const int *strides) {
  int index[kMostDimensions] = {0};
  if (ndim < 1 || ndim > kMostDimensions) return -1;
  if (is_empty(ndim, shape)) return 0;
  double sum = 0;
  do {
    double element;
    memcpy(&element, (const char *)data + offset_of(ndim, strides, index), sizeof element);
    sum += element;
  } while (step(ndim, shape, index));
  return sum;
}

int SPANPROOF_CONV number_strided(double *data, int ndim, const int *shape, const int *strides) {
  int index[kMostDimensions] = {0};
  int count = 0;
  if (ndim < 1 || ndim > kMostDimensions) return -1;
  if (is_empty(ndim, shape)) return 0;
  do {
    const double element = count++;
    memcpy((char *)data + offset_of(ndim, strides, index), &element, sizeof element);
  } while (step(ndim, shape, index));
  return count;
}

int SPANPROOF_CONV sum_big_endian(const uint8_t *numbers, int n) {
  uint32_t sum = 0;
  for (const uint8_t *p = numbers; n > 0; --n, p += 4) {
    sum += (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
  }
  return (int)sum;
}

void SPANPROOF_CONV count_big_endian(uint8_t *numbers, int n) {
  for (int i = 0; i < n; ++i) {
    const uint32_t number = (uint32_t)i + 1;
    for (int byte = 0; byte < 4; ++byte) numbers[4 * i + byte] = (uint8_t)(number >> (24 - 8 * byte));
  }
}

void SPANPROOF_CONV transpose(const float *from, int rows, int columns, float *to) {
  for (int row = 0; row < rows; ++row) {
    for (int column = 0; column < columns; ++column) to[column * rows + row] = from[row * columns + column];
  }
}

void SPANPROOF_CONV transpose_fixed(const int (*from)[3][4], int (*to)[4][3]) {
  for (int row = 0; row < 3; ++row) {
    for (int column = 0; column < 4; ++column) (*to)[column][row] = (*from)[row][column];
  }
}

void SPANPROOF_CONV mix_palettes(const Colour (*a)[4], const Colour (*b)[4], Colour (*to)[4]) {
  for (int i = 0; i < 4; ++i) {
    (*to)[i].red = (uint8_t)(((*a)[i].red + (*b)[i].red) / 2);
    (*to)[i].green = (uint8_t)(((*a)[i].green + (*b)[i].green) / 2);
    (*to)[i].blue = (uint8_t)(((*a)[i].blue + (*b)[i].blue) / 2);
  }
}

void SPANPROOF_CONV reverse_five(int (*numbers)[5]) {
  for (int left = 0, right = 4; left < right; ++left, --right) {
    const int moved = (*numbers)[left];
    (*numbers)[left] = (*numbers)[right];
    (*numbers)[right] = moved;
  }
}

const int (*SPANPROOF_CONV three_from(int start))[3] {
  static int own[3];
  for (int i = 0; i < 3; ++i) own[i] = start + i;
  return (const int(*)[3]) & own;
}

int SPANPROOF_CONV solve_three(double (*rows)[3][4], double (*solution)[3]) {
  for (int pivot = 0; pivot < 3; ++pivot) {
    int best = pivot;
    for (int row = pivot + 1; row < 3; ++row) {
      if (fabs((*rows)[row][pivot]) > fabs((*rows)[best][pivot])) best = row;
    }
    if ((*rows)[best][pivot] == 0) return 0;
    for (int column = 0; column < 4; ++column) {
      const double moved = (*rows)[pivot][column];
      (*rows)[pivot][column] = (*rows)[best][column];
      (*rows)[best][column] = moved;
    }
    for (int row = 0; row < 3; ++row) {
      if (row == pivot) continue;
      const double factor = (*rows)[row][pivot] / (*rows)[pivot][pivot];
      for (int column = pivot; column < 4; ++column) (*rows)[row][column] -= factor * (*rows)[pivot][column];
    }
  }
  for (int i = 0; i < 3; ++i) (*solution)[i] = (*rows)[i][3] / (*rows)[i][i];
  return 1;
}
