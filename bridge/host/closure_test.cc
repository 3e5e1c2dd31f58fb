// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <windows.h>

#include <cstring>
#include <set>
#include <thread>

#include "bridge/core/protocol.h"
#include "bridge/core/testing.h"
#include "bridge/host/registry.h"
#include "bridge/host/testing.h"

// Closures, called as the compiler of the gnu ABIs calls what it knows by its prototype.

namespace bridge::host {
namespace {

#ifdef _WIN64
constexpr Abi kGnu = Abi::kWin64Gnu;
#else
constexpr Abi kGnu = Abi::kWin32Gnu;
#endif

Binding MakeTestBinding(Convention convention, std::vector<Type> arguments, Type result, Abi abi = kGnu) {
  Signature signature = testing::MakeSignature(std::move(arguments), {}, std::move(result));
  signature.convention = convention;
  auto binding = MakeBinding(signature, abi, true);
  EXPECT_TRUE(binding) << (binding ? "" : binding.error().message);
  return *binding;
}

struct Three { signed char c[3]; };
struct Five { signed char c[5]; };
struct Twelve { std::int32_t a, b, c; };
struct LoneFloat { float f; };
struct LoneDouble { struct { double d[1]; } inner; };
struct TwoInts { std::int32_t a, b; };
const Type kThree = Type::Struct("Three", {{"c", Type::Array(kInt8, 3)}});
const Type kFive = Type::Struct("Five", {{"c", Type::Array(kInt8, 5)}});
const Type kTwelve = Type::Struct("Twelve", {{"a", kInt32}, {"b", kInt32}, {"c", kInt32}});
const Type kLoneFloat = Type::Struct("LoneFloat", {{"f", kFloat}});
const Type kLoneDouble = Type::Struct("LoneDouble", {{"inner", Type::Struct("Inner", {{"d", Type::Array(kDouble, 1)}})}});
const Type kTwoInts = Type::Struct("TwoInts", {{"a", kInt32}, {"b", kInt32}});
const Type kThis = Type::Pointer(kVoid);

ClosurePool& Pool() {
  static ClosurePool pool;
  return pool;
}

template <typename T>
double Get(const std::byte* at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return static_cast<double>(value);
}

// A closure that weighs its arguments by their place, and returns the sum in its declared type. Aggregates are the sum of their
// 4-byte parts, or bytes where they are small or odd.
class Weigher {
 public:
  Weigher(Convention convention, std::vector<Type> arguments, Type result, Abi abi = kGnu)
      : binding_(MakeTestBinding(convention, std::move(arguments), result, abi)), shape_(MakeClosureShape(binding_)), result_(std::move(result)) {
    closure_ = *Pool().Take();
    closure_->run = Run;
    closure_->removes = shape_.removes;
    closure_->floating_bytes = shape_.floating_bytes;
    closure_->token = reinterpret_cast<std::uintptr_t>(this);
  }
  ~Weigher() { Pool().Give(closure_); }
  Weigher(const Weigher&) = delete;
  Weigher& operator=(const Weigher&) = delete;

  void* code() const { return closure_->code; }
  template <typename F>
  F* As() const { return reinterpret_cast<F*>(closure_->code); }

