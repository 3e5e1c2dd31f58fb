// SPDX-License-Identifier: MIT
#include "bridge/host/guarded_copy.h"

#include <gtest/gtest.h>
#include <windows.h>

#include <cstring>
#include <vector>

namespace bridge::host {
namespace {

constexpr std::size_t kPage = 4096;

// Three pages, of which the middle one has the protection that is asked for.
class DllMemoryTest : public ::testing::Test {
 protected:
  ~DllMemoryTest() override { VirtualFree(begin_, 0, MEM_RELEASE); }
  void Protect(DWORD how) {
    DWORD before = 0;
    VirtualProtect(begin_ + kPage, kPage, how, &before);
  }
  std::byte* const begin_ = static_cast<std::byte*>(VirtualAlloc(nullptr, 3 * kPage, MEM_COMMIT | MEM_RESERVE, PAGE_READWRITE));
};

TEST_F(DllMemoryTest, TheFirstByteThatCannotBeReadIsSaid) {
  EXPECT_EQ(kDllMemory.unreadable(begin_ + 5, 3 * kPage - 5), nullptr);
  EXPECT_EQ(kDllMemory.unreadable(nullptr, 0), nullptr);
  Protect(PAGE_NOACCESS);
  EXPECT_EQ(kDllMemory.unreadable(begin_ + 5, kPage - 5), nullptr);
  EXPECT_EQ(kDllMemory.unreadable(begin_ + 5, kPage), begin_ + kPage);
  EXPECT_EQ(kDllMemory.unreadable(begin_ + kPage + 7, 1), begin_ + kPage + 7);
  const auto* wild = reinterpret_cast<const std::byte*>(16);
  EXPECT_EQ(kDllMemory.unreadable(wild, 4), wild);
}

TEST_F(DllMemoryTest, TheFirstByteThatCannotBeWrittenIsSaid) {
  const std::vector<std::byte> bytes(3 * kPage, std::byte{7});
  EXPECT_EQ(kDllMemory.write(begin_, bytes.data(), bytes.size()), nullptr);
  EXPECT_EQ(std::memcmp(begin_, bytes.data(), bytes.size()), 0);
  Protect(PAGE_READONLY);
  EXPECT_EQ(kDllMemory.unreadable(begin_, 3 * kPage), nullptr);
  EXPECT_EQ(kDllMemory.write(begin_ + 1, bytes.data(), 2 * kPage), begin_ + kPage);
}

}  // namespace
}  // namespace bridge::host
