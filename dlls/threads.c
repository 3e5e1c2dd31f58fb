/* SPDX-License-Identifier: MIT */
#include "dlls/threads.h"

#include <stddef.h>
#include <windows.h>

#include "dlls/meeting.h"

typedef struct {
  DWORD thread;
  int number;
} Holder;

static DWORD slot = TLS_OUT_OF_INDEXES;
static volatile LONG holders;
static Meeting meeting, inner_meeting;
static SRWLOCK count_lock = SRWLOCK_INIT;
static int count;
static value_func_t kept;
static __thread int own;

static void let_go(void) {
  Holder *holder = TlsGetValue(slot);
  if (!holder) return;
  if (holder->number) InterlockedDecrement(&holders);
  HeapFree(GetProcessHeap(), 0, holder);
  TlsSetValue(slot, NULL);
}

BOOL WINAPI DllMain(HINSTANCE instance, DWORD reason, LPVOID reserved);
BOOL WINAPI DllMain(HINSTANCE instance, DWORD reason, LPVOID reserved) {
  (void)instance;
  (void)reserved;
  if (reason == DLL_PROCESS_ATTACH) slot = TlsAlloc();
  if (reason == DLL_THREAD_DETACH) let_go();
  if (reason == DLL_PROCESS_DETACH) TlsFree(slot);
  return TRUE;
}

int SPANPROOF_CONV square(int num) { return num * num; }

int SPANPROOF_CONV safe_add(int a, int b) { return a + b; }

int SPANPROOF_CONV square_together(int callers, int value) {
  return Meet(&meeting, callers) ? safe_add(square(value), 10) : -1;
}

int SPANPROOF_CONV call_together(int callers, value_func_t func, int value) {
  return Meet(&meeting, callers) ? func(value) : -1;
}

int SPANPROOF_CONV meet(int callers) { return Meet(&inner_meeting, callers) ? callers : -1; }

int SPANPROOF_CONV count_up(int n) {
  for (int i = 0; i < n; ++i) {
    AcquireSRWLockExclusive(&count_lock);
    ++count;
    ReleaseSRWLockExclusive(&count_lock);
  }
  return 0;
}

int SPANPROOF_CONV take_count(void) {
  AcquireSRWLockExclusive(&count_lock);
  const int taken = count;
  count = 0;
  ReleaseSRWLockExclusive(&count_lock);
  return taken;
}

int SPANPROOF_CONV put_number(int number) {
  Holder *holder = TlsGetValue(slot);
  if (!holder) {
    holder = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, sizeof *holder);
    TlsSetValue(slot, holder);
  }
  const int before = holder->number;
  if (!before && number) InterlockedIncrement(&holders);
  if (before && !number) InterlockedDecrement(&holders);
  *holder = (Holder){GetCurrentThreadId(), number};
  return before;
}

int SPANPROOF_CONV get_number(void) {
  const Holder *holder = TlsGetValue(slot);
  if (!holder) return 0;
  return holder->thread == GetCurrentThreadId() ? holder->number : -1;
}

int SPANPROOF_CONV add_to_own(int value) { return own += value; }

int SPANPROOF_CONV other_holders(void) { return (int)holders - (get_number() != 0); }

void SPANPROOF_CONV keep_func(value_func_t func) { kept = func; }

int SPANPROOF_CONV fire(int value) { return kept ? kept(value) : -1; }