 private:
  static double Sum(const Passed& passed, const std::byte* at) {
    double sum = 0;
    if (passed.bytes % 4 != 0 || passed.bytes == 4)
      for (std::uint32_t i = 0; i < passed.bytes; ++i) sum += Get<std::int8_t>(at + i);
    else
      for (std::uint32_t i = 0; i < passed.bytes; i += 4) sum += Get<std::int32_t>(at + i);
    return sum;
  }
  static double Value(const Passed& passed, const ClosureShape::Argument& argument, const std::byte* at) {
    if (IsAggregate(argument.kind)) {
      if (argument.travel == Travel::kReference) at = *reinterpret_cast<std::byte* const*>(at);
      return Sum(passed, at);
    }
    const std::uint64_t word = ReadScalar(argument.kind, at);
    if (argument.kind == Kind::kFloat) return Get<float>(reinterpret_cast<const std::byte*>(&word));
    if (argument.kind == Kind::kDouble) return Get<double>(reinterpret_cast<const std::byte*>(&word));
    if (argument.kind == Kind::kPointer) return *reinterpret_cast<int*>(static_cast<std::uintptr_t>(word));
    return static_cast<double>(static_cast<std::int64_t>(word));
  }
  template <typename T>
  static std::uint64_t Word(T value) {
    std::uint64_t word = 0;
    std::memcpy(&word, &value, std::min(sizeof value, sizeof word));
    return word;
  }
  static std::uint64_t Run(Closure* closure, const std::byte* values) {
    const Weigher& self = *reinterpret_cast<Weigher*>(static_cast<std::uintptr_t>(closure->token.load()));
    double sum = 0, weight = 1;
    for (std::size_t i = 0; i < self.shape_.arguments.size(); ++i, weight *= 10)
      sum += weight * Value(self.binding_.declared_argument(i), self.shape_.arguments[i], values + self.shape_.arguments[i].offset);
    const auto rounded = static_cast<std::int32_t>(sum);
    if (self.binding_.result.in == ResultIn::kMemory) {
      const std::uint64_t hidden = ReadScalar(Kind::kPointer, values + self.shape_.hidden);
      for (std::uint32_t i = 0; i < self.binding_.result.bytes; ++i)
        reinterpret_cast<std::uint8_t*>(static_cast<std::uintptr_t>(hidden))[i] = static_cast<std::uint8_t>(rounded + static_cast<int>(i));
      return hidden;
    }
    if (self.result_ == kFloat || self.result_ == kLoneFloat) return Word(static_cast<float>(sum));
    if (self.result_ == kDouble || self.result_ == kLoneDouble) return Word(sum);
    if (self.result_ == kTwoInts) return Word(TwoInts{rounded, -rounded});
    if (self.result_ == kInt64) return Word(static_cast<std::int64_t>(sum));
    return Word(static_cast<std::int64_t>(rounded));
  }
  const Binding binding_;
  const ClosureShape shape_;
  const Type result_;
  Closure* closure_;
};

TEST(Closure, EveryConventionFindsItsArguments) {
  const std::vector<Type> four(4, kInt32);
  EXPECT_EQ(Weigher(Convention::kCdecl, four, kInt32).As<int(int, int, int, int)>()(1, 2, 3, 4), 4321);
  EXPECT_EQ(Weigher(Convention::kStdcall, four, kInt32).As<int STDCALL(int, int, int, int)>()(1, 2, 3, 4), 4321);
  EXPECT_EQ(Weigher(Convention::kFastcall, four, kInt32).As<int FASTCALL(int, int, int, int)>()(1, 2, 3, 4), 4321);
  EXPECT_EQ(Weigher(Convention::kThiscall, four, kInt32).As<int THISCALL(int, int, int, int)>()(1, 2, 3, 4), 4321);
  const Weigher seven(Convention::kStdcall, std::vector<Type>(7, kInt32), kInt32);
  EXPECT_EQ((seven.As<int STDCALL(int, int, int, int, int, int, int)>()(1, 2, 3, 4, 5, 6, 7)), 7654321);
}

TEST(Closure, FloatsAndNarrowIntegersStandAmongRegisters) {
  const Weigher fast(Convention::kFastcall, {kFloat, kInt8, kDouble, kInt16, kInt32}, kDouble);
  EXPECT_EQ((fast.As<double FASTCALL(float, signed char, double, short, int)>()(1, -2, 3, 4, 5)), 54281);
  const Weigher method(Convention::kThiscall, {kInt32, kFloat, kInt16}, kFloat);
  EXPECT_EQ((method.As<float THISCALL(int, float, short)>()(1, 2, 3)), 321);
  const Weigher wide(Convention::kFastcall, {kInt32, kInt32, kInt64, kInt32}, kInt64);
  EXPECT_EQ((wide.As<long long FASTCALL(int, int, long long, int)>()(1, 2, 3, 4)), 4321);
  const Weigher first(Convention::kFastcall, {kInt64, kInt32, kInt32}, kInt32);
  EXPECT_EQ((first.As<int FASTCALL(long long, int, int)>()(1, 2, 3)), 321);
  const Weigher second(Convention::kThiscall, {kInt32, kInt64, kInt32}, kInt64);
  EXPECT_EQ((second.As<long long THISCALL(int, long long, int)>()(1, 2, 3)), 321);
  const Weigher doubles(Convention::kCdecl, {kDouble, kFloat, kDouble, kFloat, kDouble, kFloat}, kDouble);
  EXPECT_EQ((doubles.As<double(double, float, double, float, double, float)>()(1, 2, 3, 4, 5, 6)), 654321);
}

TEST(Closure, StructsByValueArriveWhereverTheyTravel) {
  const Weigher mixed(Convention::kStdcall, {kTwoInts, kInt32, kTwelve, kFive, kLoneFloat, kInt32}, kInt32);
  const auto call = mixed.As<int STDCALL(TwoInts, int, Twelve, Five, LoneFloat, int)>();
  LoneFloat bytes{};
  const std::uint32_t ones = 0x01010101;
  std::memcpy(&bytes, &ones, sizeof bytes);
  EXPECT_EQ(call({1, 2}, 4, {1, 1, 1}, {{1, 0, 0, 0, 1}}, bytes, 7), 742343);
  const Weigher fast(Convention::kFastcall, {kTwelve, kInt32, kThree, kInt32}, kInt32);
  EXPECT_EQ((fast.As<int FASTCALL(Twelve, int, Three, int)>()({1, 1, 1}, 2, {{1, 1, 2}}, 5)), 5423);
  int self = 1;
  const Weigher method(Convention::kThiscall, {kThis, kTwoInts, kInt32}, kInt32);
  EXPECT_EQ((method.As<int THISCALL(void*, TwoInts, int)>()(&self, {1, 1}, 3)), 321);
}

TEST(Closure, ResultsGoWhereTheirTypePutsThem) {
  EXPECT_EQ((Weigher(Convention::kCdecl, {kInt32, kFloat}, kFloat).As<float(int, float)>()(1, 2.5f)), 26.f);
  EXPECT_EQ((Weigher(Convention::kStdcall, {kDouble}, kDouble).As<double STDCALL(double)>()(0.125)), 0.125);
  EXPECT_EQ((Weigher(Convention::kCdecl, {kDouble}, kInt64).As<long long(double)>()(1e12)), 1000000000000);
  EXPECT_EQ((Weigher(Convention::kCdecl, {kFloat}, kLoneFloat).As<LoneFloat(float)>()(1.25f).f), 1.25f);
  EXPECT_EQ((Weigher(Convention::kCdecl, {kDouble}, kLoneDouble).As<LoneDouble(double)>()(1.25).inner.d[0]), 1.25);
  const TwoInts pair = Weigher(Convention::kCdecl, {kInt32}, kTwoInts).As<TwoInts(int)>()(5);
  EXPECT_EQ(pair.a, 5);
  EXPECT_EQ(pair.b, -5);
}

TEST(Closure, LargeResultsAreWrittenThroughTheHiddenPointer) {
  const auto starts = [](const Twelve& result, int with) {
    std::uint8_t bytes[sizeof result];
    std::memcpy(bytes, &result, sizeof result);
    for (int i = 0; i < 12; ++i)
      if (bytes[i] != static_cast<std::uint8_t>(with + i)) return false;
    return true;
  };
  EXPECT_TRUE(starts(Weigher(Convention::kCdecl, {kInt32, kInt32}, kTwelve).As<Twelve(int, int)>()(1, 2), 21));
  EXPECT_TRUE(starts(Weigher(Convention::kStdcall, {kTwelve, kInt32}, kTwelve).As<Twelve STDCALL(Twelve, int)>()({1, 0, 0}, 2), 21));
  EXPECT_TRUE(starts((Weigher(Convention::kFastcall, {kInt32, kInt32, kInt32}, kTwelve).As<Twelve FASTCALL(int, int, int)>()(1, 2, 0)), 21));
  int self = 1;
  EXPECT_TRUE(starts((Weigher(Convention::kThiscall, {kThis, kInt32}, kTwelve).As<Twelve THISCALL(void*, int)>()(&self, 2)), 21));
  const Three three = Weigher(Convention::kCdecl, {kInt32}, kThree).As<Three(int)>()(7);
  EXPECT_EQ(three.c[2], 9);
}

TEST(Closure, AMethodOfMicrosoftsReturnsEveryStructBehindThis) {
  // Spelled out, since this compiler has another rule: the pointer follows `this`.
  const Abi msvc = sizeof(void*) == 8 ? Abi::kWin64Msvc : Abi::kWin32Msvc;
  const Weigher method(Convention::kThiscall, {kThis, kInt32}, kTwoInts, msvc);
  int self = 1;
  std::uint8_t room[8] = {};
  EXPECT_EQ((method.As<void* THISCALL(void*, void*, int)>()(&self, room, 2)), room);
  EXPECT_EQ(room[0], 21);
  EXPECT_EQ(room[7], 28);
}

#ifdef _WIN64
#define STACK_POINTER "rsp"
#else
#define STACK_POINTER "esp"
#endif

// How far a call moves the stack pointer. In a function that is not optimised the compiler's own repair of a
// callee that pops is done when the next statement begins.
#define MEASURE(call)                                              \
  do {                                                             \
    std::uintptr_t before, after;                                  \
    asm volatile("mov %%" STACK_POINTER ", %0" : "=r"(before));    \
    call;                                                          \
    asm volatile("mov %%" STACK_POINTER ", %0" : "=r"(after));     \
    moved[count++] = static_cast<std::intptr_t>(after - before);   \
  } while (false)

[[gnu::noinline, gnu::optimize("O0,no-omit-frame-pointer")]] int CallAll(std::intptr_t* moved, void* fast, void* method, void* standard,
                                                                         void* doubles, void* large) {
  int count = 0;
  Twelve twelve = {1, 2, 3};
  MEASURE((reinterpret_cast<long long FASTCALL (*)(int, int, long long, int)>(fast)(1, 2, 3, 4)));
  MEASURE((reinterpret_cast<int THISCALL (*)(int, double, int)>(method)(1, 2, 3)));
  MEASURE((reinterpret_cast<int STDCALL (*)(int, long long, signed char)>(standard)(1, 2, 3)));
  MEASURE((reinterpret_cast<int STDCALL (*)(int, double, signed char, double)>(doubles)(1, 2, 3, 4)));
  MEASURE((reinterpret_cast<Twelve STDCALL (*)(Twelve, int)>(large)(twelve, 2)));
  return count;
}

TEST(Closure, TakesAsMuchOffTheStackAsItsArgumentsAre) {
  const Weigher fast(Convention::kFastcall, {kInt32, kInt32, kInt64, kInt32}, kInt64);
  const Weigher method(Convention::kThiscall, {kInt32, kDouble, kInt32}, kInt32);
  const Weigher standard(Convention::kStdcall, {kInt32, kInt64, kInt8}, kInt32);
  const Weigher doubles(Convention::kStdcall, {kInt32, kDouble, kInt8, kDouble}, kInt32);
  const Weigher large(Convention::kStdcall, {kTwelve, kInt32}, kTwelve);
  std::intptr_t moved[8] = {};
  const int count = CallAll(moved, fast.code(), method.code(), standard.code(), doubles.code(), large.code());
  ASSERT_EQ(count, 5);
  for (int i = 0; i < count; ++i) EXPECT_EQ(moved[i], 0) << i;
}

// What a callback runs is C++, whatever state the DLL calls it in.
bool g_direction, g_aligned;
std::uint64_t Look(Closure*, const std::byte*) {
  std::uintptr_t flags;
  asm volatile("pushf\n\tpop %0" : "=r"(flags));
  g_direction = (flags & 0x400) != 0;
  g_aligned = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0)) % 16 == (sizeof(void*) == 8 ? 0 : 8);
  return 0;
}

