# SPDX-License-Identifier: MIT
# int spanproof_guarded_ffi_call(cif, code, result, values): libffi's ffi_call; registers an
# exception record at fs:[0] for the time of the call. Its handler notes the
# exception, unwinds to this record and returns 1 from this function.
	.text
	.globl	_spanproof_guarded_ffi_call
_spanproof_guarded_ffi_call:
	pushl	%ebp
	movl	%esp, %ebp
	pushl	%ebx
	pushl	%esi
	pushl	%edi
	pushl	$_spanproof_guard_handler	# EXCEPTION_REGISTRATION_RECORD.Handler
	pushl	%fs:0				# .Next
	movl	%esp, %fs:0
	pushl	20(%ebp)
	pushl	16(%ebp)
	pushl	12(%ebp)
	pushl	8(%ebp)
	call	_ffi_call
	addl	$16, %esp
	xorl	%eax, %eax
leave_guard:
	popl	%fs:0
	addl	$4, %esp
	popl	%edi
	popl	%esi
	popl	%ebx
	popl	%ebp
	ret

	.globl	_spanproof_guard_handler
_spanproof_guard_handler:			# (record, establisher frame, context, dispatcher)
	movl	4(%esp), %ecx
	testl	$6, 4(%ecx)			# EXCEPTION_UNWINDING | EXCEPTION_EXIT_UNWIND
	jnz	pass_on
	movl	8(%esp), %ebx			# our record; outlives the unwinding in a saved register
	pushl	%ecx
	pushl	%ecx
	call	_spanproof_guard_note
	addl	$4, %esp
	popl	%ecx
	pushl	$0				# return value
	pushl	%ecx				# exception record
	pushl	$after_unwind			# target address
	pushl	%ebx				# target frame
	call	_RtlUnwind@16
after_unwind:
	movl	%ebx, %esp
	leal	20(%ebx), %ebp			# record, handler, edi, esi, ebx: 20 bytes below the saved ebp
	movl	$1, %eax
	jmp	leave_guard
pass_on:
	movl	$1, %eax			# ExceptionContinueSearch
	ret
