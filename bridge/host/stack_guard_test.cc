// SPDX-License-Identifier: MIT
#include "bridge/host/stack_guard.h"

#include <windows.h>

#include <gtest/gtest.h>

#include <atomic>

#include "bridge/core/testing.h"
#include "bridge/host/guarded_call.h"

namespace bridge::host {
namespace {

constexpr std::uint32_t kOverflow = 0xc00000fd;

[[gnu::noinline]] int Recurse(int depth) {
  volatile char frame[700];
  frame[depth & 511] = 1;
  if (depth == 0) return frame[0];
  return Recurse(depth - 1) + frame[depth & 511];
}

Called Overflow(int depth) {
  const Signature signature = testing::MakeSignature({kInt32}, {}, kInt32);
  auto call = PassCall(signature, testing::kHere);
  Function function;
  function.code = reinterpret_cast<void*>(&Recurse);
  function.binding = {.convention = Convention::kCdecl, .result = call->result, .arguments = std::move(call->arguments), .plan = {}};
  PrepareCall(&function);
  const std::uint64_t words[6] = {static_cast<std::uint32_t>(depth)};
  Called called;
  GuardedCall(function, words, {}, &called);
  return called;
}

template <typename F>
DWORD WINAPI Start(void* act) {
  (*static_cast<F*>(act))();
  return 0;
}

template <typename F>
void OnThread(std::size_t stack, F act) {
  HANDLE thread = CreateThread(nullptr, stack, Start<F>, &act, STACK_SIZE_PARAM_IS_A_RESERVATION, nullptr);
  ASSERT_NE(thread, nullptr);
  WaitForSingleObject(thread, INFINITE);
  CloseHandle(thread);
}

TEST(StackGuard, AnOverflowIsAnOutcomeAgainAndAgain) {
  for (const std::size_t stack : {std::size_t{1} << 20, std::size_t{8} << 20})
    OnThread(stack, [] {
      GuardStack();
      for (int i = 0; i < 5; ++i) {
        const Called called = Overflow(-1);
        ASSERT_EQ(called.outcome, Outcome::kFault) << i;
        ASSERT_EQ(called.fault.code, kOverflow) << i;
        const Called shallow = Overflow(100);
        ASSERT_EQ(shallow.outcome, Outcome::kReturned) << i;
        ASSERT_EQ(static_cast<int>(shallow.result), 101) << i;
      }
    });
}

TEST(StackGuard, AllButWhatIsKeptForHandlersCanBeUsed) {
  OnThread(8 << 20, [] {
    GuardStack();
    for (int i = 0; i < 2; ++i) {
      EXPECT_EQ(Overflow(7000).outcome, Outcome::kReturned);
      EXPECT_EQ(Overflow(-1).outcome, Outcome::kFault);
    }
  });
}

TEST(StackGuard, EveryThreadHasItsOwn) {
  std::atomic<int> right = 0;
  auto overflow = [&right] {
    GuardStack();
    for (int i = 0; i < 10; ++i) right += Overflow(-1).fault.code == kOverflow;
  };
  HANDLE threads[4];
  for (HANDLE& thread : threads)
    thread = CreateThread(nullptr, 2 << 20, Start<decltype(overflow)>, &overflow, STACK_SIZE_PARAM_IS_A_RESERVATION, nullptr);
  for (HANDLE thread : threads) {
    WaitForSingleObject(thread, INFINITE);
    CloseHandle(thread);
  }
  EXPECT_EQ(right, 40);
}

}  // namespace
}  // namespace bridge::host
