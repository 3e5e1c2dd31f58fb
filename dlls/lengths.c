/* SPDX-License-Identifier: MIT */
#include "dlls/lengths.h"

int SPANPROOF_CONV touch_counted(uint8_t *p, int n, int64_t x, int64_t y, int64_t z) {
  (void)x;
  (void)y;
  (void)z;
  for (int i = 0; i < n; ++i) ++p[i];
  return n;
}

static uint32_t touch_all(uint8_t *p, uint64_t n) {
  uint32_t sum = 0;
  for (uint64_t i = 0; i < n; ++i) sum += ++p[i];
  return sum;
}

uint32_t SPANPROOF_CONV touch_u8(uint8_t *p, uint8_t n) { return touch_all(p, n); }
uint32_t SPANPROOF_CONV touch_i8(uint8_t *p, int8_t n) { return touch_all(p, (uint64_t)n); }
uint32_t SPANPROOF_CONV touch_u16(uint8_t *p, uint16_t n) { return touch_all(p, n); }
uint32_t SPANPROOF_CONV touch_i16(uint8_t *p, int16_t n) { return touch_all(p, (uint64_t)n); }
uint32_t SPANPROOF_CONV touch_u32(uint8_t *p, uint32_t n) { return touch_all(p, n); }
uint32_t SPANPROOF_CONV touch_i64(uint8_t *p, int64_t n) { return touch_all(p, (uint64_t)n); }
uint32_t SPANPROOF_CONV touch_u64(uint8_t *p, uint64_t n) { return touch_all(p, n); }
uint32_t SPANPROOF_CONV touch_size(uint8_t *p, size_t n) { return touch_all(p, n); }
uint32_t SPANPROOF_CONV touch_at_u8(uint8_t *p, const uint8_t *n) { return touch_all(p, *n); }
uint32_t SPANPROOF_CONV touch_at_u16(uint8_t *p, const uint16_t *n) { return touch_all(p, *n); }
uint32_t SPANPROOF_CONV touch_at_u64(uint8_t *p, const uint64_t *n) { return touch_all(p, *n); }

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
