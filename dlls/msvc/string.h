/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>

/* For the freestanding DLLs of Microsoft's ABI, which no C library of it comes with; runtime.c has it. */
void *memset(void *at, int byte, size_t count);
