# SPDX-License-Identifier: MIT
# Where every thunk of a closure jumps to, its Closure in r10. The four integer
# registers go to the shadow space that the caller left for them, so that all integer words stand
# one behind the other; the vector registers stand below (closure_shape.h says the
# offsets). The result's word goes into rax and xmm0 alike.
#   Closure: 0 run(Closure*, values)
	.text
	.globl	spanproof_closure
	.seh_proc spanproof_closure
spanproof_closure:
	subq	$88, %rsp		# from here on rsp is a multiple of 16
	.seh_stackalloc 88
	.seh_endprologue
	movq	%rcx, 96(%rsp)
	movq	%rdx, 104(%rsp)
	movq	%r8, 112(%rsp)
	movq	%r9, 120(%rsp)
	movq	%xmm0, 48(%rsp)
	movq	%xmm1, 56(%rsp)
	movq	%xmm2, 64(%rsp)
	movq	%xmm3, 72(%rsp)
	cld				# whatever the DLL did
	movq	%r10, %rcx
	leaq	48(%rsp), %rdx
	call	*(%r10)
	movq	%rax, %xmm0
	addq	$88, %rsp
	ret
	.seh_endproc
