/* SPDX-License-Identifier: MIT */
#include "dlls/ownership.h"

#include <stdlib.h>
#include <string.h>
#include <windows.h>

int counter = 41;
double table[4] = {0.25, 0.5, 1, 2};
Record first_record = {7, 3.5, NULL};
const char *version_text = "1.2.3";

static int alive;
static int *kept;
static int kept_count;

static void *take(int n, size_t size) {
  void *memory = n < 0 ? NULL : calloc(n ? (size_t)n : 1, size);
  if (memory) ++alive;
  return memory;
}

Record *SPANPROOF_CONV make_records(int n) {
  Record *records = take(n, sizeof *records);
  for (int i = 0; records && i < n; ++i) {
    records[i].number = (short)i;
    records[i].value = 1.5 * i;
    records[i].before = i ? &records[i - 1] : NULL;
  }
  return records;
}

void SPANPROOF_CONV give_back(void *memory) {
  if (!memory) return;
  --alive;
  free(memory);
}

double SPANPROOF_CONV sum_records(const Record *records, int n) {
  double sum = 0;
  for (int i = 0; i < n; ++i) sum += records[i].value + records[i].number;
  return sum;
}

float *SPANPROOF_CONV return_floats(int n) {
  float *floats = take(n, sizeof *floats);
  for (int i = 0; floats && i < n; ++i) floats[i] = 0.5f + (float)i;
  return floats;
}

void SPANPROOF_CONV make_floats(int asked, float **floats, int *n) {
  *floats = return_floats(asked);
  *n = *floats ? asked : 0;
}

double SPANPROOF_CONV sum_floats(const float *floats, int n) {
  double sum = 0;
  for (int i = 0; i < n; ++i) sum += floats[i];
  return sum;
}

void SPANPROOF_CONV double_floats(float *floats, int n) {
  for (int i = 0; i < n; ++i) floats[i] *= 2;
}

int SPANPROOF_CONV blocks_alive(void) { return alive; }

uint8_t *SPANPROOF_CONV map_page(void) { return VirtualAlloc(NULL, 4096, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE); }
void SPANPROOF_CONV unmap_page(uint8_t *page) { VirtualFree(page, 0, MEM_RELEASE); }

const char *SPANPROOF_CONV narrow_text(void) { return "kept by the DLL"; }
const wchar_t *SPANPROOF_CONV wide_text(void) { return L"gr\u00fc\u00dfe"; }
void *SPANPROOF_CONV invalid_handle(void) { return INVALID_HANDLE_VALUE; }
int SPANPROOF_CONV is_invalid_handle(void *handle) { return handle == INVALID_HANDLE_VALUE; }

void SPANPROOF_CONV keep_numbers(int *numbers, int n) {
  kept = numbers;
  kept_count = n;
}

void SPANPROOF_CONV tick(void) {
  for (int i = 0; i < kept_count; ++i) ++kept[i];
}

int SPANPROOF_CONV kept_sum(void) {
  int sum = 0;
  for (int i = 0; i < kept_count; ++i) sum += kept[i];
  return sum;
}

double SPANPROOF_CONV show_floats(look_func_t look, int n) {
  float *floats = return_floats(n);
  double sum;
  if (!floats) return -1;
  look(floats, n);
  sum = sum_floats(floats, n);
  give_back(floats);
  return sum;
}

int SPANPROOF_CONV peek(const uint8_t *bytes, int n, int offset) {
  (void)n;
  return ((const volatile uint8_t *)bytes)[offset];
}

void SPANPROOF_CONV poke(uint8_t *bytes, int n, int offset, int value) {
  (void)n;
  ((volatile uint8_t *)bytes)[offset] = (uint8_t)value;
}

void SPANPROOF_CONV copy_bytes(uint8_t *to, const uint8_t *from, int n) { memmove(to, from, (size_t)n); }

double SPANPROOF_CONV sum_strided(const float *data, int ndim, const int *shape, const int *strides) {
  double sum = 0;
  if (ndim == 0) return *data;
  for (int i = 0; i < shape[0]; ++i)
    sum += sum_strided((const float *)((const char *)data + (ptrdiff_t)i * strides[0]), ndim - 1, shape + 1, strides + 1);
  return sum;
}

int SPANPROOF_CONV count_up(void) { return ++counter; }
