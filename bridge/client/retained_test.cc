// SPDX-License-Identifier: MIT
// Memory that DLLs keep beyond a call, on real Wine.
#include <gtest/gtest.h>

#include "bridge/client/wine_testing.h"

namespace bridge::testing {
namespace {

class RetainedTest : public ::testing::TestWithParam<Place> {
 protected:
  Session session_ = Start(GetParam().Options());
  Module dll_ = session_.Load(Dll("ownership_cdecl", GetParam().arch));
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

TEST_P(RetainedTest, APointerInItToMemoryOfThisProcessIsItselfAgainAfterTheCall) {
  if (GetParam().arch == Arch::kWin32) GTEST_SKIP() << "an Image of this process is none to the DLL";
  auto block = session_.Allocate<std::uint8_t>(sizeof(Image));
  auto* image = reinterpret_cast<Image*>(block.data());
  std::int16_t pixels[] = {1, 5, 2, 8};
  *image = {pixels, 2, 2};
  auto apply = session_.Load(Dll("image_cdecl", GetParam().arch)).Function<std::int16_t(Image*, void*)>("apply_filter", ImageData());
  EXPECT_EQ(apply(image, nullptr), -1);
  EXPECT_EQ(image->data, pixels);
}

TEST_P(RetainedTest, WhatHoldsPointersOfThisProcessIsRefused) {
  EXPECT_TRUE(Says(Refused([&] { session_.Allocate<Image>(1); }), {"Image", "data", "RemoteAddress<T>"}));
}

TEST_P(RetainedTest, WhatTheDllLaysOutOtherwiseCannotBeShared) {
  if (GetParam().arch == Arch::kWin64) return (void)session_.Allocate<RemoteAddress<int>>(1);
  EXPECT_TRUE(Says(Refused([&] { session_.Allocate<RemoteAddress<int>>(1); }), {"laid out differently by win32-gnu", "allocate std::byte"}));
}

INSTANTIATE_TEST_SUITE_P(Places, RetainedTest, ::testing::ValuesIn(Places()), [](const auto& info) { return Spell(info.param); });

}  // namespace
}  // namespace bridge::testing
