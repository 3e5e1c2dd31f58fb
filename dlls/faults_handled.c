/* SPDX-License-Identifier: MIT */
#include <malloc.h>
#include <windows.h>

#include "dlls/faults.h"

/*
 * Frames with a handler of their own, which the compiler has no words for. Either function answers -1 where the
 * handler took an exception: round_read(p) that of reading *p, round_call(func, value) any that comes out of func.
 * bare_read has no handler: the vectored one knows it by its address.
 */
EXCEPTION_DISPOSITION faults_read_handler(EXCEPTION_RECORD *record, void *frame, CONTEXT *context, void *dispatcher);
EXCEPTION_DISPOSITION faults_call_handler(EXCEPTION_RECORD *record, void *frame, CONTEXT *context, void *dispatcher);
int faults_round_read(const int *p);
int faults_round_call(faults_func_t func, int value);
int faults_bare_read(const int *p);
extern char faults_read_failed[], faults_bare_failed[], faults_call_failed[];

#ifdef _WIN64
__asm__(
    "	.text\n"
    "	.globl faults_round_read\n"
    "	.seh_proc faults_round_read\n"
    "	.seh_handler faults_read_handler, @except\n"
    "faults_round_read:\n"
    "	subq $40, %rsp\n"
    "	.seh_stackalloc 40\n"
    "	.seh_endprologue\n"
    "	movl (%rcx), %eax\n"
    "	jmp 1f\n"
    "	.globl faults_read_failed\n"
    "faults_read_failed:\n"
    "	movl $-1, %eax\n"
    "1:	addq $40, %rsp\n"
    "	ret\n"
    "	.seh_endproc\n"
    "	.globl faults_round_call\n"
    "	.seh_proc faults_round_call\n"
    "	.seh_handler faults_call_handler, @except\n"
    "faults_round_call:\n"
    "	pushq %rbp\n"
    "	.seh_pushreg %rbp\n"
    "	movq %rsp, %rbp\n"
    "	.seh_setframe %rbp, 0\n"
    "	subq $32, %rsp\n"
    "	.seh_stackalloc 32\n"
    "	.seh_endprologue\n"
    "	movq %rcx, %rax\n"
    "	movl %edx, %ecx\n"
    "	call *%rax\n"
    "	jmp 1f\n"
    "	.globl faults_call_failed\n"
    "faults_call_failed:\n"
    "	movl $-1, %eax\n"
    "1:	movq %rbp, %rsp\n"
    "	popq %rbp\n"
    "	ret\n"
    "	.seh_endproc\n"
    "	.globl faults_bare_read\n"
    "faults_bare_read:\n"
    "	movl (%rcx), %eax\n"
    "	ret\n"
    "	.globl faults_bare_failed\n"
    "faults_bare_failed:\n"
    "	movl $-1, %eax\n"
    "	ret\n");

EXCEPTION_DISPOSITION faults_call_handler(EXCEPTION_RECORD *record, void *frame, CONTEXT *context, void *dispatcher) {
  const DISPATCHER_CONTEXT *at = dispatcher;
  (void)context;
  if (!(record->ExceptionFlags & 0x66)) /* not while unwinding */
    RtlUnwindEx(frame, faults_call_failed, record, NULL, at->ContextRecord, at->HistoryTable);
  return ExceptionContinueSearch;
}
#define INSTRUCTION(context) (context)->Rip
#else
#ifdef SPANPROOF_DLL_STDCALL
#define TAKE_ARGUMENT
#else
#define TAKE_ARGUMENT "	addl $4, %esp\n"
#endif
__asm__(
    "	.text\n"
    "	.globl _faults_round_read\n"
    "_faults_round_read:\n"
    "	pushl $_faults_read_handler\n"
    "	pushl %fs:0\n"
    "	movl %esp, %fs:0\n"
    "	movl 12(%esp), %eax\n"
    "	movl (%eax), %eax\n"
    "	jmp 1f\n"
    "	.globl _faults_read_failed\n"
    "_faults_read_failed:\n"
    "	movl $-1, %eax\n"
    "1:	popl %fs:0\n"
    "	addl $4, %esp\n"
    "	ret\n"
    "	.globl _faults_round_call\n"
    "_faults_round_call:\n"
    "	pushl %ebp\n"
    "	pushl %ebx\n"
    "	pushl %esi\n"
    "	pushl %edi\n"
    "	pushl $_faults_call_handler\n"
    "	pushl %fs:0\n"
    "	movl %esp, %fs:0\n"
    "	pushl 32(%esp)\n"
    "	call *32(%esp)\n" TAKE_ARGUMENT
    "	jmp 1f\n"
    "	.globl _faults_call_failed\n"
    "_faults_call_failed:\n"
    "	movl %fs:0, %esp\n"
    "	movl $-1, %eax\n"
    "1:	popl %fs:0\n"
    "	addl $4, %esp\n"
    "	popl %edi\n"
    "	popl %esi\n"
    "	popl %ebx\n"
    "	popl %ebp\n"
    "	ret\n"
    "	.globl _faults_bare_read\n"
    "_faults_bare_read:\n"
    "	movl 4(%esp), %eax\n"
    "	movl (%eax), %eax\n"
    "	ret\n"
    "	.globl _faults_bare_failed\n"
    "_faults_bare_failed:\n"
    "	movl $-1, %eax\n"
    "	ret\n");

EXCEPTION_DISPOSITION faults_call_handler(EXCEPTION_RECORD *record, void *frame, CONTEXT *context, void *dispatcher) {
  (void)context, (void)dispatcher;
  if (!(record->ExceptionFlags & 0x66)) {
    RtlUnwind(frame, faults_call_failed, record, NULL);
    /* On win32 it comes back here; the frame is found again by fs:[0]. */
    __asm__ volatile("jmp _faults_call_failed");
  }
  return ExceptionContinueSearch;
}
#define INSTRUCTION(context) (context)->Eip
#endif

EXCEPTION_DISPOSITION faults_read_handler(EXCEPTION_RECORD *record, void *frame, CONTEXT *context, void *dispatcher) {
  (void)frame, (void)dispatcher;
  if (record->ExceptionFlags & 0x66) return ExceptionContinueSearch;
  INSTRUCTION(context) = (DWORD_PTR)faults_read_failed;
  return ExceptionContinueExecution;
}

static LONG WINAPI skip(EXCEPTION_POINTERS *exception) {
  const char *at = exception->ExceptionRecord->ExceptionAddress;
  if (at < (const char *)faults_bare_read || at >= faults_bare_failed) return EXCEPTION_CONTINUE_SEARCH;
  INSTRUCTION(exception->ContextRecord) = (DWORD_PTR)faults_bare_failed;
  return EXCEPTION_CONTINUE_EXECUTION;
}

int SPANPROOF_CONV fault_handled_inside(const int *p) { return faults_round_read(p); }

int SPANPROOF_CONV fault_handled_vectored(const int *p) {
  void *handler = AddVectoredExceptionHandler(1, skip);
  const int value = faults_bare_read(p);
  RemoveVectoredExceptionHandler(handler);
  return value;
}

int SPANPROOF_CONV fault_handled_stack(void) {
  const int result = faults_round_call(fault_stack, 0);
  return _resetstkoflw() ? result : -2;
}

int SPANPROOF_CONV handle_round(faults_func_t func, int value) { return faults_round_call(func, value); }
