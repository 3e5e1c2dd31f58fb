/* SPDX-License-Identifier: MIT */
#include <string.h>

/* What compilers for Microsoft's ABI expect of a C library, which these DLLs are linked without. */
int _fltused = 1;

void *memset(void *at, int byte, size_t count) {
  /* Through volatile, or the loop would be compiled into a call of itself. */
  volatile unsigned char *bytes = at;
  for (size_t i = 0; i < count; ++i) bytes[i] = (unsigned char)byte;
  return at;
}
