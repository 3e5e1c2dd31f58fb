# SPDX-License-Identifier: MIT
# size_t spanproof_guarded_copy(to, from, bytes): copies forwards inside a frame
# whose language handler is spanproof_copy_handler. That one comes back to
# spanproof_copy_resume with the registers as they were, rcx being what was left.
	.text
	.globl	spanproof_guarded_copy
	.seh_proc spanproof_guarded_copy
	.seh_handler spanproof_copy_handler, @except
spanproof_guarded_copy:
	pushq	%rdi
	.seh_pushreg %rdi
	pushq	%rsi
	.seh_pushreg %rsi
	.seh_endprologue
	movq	%rcx, %rdi
	movq	%rdx, %rsi
	movq	%r8, %rcx
	cld
	rep movsb
	.globl spanproof_copy_resume
spanproof_copy_resume:
	movq	%rcx, %rax
	popq	%rsi
	popq	%rdi
	ret
	.seh_endproc