[[gnu::noinline]] void CallWithDirection(void* code) {
  asm volatile("std" : : : "memory");
  reinterpret_cast<void (*)()>(code)();
  asm volatile("cld" : : : "memory");
}

TEST(Closure, TheDirectionFlagIsClearAndTheStackAligned) {
  Closure* closure = *Pool().Take();
  closure->run = Look;
  closure->removes = closure->floating_bytes = 0;
  g_direction = true;
  CallWithDirection(closure->code);
  EXPECT_FALSE(g_direction);
  EXPECT_TRUE(g_aligned);
  Pool().Give(closure);
}

#ifndef _WIN64
[[gnu::noinline]] std::uint16_t X87Tags() {
  struct { std::uint32_t control, status, tags, rest[4]; } state;
  asm volatile("fnstenv %0\n\tfldcw %0" : "+m"(state));
  return static_cast<std::uint16_t>(state.tags);
}

TEST(Closure, LeavesNothingOnTheX87Stack) {
  const Weigher number(Convention::kCdecl, {kDouble}, kDouble);
  double sum = 0;
  for (int i = 0; i < 100; ++i) sum += number.As<double(double)>()(1);
  EXPECT_EQ(sum, 100);
  EXPECT_EQ(X87Tags(), 0xffff);
  const Weigher nothing(Convention::kCdecl, {kDouble}, kVoid);
  for (int i = 0; i < 100; ++i) nothing.As<void(double)>()(1);
  EXPECT_EQ(X87Tags(), 0xffff);
}
#endif

