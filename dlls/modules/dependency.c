/* SPDX-License-Identifier: MIT */
/* What another DLL needs. Built once to lie beside it and once to be nowhere. */
__declspec(dllexport) int dependency_value(void) { return DEPENDENCY_VALUE; }
