// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cstring>

#include "bridge/core/testing.h"
#include "bridge/host/closure_interface.h"
#include "bridge/host/testing.h"

// libffi's closures, called as the compiler of the gnu ABIs calls them.

namespace bridge::host {
namespace {

Binding MakeTestBinding(Convention convention, std::vector<Type> arguments, Type result, Abi abi = testing::kHere) {
  Signature signature = testing::MakeSignature(std::move(arguments), {}, std::move(result));
  signature.convention = convention;
  auto call = PassCall(signature, abi);
  EXPECT_TRUE(call) << (call ? "" : call.error().message);
  return {.convention = convention, .result = call->result, .arguments = std::move(call->arguments), .plan = {}};
}

// A closure that weighs its arguments by their place and returns the sum in its declared type.
class Weigher {
 public:
  Weigher(Convention convention, std::vector<Type> arguments, Type result)
      : binding_(MakeTestBinding(convention, std::move(arguments), std::move(result))) {
    auto prepared = PrepareClosure(binding_);
    EXPECT_TRUE(prepared) << (prepared ? "" : prepared.error().message);
    if (!prepared) return;
    interface_ = std::move(*prepared);
    closure_ = static_cast<ffi_closure*>(ffi_closure_alloc(sizeof(ffi_closure), &code_));
    EXPECT_EQ(ffi_prep_closure_loc(closure_, &interface_.cif, Run, this, code_), FFI_OK);
  }
  ~Weigher() { ffi_closure_free(closure_); }
  Weigher(const Weigher&) = delete;
  Weigher& operator=(const Weigher&) = delete;

  void* code() const { return code_; }
  template <typename F>
  F* As() const { return reinterpret_cast<F*>(code_); }

