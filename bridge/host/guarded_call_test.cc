// SPDX-License-Identifier: MIT
#include "bridge/host/guarded_call.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "bridge/core/testing.h"
#include "bridge/host/testing.h"

// The stubs against functions that the compiler of the gnu ABIs made.
#define CALLEE [[gnu::noinline]]

namespace bridge::host {
namespace {

constexpr Abi kGnu = testing::kHere;

struct Twelve {
  int a, b, c;
};
struct Five {
  char c[5];
};
struct LoneFloat {
  float f;
};
struct LoneDouble {
  struct {
    double d[1];
  } inner;
};
struct TwoInts {
  int a, b;
};
const Type kTwelve = Type::Struct("Twelve", {{"a", kInt32}, {"b", kInt32}, {"c", kInt32}});
const Type kFive = Type::Struct("Five", {{"c", Type::Array(kInt8, 5)}});
const Type kLoneFloat = Type::Struct("LoneFloat", {{"f", kFloat}});
const Type kLoneDouble =
    Type::Struct("LoneDouble", {{"inner", Type::Struct("Inner", {{"d", Type::Array(kDouble, 1)}})}});
const Type kTwoInts = Type::Struct("TwoInts", {{"a", kInt32}, {"b", kInt32}});
const Type kThis = Type::Pointer(kVoid);

// A bound function, and calls of it with C++ values. By-value aggregates are sent as the protocol says.
class Callee {
 public:
  template <typename F>
  Callee(F* code, Convention convention, std::vector<Type> arguments, Type result) {
    Signature signature = testing::MakeSignature(std::move(arguments), {}, std::move(result));
    signature.convention = convention;
    auto call = PassCall(signature, kGnu);
    EXPECT_TRUE(call) << (call ? "" : call.error().message);
    function_.name = "callee";
    function_.code = reinterpret_cast<void*>(code);
    function_.binding = {.convention = convention, .result = call->result, .arguments = std::move(call->arguments), .plan = {}};
    PrepareCall(&function_);
  }
  Callee(const Callee&) = delete;
  Callee& operator=(const Callee&) = delete;

  template <typename... Args>
  Called Call(Args... args) {
    std::size_t i = 0;
    std::uint64_t words[sizeof...(Args) + 6] = {Word(i++, args)...};
    Called called;
    GuardedCall(function_, words, {segment_, segment_ + sizeof segment_}, &called);
    return called;
  }
  template <typename R, typename... Args>
  R Get(Args... args) {
    const Called called = Call(args...);
    EXPECT_EQ(called.outcome, Outcome::kReturned) << DescribeOutcome(function_, called).message;
    R value;
    std::memcpy(&value, &called.result, sizeof value);
    return value;
  }
  std::string Message(const Called& called) { return DescribeOutcome(function_, called).message; }

