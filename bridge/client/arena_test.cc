// SPDX-License-Identifier: MIT
#include "bridge/client/arena.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <random>
#include <vector>

namespace bridge {
namespace {

class ArenaTest : public ::testing::Test {
 protected:
  static constexpr std::uint64_t kBytes = 64 << 20;
  ArenaTest() : descriptor_(memfd_create("arena_test", MFD_CLOEXEC)) {
    EXPECT_EQ(ftruncate(descriptor_, kBytes), 0);
    begin_ = static_cast<std::byte*>(mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor_, 0));
    arena_.emplace(descriptor_, begin_, 4096, kBytes);
  }
  ~ArenaTest() override {
    munmap(begin_, kBytes);
    close(descriptor_);
  }
  const int descriptor_;
  std::byte* begin_;
  std::optional<Arena> arena_;
};

TEST_F(ArenaTest, BlocksAreAlignedAndApart) {
  const Block first = *arena_->Allocate(1), second = *arena_->Allocate(100), third = *arena_->Allocate(64);
  for (const Block& block : {first, second, third})
    EXPECT_EQ(reinterpret_cast<std::uint64_t>(block.begin) % 64, 0u);
  EXPECT_GE(second.begin, first.begin + first.bytes);
  EXPECT_GE(third.begin, second.begin + 100);
  EXPECT_GE(first.begin, begin_ + 4096) << "the segment's fixed part is no free memory";
}

TEST_F(ArenaTest, WhatIsFreedInAnyOrderBecomesOnePieceAgain) {
  std::mt19937 random(3);
  for (int round = 0; round < 50; ++round) {
    std::vector<Block> blocks;
    for (int i = 0; i < 40; ++i) blocks.push_back(*arena_->Allocate(random() % 100000));
    std::shuffle(blocks.begin(), blocks.end(), random);
    for (const Block& block : blocks) arena_->Free(block);
    auto whole = arena_->Allocate(kBytes - 4096);
    ASSERT_TRUE(whole) << whole.error().message;
    arena_->Free(*whole);
  }
}

TEST_F(ArenaTest, WhatDoesNotFitIsAnErrorThatSaysHowMuch) {
  auto more = arena_->Allocate(kBytes);
  ASSERT_FALSE(more);
  EXPECT_NE(more.error().message.find("no room for " + std::to_string(kBytes)), std::string::npos);
  EXPECT_FALSE(arena_->Allocate(UINT64_MAX));
  EXPECT_FALSE(arena_->Allocate(UINT64_MAX - 62));
  EXPECT_TRUE(arena_->Allocate(64));
}

TEST_F(ArenaTest, PagesAreReservedBeforeTheyAreHandedOut) {
  const Block block = *arena_->Allocate(5 << 20);
  std::memset(block.begin, 1, block.bytes);
  ASSERT_EQ(ftruncate(descriptor_, 8192), 0);  // nothing behind it any more
  ASSERT_EQ(ftruncate(descriptor_, kBytes), 0);
  auto again = arena_->Allocate(20 << 20);
  ASSERT_TRUE(again);
  std::memset(again->begin, 1, again->bytes);
}

TEST_F(ArenaTest, FramesAreAStackThatIsUsedAgain) {
  FrameSpace frames(&*arena_);
  const auto bottom = frames.mark();
  std::byte* first = *frames.Allocate(100, 16);
  const auto middle = frames.mark();
  std::byte* second = *frames.Allocate(100, 16);
  EXPECT_GE(second, first + 100);
  frames.Release(middle);
  EXPECT_EQ(*frames.Allocate(100, 16), second);
  frames.Release(bottom);
  EXPECT_EQ(*frames.Allocate(100, 16), first);
}

TEST_F(ArenaTest, ANestedFrameThatGrewLeavesNothingOfWhatItGaveBackInUse) {
  FrameSpace frames(&*arena_);
  const auto fresh = frames.mark();
  ASSERT_TRUE(frames.Allocate(64, 16));
  frames.Release(fresh);
  const auto outer = frames.mark(), inner = frames.mark();  // a call without memory, and a callback in it that has some
  ASSERT_TRUE(frames.Allocate(1 << 20, 16));
  frames.Release(inner);
  const Block other = *arena_->Allocate(64 << 10);
  frames.Release(outer);
  std::byte* next = *frames.Allocate(1 << 20, 16);
  EXPECT_TRUE(next + (1 << 20) <= other.begin || other.begin + other.bytes <= next);
}

TEST_F(ArenaTest, FramesThatGrewKeepWhatIsBelow) {
  FrameSpace frames(&*arena_);
  std::byte* below = *frames.Allocate(1000, 16);
  std::memset(below, 7, 1000);
  const auto mark = frames.mark();
  for (std::uint64_t bytes : {200000, 3000000, 10, 5000000}) {
    std::byte* block = *frames.Allocate(bytes, 4096);
    EXPECT_EQ(reinterpret_cast<std::uint64_t>(block) % 4096, 0u);
    std::memset(block, 9, bytes);
  }
  frames.Release(mark);
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(below[i], std::byte{7});
  std::byte* next = *frames.Allocate(50000, 16);
  std::memset(next, 9, 50000);
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(below[i], std::byte{7});
}

TEST_F(ArenaTest, LargeFramesAreGivenBackToTheArena) {
  {
    FrameSpace frames(&*arena_);
    for (int round = 0; round < 20; ++round) {
      const auto mark = frames.mark();
      ASSERT_TRUE(frames.Allocate(20 << 20, 16));
      ASSERT_TRUE(frames.Allocate(20 << 20, 16)) << "round " << round;
      frames.Release(mark);
    }
  }
  EXPECT_TRUE(arena_->Allocate(kBytes - 4096));
}

TEST_F(ArenaTest, FramesBeyondTheArenaAreAnError) {
  FrameSpace frames(&*arena_);
  bool refused = false;
  for (int i = 0; i < 300 && !refused; ++i) refused = !frames.Allocate(500000, 16);
  EXPECT_TRUE(refused);
}

}  // namespace
}  // namespace bridge
