// SPDX-License-Identifier: MIT
// Conventions, values and names on a Wine root, both architectures, from the
// typed interface to the DLL and back.
#include <gtest/gtest.h>

#include <cstdlib>
#include <numeric>

#include "bridge/client/wine_testing.h"

namespace bridge::testing {

struct Pair {
  std::int32_t x, y;
};
struct Triple {
  std::int32_t x, y, z;
};
struct Single {
  float f;
};
struct CharDouble {
  std::int8_t a;
  double b;
};
struct ThreeFloats {
  float a, b, c;
};
struct Bytes7 {
  std::int8_t bytes[7];
};
struct Bytes8 {
  std::int8_t bytes[8];
};
struct Bytes24 {
  std::int8_t bytes[24];
};
struct Huge {
  std::int32_t values[1024];
};
struct Counter {
  std::int32_t value;
};

}  // namespace bridge::testing

BRIDGE_STRUCT(bridge::testing::Pair, x, y);
BRIDGE_STRUCT(bridge::testing::Triple, x, y, z);
BRIDGE_STRUCT(bridge::testing::Single, f);
BRIDGE_STRUCT(bridge::testing::CharDouble, a, b);
BRIDGE_STRUCT(bridge::testing::ThreeFloats, a, b, c);
BRIDGE_STRUCT(bridge::testing::Bytes7, bytes);
BRIDGE_STRUCT(bridge::testing::Bytes8, bytes);
BRIDGE_STRUCT(bridge::testing::Bytes24, bytes);
BRIDGE_STRUCT(bridge::testing::Huge, values);
BRIDGE_STRUCT(bridge::testing::Counter, value);

namespace bridge::testing {
namespace {

namespace fs = std::filesystem;

fs::path Root() { return std::getenv("SPANPROOF_WINE_ROOT"); }

class Conventions : public ::testing::TestWithParam<Arch> {
 protected:
  Module Load(const std::string& name) {
    return session_.Load((Tree() / "lib/spanproof" / Name(GetParam()) / "dlls" / (name + ".dll")).string());
  }
  bool win32() const { return GetParam() == Arch::kWin32; }

