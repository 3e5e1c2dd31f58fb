/* SPDX-License-Identifier: MIT */
/*
 * Whether a callback leaves the registers alone that belong to its caller, which no C
 * can ask: registers_changed fills them, calls, and says which are others afterwards,
 * a bit each, in the order of the lists below. 64 bits: RBX RBP RSI RDI R12 R13 R14 R15,
 * then XMM6 to XMM15. 32 bits: EBX ESI EDI EBP, then the direction flag.
 * call_between calls back as often as asked, with as many values held in between.
 */
#include <stdint.h>

typedef int (*callback_t)(int);

__declspec(dllexport) int call_between(callback_t callback, int times) {
  int sum = 0;
  double scale = 1;
  for (int i = 1; i <= times; ++i) {
    sum += i * callback(i);
    scale *= 2;
  }
  return sum + (int)scale;
}

/* unsigned registers_changed(callback_t callback); */
__asm__(".section .drectve\n\t.ascii \" -export:registers_changed\"\n\t.text\n");

#if defined(_WIN64)
#define SAVED(X) X(rbx, 0) X(rsi, 2) X(rdi, 3) X(r12, 4) X(r13, 5) X(r14, 6) X(r15, 7)
#define VECTORS(X) X(6, 8) X(7, 9) X(8, 10) X(9, 11) X(10, 12) X(11, 13) X(12, 14) X(13, 15) X(14, 16) X(15, 17)
#define PUSH(name, bit) "push %" #name "\n\t.seh_pushreg %" #name "\n\t"
#define SET(name, bit) "mov $0x1111111100000000 + " #bit ", %" #name "\n\t"
#define CHECK(name, bit) "mov $0x1111111100000000 + " #bit ", %rcx\n\tcmp %rcx, %" #name "\n\tje 1f\n\tor $1 << " #bit ", %eax\n1:\n\t"
#define SAVE_VECTOR(n, bit) "movups %xmm" #n ", 0x30 + 16 * (" #n " - 6)(%rsp)\n\t"
#define SET_VECTOR(n, bit) "mov $0x2222222200000000 + " #bit ", %rax\n\tmovq %rax, %xmm" #n "\n\tpunpcklqdq %xmm" #n ", %xmm" #n "\n\t"
#define CHECK_VECTOR(n, bit)                                                                                \
  "mov $0x2222222200000000 + " #bit ", %rdx\n\tmovq %xmm" #n ", %rcx\n\tcmp %rcx, %rdx\n\tjne 2f\n\t"        \
  "punpckhqdq %xmm" #n ", %xmm" #n "\n\tmovq %xmm" #n ", %rcx\n\tcmp %rcx, %rdx\n\tje 1f\n2:\tor $1 << " #bit ", %eax\n1:\n\t"
#define RESTORE_VECTOR(n, bit) "movups 0x30 + 16 * (" #n " - 6)(%rsp), %xmm" #n "\n\t"
__asm__(
    ".text\n\t.globl registers_changed\n\t.def registers_changed; .scl 2; .type 32; .endef\n"
    "\t.seh_proc registers_changed\nregisters_changed:\n\t"
    "push %rbp\n\t.seh_pushreg %rbp\n\t" SAVED(PUSH)
    "sub $0xe8, %rsp\n\t.seh_stackalloc 0xe8\n\t.seh_endprologue\n\t"
    "mov %rcx, %r11\n\t" VECTORS(SAVE_VECTOR) VECTORS(SET_VECTOR) SAVED(SET)
    "mov $0x1111111100000001, %rbp\n\tmov $41, %ecx\n\tcall *%r11\n\txor %eax, %eax\n\t" SAVED(CHECK)
    "mov $0x1111111100000001, %rcx\n\tcmp %rcx, %rbp\n\tje 1f\n\tor $2, %eax\n1:\n\t"
    VECTORS(CHECK_VECTOR) VECTORS(RESTORE_VECTOR)
    "add $0xe8, %rsp\n\tpop %r15\n\tpop %r14\n\tpop %r13\n\tpop %r12\n\tpop %rdi\n\tpop %rsi\n\tpop %rbx\n\tpop %rbp\n\tret\n\t"
    ".seh_endproc\n");
#else
__asm__(
    ".text\n\t.globl _registers_changed\n\t.def _registers_changed; .scl 2; .type 32; .endef\n"
    "_registers_changed:\n\t"
    "mov 4(%esp), %eax\n\tpush %ebx\n\tpush %esi\n\tpush %edi\n\tpush %ebp\n\tsub $12, %esp\n\t"
    "mov $0x11110000, %ebx\n\tmov $0x11110001, %esi\n\tmov $0x11110002, %edi\n\tmov $0x11110003, %ebp\n\t"
    "movl $41, (%esp)\n\tcall *%eax\n\txor %eax, %eax\n\t"
    "cmp $0x11110000, %ebx\n\tje 1f\n\tor $1, %eax\n1:\tcmp $0x11110001, %esi\n\tje 1f\n\tor $2, %eax\n"
    "1:\tcmp $0x11110002, %edi\n\tje 1f\n\tor $4, %eax\n1:\tcmp $0x11110003, %ebp\n\tje 1f\n\tor $8, %eax\n"
    "1:\tpushf\n\tpop %ecx\n\ttest $0x400, %ecx\n\tje 1f\n\tor $16, %eax\n1:\t"
    "add $12, %esp\n\tpop %ebp\n\tpop %edi\n\tpop %esi\n\tpop %ebx\n\tret\n");
#endif
