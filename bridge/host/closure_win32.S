# SPDX-License-Identifier: MIT
# Where every thunk of a closure jumps to, its Closure in eax. ecx and edx are
# put below the saved ebp, the stack's arguments begin above the return address
# (closure_shape.h says the offsets). Callers keep the stack to 4 bytes only.
#   Closure: 0 run(Closure*, values), 4 bytes to take off the stack, 8 bytes of a result in st(0): 0, 4 or 8
# What it says is read before `run`: the callback may be released meanwhile.
	.text
	.globl	_spanproof_closure
_spanproof_closure:
	pushl	%ebp
	movl	%esp, %ebp
	subl	$40, %esp
	andl	$-16, %esp
	movl	%ecx, -16(%ebp)
	movl	%edx, -12(%ebp)
	movl	4(%eax), %ecx
	movl	8(%eax), %edx
	movl	%ecx, -4(%ebp)
	movl	%edx, -8(%ebp)
	leal	-16(%ebp), %ecx
	movl	%eax, (%esp)
	movl	%ecx, 4(%esp)
	cld				# whatever the DLL did
	call	*(%eax)
	movl	-8(%ebp), %ecx
	testl	%ecx, %ecx
	jz	leave_closure
	movl	%eax, -16(%ebp)
	movl	%edx, -12(%ebp)
	cmpl	$4, %ecx
	jne	wide
	flds	-16(%ebp)
	jmp	leave_closure
wide:
	fldl	-16(%ebp)
leave_closure:
	movl	-4(%ebp), %ecx
	leave
	jecxz	nothing_to_take
	popl	-4(%esp,%ecx)		# the return address, to where the arguments end; esp counts as it is after the pop
	leal	-4(%esp,%ecx), %esp
nothing_to_take:
	ret
