# SPDX-License-Identifier: MIT
# size_t spanproof_guarded_copy(to, from, bytes): copies forwards with an exception record
# at fs:[0] whose handler is spanproof_copy_handler. That one comes back to
# spanproof_copy_resume with the registers as they were, ecx being what was left.
	.text
	.globl	_spanproof_guarded_copy
_spanproof_guarded_copy:
	pushl	%edi
	pushl	%esi
	pushl	$_spanproof_copy_handler	# EXCEPTION_REGISTRATION_RECORD.Handler
	pushl	%fs:0				# .Next
	movl	%esp, %fs:0
	movl	20(%esp), %edi
	movl	24(%esp), %esi
	movl	28(%esp), %ecx
	cld
	rep movsb
	.globl	_spanproof_copy_resume
_spanproof_copy_resume:
	movl	%ecx, %eax
	popl	%fs:0
	addl	$4, %esp
	popl	%esi
	popl	%edi
	ret