// Releases itself while it runs, and somebody else takes it with another prototype.
std::uint64_t ReleaseSelf(Closure* closure, const std::byte*) {
  closure->removes = 64;
  closure->floating_bytes = 8;
  return 7;
}

TEST(Closure, WhatChangesWhileItRunsIsTheNextCallersBusiness) {
  Closure* closure = *Pool().Take();
  closure->run = ReleaseSelf;
  closure->removes = sizeof(void*) == 8 ? 0 : 8;
  closure->floating_bytes = 0;
  EXPECT_EQ((reinterpret_cast<int STDCALL (*)(int, int)>(closure->code)(1, 2)), 7);
  Pool().Give(closure);
}

TEST(Closure, TheAgreedResultIsAWordOrWrittenThroughTheHiddenPointer) {
  Prototype in_memory, in_word;
  in_memory.binding = MakeTestBinding(Convention::kCdecl, {kInt32}, kTwelve);
  in_memory.shape = MakeClosureShape(in_memory.binding);
  in_word.binding = MakeTestBinding(Convention::kCdecl, {kInt32}, kInt64);
  Closure closure;
  closure.otherwise = 0x123456789a;
  closure.otherwise_in_memory = std::make_unique<std::byte[]>(sizeof(Twelve));
  const Twelve agreed{1, 2, 3};
  std::memcpy(closure.otherwise_in_memory.get(), &agreed, sizeof agreed);
  closure.prototype = &in_word;
  EXPECT_EQ(Otherwise(closure, nullptr), 0x123456789au);
  closure.prototype = &in_memory;
  Twelve room{};
  Twelve* hidden = &room;
  std::byte values[128] = {};
  std::memcpy(values + in_memory.shape.hidden, &hidden, sizeof hidden);
  EXPECT_EQ(Otherwise(closure, values), testing::Address(&room));
  EXPECT_EQ(room.a + 10 * room.b + 100 * room.c, 321);
}

