# SPDX-License-Identifier: MIT
# int spanproof_inproc_guard(void (*function)(void *), void *data): calls it inside an
# exception record at fs:[0]. Returns 0, or 1 where the handler unwound. Everything is found
# again through the record, so that a wrong stack pointer does no harm.
	.text
	.globl	_spanproof_inproc_guard
_spanproof_inproc_guard:
	pushl	%ebp
	movl	%esp, %ebp
	pushl	%ebx
	pushl	%esi
	pushl	%edi
	pushl	$_spanproof_inproc_guard_handler	# EXCEPTION_REGISTRATION_RECORD.Handler
	pushl	%fs:0					# .Next; ebp - 20
	movl	%esp, %fs:0
	movl	8(%ebp), %eax
	movl	12(%ebp), %ecx
	subl	$16, %esp
	andl	$-16, %esp
	movl	%ecx, (%esp)
	call	*%eax
	movl	%fs:0, %ebx
	xorl	%eax, %eax
leave_guard:
	cld
	movl	%ebx, %esp
	leal	20(%ebx), %ebp
	popl	%fs:0
	addl	$4, %esp
	popl	%edi
	popl	%esi
	popl	%ebx
	popl	%ebp
	ret

_spanproof_inproc_guard_handler:		# (record, establisher frame, context, dispatcher)
	movl	4(%esp), %ecx
	fnclex				# an exception of the x87's would be raised again by its next instruction
	testl	$6, 4(%ecx)			# EXCEPTION_UNWINDING | EXCEPTION_EXIT_UNWIND
	jnz	pass_on
	movl	8(%esp), %ebx			# our record; outlives the unwinding in a saved register
	pushl	%ecx
	pushl	%ecx
	call	_spanproof_inproc_guard_note
	addl	$4, %esp
	popl	%ecx
	pushl	$0				# return value
	pushl	%ecx				# exception record
	pushl	$after_unwind			# target address
	pushl	%ebx				# target frame
	call	_RtlUnwind@16
after_unwind:
	movl	$1, %eax
	jmp	leave_guard
pass_on:
	movl	$1, %eax			# ExceptionContinueSearch
	ret
