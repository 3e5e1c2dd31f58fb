/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "dlls/export.h"

/* a + b, wrapping. */
SPANPROOF_API int SPANPROOF_CONV add_int(int a, int b);

/* Looks at nothing and returns 0: what a call costs whose n bytes at p are synchronised. */
SPANPROOF_API int SPANPROOF_CONV touch(void *p, int n);

/* Adds 1 to each of n bytes, wrapping; returns n. */
SPANPROOF_API int SPANPROOF_CONV touch_each(uint8_t *p, int n);

/* Sets the thread's last error and returns what it was before. */
SPANPROOF_API uint32_t SPANPROOF_CONV set_last_error(uint32_t code);

/* Sleeps; returns the milliseconds asked for. */
SPANPROOF_API int SPANPROOF_CONV sleep_ms(int milliseconds);

/* Keeps the CPU busy; returns the milliseconds asked for. */
SPANPROOF_API int SPANPROOF_CONV spin_ms(int milliseconds);

/* Never returns, asleep. */
SPANPROOF_API void SPANPROOF_CONV hang(void);
