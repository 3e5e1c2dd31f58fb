// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "bridge/core/error.h"

namespace bridge::host {

std::wstring Widen(std::string_view utf8);
std::string Narrow(std::wstring_view wide);

// A handle on what a Unix path names: memory or a pipe of the client's, mostly by
// way of its /proc entry. `access`: GENERIC_READ and so on. kNotFound where it cannot be opened.
Expected<void*> OpenUnixPath(std::string_view path, std::uint32_t access);

// The DOS path of a Unix path, as Wine maps it; other text comes back as it is.
std::wstring DosPath(std::string_view path);

}  // namespace bridge::host
