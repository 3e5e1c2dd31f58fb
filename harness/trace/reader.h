// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>

#include "harness/trace/trace.h"

namespace spanproof {

enum class ReadMode : std::uint8_t {
  kStrict,   // all of it or an error
  kSalvage,  // what stands before the first damage; Trace::complete says whether that is all
};

// kCorrupt names the offset of what broke the rules. Memory used stays within
// a fixed factor of the file's size, whatever the file says.
Expected<Trace> ReadTrace(std::span<const std::uint8_t> bytes, ReadMode mode = ReadMode::kStrict);

// The same, messages led by the file's name; kInvalidArgument if it cannot be opened.
Expected<Trace> ReadTraceFile(const std::filesystem::path& path,
                              ReadMode mode = ReadMode::kStrict);

}  // namespace spanproof
