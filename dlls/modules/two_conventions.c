/* SPDX-License-Identifier: MIT */
/* One DLL that has both conventions, as Windows' own have. */
#include <stdint.h>

#define API __declspec(dllexport)

/* a - 2 b + 3 c */
API int __cdecl weigh_cdecl(int a, int b, int c) { return a - 2 * b + 3 * c; }
API int __stdcall weigh_stdcall(int a, int b, int c) { return a - 2 * b + 3 * c; }

/* a - b, with a wide argument and a result on the x87. */
API double __cdecl minus_cdecl(double a, int64_t b) { return a - (double)b; }
API double __stdcall minus_stdcall(double a, int64_t b) { return a - (double)b; }

/* func(a, b) + 1 */
API int __cdecl apply_cdecl(int(__cdecl *func)(int, int), int a, int b) { return func(a, b) + 1; }
API int __stdcall apply_stdcall(int(__stdcall *func)(int, int), int a, int b) { return func(a, b) + 1; }
/* The other convention's callback within one's own function: 10 func(a, b) + 1. */
API int __cdecl apply_other_cdecl(int(__stdcall *func)(int, int), int a, int b) { return 10 * func(a, b) + 1; }
API int __stdcall apply_other_stdcall(int(__cdecl *func)(int, int), int a, int b) { return 10 * func(a, b) + 1; }