  Session session_ = Start({.wine = Root().string(),
                            .arch = GetParam(),
                            .abi = GetParam() == Arch::kWin64 ? Abi::kWin64Gnu : Abi::kWin32Gnu});
};

const FunctionOptions kFast = {.convention = Convention::kFastcall};
const FunctionOptions kThis = {.convention = Convention::kThiscall};
const FunctionOptions kStd = {.convention = Convention::kStdcall};

TEST_P(Conventions, EveryOneGetsItsArgumentsWhereItLooks) {
  const Module dll = Load("conventions");
  EXPECT_EQ(dll.Function<int(int, int, int, int)>("cdecl_weigh")(1, 2, 3, 4), 4321);
  EXPECT_EQ(dll.Function<int(int, int, int, int)>("stdcall_weigh", kStd)(1, 2, 3, 4), 4321);
  EXPECT_EQ(dll.Function<int(int, int, int, int)>("fastcall_weigh", kFast)(1, 2, 3, 4), 4321);
  EXPECT_EQ((dll.Function<double(float, int, double, int, int)>("fastcall_floats", kFast)(1, 2, 3, 4, 5)), 54321);
  EXPECT_EQ((dll.Function<int(std::int8_t, std::uint16_t, std::int16_t, std::uint8_t)>("fastcall_narrow", kFast)(-1, 2, -3, 4)), 3719);
  EXPECT_EQ((dll.Function<Int64(Int64, int, int)>("fastcall_wide_first", kFast)(1LL << 40, 2, 3)), (1LL << 40) + 320);
  EXPECT_EQ((dll.Function<int(Pair, int, int)>("fastcall_pair", kFast)({1, 2}, 3, 4)), 4321);
  EXPECT_EQ((dll.Function<int(Single, int, int)>("fastcall_single", kFast)({1}, 2, 3)), 321);
  EXPECT_EQ((dll.Function<int(int, int, Pair)>("fastcall_pair_last", kFast)(1, 2, {3, 4})), 4321);
  const Triple triple = dll.Function<Triple(int, int, int)>("fastcall_triple", kFast)(1, 2, 3);
  EXPECT_EQ(triple.x + 10 * triple.y + 100 * triple.z, 321);

  Counter counter{1};
  EXPECT_EQ((dll.Function<int(Counter*, int, int, int)>("thiscall_weigh", kThis)(&counter, 2, 3, 4)), 4321);
  EXPECT_EQ((dll.Function<int(Counter*, int)>("thiscall_add", kThis)(&counter, 4)), 5);
  EXPECT_EQ(counter.value, 5);
  EXPECT_EQ((dll.Function<int(Counter*, Pair, int)>("thiscall_pair", kThis)(&counter, {2, 3}, 4)), 4325);
  const Triple of_this = dll.Function<Triple(Counter*, int)>("thiscall_triple", kThis)(&counter, 2);
  EXPECT_EQ(of_this.x + 10 * of_this.y + 100 * of_this.z, 325);
}

TEST_P(Conventions, MemberFunctionsReturnTheirStructs) {
  const Module dll = Load("methods");
  Counter meter{7};
  EXPECT_EQ((dll.Function<int(Counter*, int)>("meter_add", kThis)(&meter, 1)), 8);
  const Triple large = dll.Function<Triple(Counter*, int, int)>("meter_large", kThis)(&meter, 2, 3);
  EXPECT_EQ(large.x + 10 * large.y + 100 * large.z, 328);
  const Pair small = dll.Function<Pair(Counter*, int)>("meter_small", kThis)(&meter, 2);
  EXPECT_EQ(small.x + 10 * small.y, 28);
  EXPECT_EQ(dll.Function<Single(Counter*)>("meter_lone", kThis)(&meter).f, 4);
  EXPECT_EQ((dll.Function<int(Counter*, Triple, Int64)>("meter_weigh", kThis)(&meter, {2, 3, 4}, 5)), 54328);
}

TEST_P(Conventions, StructsCrossByValue) {
  for (const auto& [name, convention] : {std::pair{"by_value_cdecl", Convention::kCdecl}, {"by_value_stdcall", Convention::kStdcall}}) {
    const Module dll = Load(name);
    const FunctionOptions how = {.convention = convention};
    EXPECT_EQ(dll.Function<Single(Single)>("double_lone_float", how)({1.25f}).f, 2.5f);
    EXPECT_EQ(dll.Function<CharDouble(CharDouble)>("double_char_double", how)({-3, 1.25}).b, 2.5);
    EXPECT_EQ(dll.Function<ThreeFloats(ThreeFloats)>("double_three_floats", how)({1, 2, 3}).c, 6);
    EXPECT_EQ(dll.Function<Pair(Pair)>("double_point", how)({-1, 1 << 20}).y, 1 << 21);
    EXPECT_EQ(dll.Function<Bytes7(int)>("make_bytes7", how)(1).bytes[6], 7);
    EXPECT_EQ(dll.Function<Bytes8(int)>("make_bytes8", how)(1).bytes[7], 8);
    const Bytes24 made = dll.Function<Bytes24(int)>("make_bytes24", how)(1);
    EXPECT_EQ(std::accumulate(made.bytes, made.bytes + 24, 0), 300);
    EXPECT_EQ((dll.Function<int(Bytes7, int, Bytes7, int, Bytes7)>("weigh_bytes7", how)({{1}}, 2, {{0, 1}}, 3, {{0, 0, 0, 0, 0, 0, 1}})),
              1 + 6 + 200 + 15 + 70000);
    Pair kept{3, 4};
    EXPECT_EQ(dll.Function<int(Pair)>("spoil", how)(kept), 7);
    EXPECT_EQ(kept.x, 3);
    EXPECT_EQ((dll.Function<double(Pair, std::int8_t, CharDouble, ThreeFloats, Pair)>("weigh_many", how)({1, 2}, 3, {4, 0}, {5, 0, 0}, {6, 7})),
              7654321);
    const Huge huge = dll.Function<Huge(int)>("make_huge", how)(1);
    EXPECT_EQ(huge.values[1023], 1024);
    std::int64_t sum = 2 + 3;
    for (std::int64_t i = 0; i < 1024; ++i) sum += huge.values[i] * (i + 1);
    EXPECT_EQ((dll.Function<int(int, Huge, int)>("sum_huge", how)(2, huge, 3)), static_cast<int>(sum));
  }
}

TEST_P(Conventions, VariableArgumentsReachTheirFunction) {
  const Module dll = Load("conventions");
  const FunctionOptions rest = {.variadic = 1};
  EXPECT_EQ((dll.Function<int(int, int, int, int, int, int)>("sum_ints", rest)(5, 1, 2, 3, 4, 5)), 15);
  EXPECT_EQ((dll.Function<double(int, double, double, double, double, double)>("sum_doubles", rest)(5, 0.5, 1, 2, 3, 4)), 10.5);
  const FunctionOptions kinds = {.memsync = {{.pointer = {0}, .null = true}, {.pointer = {4}, .null = true}}, .variadic = 1};
  EXPECT_EQ((dll.Function<double(const char*, int, double, Int64, const char*, Pair)>("weigh_kinds", kinds)("idIsp", 1, 2, 3, "four", {2, 3})),
            54321);
  const Error refused = Refused([&] { dll.Function<int(int, float)>("sum_doubles", rest); });
  EXPECT_TRUE(Says(refused, {"binding 'sum_doubles'", "argument 1", "a float behind '...'", "declare double"})) << refused.message;
}

TEST_P(Conventions, AWrongConventionIsSaidAndHarmsNothing) {
  if (!win32()) GTEST_SKIP() << "win64 has one convention";
  const Module dll = Load("conventions");
  auto wrong = dll.Function<int(int, int, int, int)>("stdcall_weigh");
  for (int i = 0; i < 1000; ++i) {
    auto called = wrong.TryCall(1, 2, 3, 4);
    ASSERT_FALSE(called);
    ASSERT_TRUE(Says(called.error(), {"'stdcall_weigh' removed 16 bytes of arguments from the stack, cdecl with these arguments removes 0"}));
  }
  auto other = dll.Function<int(int, int, int, int)>("cdecl_weigh", kStd).TryCall(1, 2, 3, 4);
  ASSERT_FALSE(other);
  EXPECT_TRUE(Says(other.error(), {"removed 0 bytes", "stdcall with these arguments removes 16"}));
  auto count = dll.Function<int(int, int)>("stdcall_weigh", kStd).TryCall(1, 2);
  ASSERT_FALSE(count);
  EXPECT_TRUE(Says(count.error(), {"removed 16 bytes", "removes 8"}));
  EXPECT_EQ(dll.Function<int(int, int, int, int)>("stdcall_weigh", kStd)(1, 2, 3, 4), 4321);
}

TEST_P(Conventions, WhatADllDoesToTheProcessorStaysWithItsThread) {
  const Module dll = Load("conventions");
  auto set = dll.Function<std::uint32_t(std::uint32_t)>("set_mxcsr");
  const auto before = dll.Function<std::uint32_t()>("mxcsr")();
  EXPECT_EQ(set(before | 0x6000), before);
  usleep(20000);  // the host's thread parks meanwhile
  EXPECT_EQ(dll.Function<std::uint32_t()>("mxcsr")(), before | 0x6000);
  set(before);
  dll.Function<void()>("set_direction_flag")();
  EXPECT_EQ(dll.Function<int()>("direction_flag")(), 0);
  EXPECT_EQ(dll.Function<float(float)>("sse_on_stack")(1.5f), 6);
  for (int i = 0; i < 2; ++i) EXPECT_EQ((dll.Function<int(int, int, int)>("stack_remainder")(1, 2, 3)), 0);
}

TEST_P(Conventions, NamesAreWhatTheDllExports) {
  const Module dll = Load("names");
  EXPECT_EQ(dll.Function<int(int)>("#7")(1), 8);
  EXPECT_EQ(dll.Function<int(int)>("#8")(1), 9);
  EXPECT_EQ(dll.Function<int(int)>("outside")(1), 10);
  EXPECT_EQ((dll.Function<int(int, int)>("_as_stdcall@8", kStd)(1, 2)), 12);
  EXPECT_EQ((dll.Function<int(int, int)>("@as_fastcall@8", kFast)(1, 2)), 102);
  const auto refusal = [&](const char* symbol) { return Refused([&] { dll.Function<int(int)>(symbol); }); };
  EXPECT_TRUE(Says(refusal("as_stdcall"), {"no symbol 'as_stdcall'", "exported as '_as_stdcall@8': bind that name"}));
  // Windows looks for a forwarder's DLL in its own folders and among those that are loaded.
  EXPECT_TRUE(Says(refusal("forwarded"), {"leads to 'add_cdecl.add_int', which was not found: load that DLL first"}));
  const Module target = Load("add_cdecl");
  EXPECT_EQ((dll.Function<int(int, int)>("forwarded")(1, 2)), 3);
  EXPECT_TRUE(Says(refusal("forwarded_nowhere"), {"leads to 'add_cdecl.no_such_function'", "or it has no such name"}));
  EXPECT_TRUE(Says(refusal("outsid"), {"did you mean 'outside'?"}));
  EXPECT_TRUE(Says(refusal("as_vectorcall@@16"), {"vectorcall", "not supported"}));
  EXPECT_TRUE(Says(refusal("#99"), {"no symbol '#99'"}));
  EXPECT_TRUE(Says(Refused([&] { dll.Function<int(int)>("outside", {.convention = Convention::kVectorcall}); }), {"vectorcall is not supported"}));
}

TEST_P(Conventions, CallbacksOfEveryConventionFindTheirArguments) {
  const Module dll = Load("conventions");
  auto weigh = session_.MakeCallback<int(int, int, int)>([](int a, int b, int c) { return a + 10 * b + 100 * c; }, kFast);
  EXPECT_EQ((dll.Function<int(Callback<int(int, int, int)>, int)>("fastcall_apply", kFast)(weigh, 1)), 321);
  Counter counter{4};
  auto add = session_.MakeCallback<int(Counter*, int)>([](Counter* self, int by) { return self->value += by; }, kThis);
  EXPECT_EQ((dll.Function<int(Counter*, Callback<int(Counter*, int)>)>("thiscall_apply", kThis)(&counter, add)), 9);
  EXPECT_EQ(counter.value, 9);
}

std::vector<Arch> Architectures() {
  std::vector<Arch> all = {Arch::kWin64};
  if (std::getenv("SPANPROOF_WINE_ROOT") != nullptr && fs::exists(Root() / "usr/lib/wine/wine")) all.push_back(Arch::kWin32);
  return all;
}
INSTANTIATE_TEST_SUITE_P(Architectures, Conventions, ::testing::ValuesIn(Architectures()),
                         [](const auto& info) { return std::string(Name(info.param)); });

}  // namespace
}  // namespace bridge::testing
