// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "bridge/core/error.h"

namespace bridge::host {

std::wstring Widen(std::string_view utf8);
std::string Narrow(std::wstring_view wide);

// A handle on an open descriptor of the client's, by way of /proc: works for
// memfds and pipes alike and leaves nothing behind. `access`: GENERIC_READ and so on.
Expected<void*> OpenClientDescriptor(std::uint32_t client_pid, std::uint64_t descriptor, std::uint32_t access);

// The DOS path of a Unix path, as Wine maps it; other text comes back as it is.
std::wstring DosPath(std::string_view path);

}  // namespace bridge::host
