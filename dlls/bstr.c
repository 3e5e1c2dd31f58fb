/* SPDX-License-Identifier: MIT */
#include "dlls/bstr.h"

#include <string.h>
#include <windows.h>
#include <oleauto.h>

void *SPANPROOF_CONV make_bstr(const wchar_t *text) { return SysAllocString(text); }
void *SPANPROOF_CONV make_bstr_units(const wchar_t *units, uint32_t n) { return SysAllocStringLen(units, n); }
void *SPANPROOF_CONV make_bstr_bytes(const char *bytes, uint32_t n) { return SysAllocStringByteLen(bytes, n); }

uint32_t SPANPROOF_CONV bstr_units(void *bstr) { return SysStringLen(bstr); }
uint32_t SPANPROOF_CONV bstr_bytes(void *bstr) { return SysStringByteLen(bstr); }

uint32_t SPANPROOF_CONV bstr_prefix(void *bstr) {
  uint32_t bytes;
  memcpy(&bytes, (char *)bstr - sizeof bytes, sizeof bytes);
  return bytes;
}

uint32_t SPANPROOF_CONV copy_bstr(void *bstr, wchar_t *out, uint32_t capacity) {
  const uint32_t units = SysStringLen(bstr) + 1;
  if (units > capacity) return 0;
  memcpy(out, bstr, units * sizeof *out);
  return units;
}

void *SPANPROOF_CONV join_bstr(void *first, void *second) {
  const UINT begin = SysStringLen(first), rest = SysStringLen(second);
  BSTR joined = SysAllocStringLen(NULL, begin + rest);
  if (joined == NULL) return NULL;
  memcpy(joined, first, begin * sizeof *joined);
  memcpy(joined + begin, second, rest * sizeof *joined);
  return joined;
}

void SPANPROOF_CONV free_bstr(void *bstr) { SysFreeString(bstr); }
