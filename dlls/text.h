/* SPDX-License-Identifier: MIT */
#pragma once

#include <wchar.h>

#include "dlls/export.h"

/* Replaces every old_letter in the NUL-terminated text, in place. Source: seed 0. */
SPANPROOF_API void SPANPROOF_CONV replace_letter(char *buffer, char old_letter, char new_letter);
SPANPROOF_API void SPANPROOF_CONV replace_letter_w(wchar_t *buffer, wchar_t old_letter,
                                                   wchar_t new_letter);
