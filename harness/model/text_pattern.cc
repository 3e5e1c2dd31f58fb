// SPDX-License-Identifier: MIT
#include "harness/model/text_pattern.h"

#include <algorithm>
#include <map>

#include "harness/model/place.h"

namespace spanproof {
namespace {

constexpr std::string_view kOpen = "{address";

bool IsHex(char unit) {
  return (unit >= '0' && unit <= '9') || (unit >= 'a' && unit <= 'f') ||
         (unit >= 'A' && unit <= 'F');
}

bool IsWord(char unit) { return IsHex(unit) || (unit >= 'g' && unit <= 'z') ||
                                (unit >= 'G' && unit <= 'Z') || unit == '_'; }

std::size_t HexRun(std::string_view text) {
  return static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), IsHex) -
                                  text.begin());
}

bool HasPrefix0x(std::string_view text) {
  return text.size() > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X') && IsHex(text[2]);
}

// Length of the address that `text` begins with, 0 if it begins with none.
std::size_t AddressLength(std::string_view text) {
  if (text.starts_with("(nil)")) return 5;
  const std::size_t prefix = HasPrefix0x(text) ? 2 : 0;
  const std::size_t digits = HexRun(text.substr(prefix));
  if (digits > 16 || digits == 0) return 0;
  return prefix != 0 || digits >= 4 ? prefix + digits : 0;
}

struct Printed {
  std::size_t length = 0;  // 0: no address begins here
  bool surely = false;     // false: it might as well be a number
};

// A word that printf's %p may have made: 0x and 5 to 16 hex digits, 16 alone,
// or 8 alone, which are surely an address only with a zero in front.
Printed PrintedAddress(std::string_view text) {
  const std::size_t prefix = HasPrefix0x(text) ? 2 : 0;
  const std::size_t digits = HexRun(text.substr(prefix));
  if (prefix + digits < text.size() && IsWord(text[prefix + digits])) return {};
  if (prefix != 0) return digits >= 5 && digits <= 16 ? Printed{prefix + digits, true} : Printed{};
  if (digits == 16) return {digits, true};
  return digits == 8 ? Printed{digits, text.front() == '0'} : Printed{};
}

// The number's digits, so that 0x00AF and 00af are one address.
std::string Canonical(std::string_view address) {
  if (HasPrefix0x(address)) address.remove_prefix(2);
  const auto first = std::min(address.find_first_not_of('0'), address.size());
  std::string digits(address.substr(first));
  for (char& digit : digits) {
    if (digit >= 'A' && digit <= 'F') digit = static_cast<char>(digit - 'A' + 'a');
  }
  return digits;
}

// The line that `at` stands in.
std::string_view LineAt(std::string_view text, std::size_t at) {
  const std::size_t before = at == 0 ? std::string_view::npos : text.rfind('\n', at - 1);
  const std::size_t begin = before == std::string_view::npos ? 0 : before + 1;
  const std::size_t end = std::min(text.find('\n', at), text.size());
  return text.substr(begin, end - begin);
}

std::string Mismatch(std::string_view pattern, std::size_t in_pattern, std::string_view text,
                     std::size_t in_text, std::string_view why) {
  const auto line = 1 + std::count(text.begin(), text.begin() + static_cast<long>(in_text), '\n');
  return "line " + std::to_string(line) + ": " + Quote(LineAt(pattern, in_pattern)) +
         " against " + Quote(LineAt(text, in_text)) + std::string(why);
}

}  // namespace

std::optional<std::string> MatchText(std::string_view pattern, std::string_view text) {
  std::map<std::string, std::string, std::less<>> seen;
  std::size_t in_pattern = 0, in_text = 0;
  while (in_pattern < pattern.size()) {
    const std::string_view rest = pattern.substr(in_pattern);
    const std::size_t close = rest.starts_with(kOpen) ? rest.find('}') : std::string_view::npos;
    const bool placeholder = close != std::string_view::npos &&
                             (close == kOpen.size() || rest[kOpen.size()] == ':');
    if (!placeholder) {
      if (in_text == text.size() || text[in_text] != rest.front()) {
        return Mismatch(pattern, in_pattern, text, in_text, "");
      }
      ++in_pattern;
      ++in_text;
      continue;
    }
    const std::size_t length = AddressLength(text.substr(in_text));
    if (length == 0) return Mismatch(pattern, in_pattern, text, in_text, " (no address)");
    if (close > kOpen.size()) {
      const std::string name(rest.substr(kOpen.size() + 1, close - kOpen.size() - 1));
      const std::string address = Canonical(text.substr(in_text, length));
      const auto [first, is_new] = seen.emplace(name, address);
      if (!is_new && first->second != address) {
        return Mismatch(pattern, in_pattern, text, in_text, " (not the address seen before)");
      }
    }
    in_pattern += close + 1;
    in_text += length;
  }
  if (in_text < text.size()) return Mismatch(pattern, in_pattern, text, in_text, " (more text)");
  return std::nullopt;
}

bool SameButForAddresses(std::string_view left, std::string_view right) {
  std::size_t at = 0, other = 0;
  while (at < left.size() && other < right.size()) {
    if (at == 0 || !IsWord(left[at - 1])) {
      const Printed one = PrintedAddress(left.substr(at));
      const Printed two = PrintedAddress(right.substr(other));
      if (one.length != 0 && two.length != 0 && (one.surely || two.surely)) {
        at += one.length;
        other += two.length;
        continue;
      }
    }
    if (left[at++] != right[other++]) return false;
  }
  return at == left.size() && other == right.size();
}

}  // namespace spanproof
