/* SPDX-License-Identifier: MIT */
/* What names a DLL may give to what it exports; names.def says which. */
#if defined(_WIN64)
#define FASTCALL
#define STDCALL
#else
#define FASTCALL __attribute__((fastcall))
#define STDCALL __attribute__((stdcall))
#endif

int by_ordinal(int a) { return a + 7; }
int both_ways(int a) { return a + 8; }
int inside(int a) { return a + 9; }
int STDCALL as_stdcall(int a, int b) { return a * 10 + b; }
int FASTCALL as_fastcall(int a, int b) { return a * 100 + b; }
