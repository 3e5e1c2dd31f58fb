/* SPDX-License-Identifier: MIT */
#include "dlls/printing.h"

#include <stdio.h>
#include <windows.h>

void SPANPROOF_CONV print_weather(Weather *weather, int n) {
  for (int i = 0; i < n; ++i) {
    printf("timestamp: %d\ndescription: %.12s\n\n", weather[i].timestamp, weather[i].desc);
  }
}

void SPANPROOF_CONV foo(allocator_t allocator) {
  int shape[] = {2, 3};
  printf("foo calling allocator\n");
  float *data = allocator(2, shape);
  printf("allocator returned in foo\n");
  printf("data = 0x%p\n", (void *)data);
  for (int i = 0; i < shape[0]; ++i) {
    for (int j = 0; j < shape[1]; ++j) *data++ = (float)((i + 1) * (j + 1));
  }
}

void SPANPROOF_CONV print_out(const char *bytes, int n) { fwrite(bytes, 1, (size_t)n, stdout); }
void SPANPROOF_CONV print_error(const char *bytes, int n) { fwrite(bytes, 1, (size_t)n, stderr); }
void SPANPROOF_CONV print_wide(const wchar_t *text) { fputws(text, stdout); }

static int write_to(DWORD standard, const char *bytes, int n) {
  DWORD written = 0;
  return WriteFile(GetStdHandle(standard), bytes, (DWORD)n, &written, NULL) ? (int)written : -1;
}

int SPANPROOF_CONV write_out(const char *bytes, int n) { return write_to(STD_OUTPUT_HANDLE, bytes, n); }
int SPANPROOF_CONV write_error(const char *bytes, int n) { return write_to(STD_ERROR_HANDLE, bytes, n); }

void SPANPROOF_CONV print_lines(int n, int both) {
  for (int i = 0; i < n; ++i) fprintf(both && i % 2 == 1 ? stderr : stdout, "line %d\n", i);
}

int SPANPROOF_CONV print_steps(step_func_t step, int n, int both) {
  int sum = 0;
  for (int i = 0; i < n; ++i) {
    fprintf(both ? stderr : stdout, "before %d\n", i);
    const int result = step(i);
    printf("after %d: %d\n", i, result);
    sum += result;
  }
  return sum;
}
