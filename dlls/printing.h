/* SPDX-License-Identifier: MIT */
#pragma once

#include <wchar.h>

#include "dlls/export.h"

/* Source: seed 3; the description may fill its array, and then has no terminator. */
typedef struct Weather {
  int timestamp;
  char desc[12];
} Weather;

typedef void *(SPANPROOF_CONV *allocator_t)(int dim, int *shape);
typedef int(SPANPROOF_CONV *step_func_t)(int step);

/* To stdout, for each: "timestamp: <n>", "description: <text>", and an empty line. */
SPANPROOF_API void SPANPROOF_CONV print_weather(Weather *weather, int n);

/*
 * Prints that it calls the allocator, calls it for 2 x 3 floats, prints that it returned, and what; fills what it got
 * with (row + 1) * (column + 1). Source: seed 3.
 */
SPANPROOF_API void SPANPROOF_CONV foo(allocator_t allocator);

/* n bytes to stdout or stderr through the C runtime's text mode: a line feed becomes two characters. */
SPANPROOF_API void SPANPROOF_CONV print_out(const char *bytes, int n);
SPANPROOF_API void SPANPROOF_CONV print_error(const char *bytes, int n);
/* As units of the C runtime's wide functions. */
SPANPROOF_API void SPANPROOF_CONV print_wide(const wchar_t *text);
/* By the system's own handles, without the C runtime: nothing is changed. Returns what was written. */
SPANPROOF_API int SPANPROOF_CONV write_out(const char *bytes, int n);
SPANPROOF_API int SPANPROOF_CONV write_error(const char *bytes, int n);
/* "line <i>" for i in 0..n, each a line; even ones to stdout, odd ones to stderr where `both` is set. */
SPANPROOF_API void SPANPROOF_CONV print_lines(int n, int both);

/*
 * For i in 0..n: prints "before <i>" to stdout, calls step(i), prints "after <i>: <its result>"; nothing is flushed.
 * With `both`, what is said before goes to stderr. Returns the sum of the results.
 */
SPANPROOF_API int SPANPROOF_CONV print_steps(step_func_t step, int n, int both);
