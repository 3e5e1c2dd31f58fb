/* SPDX-License-Identifier: MIT */
/* Needs another DLL, through an import library. */
#if defined(NEEDS_REFUSING)
__declspec(dllimport) int refusing_value(void);
#define VALUE refusing_value()
#else
__declspec(dllimport) int dependency_value(void);
#define VALUE dependency_value()
#endif

__declspec(dllexport) int dependent_value(void) { return 1000 + VALUE; }