TEST(Registry, MakesNoCallbackWhoseTokenNoMessageCouldSay) {
  Registry registry;
  const std::uint32_t prototype = *registry.BindCallback(MakeTestBinding(Convention::kCdecl, {kInt32}, kInt32));
  const auto made = registry.MakeCallback(prototype, protocol::kMaxTarget, 0, {});
  ASSERT_TRUE(made);
  EXPECT_TRUE(registry.FreeCallback((*made)->id));
  for (const std::uint64_t token : {std::uint64_t{protocol::kMaxTarget} + 1, Closure::kReleased}) {
    const auto refused = registry.MakeCallback(prototype, token, 0, {});
    ASSERT_FALSE(refused) << token;
    EXPECT_EQ(refused.error().code, ErrorCode::kCorrupt);
  }
}

TEST(ClosurePool, UsesAgainInOrderAndLate) {
  ClosurePool pool;
  Closure* const first = *pool.Take();
  Closure* const second = *pool.Take();
  pool.Give(first);
  pool.Give(second);
  std::size_t others = 0;
  for (; *pool.Take() != first; ++others) ASSERT_LT(others, 100000u);
  EXPECT_GE(others, ClosurePool::kResting);
  EXPECT_EQ(*pool.Take(), second);
}

TEST(ClosurePool, DoesNotGrowWithoutNeed) {
  ClosurePool pool;
  pool.Give(*pool.Take());
  const std::size_t size = pool.size();
  for (int i = 0; i < 100000; ++i) pool.Give(*pool.Take());
  EXPECT_EQ(pool.size(), size);
}

TEST(ClosurePool, ManyAreAliveAtOnceUnderCodeOfTheirOwn) {
  ClosurePool pool;
  std::set<void*> codes;
  for (std::uint32_t i = 0; i < 20000; ++i) {
    Closure* closure = *pool.Take();
    ASSERT_TRUE(codes.insert(closure->code).second);
    ASSERT_EQ(pool.Find(closure->id), closure);
    closure->run = [](Closure* self, const std::byte*) { return self->otherwise; };
    closure->removes = closure->floating_bytes = 0;
    closure->otherwise = i;
    ASSERT_EQ(reinterpret_cast<std::uint32_t (*)()>(closure->code)(), i);
  }
  EXPECT_EQ(pool.Find(static_cast<std::uint32_t>(pool.size())), nullptr);
}

TEST(ClosurePool, CodeIsNotWritable) {
  ClosurePool pool;
  MEMORY_BASIC_INFORMATION about{};
  ASSERT_NE(VirtualQuery((*pool.Take())->code, &about, sizeof about), 0u);
  EXPECT_EQ(about.Protect, static_cast<DWORD>(PAGE_EXECUTE_READ));
}

TEST(ClosurePool, ServesManyThreads) {
  ClosurePool pool;
  std::vector<std::thread> threads;
  std::atomic<int> wrong{0};
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&pool, &wrong, t] {
      for (int i = 0; i < 5000; ++i) {
        Closure* closure = *pool.Take();
        closure->run = [](Closure* self, const std::byte*) { return self->otherwise; };
        closure->removes = closure->floating_bytes = 0;
        closure->otherwise = static_cast<std::uint64_t>(t * 100000 + i);
        wrong += reinterpret_cast<int (*)()>(closure->code)() != t * 100000 + i;
        pool.Give(closure);
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace bridge::host