 private:
  template <typename T>
  static double Get(const void* at) {
    T value;
    std::memcpy(&value, at, sizeof value);
    return static_cast<double>(value);
  }
  static void Run(ffi_cif*, void* result, void** arguments, void* self) {
    const Binding& binding = static_cast<Weigher*>(self)->binding_;
    double sum = 0, weight = 1;
    for (std::size_t i = 0; i < binding.arguments.size(); ++i, weight *= 10) {
      switch (binding.arguments[i].kind) {
        case Kind::kInt8: sum += weight * Get<std::int8_t>(arguments[i]); break;
        case Kind::kInt16: sum += weight * Get<std::int16_t>(arguments[i]); break;
        case Kind::kInt64: sum += weight * Get<std::int64_t>(arguments[i]); break;
        case Kind::kFloat: sum += weight * Get<float>(arguments[i]); break;
        case Kind::kDouble: sum += weight * Get<double>(arguments[i]); break;
        default: sum += weight * Get<std::int32_t>(arguments[i]); break;
      }
    }
    switch (binding.result.kind) {
      case Kind::kFloat: *static_cast<float*>(result) = static_cast<float>(sum); break;
      case Kind::kDouble: *static_cast<double*>(result) = sum; break;
      case Kind::kInt64: *static_cast<std::int64_t*>(result) = static_cast<std::int64_t>(sum); break;
      default: *static_cast<ffi_arg*>(result) = static_cast<ffi_arg>(static_cast<std::int32_t>(sum)); break;
    }
  }
  Binding binding_;
  ClosureInterface interface_;
  ffi_closure* closure_ = nullptr;
  void* code_ = nullptr;
};

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

[[gnu::noinline, gnu::optimize("O0,no-omit-frame-pointer")]] int CallAll(std::intptr_t* moved, void* fast, void* method, void* standard, void* doubles) {
  int count = 0;
  MEASURE((reinterpret_cast<long long FASTCALL (*)(int, int, long long, int)>(fast)(1, 2, 3, 4)));
  MEASURE((reinterpret_cast<int THISCALL (*)(int, double, int)>(method)(1, 2, 3)));
  MEASURE((reinterpret_cast<int STDCALL (*)(int, long long, signed char)>(standard)(1, 2, 3)));
  MEASURE((reinterpret_cast<int STDCALL (*)(int, double, signed char, double)>(doubles)(1, 2, 3, 4)));
  return count;
}

TEST(Closure, EveryConventionFindsItsArguments) {
  const std::vector<Type> four(4, kInt32);
  EXPECT_EQ(Weigher(Convention::kCdecl, four, kInt32).As<int(int, int, int, int)>()(1, 2, 3, 4), 4321);
  EXPECT_EQ(Weigher(Convention::kStdcall, four, kInt32).As<int STDCALL(int, int, int, int)>()(1, 2, 3, 4), 4321);
  EXPECT_EQ(Weigher(Convention::kFastcall, four, kInt32).As<int FASTCALL(int, int, int, int)>()(1, 2, 3, 4), 4321);
  EXPECT_EQ(Weigher(Convention::kThiscall, four, kInt32).As<int THISCALL(int, int, int, int)>()(1, 2, 3, 4), 4321);
}

TEST(Closure, FloatsAndNarrowIntegersStandAmongRegisters) {
  const Weigher fast(Convention::kFastcall, {kFloat, kInt8, kDouble, kInt16, kInt32}, kDouble);
  EXPECT_EQ((fast.As<double FASTCALL(float, signed char, double, short, int)>()(1, -2, 3, 4, 5)), 54281);
  const Weigher method(Convention::kThiscall, {kInt32, kFloat, kInt16}, kFloat);
  EXPECT_EQ((method.As<float THISCALL(int, float, short)>()(1, 2, 3)), 321);
  const Weigher wide(Convention::kFastcall, {kInt32, kInt32, kInt64, kInt32}, kInt64);
  EXPECT_EQ((wide.As<long long FASTCALL(int, int, long long, int)>()(1, 2, 3, 4)), 4321);
}

TEST(Closure, TakesAsMuchOffTheStackAsItsArgumentsAre) {
  const Weigher fast(Convention::kFastcall, {kInt32, kInt32, kInt64, kInt32}, kInt64);
  const Weigher method(Convention::kThiscall, {kInt32, kDouble, kInt32}, kInt32);
  const Weigher standard(Convention::kStdcall, {kInt32, kInt64, kInt8}, kInt32);
  const Weigher doubles(Convention::kStdcall, {kInt32, kDouble, kInt8, kDouble}, kInt32);
  std::intptr_t moved[8] = {};
  const int count = CallAll(moved, fast.code(), method.code(), standard.code(), doubles.code());
  ASSERT_EQ(count, 4);
  for (int i = 0; i < count; ++i) EXPECT_EQ(moved[i], 0) << i;
}

#ifndef _WIN64
TEST(Closure, WhatLibffiGetsWrongIsRefused) {
  for (const Binding& binding : {MakeTestBinding(Convention::kFastcall, {kInt64, kInt32}, kVoid),
                                 MakeTestBinding(Convention::kFastcall, {kInt32, kInt64}, kVoid),
                                 MakeTestBinding(Convention::kThiscall, {kInt32, kInt64}, kVoid),
                                 MakeTestBinding(Convention::kFastcall, {kInt64, kInt32}, kVoid, Abi::kWin32Msvc)}) {
    auto prepared = PrepareClosure(binding);
    ASSERT_FALSE(prepared);
    EXPECT_EQ(prepared.error().code, ErrorCode::kUnsupported);
    EXPECT_NE(prepared.error().message.find("64-bit integer"), std::string::npos);
  }
}
#endif

TEST(Closure, AggregatesByValueAreRefused) {
  const Type pair = Type::Struct("Pair", {{"a", kInt32}, {"b", kInt32}});
  for (const Binding& binding : {MakeTestBinding(Convention::kCdecl, {kInt32, pair}, kVoid), MakeTestBinding(Convention::kCdecl, {}, pair)}) {
    auto prepared = PrepareClosure(binding);
    ASSERT_FALSE(prepared);
    EXPECT_NE(prepared.error().message.find("let it take a pointer"), std::string::npos);
  }
}

}  // namespace
}  // namespace bridge::host
