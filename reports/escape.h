// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace spanproof {

// For text and attributes of HTML and XML 1.0: markup is escaped, control
// characters that XML forbids and bytes that are no UTF-8 become '?'.
std::string EscapeXml(std::string_view text);

// For a cell of a Markdown table: one line, bars and markup escaped.
std::string EscapeMarkdown(std::string_view text);

}  // namespace spanproof
