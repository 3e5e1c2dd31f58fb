// SPDX-License-Identifier: MIT
#include "bridge/client/local_memory.h"

#include <signal.h>
#include <ucontext.h>

#include <cstring>

// Each function touches one byte of every page of a range, at the instruction behind its `touch`: where that faults the
// handler goes on at `lost`, with the registers as they were. Pages of 4096 bytes are assumed; larger ones are touched often.
// In pages that belong to the range as a whole that byte is each time a cache line further in: with the same one of all,
// which share their places in the cache, a range of 1 MiB took twice as long.
//   const std::byte* spanproof_touch_to_read(const std::byte* at, std::uint64_t bytes)
//   const std::byte* spanproof_touch_to_write(std::byte* to, const std::byte* from, std::uint64_t bytes), which stores what
// stands at the same place of `from`. Both need a byte at least, and return the address that could not be touched, or null.
// rdi: the first byte in a page; rdx: of which another is touched; rcx: the range's last byte.
asm(R"(
	# The rest of both: on with `again` at the next page, if it is of the range.
	.macro	spanproof_next_page again
	andq	$-4096, %rdi
	addq	$4096, %rdi
	jc	1f
	leaq	64(%rdx), %rdx
	andl	$4032, %edx
	leaq	4095(%rdi), %rax
	cmpq	%rcx, %rax
	jbe	\again
	xorl	%edx, %edx
	cmpq	%rcx, %rdi
	jbe	\again
1:	xorl	%eax, %eax
	ret
	.endm

	.text
	.p2align 4
	.globl	spanproof_touch_to_read
	.hidden	spanproof_touch_to_read
	.type	spanproof_touch_to_read, @function
spanproof_touch_to_read:
	leaq	-1(%rdi,%rsi), %rcx
	xorl	%edx, %edx
	.hidden	spanproof_read_touch
	.globl	spanproof_read_touch
spanproof_read_touch:
	movzbl	(%rdi,%rdx), %eax
	spanproof_next_page spanproof_read_touch
	.size	spanproof_touch_to_read, . - spanproof_touch_to_read

	.p2align 4
	.globl	spanproof_touch_to_write
	.hidden	spanproof_touch_to_write
	.type	spanproof_touch_to_write, @function
spanproof_touch_to_write:
	leaq	-1(%rdi,%rdx), %rcx
	xorl	%edx, %edx
	subq	%rdi, %rsi
2:	leaq	(%rdi,%rdx), %r8
	movzbl	(%rsi,%r8), %eax
	.hidden	spanproof_write_touch
	.globl	spanproof_write_touch
spanproof_write_touch:
	movb	%al, (%r8)
	spanproof_next_page 2b
	.size	spanproof_touch_to_write, . - spanproof_touch_to_write

	.hidden	spanproof_touch_lost
	.globl	spanproof_touch_lost
spanproof_touch_lost:
	movq	%rdi, %rax
	ret
)");

extern "C" {
const std::byte* spanproof_touch_to_read(const std::byte* at, std::uint64_t bytes);
const std::byte* spanproof_touch_to_write(std::byte* to, const std::byte* from, std::uint64_t bytes);
extern const char spanproof_read_touch[], spanproof_write_touch[], spanproof_touch_lost[];
}

namespace bridge {
namespace {

struct sigaction g_before[NSIG];

greg_t AddressOf(const char* code) { return reinterpret_cast<greg_t>(code); }

// What would have happened without us.
void HandOn(int number, siginfo_t* info, void* context) {
  struct sigaction& before = g_before[number];
  const struct sigaction now = before;
  const bool sent = info->si_code <= 0;  // by somebody, not raised by an instruction
  if ((now.sa_flags & SA_SIGINFO) == 0 && now.sa_handler == SIG_IGN && sent) return;
  if ((now.sa_flags & SA_SIGINFO) == 0 && (now.sa_handler == SIG_DFL || now.sa_handler == SIG_IGN)) {
    struct sigaction plain = {};
    plain.sa_handler = SIG_DFL;
    sigaction(number, &plain, nullptr);
    // An instruction faults again when this returns.
    if (sent) raise(number);
    return;
  }
  if ((now.sa_flags & SA_RESETHAND) != 0) before = {};
  if ((now.sa_flags & SA_SIGINFO) != 0) now.sa_sigaction(number, info, context);
  else now.sa_handler(number);
}

void Handle(int number, siginfo_t* info, void* context) {
  greg_t& at = static_cast<ucontext_t*>(context)->uc_mcontext.gregs[REG_RIP];
  const bool ours = at == AddressOf(spanproof_read_touch) || at == AddressOf(spanproof_write_touch);
  if (!ours || info->si_code <= 0) return HandOn(number, info, context);
  at = AddressOf(spanproof_touch_lost);
}

bool Take(int number) {
  struct sigaction& before = g_before[number];
  if (sigaction(number, nullptr, &before) != 0) return false;
  struct sigaction ours = {};
  ours.sa_sigaction = Handle;
  // As the other's would run; on the stack that the thread has for that, if any.
  ours.sa_flags = SA_SIGINFO | SA_ONSTACK | (before.sa_flags & (SA_NODEFER | SA_RESTART));
  ours.sa_mask = before.sa_mask;
  return sigaction(number, &ours, nullptr) == 0;
}

const std::byte* Unreadable(const std::byte* at, std::uint64_t bytes) { return bytes == 0 ? nullptr : spanproof_touch_to_read(at, bytes); }

const std::byte* Write(std::byte* to, const std::byte* from, std::uint64_t bytes) {
  if (bytes == 0) return nullptr;
  if (const std::byte* failed = spanproof_touch_to_write(to, from, bytes)) [[unlikely]] return failed;
  std::memcpy(to, from, bytes);
  return nullptr;
}

}  // namespace

const Access* LocalMemory() {
  static const Access access{Unreadable, Write};
  static const bool taken = Take(SIGSEGV) && Take(SIGBUS);
  return taken ? &access : nullptr;
}

}  // namespace bridge
