/* SPDX-License-Identifier: MIT */
#include "dlls/nested.h"

#include <windows.h>

/* In a slot of Windows' own: MinGW's __thread is emulated on win32. */
static DWORD slot = TLS_OUT_OF_INDEXES;

BOOL WINAPI DllMain(HINSTANCE instance, DWORD reason, LPVOID reserved);
BOOL WINAPI DllMain(HINSTANCE instance, DWORD reason, LPVOID reserved) {
  (void)instance;
  (void)reserved;
  if (reason == DLL_PROCESS_ATTACH) slot = TlsAlloc();
  if (reason == DLL_PROCESS_DETACH) TlsFree(slot);
  return TRUE;
}

static void count(int by) { TlsSetValue(slot, (char *)TlsGetValue(slot) + by); }

int SPANPROOF_CONV open_calls(void) { return (int)(INT_PTR)TlsGetValue(slot); }

int SPANPROOF_CONV descend(depth_func_t func, int depth) {
  count(1);
  const int result = func(depth) + depth;
  count(-1);
  return result;
}

int SPANPROOF_CONV descend_keeping(depth_func_t func, int depth) {
  volatile int local[16];
  for (int i = 0; i < 16; ++i) local[i] = depth + i;
  int result = descend(func, depth);
  for (int i = 0; i < 16; ++i) {
    if (local[i] != depth + i) result = -1000000;
  }
  return result;
}

int SPANPROOF_CONV descend_with(table_func_t func, int depth, int *values, int n) {
  count(1);
  for (int i = 0; i < n; ++i) values[i] += depth;
  const int result = func(depth, values, n) + values[0];
  count(-1);
  return result;
}
