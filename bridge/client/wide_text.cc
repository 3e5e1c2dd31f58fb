// SPDX-License-Identifier: MIT
#include "bridge/client/wide_text.h"

#include <algorithm>
#include <climits>

#include "bridge/client/exception.h"

namespace bridge {
namespace {

constexpr char32_t kFirstAstral = 0x10000, kLastCodePoint = 0x10ffff;
constexpr char32_t kHigh = 0xd800, kLow = 0xdc00;  // the first of 1,024 each
static_assert(sizeof(wchar_t) == 4);

bool IsIn(char16_t unit, char32_t first) { return unit >= first && unit < first + 0x400; }

}  // namespace

Expected<std::u16string> ToUtf16(std::wstring_view text) {
  std::u16string units;
  units.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto point = static_cast<char32_t>(text[i]);
    if (point > kLastCodePoint)
      return Fail(ErrorCode::kInvalidArgument, "character " + std::to_string(i) + " of the text is no code point (" +
                                                   std::to_string(point) + "): the last is U+10FFFF");
    if (point < kFirstAstral) {
      units.push_back(static_cast<char16_t>(point));
    } else {
      units.push_back(static_cast<char16_t>(kHigh + ((point - kFirstAstral) >> 10)));
      units.push_back(static_cast<char16_t>(kLow + ((point - kFirstAstral) & 0x3ff)));
    }
  }
  return units;
}

std::wstring ToWide(std::u16string_view text) {
  std::wstring points;
  points.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool pair = IsIn(text[i], kHigh) && i + 1 < text.size() && IsIn(text[i + 1], kLow);
    points.push_back(static_cast<wchar_t>(pair ? kFirstAstral + ((text[i] - kHigh) << 10) + (text[i + 1] - kLow) : text[i]));
    if (pair) ++i;
  }
  return points;
}

WideBuffer::WideBuffer(std::size_t capacity, std::wstring_view text) {
  const std::u16string units = ValueOrThrow(ToUtf16(text));
  if (units.size() >= capacity || capacity > INT_MAX)
    throw Exception({ErrorCode::kInvalidArgument,
                     "a text of " + std::to_string(units.size()) + " units and its terminator do not fit a capacity of " +
                         std::to_string(capacity) + ": give it " + std::to_string(units.size() + 1) + " at least",
                     0, 0});
  units_.resize(capacity);
  std::copy(units.begin(), units.end(), units_.begin());
}

std::wstring WideBuffer::text() const {
  return ToWide({units_.data(), static_cast<std::size_t>(std::find(units_.begin(), units_.end(), u'\0') - units_.begin())});
}

}  // namespace bridge
