// SPDX-License-Identifier: MIT
#include "bridge/host/module_at.h"

#include <windows.h>

#include <gtest/gtest.h>

namespace bridge::host {
namespace {

TEST(ModuleAt, NamesTheModuleAndTheOffsetInIt) {
  HMODULE kernel = GetModuleHandleW(L"kernel32.dll");
  const auto base = reinterpret_cast<std::uintptr_t>(kernel);
  const ModuleAt first = FindModuleAt(base), later = FindModuleAt(base + 0x1234);
  EXPECT_EQ(first.name, "kernel32.dll");
  EXPECT_EQ(first.offset, 0u);
  EXPECT_EQ(later.name, "kernel32.dll");
  EXPECT_EQ(later.offset, 0x1234u);
  EXPECT_EQ(FindModuleAt(reinterpret_cast<std::uintptr_t>(&FindModuleAt)).name, "bridge_host_test.exe");
}

TEST(ModuleAt, SaysNothingOfMemoryThatIsNoModules) {
  int here = 0;
  for (const std::uint64_t address : {std::uint64_t{0}, std::uint64_t{0x1234}, std::uint64_t{reinterpret_cast<std::uintptr_t>(&here)}, ~std::uint64_t{0}}) {
    EXPECT_EQ(FindModuleAt(address).name, "") << address;
    EXPECT_EQ(FindModuleAt(address).offset, 0u) << address;
  }
}

}  // namespace
}  // namespace bridge::host
