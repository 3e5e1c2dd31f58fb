// SPDX-License-Identifier: MIT
#include "reports/escape.h"

#include <cstdint>

namespace spanproof {
namespace {

// Length of the well-formed UTF-8 sequence at the start that XML allows, or 0.
std::size_t Sequence(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = byte(0);
  if (lead < 0x80) {
    return lead >= 0x20 || lead == '\n' || lead == '\t' || lead == '\r' ? 1 : 0;
  }
  const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < length) return 0;
  std::uint32_t point = lead & (0x7fu >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
    point = point << 6 | (byte(i) & 0x3f);
  }
  const bool shortest = length == 2 || (length == 3 ? point >= 0x800 : point >= 0x10000);
  const bool surrogate = point >= 0xd800 && point < 0xe000;
  return shortest && !surrogate && point <= 0x10ffff && point != 0xfffe && point != 0xffff ? length
                                                                                           : 0;
}

}  // namespace

std::string EscapeXml(std::string_view text) {
  std::string escaped;
  while (!text.empty()) {
    const std::size_t length = Sequence(text);
    switch (text.front()) {
      case '&': escaped += "&amp;"; break;
      case '<': escaped += "&lt;"; break;
      case '>': escaped += "&gt;"; break;
      case '"': escaped += "&quot;"; break;
      case '\'': escaped += "&#39;"; break;
      default: escaped += length == 0 ? "?" : std::string(text.substr(0, length));
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return escaped;
}

std::string EscapeMarkdown(std::string_view text) {
  std::string escaped;
  for (const char one : text) {
    if (one == '\n' || one == '\r') {
      escaped += ' ';
    } else {
      if (std::string_view("|\\`*_<>[]").find(one) != std::string_view::npos) escaped += '\\';
      escaped += one;
    }
  }
  return escaped;
}

}  // namespace spanproof
