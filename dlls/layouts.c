/* SPDX-License-Identifier: MIT */
#include "dlls/layouts.h"

#include <string.h>

#define ADD(place) sum += weight * (double)each->place, weight *= 10;
#define SET(place) each->place = next++;
#define DEFINE(T, t, NUMBERS)                                         \
  int SPANPROOF_CONV size_of_##t(void) { return (int)sizeof(T); }     \
  double SPANPROOF_CONV weigh_##t(const T *structs, int count) {      \
    double sum = 0;                                                   \
    for (const T *each = structs; each < structs + count; ++each) {   \
      double weight = 1;                                              \
      NUMBERS(ADD)                                                    \
    }                                                                 \
    return sum;                                                       \
  }                                                                   \
  void SPANPROOF_CONV fill_##t(T *structs, int count, int first) {    \
    int next = first;                                                 \
    for (T *each = structs; each < structs + count; ++each) {         \
      NUMBERS(SET)                                                    \
    }                                                                 \
  }
LAYOUTS(DEFINE)

#define DEFINE_BY_VALUE(T, t)                                        \
  double SPANPROOF_CONV take_##t(int before, T value, int after) {   \
    return weigh_##t(&value, 1) + 1e12 * before + 1e13 * after; \
  }                                                                  \
  T SPANPROOF_CONV give_##t(int first) {                             \
    T made;                                                          \
    memset(&made, 0, sizeof made);                                   \
    fill_##t(&made, 1, first);                                       \
    return made;                                                     \
  }
LAYOUTS_BY_VALUE(DEFINE_BY_VALUE)

#define PLACE(place) if (n-- == 0) return &each->place;
#define DEFINE_PLACES(T, t, NUMBERS)                     \
  void *SPANPROOF_CONV place_in_##t(T *each, int n) {    \
    NUMBERS(PLACE)                                       \
    return NULL;                                         \
  }
DEFINE_PLACES(Mixed, mixed, MIXED)
DEFINE_PLACES(Packed1, packed1, MIXED)
DEFINE_PLACES(Packed2, packed2, MIXED)
DEFINE_PLACES(Packed4, packed4, MIXED)
DEFINE_PLACES(HoldsAligned, holds_aligned, HOLDS_ALIGNED)
DEFINE_PLACES(Native, native, NATIVE)
DEFINE_PLACES(Anonymous, anonymous, ANONYMOUS)
DEFINE_PLACES(Deep, deep, DEEP)

int SPANPROOF_CONV off_by_16(const Aligned16 *aligned) { return (int)((uintptr_t)aligned % 16); }

int SPANPROOF_CONV sum_series(const Series *series) {
  int sum = 0;
  for (int i = 0; i < series->count; ++i) sum += series->values[i];
  return sum * series->factor;
}

int SPANPROOF_CONV double_series(Series *series) {
  if (series == NULL) return -1;
  for (int i = 0; i < series->count; ++i) series->values[i] = (int16_t)(2 * series->values[i]);
  series->factor = (int16_t)-series->factor;
  return series->count;
}

void SPANPROOF_CONV count_up(Series *series, int capacity, int first) {
  series->count = capacity;
  for (int i = 0; i < capacity; ++i) series->values[i] = (int16_t)(first + i);
}

int SPANPROOF_CONV cross_trail(const Trail *trail, int n) {
  int x = 0, y = 0;
  for (int i = 0; i < n; ++i) {
    x += trail->spots[i].x;
    y += trail->spots[i].y;
  }
  return x * y;
}
