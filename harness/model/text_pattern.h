// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace spanproof {

// Matches printed text against an expected one that is exact but for
// placeholders: `{address}` stands for any address as a C library's %p or
// 0x%p prints it, `{address:NAME}` for the same address wherever NAME appears
// again. Line ends are compared as they are. nullopt: it matches; otherwise
// what differs, with the line, in one line for people.
std::optional<std::string> MatchText(std::string_view pattern, std::string_view text);

// Whether two processes printed the same, where an address in one may be another
// in the other: 0x and 5 to 16 hex digits, 16 hex digits alone, or 8 alone, of
// which at least one side's begin with a zero.
bool SameButForAddresses(std::string_view left, std::string_view right);

}  // namespace spanproof
