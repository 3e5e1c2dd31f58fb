// SPDX-License-Identifier: MIT
#include "harness/testee/sdk/spot.h"

#include <gtest/gtest.h>

namespace spanproof {
namespace {

class SameSpotTest : public ::testing::Test {
 protected:
  void SetUp() override {
    // win32: 0, 4, 8, 12 of 16 bytes; 64 bit: 0, 8, 16, 24 of 32.
    ASSERT_TRUE(types_.DefineStruct("Node", {{"next", *types_.Parse("void*")},
                                             {"id", *types_.Parse("int")},
                                             {"name", *types_.Parse("char*")},
                                             {"tag", *types_.Parse("char[4]")}}));
  }
  std::int64_t Wide(const char* type, std::int64_t offset) {
    return SameSpot(types_, *types_.Parse(type), offset, Abi::kWin32Gnu, Abi::kSysv64Windows).value();
  }
  std::int64_t Narrow(const char* type, std::int64_t offset) {
    return SameSpot(types_, *types_.Parse(type), offset, Abi::kSysv64Windows, Abi::kWin32Gnu).value();
  }
  TypeTable types_;
};

TEST_F(SameSpotTest, IsTheSameMemberAndAsFarIntoIt) {
  EXPECT_EQ(Wide("Node", 4), 8);
  EXPECT_EQ(Wide("Node", 14), 26);
  EXPECT_EQ(Narrow("Node", 26), 14);
  EXPECT_EQ(Narrow("Node", 16), 8);
}

TEST_F(SameSpotTest, IsTheSameElement) {
  EXPECT_EQ(Wide("Node[3]", 2 * 16 + 8), 2 * 32 + 16);
  EXPECT_EQ(Narrow("void*[4]", 24), 12);
  EXPECT_EQ(Wide("float[4]", 7), 7);
}

TEST_F(SameSpotTest, KeepsDistancesOutsideOfTheObject) {
  EXPECT_EQ(Wide("Node", 16), 32);
  EXPECT_EQ(Wide("Node", 20), 36);
  EXPECT_EQ(Wide("Node", -4), -4);
}

}  // namespace
}  // namespace spanproof
