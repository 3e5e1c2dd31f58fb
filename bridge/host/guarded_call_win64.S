# SPDX-License-Identifier: MIT
# int spanproof_guarded_ffi_call(cif, code, result, arguments): a frame whose
# language handler is spanproof_guard_handler. RtlUnwindEx comes back to
# spanproof_guard_resume with 1 in eax and this frame's registers restored.
	.text
	.globl	spanproof_guarded_ffi_call
	.seh_proc spanproof_guarded_ffi_call
	.seh_handler spanproof_guard_handler, @except
spanproof_guarded_ffi_call:
	pushq	%rbp
	.seh_pushreg %rbp
	movq	%rsp, %rbp
	.seh_setframe %rbp, 0
	subq	$32, %rsp		# shadow space for ffi_call
	.seh_stackalloc 32
	.seh_endprologue
	call	ffi_call
	nop				# the return address lies inside the guarded range
	xorl	%eax, %eax
	.globl	spanproof_guard_resume
spanproof_guard_resume:
	leaq	0(%rbp), %rsp
	popq	%rbp
	ret
	.seh_endproc
