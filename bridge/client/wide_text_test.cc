// SPDX-License-Identifier: MIT
#include "bridge/client/wide_text.h"

#include <gtest/gtest.h>

#include "bridge/client/exception.h"

namespace bridge {
namespace {

TEST(WideText, IsUtf16InDlls) {
  EXPECT_EQ(ToUtf16(L"za\u0142\u20ac"), u"za\u0142\u20ac");
  EXPECT_EQ(ToUtf16(L"\U0001f600\U0010ffff"), u"\xd83d\xde00\xdbff\xdfff");
  EXPECT_EQ(ToUtf16({L"a\0b", 3}), std::u16string(u"a\0b", 3));
  EXPECT_EQ(ToUtf16(L""), u"");
}

TEST(WideText, ComesBackWhole) {
  EXPECT_EQ(ToWide(u"za\u0142\u20ac"), L"za\u0142\u20ac");
  EXPECT_EQ(ToWide(u"\xd83d\xde00!\xdbff\xdfff"), L"\U0001f600!\U0010ffff");
}

TEST(WideText, SurrogatesThatStandAloneStay) {
  const std::wstring alone = {wchar_t{0xd83d}, L'x', wchar_t{0xde00}, wchar_t{0xd83d}};
  const auto units = ToUtf16(alone);
  ASSERT_TRUE(units);
  EXPECT_EQ(units->size(), 4u);
  EXPECT_EQ(ToWide(*units), alone);
}

TEST(WideText, WhatIsNoCodePointIsRefusedByItsPlace) {
  const auto units = ToUtf16(std::wstring{L'a', wchar_t{0x110000}});
  ASSERT_FALSE(units);
  EXPECT_EQ(units.error().code, ErrorCode::kInvalidArgument);
  EXPECT_NE(units.error().message.find("character 1"), std::string::npos);
}

TEST(WideBuffer, HoldsATextAndItsTerminator) {
  WideBuffer buffer(4, L"\U0001f600b");
  EXPECT_EQ(buffer.capacity(), 4);
  EXPECT_EQ(buffer.text(), L"\U0001f600b");
  buffer.data()[1] = 0;
  EXPECT_EQ(buffer.text(), (std::wstring{wchar_t{0xd83d}}));
  std::fill_n(buffer.data(), 4, u'z');
  EXPECT_EQ(buffer.text(), L"zzzz") << "no terminator: all of it";
  try {
    WideBuffer(3, L"\U0001f600b");
    FAIL() << "three units and a terminator in three";
  } catch (const Exception& exception) {
    EXPECT_NE(std::string(exception.what()).find("give it 4 at least"), std::string::npos) << exception.what();
  }
}

}  // namespace
}  // namespace bridge
