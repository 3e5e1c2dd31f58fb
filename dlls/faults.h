/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "dlls/export.h"

#ifdef __cplusplus
extern "C" {
#endif

/* How a call, or the process, can end otherwise than by returning: each way as a function, and by number. */
enum FaultKind {
  kFaultNone = 0,
  kFaultRead = 1,            /* fault_read(argument) */
  kFaultWrite = 2,           /* fault_write(argument, 1) */
  kFaultDivide = 3,          /* fault_divide(1, 0) */
  kFaultIllegal = 4,
  kFaultInt3 = 5,
  kFaultJump = 6,            /* fault_jump(argument) */
  kFaultStack = 7,           /* fault_stack(0) */
  kFaultRaise = 8,           /* fault_raise(argument) */
  kFaultRaiseForGood = 9,    /* fault_raise_for_good(argument) */
  kFaultThrow = 10,
  kFaultLongjmp = 11,
  kFaultGuardPage = 13,
  kFaultX87 = 14,
  kFaultSse = 15,
  kFaultExitProcess = 16,    /* exit_process(argument) */
  kFaultExit = 17,           /* call_exit(argument) */
  kFaultAbort = 18,
  kFaultTerminateSelf = 19,  /* terminate_self(argument) */
  kFaultExitThread = 20,     /* exit_thread(argument) */
  kFaultTerminateThread = 21,/* terminate_thread(argument) */
  kFaultHang = 22            /* hang(argument) */
};

typedef int(SPANPROOF_CONV *faults_func_t)(int value);

/* *p; the access violation tells what was read. */
SPANPROOF_API int SPANPROOF_CONV fault_read(const int *p);
/* *p = value */
SPANPROOF_API void SPANPROOF_CONV fault_write(int *p, int value);
/* a / b by the processor's own instruction: b = 0 and INT_MIN / -1 are exceptions. */
SPANPROOF_API int SPANPROOF_CONV fault_divide(int a, int b);
SPANPROOF_API void SPANPROOF_CONV fault_illegal(void);
SPANPROOF_API void SPANPROOF_CONV fault_int3(void);
/* Goes on at `to`, where there should be no code. */
SPANPROOF_API void SPANPROOF_CONV fault_jump(void *to);
/* Recurses `depth` times, 1 KiB and more each, and returns depth; 0: until the stack ends. */
SPANPROOF_API int SPANPROOF_CONV fault_stack(int depth);
/* RaiseException; returns where a debugger or a handler lets it go on. */
SPANPROOF_API void SPANPROOF_CONV fault_raise(uint32_t code);
/* As noncontinuable, with the arguments 1, 2, 3. */
SPANPROOF_API void SPANPROOF_CONV fault_raise_for_good(uint32_t code);
/* throw std::runtime_error("thrown by the DLL"), which nobody in the DLL catches. */
SPANPROOF_API void SPANPROOF_CONV fault_throw(void);
/* Touches a page that PAGE_GUARD stands on. */
SPANPROOF_API void SPANPROOF_CONV fault_guard_page(void);
/* 1.0 / 0.0 with the exception unmasked, in the x87 and in SSE. */
SPANPROOF_API void SPANPROOF_CONV fault_x87(void);
SPANPROOF_API void SPANPROOF_CONV fault_sse(void);

/*
 * Marks a place to jump to, and calls func(value): its result, or -7000 - n where longjmp(n) came back here, over
 * everything in between. fault_longjmp jumps to the last place marked on this thread, by longjmp, which unwinds;
 * -1 where there is none.
 */
SPANPROOF_API int SPANPROOF_CONV jump_over(faults_func_t func, int value);
SPANPROOF_API int SPANPROOF_CONV fault_longjmp(int n);
/* jump_over(func, 0), then 1 … up to times - 1: how many i of them came back by fault_longjmp(i + 1). */
SPANPROOF_API int SPANPROOF_CONV jump_over_each(faults_func_t func, int times);

/*
 * What the DLL, or the system for it, handles itself. *p, or -1 where it cannot be read: by a frame of structured
 * exception handling, by a vectored handler; lstrlenA, which answers 0 then. fault_caught: throws and catches, 1.
 */
SPANPROOF_API int SPANPROOF_CONV fault_handled_inside(const int *p);
SPANPROOF_API int SPANPROOF_CONV fault_handled_vectored(const int *p);
SPANPROOF_API int SPANPROOF_CONV fault_lstrlen(const char *p);
SPANPROOF_API int SPANPROOF_CONV fault_caught(void);
/* Recurses until the stack ends, and takes that itself: -1. */
SPANPROOF_API int SPANPROOF_CONV fault_handled_stack(void);
/* func(value), or -1 where an exception came out of it, which a frame of the DLL then takes. */
SPANPROOF_API int SPANPROOF_CONV handle_round(faults_func_t func, int value);
/* func(value), and then that fault: what came before it was done. */
SPANPROOF_API int SPANPROOF_CONV call_then_fault(faults_func_t func, int value, int kind, intptr_t argument);

/* The process ends. */
SPANPROOF_API void SPANPROOF_CONV exit_process(uint32_t code);
SPANPROOF_API void SPANPROOF_CONV call_exit(int code);
SPANPROOF_API void SPANPROOF_CONV call_abort(void);
SPANPROOF_API void SPANPROOF_CONV terminate_self(uint32_t code);
/* The thread that calls ends. */
SPANPROOF_API void SPANPROOF_CONV exit_thread(uint32_t code);
SPANPROOF_API void SPANPROOF_CONV terminate_thread(uint32_t code);

/* Sleeps, and returns ms; 0: for ever. */
SPANPROOF_API int SPANPROOF_CONV hang(int ms);

/* So many bytes to stdout (1) or stderr (2) in lines of 64, past the C runtime; returns how many were taken. */
SPANPROOF_API int64_t SPANPROOF_CONV flood(int stream, int64_t bytes);

/* The one of this kind, a FaultKind; 0 where it returned. */
SPANPROOF_API int SPANPROOF_CONV run_fault(int kind, intptr_t argument);
/* The same on a thread of its own after delay ms. With `wait` its exit code is waited for; else 0. -1: no thread. */
SPANPROOF_API int SPANPROOF_CONV start_thread_that(int kind, intptr_t argument, int delay, int wait);

#ifdef __cplusplus
}
#endif
