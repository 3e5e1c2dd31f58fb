/* SPDX-License-Identifier: MIT */
#pragma once

#include "dlls/export.h"

/* Threads that the DLL makes and that call back, during the call that made them and after it. */

typedef int(SPANPROOF_CONV *thread_func_t)(int value);
typedef int(SPANPROOF_CONV *buffer_func_t)(int *values, int n);

/* A thread calls func(value); waits for its end; returns its result. */
SPANPROOF_API int SPANPROOF_CONV run_on_thread(thread_func_t func, int value);

/* n threads (at most 32), all alive before the first calls: thread i calls func(i). The sum, when all have ended. */
SPANPROOF_API int SPANPROOF_CONV run_on_threads(thread_func_t func, int n);

/* One thread calls func(value), func(value + 1)… `times` times; returns the sum of the results. */
SPANPROOF_API int SPANPROOF_CONV run_repeatedly(thread_func_t func, int value, int times);

/* The calling thread calls func(value) while another calls func(value + 1); 10 times the first result plus the second. */
SPANPROOF_API int SPANPROOF_CONV run_beside(thread_func_t func, int value);

/* func(value) by a thread of the system's pool, by a timer of its queue; returns its result. */
SPANPROOF_API int SPANPROOF_CONV run_in_pool(thread_func_t func, int value);
SPANPROOF_API int SPANPROOF_CONV run_by_timer(thread_func_t func, int value);

/* A thread with memory of its own: values 1 … n; func changes them; returns its result times 1000 plus their sum. */
SPANPROOF_API int SPANPROOF_CONV run_with_buffer(buffer_func_t func, int n);

/*
 * A thread that waits `milliseconds` and then calls func(value); returns at
 * once. join_threads waits for those that were started since it was last
 * called and returns the sum of their results.
 */
SPANPROOF_API void SPANPROOF_CONV start_thread(thread_func_t func, int value, int milliseconds);
SPANPROOF_API int SPANPROOF_CONV join_threads(void);

/* A thread that calls func(value), func(value + 1)… until it returns 0; returns at once. For join_threads. */
SPANPROOF_API void SPANPROOF_CONV start_until_zero(thread_func_t func, int value);

/* A thread that waits until open_gate is called, and calls func(value) then. For join_threads. */
SPANPROOF_API void SPANPROOF_CONV start_at_gate(thread_func_t func, int value);
SPANPROOF_API void SPANPROOF_CONV open_gate(void);

/* What the calling thread was last marked with: threads made here are marked with the value of theirs; 0: none. */
SPANPROOF_API int SPANPROOF_CONV thread_mark(void);
