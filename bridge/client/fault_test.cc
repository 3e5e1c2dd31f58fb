// SPDX-License-Identifier: MIT
// What becomes of calls in which the DLL faults.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <climits>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "bridge/client/wine_testing.h"
#include "dlls/faults.h"

namespace bridge::testing {
namespace {

class FaultTest : public ::testing::TestWithParam<Place> {
 protected:
  Session session_ = Start(GetParam().Options());
  Module faults_ = session_.Load(Dll("faults_cdecl", GetParam().arch));
  Function<int(int, Size)> run_ = faults_.Function<int(int, Size)>("run_fault");
  Function<int(int, int)> divide_ = faults_.Function<int(int, int)>("fault_divide");

  // The fault's error, after which the session does work.
  Error Fault(int kind, std::uint64_t argument = 0) {
    auto tried = run_.TryCall(kind, Size{argument});
    if (tried) {
      ADD_FAILURE() << "kind " << kind << " returned " << *tried;
      return {};
    }
    EXPECT_EQ(tried.error().code, ErrorCode::kFault) << tried.error().message;
    EXPECT_TRUE(Says(tried.error(), {"run_fault raised exception ", "; the session still works"}));
    EXPECT_EQ(divide_(42, 6), 7);
    return tried.error();
  }
  bool narrow() const { return GetParam().arch == Arch::kWin32; }
};
INSTANTIATE_TEST_SUITE_P(Places, FaultTest, ::testing::ValuesIn(Places()), [](const auto& info) { return Spell(info.param); });

TEST_P(FaultTest, AnAccessViolationSaysWhatItTouchedAndWhere) {
  const Error read = Fault(kFaultRead, 16);
  EXPECT_EQ(read.os_error, 0xc0000005u);
  EXPECT_EQ(read.module, "faults_cdecl.dll");
  EXPECT_NE(read.address, 0u);
  EXPECT_GT(read.offset, 0u);
  EXPECT_TRUE(Says(read, {"exception 0xc0000005 (access violation, reading 0x10) at faults_cdecl.dll+0x"}));
  const Error written = Fault(kFaultWrite, 0x20);
  EXPECT_TRUE(Says(written, {"(access violation, writing 0x20) at faults_cdecl.dll+0x"}));
  EXPECT_NE(written.address, read.address);
  EXPECT_EQ(written.address - written.offset, read.address - read.offset) << "where the module is loaded";
}

TEST_P(FaultTest, AJumpIntoNowhereSaysWhereTo) {
  const Error jump = Fault(kFaultJump, 0x1234);
  EXPECT_EQ(jump.os_error, 0xc0000005u);
  EXPECT_EQ(jump.address, 0x1234u);
  EXPECT_EQ(jump.module, "");
  EXPECT_TRUE(Says(jump, {"0x1234, in no module"}));
}

TEST_P(FaultTest, TheProcessorsExceptionsHaveTheirNames) {
  EXPECT_TRUE(Says(Fault(kFaultDivide), {"0xc0000094 (integer division by zero) at faults_cdecl.dll+0x"}));
  EXPECT_TRUE(Says(Fault(kFaultIllegal), {"0xc000001d (illegal instruction) at faults_cdecl.dll+0x"}));
  EXPECT_TRUE(Says(Fault(kFaultInt3), {"0x80000003 (breakpoint) at faults_cdecl.dll+0x"}));
  EXPECT_TRUE(Says(Fault(kFaultGuardPage), {"0x80000001 (guard page) at faults_cdecl.dll+0x"}));
  auto overflow = divide_.TryCall(INT_MIN, -1);
  ASSERT_FALSE(overflow);
  EXPECT_EQ(overflow.error().code, ErrorCode::kFault);
  EXPECT_EQ(divide_(42, 6), 7);
}

TEST_P(FaultTest, AnExceptionOfTheDllsOwnKeepsItsCode) {
  for (const std::uint32_t code : {0xe0001234u, 0x20001234u, 0xe06d7363u}) {
    EXPECT_EQ(Fault(kFaultRaise, code).os_error, code);
    EXPECT_EQ(Fault(kFaultRaiseForGood, code).os_error, code);
  }
}

TEST_P(FaultTest, FloatingPointExceptionsLeaveNothingBehind) {
  auto absolute = session_.Load("msvcrt.dll").Function<double(double)>("fabs");
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(Says(Fault(kFaultX87), {"floating-point"}));
    EXPECT_EQ(absolute(-0.75), 0.75);
    EXPECT_TRUE(Says(Fault(kFaultSse), {"floating-point"}));
    EXPECT_EQ(absolute(-0.5), 0.5);
  }
}

TEST_P(FaultTest, AStackOverflowIsAnOutcomeAgainAndAgain) {
  auto recurse = faults_.Function<int(int)>("fault_stack");
  for (int i = 0; i < 3; ++i) {
    const Error overflow = Fault(kFaultStack);
    EXPECT_EQ(overflow.os_error, 0xc00000fdu);
    EXPECT_TRUE(Says(overflow, {"(stack overflow) at faults_cdecl.dll+0x"}));
    EXPECT_EQ(recurse(5000), 5000) << "there is as much room as before";
  }
}

TEST_P(FaultTest, AStackOverflowIsOneOnEveryThread) {
  std::atomic<int> right = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i)
    threads.emplace_back([&] {
      for (int j = 0; j < 3; ++j) {
        auto tried = run_.TryCall(kFaultStack, Size{0});
        right += !tried && tried.error().os_error == 0xc00000fdu && divide_(10, 5) == 2;
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(right, 9);
}

TEST_P(FaultTest, WhatTheDllOrTheSystemHandlesIsNoOutcome) {
  EXPECT_EQ(faults_.Function<int(Size)>("fault_handled_inside")(Size{16}), -1);
  EXPECT_EQ(faults_.Function<int(Size)>("fault_handled_vectored")(Size{16}), -1);
  EXPECT_EQ(faults_.Function<int(Size)>("fault_lstrlen")(Size{16}), 0);
  EXPECT_EQ(faults_.Function<int()>("fault_caught")(), 1);
  for (int i = 0; i < 2; ++i) EXPECT_EQ(faults_.Function<int()>("fault_handled_stack")(), -1);
  EXPECT_EQ(Fault(kFaultStack).os_error, 0xc00000fdu);
}

TEST_P(FaultTest, AFaultInANestedCallEndsThatCallAlone) {
  auto then = faults_.Function<int(Callback<int(int)>, int, int, Size)>("call_then_fault");
  std::vector<std::string> seen;
  auto handler = session_.MakeCallback<int(int)>([&](int value) {
    for (const int kind : {kFaultRead, kFaultStack, kFaultIllegal}) seen.push_back(Fault(kind, 16).message.substr(0, 40));
    return value + 1;
  });
  EXPECT_EQ(then(handler, 5, kFaultNone, Size{0}), 6);
  EXPECT_EQ(seen.size(), 3u);
  auto tried = then.TryCall(handler, 5, kFaultDivide, Size{0});
  ASSERT_FALSE(tried);
  EXPECT_EQ(tried.error().os_error, 0xc0000094u) << "after its callback returned the outer call faults itself";
  EXPECT_EQ(seen.size(), 6u);
  EXPECT_EQ(divide_(42, 6), 7);
}

TEST_P(FaultTest, FaultsAtEveryDepthOfANestReachTheirOwnCallers) {
  auto then = faults_.Function<int(Callback<int(int)>, int, int, Size)>("call_then_fault");
  std::vector<std::uint32_t> codes;
  std::function<int(int)> nest;
  auto handler = session_.MakeCallback<int(int)>([&](int depth) { return nest(depth); });
  nest = [&](int depth) {
    if (depth == 0) return 1;
    auto tried = then.TryCall(handler, depth - 1, depth % 2 ? kFaultRead : kFaultStack, Size{16});
    codes.push_back(tried ? 0 : tried.error().os_error);
    return depth;
  };
  EXPECT_EQ(then(handler, 5, kFaultNone, Size{0}), 5);
  EXPECT_EQ(codes, (std::vector<std::uint32_t>{0xc0000005, 0xc00000fd, 0xc0000005, 0xc00000fd, 0xc0000005}));
  EXPECT_EQ(divide_(42, 6), 7);
}

TEST_P(FaultTest, ACppExceptionThatLeavesTheDllIsSaid) {
  auto tried = run_.TryCall(kFaultThrow, Size{0});
  ASSERT_FALSE(tried);
  if (narrow()) {
    // Its runtime finds nobody who would catch, and aborts.
    EXPECT_EQ(tried.error().code, ErrorCode::kDisconnected);
    EXPECT_TRUE(Says(tried.error(), {"exited with status 3 during run_fault: ", "called abort", "C++ exception"}));
    return;
  }
  EXPECT_EQ(tried.error().code, ErrorCode::kFault);
  EXPECT_EQ(tried.error().os_error, 0x20474343u);
  EXPECT_TRUE(Says(tried.error(), {"0x20474343 (C++ exception, GCC's) at ", "; the session still works"}));
  EXPECT_EQ(divide_(42, 6), 7);
}

TEST_P(FaultTest, AJumpWithinTheCallIsNoOutcome) {
  auto over = session_.Load(Dll("faults_cdecl", GetParam().arch)).Function<int(Size, int)>("jump_over");
  const std::uint64_t pointer = faults_.Data<char>("fault_longjmp").address();
  EXPECT_EQ(over(Size{pointer}, 4), -7004);
}

TEST_P(FaultTest, ADllThatFloodsItsOutputDisturbsNobody) {
  auto flood = faults_.Function<Int64(int, Int64)>("flood");
  constexpr std::int64_t kOut = 40 << 20, kErr = 5 << 20;
  std::atomic<bool> done = false;
  std::thread out([&] {
    EXPECT_EQ(flood(1, Int64{kOut}), Int64{kOut});
    done = true;
  });
  std::thread err([&] { EXPECT_EQ(flood(2, Int64{kErr}), Int64{kErr}); });
  for (int i = 0; i < 100 || !done; ++i) EXPECT_EQ(divide_(6 * i, 6), i);
  out.join();
  err.join();
  const Text text = session_.TakeText();
  EXPECT_EQ(text.out.size() + text.out_dropped, static_cast<std::size_t>(kOut));
  EXPECT_LE(text.out.size(), 16u << 20);
  EXPECT_GE(text.err.size(), static_cast<std::size_t>(kErr)) << "there Wine itself may say something too";
  EXPECT_EQ(text.err_dropped, 0u);
}

// Both widths' setjmp may jump with or without an unwinding; to the channel they are the same.
class JumpTest : public FaultTest {
 protected:
  Function<int(int)> jump_ = faults_.Function<int(int)>("fault_longjmp");
  Function<int(Callback<int(int)>, int)> over_ = faults_.Function<int(Callback<int(int)>, int)>("jump_over");

  // What becomes of the call that is jumped out of.
  void Jump(int n) {
    auto tried = jump_.TryCall(n);
    ASSERT_FALSE(tried);
    EXPECT_EQ(tried.error().code, ErrorCode::kFault);
    EXPECT_EQ(tried.error().os_error, 0x80000026u);
    EXPECT_EQ(tried.error().module, "faults_cdecl.dll");
    EXPECT_TRUE(Says(tried.error(), {"fault_longjmp raised exception 0x80000026 (longjmp) at faults_cdecl.dll+0x", "; the session still works"}));
  }
};
INSTANTIATE_TEST_SUITE_P(Places, JumpTest, ::testing::ValuesIn(Places()), [](const auto& info) { return Spell(info.param); });

TEST_P(JumpTest, AJumpOverAnOpenCallbackEndsTheCallInsideIt) {
  auto handler = session_.MakeCallback<int(int)>([&](int value) {
    Jump(value);
    EXPECT_EQ(divide_(42, 6), 7) << "before the handler returned";
    return 1;
  });
  for (int i = 1; i <= 20; ++i) {
    EXPECT_EQ(over_(handler, i), -7000 - i);
    EXPECT_EQ(divide_(42, 6), 7);
  }
}

TEST_P(JumpTest, AJumpOverSeveralCallbacksEndsEveryCallInBetween) {
  auto then = faults_.Function<int(Callback<int(int)>, int, int, Size)>("call_then_fault");
  std::vector<std::uint32_t> codes;
  std::function<int(int)> nest;
  auto handler = session_.MakeCallback<int(int)>([&](int depth) { return nest(depth); });
  nest = [&](int depth) {
    if (depth == 0) return Jump(5), 0;
    auto tried = then.TryCall(handler, depth - 1, kFaultNone, Size{0});
    codes.push_back(tried ? 0 : tried.error().os_error);
    EXPECT_EQ(divide_(42, 6), 7);
    return depth;
  };
  EXPECT_EQ(over_(handler, 4), -7005);
  EXPECT_EQ(codes, std::vector<std::uint32_t>(4, 0x80000026));
  EXPECT_EQ(jump_(1), -1) << "no place to jump to";
}

TEST_P(JumpTest, HandlersThatWereJumpedOverEndBeforeTheNextBegins) {
  int open = 0, most = 0;
  auto handler = session_.MakeCallback<int(int)>([&](int value) {
    most = std::max(most, ++open);
    Jump(value + 1);
    --open;
    return 0;
  });
  EXPECT_EQ(faults_.Function<int(Callback<int(int)>, int)>("jump_over_each")(handler, 50), 50);
  EXPECT_EQ(most, 1);
  EXPECT_EQ(open, 0);
}

TEST_P(JumpTest, AHandlerThatIsJumpedOverMayJumpAgain) {
  int jumps = 0;
  auto inner = session_.MakeCallback<int(int)>([&](int value) { return Jump(value), ++jumps; });
  auto handler = session_.MakeCallback<int(int)>([&](int value) {
    Jump(value);
    EXPECT_EQ(over_(inner, 9), -7009);
    EXPECT_EQ(over_(inner, 8), -7008);
    return 0;
  });
  EXPECT_EQ(over_(handler, 3), -7003);
  EXPECT_EQ(jumps, 2);
}

TEST_P(JumpTest, WhatTheHandlerThrowsThenIsTheOuterCallsError) {
  auto handler = session_.MakeCallback<int(int)>([&](int value) { return jump_(value); });
  const Error error = Refused([&] { over_(handler, 5); });
  EXPECT_EQ(error.os_error, 0x80000026u);
  EXPECT_EQ(divide_(42, 6), 7);
}

// What becomes of a session whose host the DLL ended; a session for each.
class EndingTest : public FaultTest {
 protected:
  Error End(int kind, std::uint64_t argument = 0) {
    auto tried = run_.TryCall(kind, Size{argument});
    EXPECT_FALSE(tried);
    if (tried) return {};
    EXPECT_EQ(tried.error().code, ErrorCode::kDisconnected) << tried.error().message;
    EXPECT_TRUE(Says(tried.error(), {"during run_fault", "the session is over"}));
    return tried.error();
  }
};
INSTANTIATE_TEST_SUITE_P(Places, EndingTest, ::testing::ValuesIn(Places()), [](const auto& info) { return Spell(info.param); });

TEST_P(EndingTest, ExitProcessIsSaidWithItsModule) {
  const Error error = End(kFaultExitProcess, 0x12345678);
  EXPECT_TRUE(Says(error, {"exited with status 120", "faults_cdecl.dll+0x", "called ExitProcess or exit", "lower 8 bits"}));
  EXPECT_EQ(error.os_error, 120u);
}

TEST_P(EndingTest, ExitIsTheSame) {
  const Error error = End(kFaultExit, 7);
  EXPECT_TRUE(Says(error, {"exited with status 7", "called ExitProcess or exit"}));
  EXPECT_EQ(error.os_error, 7u);
}

TEST_P(EndingTest, AbortIsToldFromExit) {
  const Error error = End(kFaultAbort);
  EXPECT_TRUE(Says(error, {"exited with status 3", "called abort"}));
  EXPECT_EQ(error.module, "faults_cdecl.dll");
  EXPECT_EQ(error.os_error, 3u);
}

TEST_P(EndingTest, TerminateProcessLeavesTheStatusAlone) {
  const Error error = End(kFaultTerminateSelf, 77);
  EXPECT_TRUE(Says(error, {"exited with status 77 during run_fault; "}));
  EXPECT_EQ(error.os_error, 77u);
}

TEST_P(EndingTest, AFaultOnAThreadOfTheDllsOwnIsSaidAsThat) {
  auto start = faults_.Function<int(int, Size, int, int)>("start_thread_that");
  auto tried = start.TryCall(kFaultRead, Size{16}, 0, 1);
  ASSERT_FALSE(tried);
  EXPECT_EQ(tried.error().code, ErrorCode::kDisconnected);
  EXPECT_EQ(tried.error().os_error, 0xc0000005u);
  EXPECT_EQ(tried.error().module, "faults_cdecl.dll");
  EXPECT_TRUE(Says(tried.error(), {"during start_thread_that: a thread of the DLL's own raised exception 0xc0000005 (access violation, reading 0x10) at faults_cdecl.dll+0x"}));
}

TEST_P(EndingTest, AThreadThatFaultsLaterIsSaidToTheCallThatIsOpen) {
  auto start = faults_.Function<int(int, Size, int, int)>("start_thread_that");
  EXPECT_EQ(start(kFaultIllegal, Size{0}, 200, 0), 0);
  auto tried = faults_.Function<int(int)>("hang").TryCall(0);
  ASSERT_FALSE(tried);
  EXPECT_TRUE(Says(tried.error(), {"during hang: a thread of the DLL's own raised exception 0xc000001d (illegal instruction)"}));
}

}  // namespace
}  // namespace bridge::testing
