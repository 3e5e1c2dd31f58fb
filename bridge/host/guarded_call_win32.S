# SPDX-License-Identifier: MIT
# int spanproof_guarded_call(const StubCall*, const uint32_t* pieces, StubResult*): a win32
# call of any convention from ready-made pieces, inside an exception record at fs:[0].
#   StubCall:   0 code, 4 stack (uint16_t*: index of the piece of each slot), 8 slots,
#               12 offset of the piece for ecx, 16 for edx, 20 bytes of a result in st(0): 0, 4 or 8
#   StubResult: 0 eax or the lower half of st(0), 4 edx or the upper half, 8 bytes that
#               the callee took off the stack, 12 x87 status word (16 bits) as the callee left it
# The stack is a multiple of 16 at the call. Above the arguments 128 bytes stand
# free: a callee that believes in more arguments than there are may write to them.
# Afterwards everything is found again through the record, so that neither a wrong
# stack pointer nor a wrong ebp does harm. A result in st(0) is taken only where
# exactly one value is on the x87 stack. Returns 0, or 1 where the handler unwound.
	.text
	.globl	_spanproof_guarded_call
_spanproof_guarded_call:
	pushl	%ebp
	movl	%esp, %ebp
	pushl	%ebx
	pushl	%esi
	pushl	%edi
	pushl	$_spanproof_guard_handler	# EXCEPTION_REGISTRATION_RECORD.Handler
	pushl	%fs:0				# .Next; ebp - 20
	movl	%esp, %fs:0
	movl	8(%ebp), %ebx
	movl	12(%ebp), %esi
	movl	4(%ebx), %edi
	movl	8(%ebx), %ecx
	leal	-132(%esp), %eax
	leal	(,%ecx,4), %edx
	subl	%edx, %eax
	andl	$-16, %eax
	movl	%eax, -24(%ebp)			# where the arguments begin
	movl	%eax, %esp
	jmp	enough
next_slot:					# downwards, so that the stack grows page by page
	movzwl	(%edi,%ecx,2), %eax
	movl	(%esi,%eax,4), %eax
	movl	%eax, (%esp,%ecx,4)
enough:
	decl	%ecx
	jns	next_slot
	movl	12(%ebx), %ecx
	movl	16(%ebx), %edx
	movl	(%esi,%ecx), %ecx
	movl	(%esi,%edx), %edx
	call	*(%ebx)
	movl	%fs:0, %ecx
	leal	20(%ecx), %ebp
	cld
	movl	16(%ebp), %ebx
	movl	%esp, %ecx
	subl	-24(%ebp), %ecx
	leal	-20(%ebp), %esp
	movl	%eax, (%ebx)
	movl	%edx, 4(%ebx)
	movl	%ecx, 8(%ebx)
	fnstsw	%ax
	movw	%ax, 12(%ebx)
	movl	8(%ebp), %esi
	movl	20(%esi), %ecx
	testl	%ecx, %ecx
	jz	taken
	andl	$0x3800, %eax
	cmpl	$0x3800, %eax
	jne	taken
	cmpl	$4, %ecx
	jne	wide
	fstps	(%ebx)
	jmp	taken
wide:
	fstpl	(%ebx)
taken:
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
	cld
	movl	%ebx, %esp
	leal	20(%ebx), %ebp			# record, handler, edi, esi, ebx: 20 bytes below the saved ebp
	movl	$1, %eax
	jmp	leave_guard
pass_on:
	movl	$1, %eax			# ExceptionContinueSearch
	ret
