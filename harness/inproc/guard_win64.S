# SPDX-License-Identifier: MIT
# int spanproof_inproc_guard(void (*function)(void *), void *data): calls it inside a frame
# whose language handler is spanproof_inproc_guard_handler. Returns 0; RtlUnwindEx
# comes back to spanproof_inproc_guard_resume with 1 in eax.
	.text
	.globl	spanproof_inproc_guard
	.seh_proc spanproof_inproc_guard
	.seh_handler spanproof_inproc_guard_handler, @except
spanproof_inproc_guard:
	pushq	%rbp
	.seh_pushreg %rbp
	subq	$32, %rsp		# shadow space; from here on rsp is a multiple of 16
	.seh_stackalloc 32
	movq	%rsp, %rbp
	.seh_setframe %rbp, 0
	.seh_endprologue
	movq	%rcx, %rax
	movq	%rdx, %rcx
	call	*%rax
	xorl	%eax, %eax
	.globl	spanproof_inproc_guard_resume
spanproof_inproc_guard_resume:
	cld
	leaq	32(%rbp), %rsp
	popq	%rbp
	ret
	.seh_endproc
