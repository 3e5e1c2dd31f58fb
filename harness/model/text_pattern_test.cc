// SPDX-License-Identifier: MIT
#include "harness/model/text_pattern.h"

#include <gtest/gtest.h>

namespace spanproof {
namespace {

TEST(MatchText, IsExactOutsideOfPlaceholders) {
  EXPECT_FALSE(MatchText("len = 3\r\n", "len = 3\r\n"));
  EXPECT_EQ(MatchText("a\nlen = 3\n", "a\nlen = 4\n"), "line 2: \"len = 3\" against \"len = 4\"");
  EXPECT_TRUE(MatchText("a", "ab"));
  EXPECT_TRUE(MatchText("ab", "a"));
}

TEST(MatchText, TakesAnyAddressForAPlaceholder) {
  EXPECT_FALSE(MatchText("data = {address}\n", "data = 000000000021FE14\n"));
  EXPECT_FALSE(MatchText("data = {address}\n", "data = 0x7ffe1234\n"));
  EXPECT_FALSE(MatchText("data = 0x{address}\n", "data = 0x00AF5778\n"));
  EXPECT_TRUE(MatchText("data = {address}\n", "data = here\n"));
}

TEST(MatchText, HoldsANameToItsFirstAddress) {
  EXPECT_FALSE(MatchText("{address:p} {address:p}", "0x00AF5778 af5778"));
  EXPECT_TRUE(MatchText("{address:p} {address:p}", "00AF5778 00AF5779"));
  EXPECT_FALSE(MatchText("{address:p} {address:q}", "00AF5778 00AF5779"));
}

TEST(SameButForAddresses, LeavesNumbersAlone) {
  EXPECT_TRUE(SameButForAddresses("data = 000000000021FE14\n", "data = 0000001000041000\n"));
  EXPECT_TRUE(SameButForAddresses("p 0x7ffe12345678, n 1", "p 0x12345, n 1"));
  EXPECT_TRUE(SameButForAddresses("data = 00E804F0\r\n", "data = 10041000\r\n"));
  EXPECT_FALSE(SameButForAddresses("n = 12345678\n", "n = 87654321\n"));
  EXPECT_FALSE(SameButForAddresses("p 00E804F0, n 1", "p 10041000, n 2"));
  EXPECT_FALSE(SameButForAddresses("data[0] = 1.500000", "data[0] = 1.500001"));
  EXPECT_FALSE(SameButForAddresses("00E804F0", "00E804F0 and more"));
}

}  // namespace
}  // namespace spanproof
