# SPDX-License-Identifier: MIT
# int spanproof_guarded_call(code, words, count, result): a call by the win64
# convention from ready-made words, inside a frame whose language handler is
# spanproof_guard_handler. Every argument is one 8-byte slot; the first four are
# loaded into the integer and the vector registers alike, which serves integers, floats and
# varargs. Both result registers are stored: result[0] = rax, result[1] = xmm0.
# RtlUnwindEx comes back to spanproof_guard_resume with 1 in eax.
# `words` has room for four, `count` is at most 255 (2 KiB: no stack probe needed).
	.text
	.globl	spanproof_guarded_call
	.seh_proc spanproof_guarded_call
	.seh_handler spanproof_guard_handler, @except
spanproof_guarded_call:
	pushq	%rbp
	.seh_pushreg %rbp
	pushq	%rbx
	.seh_pushreg %rbx
	subq	$8, %rsp		# from here on rsp is a multiple of 16
	.seh_stackalloc 8
	movq	%rsp, %rbp
	.seh_setframe %rbp, 0
	.seh_endprologue
	movq	%r9, %rbx		# result
	movq	%rcx, %rax		# code
	movq	%rdx, %r10		# words
	cmpq	$4, %r8
	jbe	few
	leaq	1(%r8), %r11		# slots, rounded up to an even number
	andq	$-2, %r11
	shlq	$3, %r11
	subq	%r11, %rsp
	movl	$4, %r11d
next_slot:
	movq	(%r10,%r11,8), %r9
	movq	%r9, (%rsp,%r11,8)
	incq	%r11
	cmpq	%r8, %r11
	jb	next_slot
	jmp	load_registers
few:
	subq	$32, %rsp		# shadow space alone
load_registers:
	movq	(%r10), %rcx
	movq	8(%r10), %rdx
	movq	16(%r10), %r8
	movq	24(%r10), %r9
	movq	%rcx, %xmm0
	movq	%rdx, %xmm1
	movq	%r8, %xmm2
	movq	%r9, %xmm3
	call	*%rax
	cld
	movq	%rax, (%rbx)
	movq	%xmm0, 8(%rbx)
	xorl	%eax, %eax
	.globl	spanproof_guard_resume
spanproof_guard_resume:
	cld
	leaq	8(%rbp), %rsp
	popq	%rbx
	popq	%rbp
	ret
	.seh_endproc
