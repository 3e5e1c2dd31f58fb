/* SPDX-License-Identifier: MIT */
/* Needs a DLL that needs another. */
__declspec(dllimport) int dependent_value(void);

__declspec(dllexport) int dependent_of_dependent_value(void) { return 10000 + dependent_value(); }