 private:
  template <typename T>
  std::uint64_t Word(std::size_t i, T value) {
    std::uint64_t word = 0;
    if (i >= function_.binding.arguments.size() || function_.binding.arguments[i].travel == Travel::kWord) {
      if constexpr (std::is_integral_v<T>) return static_cast<std::uint64_t>(static_cast<std::int64_t>(value));
      if constexpr (sizeof value <= sizeof word) std::memcpy(&word, &value, sizeof value);
      return word;
    }
    std::byte* room = segment_ + i * 64;
    std::memcpy(room, &value, sizeof value);
    return testing::Address(room);
  }
  Function function_;
  alignas(16) std::byte segment_[1024] = {};
};

// Arguments weighed by their place, so that none can stand in for another.
CALLEE int Weigh(int a, int b, int c, int d, int e) { return a + 10 * b + 100 * c + 1000 * d + 10000 * e; }
CALLEE int STDCALL WeighStdcall(int a, int b, int c, int d, int e) { return Weigh(a, b, c, d, e); }
CALLEE int FASTCALL WeighFastcall(int a, int b, int c, int d, int e) { return Weigh(a, b, c, d, e); }
CALLEE int THISCALL WeighThiscall(void* self, int b, int c, int d, int e) { return Weigh(*static_cast<int*>(self), b, c, d, e); }

TEST(GuardedCall, EveryConventionGetsItsArgumentsInOrder) {
  const std::vector<Type> five(5, kInt32);
  EXPECT_EQ(Callee(Weigh, Convention::kCdecl, five, kInt32).Get<int>(1, 2, 3, 4, 5), 54321);
  EXPECT_EQ(Callee(WeighStdcall, Convention::kStdcall, five, kInt32).Get<int>(1, 2, 3, 4, 5), 54321);
  EXPECT_EQ(Callee(WeighFastcall, Convention::kFastcall, five, kInt32).Get<int>(1, 2, 3, 4, 5), 54321);
  int self = 1;
  EXPECT_EQ(Callee(WeighThiscall, Convention::kThiscall, {kThis, kInt32, kInt32, kInt32, kInt32}, kInt32).Get<int>(&self, 2, 3, 4, 5), 54321);
}

CALLEE double FASTCALL Mixed(float a, short b, double c, long long d, signed char e, int f) { return a + 10 * b + 100 * c + 1000 * static_cast<double>(d) + 10000 * e + 100000 * f; }
CALLEE long long FASTCALL WideFirst(long long a, int b, int c) { return a + b * 10 + c * 100; }
CALLEE int FASTCALL StructFirst(TwoInts a, int b, Five c, int d) { return a.a + 10 * a.b + 100 * b + 1000 * c.c[4] + 10000 * d; }
CALLEE int FASTCALL FloatStructFirst(LoneFloat a, int b, int c, int d) { return static_cast<int>(a.f) + 10 * b + 100 * c + 1000 * d; }

TEST(GuardedCall, FastcallGivesRegistersToWhatFitsThem) {
  EXPECT_EQ(Callee(Mixed, Convention::kFastcall, {kFloat, kInt16, kDouble, kInt64, kInt8, kInt32}, kDouble)
                .Get<double>(1.0f, static_cast<short>(2), 3.0, 4LL, static_cast<signed char>(-5), 6), 554321.0);
  EXPECT_EQ(Callee(WideFirst, Convention::kFastcall, {kInt64, kInt32, kInt32}, kInt64).Get<long long>(1LL << 40, 2, 3), (1LL << 40) + 320);
  EXPECT_EQ(Callee(StructFirst, Convention::kFastcall, {kTwoInts, kInt32, kFive, kInt32}, kInt32).Get<int>(TwoInts{1, 2}, 3, Five{{0, 0, 0, 0, 4}}, 5), 54321);
  EXPECT_EQ(Callee(FloatStructFirst, Convention::kFastcall, {kLoneFloat, kInt32, kInt32, kInt32}, kInt32).Get<int>(LoneFloat{1}, 2, 3, 4), 4321);
}

CALLEE float ReturnFloat(float a) { return a * 2; }
CALLEE double ReturnDouble(double a) { return a * 2; }
CALLEE long long ReturnWide(long long a) { return a * 2; }
CALLEE LoneFloat ReturnLoneFloat(float a) { return {a * 2}; }
CALLEE LoneDouble ReturnLoneDouble(double a) { return {{{a * 2}}}; }
CALLEE TwoInts ReturnTwoInts(int a, int b) { return {a, b}; }
CALLEE Twelve STDCALL ReturnTwelve(int a, Twelve b) { return {a, b.b, b.c}; }
CALLEE Twelve FASTCALL ReturnTwelveFast(int a, Twelve b, int c) { return {a, b.b, c}; }
CALLEE Twelve THISCALL ReturnTwelveThis(void* self, int b) { return {*static_cast<int*>(self), b, 3}; }

TEST(GuardedCall, ResultsComeFromWhereTheirTypePutsThem) {
  EXPECT_EQ(Callee(ReturnFloat, Convention::kCdecl, {kFloat}, kFloat).Get<float>(1.25f), 2.5f);
  EXPECT_EQ(Callee(ReturnDouble, Convention::kCdecl, {kDouble}, kDouble).Get<double>(1.25), 2.5);
  EXPECT_EQ(Callee(ReturnWide, Convention::kCdecl, {kInt64}, kInt64).Get<long long>(1LL << 40), 1LL << 41);
  EXPECT_EQ(Callee(ReturnLoneFloat, Convention::kCdecl, {kFloat}, kLoneFloat).Get<LoneFloat>(1.25f).f, 2.5f);
  EXPECT_EQ(Callee(ReturnLoneDouble, Convention::kCdecl, {kDouble}, kLoneDouble).Get<LoneDouble>(1.25).inner.d[0], 2.5);
  const auto pair = Callee(ReturnTwoInts, Convention::kCdecl, {kInt32, kInt32}, kTwoInts).Get<TwoInts>(5, -6);
  EXPECT_EQ(pair.a, 5);
  EXPECT_EQ(pair.b, -6);
}

TEST(GuardedCall, LargeResultsAreWrittenThroughTheHiddenPointer) {
  Twelve into{};
  const Twelve given{0, 2, 3};
  Callee(ReturnTwelve, Convention::kStdcall, {kInt32, kTwelve}, kTwelve).Get<std::uint32_t>(&into, 1, given);
  EXPECT_EQ(into.a + 10 * into.b + 100 * into.c, 321);
  into = {};
  Callee(ReturnTwelveFast, Convention::kFastcall, {kInt32, kTwelve, kInt32}, kTwelve).Get<std::uint32_t>(&into, 1, given, 3);
  EXPECT_EQ(into.a + 10 * into.b + 100 * into.c, 321);
  into = {};
  int self = 1;
  Callee(ReturnTwelveThis, Convention::kThiscall, {kThis, kInt32}, kTwelve).Get<std::uint32_t>(&into, &self, 2);
  EXPECT_EQ(into.a + 10 * into.b + 100 * into.c, 321);
}

CALLEE std::uintptr_t StackRemainder(int, int, int) {
  return reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0)) % 16;
}

