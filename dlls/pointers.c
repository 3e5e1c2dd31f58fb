/* SPDX-License-Identifier: MIT */
#include "dlls/pointers.h"

#include <limits.h>
#include <string.h>
#include <windows.h>

void SPANPROOF_CONV modify_value(int *num) { *num = 99; }

void SPANPROOF_CONV fill_array(int *arr, int *count) {
  for (int i = 0; i < 5; ++i) arr[i] = i * 10;
  *count = 5;
}

void SPANPROOF_CONV fill_capacity(int *arr, int capacity, int *count) {
  for (int i = 0; i < 5 && i < capacity; ++i) arr[i] = i * 10;
  *count = 5;
}

int SPANPROOF_CONV divide(int dividend, int divisor, int *rest) {
  if (divisor == 0) return INT_MIN;
  if (rest) *rest = dividend % divisor;
  return dividend / divisor;
}

void SPANPROOF_CONV negate_each(int8_t *a, int16_t *b, int32_t *c, int64_t *d, float *e, double *f) {
  *a = (int8_t)(0u - (uint8_t)*a);
  *b = (int16_t)(0u - (uint16_t)*b);
  *c = (int32_t)(0u - (uint32_t)*c);
  *d = (int64_t)(0u - (uint64_t)*d);
  *e = -*e;
  *f = -*f;
}

uint64_t SPANPROOF_CONV complement_each(uint8_t *a, uint16_t *b, uint32_t *c, uint64_t *d) {
  const uint64_t sum = *a + *b + (uint64_t)*c + *d;
  *a = (uint8_t)~*a;
  *b = (uint16_t)~*b;
  *c = ~*c;
  *d = ~*d;
  return sum;
}

Point *SPANPROOF_CONV middle(const Point *a, const Point *b, Point *to) {
  const Point between = {(a->x + b->x) / 2, (a->y + b->y) / 2};
  *to = between;
  return to;
}

const Point *SPANPROOF_CONV point_at(double x, double y) {
  static Point own;
  own.x = x;
  own.y = y;
  return &own;
}

int SPANPROOF_CONV which_null(const void *a, int *b, const char *c, float **d, Point *e, int (*f)[3], const wchar_t *g,
                              change_func_t h) {
  const int null[] = {!a, !b, !c, !d, !e, !f, !g, !h};
  int bits = 0;
  for (int i = 0; i < 8; ++i) bits |= null[i] << i;
  return bits;
}

void *SPANPROOF_CONV null_void(void) { return NULL; }
int *SPANPROOF_CONV null_int(void) { return NULL; }
const char *SPANPROOF_CONV null_text(void) { return NULL; }
Point *SPANPROOF_CONV null_point(void) { return NULL; }
int (*SPANPROOF_CONV null_array(void))[3] { return NULL; }
float **SPANPROOF_CONV null_rows(void) { return NULL; }

void *SPANPROOF_CONV keep(void *p) {
  static void *kept;
  void *before = kept;
  kept = p;
  return before;
}

void *SPANPROOF_CONV give_back(void *p) { return p; }

void *SPANPROOF_CONV invalid_handle(void) { return INVALID_HANDLE_VALUE; }
int SPANPROOF_CONV is_invalid_handle(void *handle) { return handle == INVALID_HANDLE_VALUE; }

int SPANPROOF_CONV bytes_between(const uint8_t *a, const uint8_t *b) { return (int)(b - a); }

uint8_t *SPANPROOF_CONV find_byte(uint8_t *p, int n, int value) { return n > 0 ? memchr(p, value, (size_t)n) : NULL; }

void SPANPROOF_CONV move_bytes(uint8_t *to, const uint8_t *from, int n) { memmove(to, from, (size_t)n); }

void SPANPROOF_CONV add_arrays(int *a, const int *b, int n) {
  for (int i = 0; i < n; ++i) a[i] += b[i];
}

int SPANPROOF_CONV write_then_read(int *a, int *b) {
  *b = 7;
  return *a;
}

int SPANPROOF_CONV swap_pair(Pair *pair) {
  const int first = *pair->first;
  *pair->first = *pair->second;
  *pair->second = first;
  return pair->first == pair->second;
}

void SPANPROOF_CONV redirect(Pair *pair) {
  pair->first = pair->second;
  pair->second = NULL;
}
