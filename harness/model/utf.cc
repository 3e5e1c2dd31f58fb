// SPDX-License-Identifier: MIT
#include "harness/model/utf.h"

#include <algorithm>

namespace spanproof {
namespace {

// Bytes that a lead byte asks for, 0 when it is none.
std::size_t SequenceLength(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead < 0xe0) return 2;
  if (lead >= 0xe0 && lead < 0xf0) return 3;
  if (lead >= 0xf0 && lead < 0xf5) return 4;
  return 0;
}

}  // namespace

std::optional<std::u16string> Utf16(std::string_view utf8) {
  std::u16string out;
  for (std::size_t i = 0; i < utf8.size();) {
    const auto lead = static_cast<unsigned char>(utf8[i]);
    const std::size_t length = SequenceLength(lead);
    if (length == 0 || i + length > utf8.size()) return std::nullopt;
    char32_t code = length == 1 ? lead : lead & (0x7f >> length);
    for (std::size_t k = 1; k < length; ++k) {
      const auto next = static_cast<unsigned char>(utf8[i + k]);
      if ((next & 0xc0) != 0x80) return std::nullopt;
      code = code << 6 | (next & 0x3f);
    }
    const char32_t least = length == 3 ? 0x800 : length == 4 ? 0x10000 : 0;
    if (code < least || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return std::nullopt;
    if (code >= 0x10000) {
      out += static_cast<char16_t>(0xd7c0 + (code >> 10));
      out += static_cast<char16_t>(0xdc00 + (code & 0x3ff));
    } else {
      out += static_cast<char16_t>(code);
    }
    i += length;
  }
  return out;
}

bool IsUtf8(std::string_view bytes) { return Utf16(bytes).has_value(); }

std::size_t WholeUtf8(std::string_view bytes) {
  const std::size_t window = std::min<std::size_t>(bytes.size(), 3);
  for (std::size_t back = 1; back <= window; ++back) {
    const auto lead = static_cast<unsigned char>(bytes[bytes.size() - back]);
    if ((lead & 0xc0) == 0x80) continue;
    return SequenceLength(lead) > back ? bytes.size() - back : bytes.size();
  }
  return bytes.size();
}

}  // namespace spanproof
