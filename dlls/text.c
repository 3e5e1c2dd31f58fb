/* SPDX-License-Identifier: MIT */
#include "dlls/text.h"

void SPANPROOF_CONV replace_letter(char *buffer, char old_letter, char new_letter) {
  for (; *buffer; ++buffer) {
    if (*buffer == old_letter) *buffer = new_letter;
  }
}

void SPANPROOF_CONV replace_letter_w(wchar_t *buffer, wchar_t old_letter, wchar_t new_letter) {
  for (; *buffer; ++buffer) {
    if (*buffer == old_letter) *buffer = new_letter;
  }
}