TEST(GuardedCall, TheStackIsAMultipleOf16AtEveryCallWhateverTheNumberOfArguments) {
  const std::uintptr_t expected = Callee(StackRemainder, Convention::kCdecl, {}, kInt32).Get<std::uint32_t>();
#ifndef _WIN64
  EXPECT_EQ(expected, 8u);  // the return address and the saved ebp stand above
#endif
  for (std::size_t count = 0; count < 9; ++count)
    EXPECT_EQ(Callee(StackRemainder, Convention::kCdecl, std::vector<Type>(count, kInt32), kInt32).Get<std::uint32_t>(1, 2, 3, 4, 5, 6, 7, 8),
              expected);
}

CALLEE void Divide(int) { asm volatile("fld1\n\tstd\n\tud2"); }
CALLEE void SetDirection() { asm volatile("std"); }
bool DirectionIsSet() {
  std::uintptr_t flags;
  asm volatile("pushf\n\tpop %0" : "=r"(flags));
  return (flags & 0x400) != 0;
}

TEST(GuardedCall, AFaultIsAnAnswerAndLeavesNothingBehind) {
  Callee divide(Divide, Convention::kCdecl, {kInt32}, kVoid);
  for (int i = 0; i < 20; ++i) {
    const Called called = divide.Call(1);
    ASSERT_EQ(called.outcome, Outcome::kFault);
    EXPECT_EQ(called.fault.code, 0xc000001du);
    EXPECT_FALSE(DirectionIsSet());
  }
  EXPECT_EQ(Callee(ReturnDouble, Convention::kCdecl, {kDouble}, kDouble).Get<double>(1.25), 2.5);
}

TEST(GuardedCall, ADirectionFlagThatTheCalleeSetIsTakenBack) {
  Callee set(SetDirection, Convention::kCdecl, {}, kVoid);
  set.Get<std::uint32_t>();
  EXPECT_FALSE(DirectionIsSet());
}

CALLEE void SetControlWords(std::uint16_t x87, std::uint32_t mxcsr) { asm volatile("fldcw %0\n\tldmxcsr %1" : : "m"(x87), "m"(mxcsr)); }

