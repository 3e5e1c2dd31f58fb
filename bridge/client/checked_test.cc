// SPDX-License-Identifier: MIT
// Checked mode, on real Wine: who goes beyond its memory is told, and which argument it was.
#include <gtest/gtest.h>

#include <thread>

#include "bridge/client/wine_testing.h"

namespace bridge::testing {
namespace {

class CheckedTest : public ::testing::TestWithParam<Place> {
 protected:
  Session session_ = Start(GetParam().Options({.checked = true}));
  Module dll_ = session_.Load(Dll("ownership_cdecl", GetParam().arch));
  Function<int(const std::uint8_t*, int, int)> peek_ = dll_.Function<int(const std::uint8_t*, int, int)>(
      "peek", {.memsync = {{.pointer = {0}, .length = {{1}}}}});
  Function<void(std::uint8_t*, int, int, int)> poke_ = dll_.Function<void(std::uint8_t*, int, int, int)>(
      "poke", {.memsync = {{.pointer = {0}, .length = {{1}}}}});
  std::vector<std::uint8_t> bytes_ = std::vector<std::uint8_t>(5000, 3);
};

TEST_P(CheckedTest, WhatIsInsideIsReadAndWritten) {
  for (int size : {1, 7, 40, 4095, 4096, 4097}) {
    EXPECT_EQ(peek_(bytes_.data(), size, size - 1), 3) << size;
    poke_(bytes_.data(), size, size - 1, 9);
    EXPECT_EQ(bytes_[static_cast<std::size_t>(size) - 1], 9) << size;
    bytes_[static_cast<std::size_t>(size) - 1] = 3;
  }
}

TEST_P(CheckedTest, AReadBehindIsAFaultThatNamesTheArgument) {
  for (int size : {1, 40, 4096, 4097}) {
    const auto read = peek_.TryCall(bytes_.data(), size, size);
    ASSERT_FALSE(read) << size;
    EXPECT_EQ(read.error().code, ErrorCode::kFault);
    EXPECT_EQ(read.error().os_error, 0xc0000005u);
    EXPECT_TRUE(Says(read.error(), {"peek", "it read", "argument 0", ("byte " + std::to_string(size) + " of the " + std::to_string(size)).c_str()}));
  }
  EXPECT_EQ(peek_(bytes_.data(), 40, 39), 3) << "the session goes on";
}

TEST_P(CheckedTest, AWriteBehindIsOne) {
  const auto wrote = poke_.TryCall(bytes_.data(), 40, 43, 1);
  ASSERT_FALSE(wrote);
  EXPECT_TRUE(Says(wrote.error(), {"poke", "it wrote byte 43 of the 40 bytes of argument 0"}));
}

TEST_P(CheckedTest, AWriteBeforeIsFoundAfterwards) {
  const auto near = poke_.TryCall(bytes_.data(), 40, -3, 1);
  ASSERT_FALSE(near);
  EXPECT_EQ(near.error().code, ErrorCode::kFault);
  EXPECT_TRUE(Says(near.error(), {"poke wrote 3 bytes before the 40 bytes of argument 0"}));
  const auto far = poke_.TryCall(bytes_.data(), 4096, -1, 1);
  ASSERT_FALSE(far);
  EXPECT_TRUE(Says(far.error(), {"it wrote 1 bytes before the 4096 bytes of argument 0"}));
}

TEST_P(CheckedTest, AWriteToWhatIsConstIsFoundAfterwards) {
  auto poke = dll_.Function<void(const std::uint8_t*, int, int, int)>("poke", {.memsync = {{.pointer = {0}, .length = {{1}}}}});
  const auto wrote = poke.TryCall(bytes_.data(), 40, 7, 1);
  ASSERT_FALSE(wrote);
  EXPECT_EQ(wrote.error().code, ErrorCode::kFault);
  EXPECT_TRUE(Says(wrote.error(), {"poke wrote byte 7 of the 40 bytes of argument 0", "const"}));
  EXPECT_EQ(bytes_[7], 3);
  EXPECT_TRUE(poke.TryCall(bytes_.data(), 40, 7, 3)) << "what is there already is no change";
}

TEST_P(CheckedTest, WhatIsConstAndNotConstAtOnceMayBeWritten) {
  auto copy = dll_.Function<void(std::uint8_t*, const std::uint8_t*, int)>(
      "copy_bytes", {.memsync = {{.pointer = {0}, .length = {{2}}}, {.pointer = {1}, .length = {{2}}}}});
  for (std::size_t i = 0; i < 10; ++i) bytes_[i] = static_cast<std::uint8_t>(i);
  EXPECT_TRUE(copy.TryCall(bytes_.data(), bytes_.data() + 1, 9));
  EXPECT_EQ(bytes_[0], 1);
  EXPECT_EQ(bytes_[8], 9);
}

TEST_P(CheckedTest, WhatAlignmentLeavesOpenIsFilled) {
  auto odd = dll_.Function<void(std::int32_t*, int, int, int)>(
      "poke", {.memsync = {{.pointer = {0}, .length = {{1}}, .type = Type::Struct("Three", {{"a", kInt32}, {"b", kInt8}}, 0)}}});
  std::vector<std::int32_t> two(4);
  odd(two.data(), 1, 7, 1);
  EXPECT_TRUE(Says(odd.TryCall(two.data(), 1, 8, 1).error(), {"byte 8 of the 8"})) << "padding belongs to the struct";
}

TEST_P(CheckedTest, AnAlignmentBeyondAPageIsRefused) {
  const Type wide = Type::Struct("Wide", {{"n", kInt32}}, 0, 8192);
  auto peek = dll_.Function<int(const std::uint8_t*, int, int)>("peek", {.memsync = {{.pointer = {0}, .length = {{1}}, .type = wide}}});
  std::vector<std::uint8_t> room(3 * 8192);
  const auto read = peek.TryCall(room.data(), 1, 0);
  ASSERT_FALSE(read);
  EXPECT_TRUE(Says(read.error(), {"aligned beyond a page", "run without it"}));
}

TEST_P(CheckedTest, PagesAreGivenBackWhenAThreadEnds) {
  for (int i = 0; i < 3; ++i) std::thread([&] { EXPECT_EQ(peek_(bytes_.data(), 4096, 1), 3); }).join();
  auto block = session_.Allocate<std::uint8_t>(1 << 20);
  auto touch = session_.Load(Dll("add_cdecl", GetParam().arch)).Function<int(Retained<std::uint8_t>, int)>("touch_each");
  EXPECT_EQ(touch(block, 1 << 20), 1 << 20) << "nothing in it is out of bounds";
}

INSTANTIATE_TEST_SUITE_P(Places, CheckedTest, ::testing::ValuesIn(Places()), [](const auto& info) { return Spell(info.param); });

}  // namespace
}  // namespace bridge::testing
