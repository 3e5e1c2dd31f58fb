/* SPDX-License-Identifier: MIT */
#include "dlls/add.h"

#include <windows.h>

int SPANPROOF_CONV add_int(int a, int b) { return (int)((unsigned)a + (unsigned)b); }

int SPANPROOF_CONV touch(void *p, int n) {
  (void)p;
  (void)n;
  return 0;
}

int SPANPROOF_CONV touch_each(uint8_t *p, int n) {
  for (int i = 0; i < n; ++i) ++p[i];
  return n;
}

uint32_t SPANPROOF_CONV set_last_error(uint32_t code) {
  const uint32_t before = GetLastError();
  SetLastError(code);
  return before;
}

int SPANPROOF_CONV sleep_ms(int milliseconds) {
  if (milliseconds > 0) Sleep((DWORD)milliseconds);
  return milliseconds;
}

int SPANPROOF_CONV spin_ms(int milliseconds) {
  LARGE_INTEGER frequency, start, now;
  QueryPerformanceFrequency(&frequency);
  QueryPerformanceCounter(&start);
  do {
    QueryPerformanceCounter(&now);
  } while ((now.QuadPart - start.QuadPart) * 1000 < frequency.QuadPart * milliseconds);
  return milliseconds;
}

void SPANPROOF_CONV hang(void) {
  for (;;) Sleep(INFINITE);
}