TEST(GuardedCall, ControlWordsStayAsTheCalleeLeftThem) {
  std::uint16_t x87, x87_after;
  std::uint32_t mxcsr, mxcsr_after;
  asm volatile("fnstcw %0\n\tstmxcsr %1" : "=m"(x87), "=m"(mxcsr));
  Callee set(SetControlWords, Convention::kCdecl, {kUint16, kUint32}, kVoid);
  set.Get<std::uint32_t>(static_cast<std::uint16_t>(x87 ^ 0x400), mxcsr ^ 0x8000);
  asm volatile("fnstcw %0\n\tstmxcsr %1" : "=m"(x87_after), "=m"(mxcsr_after));
  EXPECT_EQ(x87_after, x87 ^ 0x400);
  EXPECT_EQ(mxcsr_after & ~0x3fu, (mxcsr ^ 0x8000) & ~0x3fu);
  set.Get<std::uint32_t>(x87, mxcsr);
}

#ifndef _WIN64

TEST(GuardedCall, AWrongConventionIsSaidWithBothNumbers) {
  const std::vector<Type> five(5, kInt32);
  Callee as_cdecl(WeighStdcall, Convention::kCdecl, five, kInt32);
  for (int i = 0; i < 1000; ++i) {
    const Called called = as_cdecl.Call(1, 2, 3, 4, 5);
    ASSERT_EQ(called.outcome, Outcome::kUnbalanced);
    ASSERT_EQ(as_cdecl.Message(called), "'callee' removed 20 bytes of arguments from the stack, cdecl with these arguments removes 0: the "
                                        "convention or the arguments are declared wrong");
  }
  Callee as_stdcall(Weigh, Convention::kStdcall, five, kInt32);
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(as_stdcall.Call(1, 2, 3, 4, 5).outcome, Outcome::kUnbalanced);
  EXPECT_NE(as_stdcall.Message(as_stdcall.Call(1, 2, 3, 4, 5)).find("removed 0 bytes of arguments from the stack, stdcall with these "
                                                                     "arguments removes 20"),
            std::string::npos);
}

// Writes to the slots of 31 arguments, as compilers do that keep other things there, and saves no register.
__attribute__((naked)) void STDCALL Overwrite() {
  asm volatile("leal 4(%esp), %edi\n\tmovl $31, %ecx\n\txorl %eax, %eax\n\trep stosl\n\t"
               "movl $0, %ebp\n\tmovl $0, %ebx\n\tmovl $0, %esi\n\tmovl $0, %edi\n\tret $40");
}

TEST(GuardedCall, ACalleeThatTakesMoreArgumentsThanThereAreHarmsNothing) {
  Callee none(Overwrite, Convention::kStdcall, {}, kVoid);
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(none.Call().outcome, Outcome::kUnbalanced);
  EXPECT_EQ(Callee(Weigh, Convention::kCdecl, std::vector<Type>(5, kInt32), kInt32).Get<int>(1, 2, 3, 4, 5), 54321);
}

CALLEE int Seven() { return 7; }

TEST(GuardedCall, AFloatThatNobodyDeclaredIsTakenOffAndTheIntegerRead) {
  Callee undeclared(ReturnDouble, Convention::kCdecl, {kDouble}, kInt32);
  for (int i = 0; i < 100; ++i) undeclared.Get<std::uint32_t>(1.25);
  EXPECT_EQ(Callee(ReturnDouble, Convention::kCdecl, {kDouble}, kDouble).Get<double>(1.25), 2.5);
}

TEST(GuardedCall, AFloatThatIsNotThereIsSaid) {
  Callee seven(Seven, Convention::kCdecl, {}, kDouble);
  const Called called = seven.Call();
  EXPECT_EQ(called.outcome, Outcome::kNoFloat);
  EXPECT_EQ(seven.Message(called), "'callee' left no floating-point result: the type of its result is declared wrong");
  EXPECT_EQ(Callee(ReturnDouble, Convention::kCdecl, {kDouble}, kDouble).Get<double>(1.25), 2.5);
}

__attribute__((naked)) double TurnedStack() { asm volatile("fincstp\n\tfincstp\n\tfld1\n\tret"); }

TEST(GuardedCall, AnX87StackThatTheCalleeTurnedStillGivesItsResult) {
  EXPECT_EQ(Callee(TurnedStack, Convention::kCdecl, {}, kDouble).Get<double>(), 1.0);
  EXPECT_EQ(Callee(ReturnDouble, Convention::kCdecl, {kDouble}, kDouble).Get<double>(1.25), 2.5);
}

#endif

}  // namespace
}  // namespace bridge::host
