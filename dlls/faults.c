/* SPDX-License-Identifier: MIT */
#include "dlls/faults.h"

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

int SPANPROOF_CONV fault_read(const int *p) { return *(const volatile int *)p; }
void SPANPROOF_CONV fault_write(int *p, int value) { *(volatile int *)p = value; }

int SPANPROOF_CONV fault_divide(int a, int b) {
  int quotient = a, rest;
  __asm__ volatile("cltd\n\tidivl %2" : "+a"(quotient), "=&d"(rest) : "r"(b));
  return quotient;
}

void SPANPROOF_CONV fault_illegal(void) { __asm__ volatile("ud2"); }
void SPANPROOF_CONV fault_int3(void) { __asm__ volatile("int3"); }
void SPANPROOF_CONV fault_jump(void *to) { ((void(SPANPROOF_CONV *)(void))to)(); }

__attribute__((noinline)) static int recurse(int depth, int at) {
  volatile char frame[1024];
  frame[at & 1023] = (char)at;
  if (at == depth) return depth;
  return recurse(depth, at + 1) + (frame[at & 1023] - (char)at);
}
int SPANPROOF_CONV fault_stack(int depth) { return recurse(depth > 0 ? depth : -1, 1); }

void SPANPROOF_CONV fault_raise(uint32_t code) { RaiseException(code, 0, 0, NULL); }

void SPANPROOF_CONV fault_raise_for_good(uint32_t code) {
  const ULONG_PTR arguments[] = {1, 2, 3};
  RaiseException(code, EXCEPTION_NONCONTINUABLE, 3, arguments);
}

void SPANPROOF_CONV fault_guard_page(void) {
  static volatile char *pages;
  DWORD before;
  if (!pages) pages = VirtualAlloc(NULL, 3 * 4096, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
  if (pages && VirtualProtect((void *)(pages + 4096), 4096, PAGE_READWRITE | PAGE_GUARD, &before)) pages[4096] = 1;
}

void SPANPROOF_CONV fault_x87(void) {
  unsigned short control;
  __asm__ volatile("fnclex\n\tfnstcw %0" : "=m"(control));
  control &= (unsigned short)~4u; /* zero divide */
  __asm__ volatile("fldcw %0\n\tfld1\n\tfldz\n\tfdivrp\n\tfwait\n\tfstp %%st(0)" : : "m"(control));
}

__attribute__((target("sse2"), noinline)) void SPANPROOF_CONV fault_sse(void) {
  const double one = 1.0, zero = 0.0;
  unsigned control;
  __asm__ volatile("stmxcsr %0" : "=m"(control));
  control &= ~0x23fu; /* zero divide, and what was seen before */
  __asm__ volatile("ldmxcsr %0\n\tmovsd %1, %%xmm0\n\tdivsd %2, %%xmm0" : : "m"(control), "m"(one), "m"(zero) : "xmm0");
}

static __thread jmp_buf *mark;

int SPANPROOF_CONV jump_over(faults_func_t func, int value) {
  jmp_buf here, *const outer = mark;
  volatile int result;
  const int jumped = setjmp(here);
  if (jumped == 0) {
    mark = &here;
    result = func(value);
  } else {
    result = -7000 - jumped;
  }
  mark = outer;
  return result;
}

int SPANPROOF_CONV fault_longjmp(int n) {
  if (mark) longjmp(*mark, n);
  return -1;
}

int SPANPROOF_CONV jump_over_each(faults_func_t func, int times) {
  volatile int jumped = 0;
  for (volatile int i = 0; i < times; i++) jumped += jump_over(func, i) == -7001 - i;
  return jumped;
}

int SPANPROOF_CONV fault_lstrlen(const char *p) { return lstrlenA(p); }

int SPANPROOF_CONV call_then_fault(faults_func_t func, int value, int kind, intptr_t argument) {
  const int result = func(value);
  run_fault(kind, argument);
  return result;
}

void SPANPROOF_CONV exit_process(uint32_t code) { ExitProcess(code); }
void SPANPROOF_CONV call_exit(int code) { exit(code); }
void SPANPROOF_CONV call_abort(void) { abort(); }
void SPANPROOF_CONV terminate_self(uint32_t code) { TerminateProcess(GetCurrentProcess(), code); }
void SPANPROOF_CONV exit_thread(uint32_t code) { ExitThread(code); }
void SPANPROOF_CONV terminate_thread(uint32_t code) { TerminateThread(GetCurrentThread(), code); }

int SPANPROOF_CONV hang(int ms) {
  Sleep(ms > 0 ? (DWORD)ms : INFINITE);
  return ms;
}

int64_t SPANPROOF_CONV flood(int stream, int64_t bytes) {
  char lines[4096];
  memset(lines, '.', sizeof lines);
  for (size_t i = 63; i < sizeof lines; i += 64) lines[i] = '\n';
  HANDLE to = GetStdHandle(stream == 2 ? STD_ERROR_HANDLE : STD_OUTPUT_HANDLE);
  int64_t taken = 0;
  while (taken < bytes) {
    const int64_t left = bytes - taken;
    DWORD written = 0;
    if (!WriteFile(to, lines, left < (int64_t)sizeof lines ? (DWORD)left : (DWORD)sizeof lines, &written, NULL)) break;
    taken += written;
  }
  return taken;
}

int SPANPROOF_CONV run_fault(int kind, intptr_t argument) {
  switch (kind) {
    case kFaultRead: fault_read((const int *)argument); break;
    case kFaultWrite: fault_write((int *)argument, 1); break;
    case kFaultDivide: fault_divide(1, 0); break;
    case kFaultIllegal: fault_illegal(); break;
    case kFaultInt3: fault_int3(); break;
    case kFaultJump: fault_jump((void *)argument); break;
    case kFaultStack: fault_stack(0); break;
    case kFaultRaise: fault_raise((uint32_t)argument); break;
    case kFaultRaiseForGood: fault_raise_for_good((uint32_t)argument); break;
    case kFaultThrow: fault_throw(); break;
    case kFaultLongjmp: fault_longjmp((int)argument); break;
    case kFaultGuardPage: fault_guard_page(); break;
    case kFaultX87: fault_x87(); break;
    case kFaultSse: fault_sse(); break;
    case kFaultExitProcess: exit_process((uint32_t)argument); break;
    case kFaultExit: call_exit((int)argument); break;
    case kFaultAbort: call_abort(); break;
    case kFaultTerminateSelf: terminate_self((uint32_t)argument); break;
    case kFaultExitThread: exit_thread((uint32_t)argument); break;
    case kFaultTerminateThread: terminate_thread((uint32_t)argument); break;
    case kFaultHang: hang((int)argument); break;
    default: break;
  }
  return 0;
}

typedef struct {
  int kind, delay;
  intptr_t argument;
} Start;

static DWORD WINAPI start(void *given) {
  const Start what = *(Start *)given;
  free(given);
  if (what.delay > 0) Sleep((DWORD)what.delay);
  return (DWORD)run_fault(what.kind, what.argument);
}

int SPANPROOF_CONV start_thread_that(int kind, intptr_t argument, int delay, int wait) {
  Start *what = malloc(sizeof *what);
  if (!what) return -1;
  *what = (Start){kind, delay, argument};
  HANDLE thread = CreateThread(NULL, 0, start, what, 0, NULL);
  if (!thread) {
    free(what);
    return -1;
  }
  DWORD code = 0;
  if (wait) {
    WaitForSingleObject(thread, INFINITE);
    GetExitCodeThread(thread, &code);
  }
  CloseHandle(thread);
  return (int)code;
}
