// SPDX-License-Identifier: MIT
// Memory that DLLs keep beyond a call, on real Wine.
#include <gtest/gtest.h>

#include "bridge/client/wine_testing.h"

namespace bridge::testing {
namespace {

class RetainedTest : public ::testing::TestWithParam<bool> {
 protected:
  Session session_ = Start({.same_address = GetParam()});
  Module dll_ = session_.Load(Dll("ownership_cdecl"));
};

TEST_P(RetainedTest, TheDllMayWriteBetweenCalls) {
  auto numbers = session_.Allocate<int>(3);
  EXPECT_EQ(numbers[0] + numbers[1] + numbers[2], 0) << "zeroed";
  dll_.Function<void(Retained<int>, int)>("keep_numbers")(numbers, 3);
  auto tick = dll_.Function<void()>("tick");
  numbers[1] = 40;
  tick();
  tick();
  EXPECT_EQ(std::vector<int>(numbers.begin(), numbers.end()), (std::vector<int>{2, 42, 2}));
  EXPECT_EQ(dll_.Function<int()>("kept_sum")(), 46);
}

TEST_P(RetainedTest, APlainPointerIntoItIsPassedAsItIs) {
  auto numbers = session_.Allocate<int>(4);
  dll_.Function<void(int*, int)>("keep_numbers", {.memsync = {{.pointer = {0}, .length = {{1}}, .type = kInt32}}})(
      numbers.data() + 1, 2);
  dll_.Function<void()>("tick")();
  EXPECT_EQ(std::vector<int>(numbers.begin(), numbers.end()), (std::vector<int>{0, 1, 1, 0}));
}

TEST_P(RetainedTest, BlocksAreApartAndGivenBackOnce) {
  auto first = session_.Allocate<std::uint8_t>(100);
  auto second = session_.Allocate<std::uint8_t>(100);
  EXPECT_TRUE(first.data() + 100 <= second.data() || second.data() + 100 <= first.data());
  auto copy = first;
  first.Release();
  EXPECT_FALSE(copy);
  EXPECT_TRUE(Says(Refused([&] { copy.Release(); }), {"released before"}));
  EXPECT_TRUE(Says(Refused([&] { copy.data(); }), {"was released"}));
  EXPECT_TRUE(Says(Refused([&] { dll_.Function<void(Retained<std::uint8_t>, int)>("keep_numbers")(copy, 0); }), {"was released"}));
  EXPECT_TRUE(Says(Refused([&] { second[100]; }), {"element 100", "has 100"}));
  EXPECT_TRUE(Says(Refused([&] { Retained<int>().Release(); }), {"never allocated"}));
}

TEST_P(RetainedTest, MoreThanThereIsIsRefused) {
  EXPECT_TRUE(Says(Refused([&] { session_.Allocate<double>(std::size_t{1} << 36); }), {"no room"}));
  EXPECT_TRUE(Says(Refused([&] { session_.Allocate<double>(std::size_t{1} << 60); }), {"beyond reason"}));
}

TEST_P(RetainedTest, WhatHoldsPointersOfThisProcessIsRefused) {
  EXPECT_TRUE(Says(Refused([&] { session_.Allocate<Image>(1); }), {"Image", "data", "RemoteAddress<T>"}));
}

INSTANTIATE_TEST_SUITE_P(SameAndTranslated, RetainedTest, ::testing::Bool());

}  // namespace
}  // namespace bridge::testing
