/* SPDX-License-Identifier: MIT */
#include "dlls/callback_structs.h"

#include <stddef.h>

/* Byte by byte through other registers, so that the DLL itself has taken a result: else what func left in a register
 * could be what the caller finds there. */
static void copy(void *to, const void *from, size_t n) {
  for (size_t i = 0; i < n; ++i) ((volatile char *)to)[i] = ((const volatile char *)from)[i];
}

#define SIZES(N)                                                                              \
  int SPANPROOF_CONV call_with_bytes##N(take_bytes##N##_t func) {                             \
    Bytes##N one, two;                                                                        \
    for (int i = 0; i < N; ++i) {                                                             \
      one.bytes[i] = (int8_t)(1 + i);                                                         \
      two.bytes[i] = (int8_t)(-1 - i);                                                        \
    }                                                                                         \
    return 2 * func(70001, one, 0.5, two, -3);                                                \
  }                                                                                           \
  int SPANPROOF_CONV take_bytes##N(make_bytes##N##_t func, int first) {                       \
    const Bytes##N made = func(first);                                                        \
    int sum = 0;                                                                              \
    for (int i = 0; i < N; ++i) sum += made.bytes[i] * (i + 1);                               \
    return sum;                                                                               \
  }                                                                                           \
  Bytes##N SPANPROOF_CONV pass_bytes##N(change_bytes##N##_t func, Bytes##N value) {           \
    Bytes##N taken = func(value), given;                                                      \
    copy(&given, &taken, N);                                                                  \
    return given;                                                                             \
  }
CALLBACK_STRUCT_SIZES(SIZES)

#define MAP(T, NAME)                                                  \
  T SPANPROOF_CONV map_##NAME(map_##NAME##_t func, T value) {         \
    T taken = func(-70002, value, 1.5), given;                        \
    copy(&given, &taken, sizeof given);                               \
    return given;                                                     \
  }
CALLBACK_STRUCT_MAPS(MAP)

int SPANPROOF_CONV sum_changed_line(line_func_t func) {
  Line line = {{1, 2}, {30, 40}};
  func(&line);
  return line.from.x + line.from.y + line.to.x + line.to.y;
}

Point *SPANPROOF_CONV pick_point(pick_func_t func, Line *line) { return func(line); }

int SPANPROOF_CONV sum_over_points(point_func_t func, const Point *points, int n) {
  int sum = 0;
  for (int i = 0; i < n; ++i) sum += func(points[i]);
  return sum;
}
