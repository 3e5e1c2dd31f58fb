// SPDX-License-Identifier: MIT
#include "harness/testee/frame.h"

#include <gtest/gtest.h>

namespace spanproof {
namespace {

TEST(FrameReader, CutsAStreamThatArrivesByteByByte) {
  const std::string stream = *EncodeFrame("{}") + *EncodeFrame("{\"id\": 1}");
  FrameReader reader;
  std::vector<std::string> payloads;
  for (const char byte : stream) {
    reader.Add(std::string_view(&byte, 1));
    const auto next = reader.Next();
    ASSERT_TRUE(next);
    if (*next) payloads.push_back(**next);
  }
  EXPECT_EQ(payloads, (std::vector<std::string>{"{}", "{\"id\": 1}"}));
  EXPECT_TRUE(reader.empty());
}

TEST(FrameReader, StaysBrokenAfterABadLength) {
  FrameReader reader;
  reader.Add(std::string("\xff\xff\xff\xff{}", 6));
  EXPECT_EQ(reader.Next().error().code, ErrorCode::kCorrupt);
  EXPECT_FALSE(reader.Next());
  FrameReader zero;
  zero.Add(std::string(4, '\0'));
  EXPECT_FALSE(zero.Next());
}

TEST(FrameReader, StaysBrokenAfterWhatNestsTooDeep) {
  const auto nested = [](int depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  FrameReader reader;
  reader.Add(*EncodeFrame(nested(kDeepestFrame)));
  reader.Add(*EncodeFrame("\"\\\"" + nested(1000) + "\""));
  EXPECT_TRUE(reader.Next()->has_value());
  EXPECT_TRUE(reader.Next()->has_value()) << "a text may hold what it likes";
  reader.Add(*EncodeFrame(nested(kDeepestFrame + 1)));
  EXPECT_EQ(reader.Next().error().code, ErrorCode::kCorrupt);
  EXPECT_FALSE(reader.Next());
}

TEST(EncodeFrame, WritesALittleEndianLength) {
  EXPECT_EQ(*EncodeFrame("{}"), std::string("\x02\0\0\0{}", 6));
  EXPECT_FALSE(EncodeFrame(""));
  EXPECT_FALSE(EncodeFrame(std::string(kLargestFrame + 1, ' ')));
}

}  // namespace
}  // namespace spanproof
