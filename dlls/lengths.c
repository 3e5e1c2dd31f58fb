/* SPDX-License-Identifier: MIT */
#include "dlls/lengths.h"

int SPANPROOF_CONV touch_counted(uint8_t *p, int n, int64_t x, int64_t y, int64_t z) {
  (void)x;
  (void)y;
  (void)z;
  for (int i = 0; i < n; ++i) ++p[i];
  return n;
}

int SPANPROOF_CONV add_to_list(IntList *list, int step) {
  int sum = 0;
  for (int i = 0; i < list->count; ++i) sum += list->values[i] += step;
  return sum;
}

int SPANPROOF_CONV change_sheet(Sheet *sheet) {
  const int cells = sheet->grid.width * sheet->grid.height;
  for (int i = 0; i < sheet->list->count; ++i) sheet->list->values[i] *= sheet->tag;
  for (int i = 0; i < cells; ++i) sheet->grid.values[i] *= 0.5f;
  return sheet->list->count + cells;
}

static int squares[16];
static IntList own_list = {squares, 0};

IntList *SPANPROOF_CONV list_of_squares(int count) {
  own_list.count = count > 16 ? 16 : count;
  for (int i = 0; i < own_list.count; ++i) squares[i] = i * i;
  return &own_list;
}

int SPANPROOF_CONV is_own_list(const IntList *list) { return list == &own_list; }

int SPANPROOF_CONV compact(int *values, int *count) {
  int kept = 0;
  for (int i = 0; i < *count; ++i) {
    if (values[i] != 0) values[kept++] = values[i];
  }
  const int dropped = *count - kept;
  *count = kept;
  return dropped;
}

int16_t SPANPROOF_CONV set_last_pixel(Pixels *pixels, int16_t value) {
  int16_t *last = pixels->data + (int)pixels->width * (int)pixels->height - 1;
  const int16_t before = *last;
  *last = value;
  return before;
}
