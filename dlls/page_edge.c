/* SPDX-License-Identifier: MIT */
#include "dlls/page_edge.h"

#include <string.h>
#include <windows.h>

enum { kPage = 4096 };

/* The byte behind the page; NULL without memory. */
static uint8_t *edge(void) {
  static uint8_t *page;
  if (!page) {
    DWORD before;
    page = VirtualAlloc(NULL, 2 * kPage, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    if (!page || !VirtualProtect(page + kPage, kPage, PAGE_NOACCESS, &before)) return NULL;
  }
  return page + kPage;
}

static void *at_edge(const void *bytes, size_t size) { return memcpy(edge() - size, bytes, size); }

uint8_t *SPANPROOF_CONV bytes_at_edge(int n) {
  uint8_t *p = edge() - n;
  for (int i = 0; i < n; ++i) p[i] = (uint8_t)(i + 1);
  return p;
}

int16_t *SPANPROOF_CONV shorts_at_edge(int n) {
  int16_t *p = (int16_t *)edge() - n;
  for (int i = 0; i < n; ++i) p[i] = (int16_t)(i + 1);
  return p;
}

const char *SPANPROOF_CONV text_at_edge(void) { return at_edge("edge", sizeof "edge"); }
const wchar_t *SPANPROOF_CONV wide_text_at_edge(void) { return at_edge(L"edge", sizeof L"edge"); }

const EdgeRecord *SPANPROOF_CONV record_at_edge(void) {
  static const EdgeRecord record = {-1, 2, -3};
  return at_edge(&record, sizeof record);
}

int SPANPROOF_CONV touch_at_edge(uint8_t *p, int n) {
  if (p != edge() - n) return 0;
  for (int i = 0; i < n; ++i) ++p[i];
  return n;
}

int SPANPROOF_CONV call_at_edge(counted_func_t func, int n, int64_t x, int64_t y, int64_t z) {
  return func(bytes_at_edge(n), x, y, z);
}

int SPANPROOF_CONV call_with_short(short_func_t func) {
  const int16_t value = -9;
  return func(at_edge(&value, sizeof value));
}

int SPANPROOF_CONV call_with_record(record_func_t func) { return func((EdgeRecord *)record_at_edge()); }

int SPANPROOF_CONV call_with_text(text_func_t func) { return func(text_at_edge()); }
