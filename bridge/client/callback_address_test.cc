// SPDX-License-Identifier: MIT
// Function pointers in structs and arrays, on real Wine.
#include <gtest/gtest.h>

#include "bridge/client/wine_testing.h"

namespace bridge::testing::addresses {

using Number = int(int);
struct Mapping {
  std::int32_t* values;
  std::int32_t count;
  CallbackAddress<Number> func;
};
using Op = int(int, int);
struct Interface {
  std::int32_t version;
  CallbackAddress<Op> add, nothing, multiply;
};

}  // namespace bridge::testing::addresses

BRIDGE_STRUCT(bridge::testing::addresses::Mapping, values, count, func);
BRIDGE_STRUCT(bridge::testing::addresses::Interface, version, add, nothing, multiply);

namespace bridge::testing::addresses {
namespace {

class Addresses : public ::testing::TestWithParam<Place> {
 protected:
  Module Load(const std::string& name) { return session_.Load(Dll(name, GetParam().arch)); }
  Session session_ = Start(GetParam().Options());
};
INSTANTIATE_TEST_SUITE_P(On, Addresses, ::testing::ValuesIn(Places()), [](const auto& one) { return Spell(one.param); });

TEST_P(Addresses, AStructHoldsACallbackOrNone) {
  const auto map = Load("callback_results_cdecl").Function<int(Mapping*)>("map_struct",
      {.memsync = {{.pointer = {0, "values"}, .length = {{0, "count"}}, .type = kInt32}}});
  const auto square = session_.MakeCallback<Number>([](int x) { return x * x; });
  std::int32_t values[3] = {1, 2, -3};
  Mapping mapping = {values, 3, square};
  EXPECT_EQ(mapping.func.address(), square.address());
  EXPECT_EQ(map(&mapping), 2);
  EXPECT_EQ(values[2], 9);
  EXPECT_EQ(mapping.func, CallbackAddress<Number>(square)) << "comes back as it went";
  mapping.func = nullptr;
  EXPECT_FALSE(mapping.func);
}

TEST_P(Addresses, AnArrayOfThemCrosses) {
  const auto fold = Load("callback_tables_cdecl").Function<double(const CallbackAddress<double(double, double)>*, int, double, double)>("fold_ops",
      {.memsync = {{.pointer = {0}, .length = {{1}}, .type = Type(Kind::kFunction)}}});
  const auto add = session_.MakeCallback<double(double, double)>([](double a, double b) { return a + b; });
  const auto times = session_.MakeCallback<double(double, double)>([](double a, double b) { return a * b; });
  const CallbackAddress<double(double, double)> ops[] = {add, times, add};
  EXPECT_EQ(fold(ops, 3, 1, 10), (1 + 10) * 10 + 10);
}

TEST_P(Addresses, WhatTheDllStoredIsCalled) {
  Interface offers{};
  EXPECT_GT(Load("returned_cdecl").Function<int(Interface*)>("get_interface")(&offers), 0);
  EXPECT_FALSE(offers.nothing);
  EXPECT_EQ(session_.FunctionAt(offers.add)(3, 4), 7);
  EXPECT_EQ(session_.FunctionAt(offers.multiply)(3, 4), 12);
}

}  // namespace
}  // namespace bridge::testing::addresses
