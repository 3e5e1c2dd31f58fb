// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cstddef>
#include <vector>

#include "bridge/core/testing.h"
#include "bridge/host/channel.h"

namespace bridge::host {
namespace {

// A client that grants the same memory again and again.
struct Client {
  std::byte* begin = nullptr;
  std::uint64_t bytes = 0;
  int asked = 0;

  static std::uint64_t Grant(void* self, std::uint64_t, std::uint64_t* granted) {
    auto* client = static_cast<Client*>(self);
    ++client->asked;
    *granted = client->bytes;
    return testing::Address(client->begin);
  }
};

class ScratchTest : public ::testing::Test {
 protected:
  alignas(16) std::byte segment_[4096];
  Client client_;
  Scratch scratch_{segment_, 64, {segment_, segment_ + sizeof segment_}, &Client::Grant, &client_};

  Expected<std::byte*> AllocateWith(std::byte* begin, std::uint64_t bytes) {
    client_.begin = begin;
    client_.bytes = bytes;
    return scratch_.Allocate(512, 16);
  }
};

TEST_F(ScratchTest, AsksForWhatItLacksAndKeepsIt) {
  const Scratch::Mark mark = scratch_.mark();
  EXPECT_EQ(AllocateWith(segment_ + 1024, 1024), segment_ + 1024);
  scratch_.Release(mark);
  EXPECT_EQ(AllocateWith(nullptr, 0), segment_ + 1024);
  EXPECT_EQ(client_.asked, 1);
}

TEST_F(ScratchTest, TakesNothingOutsideTheSegment) {
  std::vector<std::byte> elsewhere(4096);
  for (const auto& [begin, bytes] : {std::pair(elsewhere.data(), std::uint64_t{4096}), {segment_ - 16, 1024}, {segment_ + 4096, 1024},
                                     {segment_ + 3584, 513}, {segment_ + 3584, ~std::uint64_t{0}}, {nullptr, 1024}}) {
    const auto block = AllocateWith(begin, bytes);
    ASSERT_FALSE(block) << bytes;
    EXPECT_EQ(block.error().code, ErrorCode::kCorrupt) << bytes;
  }
  EXPECT_TRUE(AllocateWith(segment_ + 3072, 1024));  // up to its last byte
}

TEST_F(ScratchTest, NothingGrantedIsNoMemoryLeft) {
  const auto block = AllocateWith(nullptr, 0);
  ASSERT_FALSE(block);
  EXPECT_EQ(block.error().code, ErrorCode::kInternal);
}

}  // namespace
}  // namespace bridge::host
