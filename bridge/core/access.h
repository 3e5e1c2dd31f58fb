// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "bridge/core/error.h"

namespace bridge {

// How to touch memory that may not be there: what a caller, or a DLL, says a pointer leads to. Made by who has an
// operating system below, since core has none. A null Access in what takes one: the memory is trusted.
struct Access {
  // The first address of the range that cannot be read; null: all can.
  const std::byte* (*unreadable)(const std::byte* at, std::uint64_t bytes) = nullptr;
  // Copies. The first address that cannot be written; null: all was copied, else nobody knows how much.
  const std::byte* (*write)(std::byte* to, const std::byte* from, std::uint64_t bytes) = nullptr;
};

// Whose memory a plan is carried out on.
struct Caller {
  const Access* access = nullptr;
  std::string_view call = {};  // what is called, for messages; may be empty
};

// No system gives memory below to a program, so what "points" there is a number.
inline constexpr std::uint64_t kFirstAddress = 64 << 10;

// The first address of the range that cannot be read; null: all can. A few instructions for each page.
inline const std::byte* FirstUnreadable(const Access* access, const std::byte* at, std::uint64_t bytes) {
  if (bytes == 0) return nullptr;
  const auto address = reinterpret_cast<std::uintptr_t>(at);
  if (address < kFirstAddress || bytes - 1 > UINTPTR_MAX - address) [[unlikely]] return at;
  return access != nullptr ? access->unreadable(at, bytes) : nullptr;
}

// The same, as kInvalidArgument. `word` is the argument that leads there, `words` how many the plan has, the last being the result.
Expected<void> CheckReadable(const Caller& caller, std::uint32_t word, std::uint32_t words, const std::byte* at, std::uint64_t bytes);

// "argument 1 of `sum`: 0xdeadbeef0000 cannot be read (40 bytes are wanted): ", and what to do about it.
enum class Done : std::uint8_t { kRead, kWritten };
Error CannotBe(Done done, const Caller& caller, std::uint32_t word, std::uint32_t words, const std::byte* failed,
               const std::byte* at, std::uint64_t bytes);

// "argument 1", "argument 1 of `sum`", "the result"
std::string SpellWord(const Caller& caller, std::uint32_t word, std::uint32_t words);

}  // namespace bridge
