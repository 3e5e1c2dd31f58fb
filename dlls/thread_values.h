/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "dlls/export.h"

/* What the system and the C runtimes keep for each thread. */

/* Set it and return what it was: errno of msvcrt.dll, of ucrtbase.dll, WSAGetLastError, GetLastError. */
SPANPROOF_API int SPANPROOF_CONV exchange_errno_msvcrt(int value);
SPANPROOF_API int SPANPROOF_CONV exchange_errno_ucrt(int value);
SPANPROOF_API int SPANPROOF_CONV exchange_wsa_error(int value);
SPANPROOF_API uint32_t SPANPROOF_CONV exchange_last_error(uint32_t value);

/* What it is, with nothing set. */
SPANPROOF_API int SPANPROOF_CONV errno_msvcrt(void);
SPANPROOF_API int SPANPROOF_CONV errno_ucrt(void);
SPANPROOF_API int SPANPROOF_CONV wsa_error(void);

/* Opens a file that is not there, by msvcrt and by the system: errno is 2, the last error 2. Returns 0. */
SPANPROOF_API int SPANPROOF_CONV fail_to_open(void);

/* Sets the last error, calls func(value), returns what the last error is then. */
typedef int(SPANPROOF_CONV *plain_func_t)(int value);
SPANPROOF_API uint32_t SPANPROOF_CONV last_error_over(uint32_t error, plain_func_t func, int value);

/* CoInitializeEx and CoUninitialize; 0 is a multi-threaded apartment, 2 one of this thread's own. Returns the HRESULT. */
SPANPROOF_API uint32_t SPANPROOF_CONV enter_apartment(int kind);
SPANPROOF_API void SPANPROOF_CONV leave_apartment(void);

/* 0 or 3 for an apartment of this thread's own, 1 for the multi-threaded one, -1 for none. */
SPANPROOF_API int SPANPROOF_CONV apartment(void);

/* Makes an object of COM's own and lets it go: the HRESULT of making it, 0x800401f0 without an apartment. */
SPANPROOF_API uint32_t SPANPROOF_CONV use_apartment(void);
