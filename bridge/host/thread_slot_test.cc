// SPDX-License-Identifier: MIT
#include "bridge/host/thread_slot.h"

#include <gtest/gtest.h>
#include <windows.h>

#include <thread>

namespace bridge::host {
namespace {

TEST(ThreadSlot, EveryThreadHasItsOwnAndBeginsWithNull) {
  const ThreadSlot slot, other;
  int mine = 0, theirs = 0;
  EXPECT_EQ(slot.Get(), nullptr);
  slot.Set(&mine);
  EXPECT_EQ(other.Get(), nullptr);
  std::thread([&] {
    EXPECT_EQ(slot.Get(), nullptr);
    slot.Set(&theirs);
    EXPECT_EQ(slot.Get(), &theirs);
  }).join();
  EXPECT_EQ(slot.Get(), &mine);
}

TEST(ThreadSlot, LeavesTheLastErrorAlone) {
  const ThreadSlot slot;
  SetLastError(1234);
  slot.Set(nullptr);
  EXPECT_EQ(slot.Get(), nullptr);
  EXPECT_EQ(GetLastError(), 1234u);
}

}  // namespace
}  // namespace bridge::host
