// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "bridge/core/error.h"

namespace bridge {

// Text of wchar_t: a UTF-16 unit on Windows, a code point of 4 bytes here. Surrogates that stand alone, which
// Windows permits, stay what they are in both directions.

// kInvalidArgument names the first character that is no code point (beyond U+10FFFF).
Expected<std::u16string> ToUtf16(std::wstring_view text);
std::wstring ToWide(std::u16string_view text);

// Room for a text of wchar_t that a DLL reads, changes or fills:
//   bridge::WideBuffer name(260, L"C:\\");
//   get_name(name.data(), name.capacity());   // void(char16_t*, int), length [1], type char16
//   std::wstring text = name.text();
class WideBuffer {
 public:
  // `capacity` in units, the terminator among them; the rest is zeroed. Throws Exception (kInvalidArgument) where
  // the text and its terminator do not fit, or where it is no text.
  explicit WideBuffer(std::size_t capacity, std::wstring_view text = {});

  char16_t* data() { return units_.data(); }
  int capacity() const { return static_cast<int>(units_.size()); }
  // Up to the terminator, or to the end where there is none.
  std::wstring text() const;

 private:
  std::vector<char16_t> units_;
};

}  // namespace bridge
