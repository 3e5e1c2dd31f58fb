/* SPDX-License-Identifier: MIT */
#include "dlls/misread.h"

/* Written out: what a compiler leaves in the other register is nobody's business otherwise. */
#if defined(__x86_64__)
#define ONE "movl $7, %eax\n\tmovabsq $0x3ff0000000000000, %rcx\n\tmovq %rcx, %xmm0\n\tret"
#define TWO "movl $-1, %eax\n\tmovl $0x40000000, %ecx\n\tmovd %ecx, %xmm0\n\tret"
#else
#define ONE "movl $7, %eax\n\tfld1\n\tret"
#define TWO "movl $-1, %eax\n\tfld1\n\tfadd %st(0), %st(0)\n\tret"
#endif

__attribute__((naked)) double SPANPROOF_CONV one_or_seven(void) { __asm__(ONE); }
__attribute__((naked)) float SPANPROOF_CONV two_or_minus_one(void) { __asm__(TWO); }

void SPANPROOF_CONV squares(const int *in, int n, int *out) {
  for (int i = 0; i < n; ++i) out[i] = in[i] * in[i];
}

void SPANPROOF_CONV squares_64(const int64_t *in, int n, int64_t *out) {
  for (int i = 0; i < n; ++i) out[i] = in[i] * in[i];
}

int *SPANPROOF_CONV number_address(void) {
  static int number = 4321;
  return &number;
}

void *SPANPROOF_CONV large_pointer(void) { return (void *)(uintptr_t)UINT64_C(0x1122334455667788); }
uint64_t SPANPROOF_CONV large_number(void) { return UINT64_C(0x1122334455667788); }
