// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace spanproof {

// UTF-8 to UTF-16, and whether text is UTF-8 at all (strict: no overlong forms,
// no surrogates). nullopt when it is not.
std::optional<std::u16string> Utf16(std::string_view utf8);
bool IsUtf8(std::string_view bytes);

// The length of the longest prefix that does not end inside a character.
std::size_t WholeUtf8(std::string_view bytes);

}  // namespace spanproof
