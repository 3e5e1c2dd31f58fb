// SPDX-License-Identifier: MIT
#include "bridge/core/access.h"

#include <cstdio>

namespace bridge {
namespace {

std::string Hex(const std::byte* address) {
  char text[24];
  std::snprintf(text, sizeof text, "0x%llx", static_cast<unsigned long long>(reinterpret_cast<std::uintptr_t>(address)));
  return text;
}

const char* WhatToDo(Done done, bool nothing_there) {
  if (done == Done::kWritten) return "let it lead to memory that may be written";
  return nothing_there ? "let it lead to memory of this process, or declare it void* where it is an address of the DLL's own"
                       : "let its length say no more than is there";
}

}  // namespace

std::string SpellWord(const Caller& caller, std::uint32_t word, std::uint32_t words) {
  std::string text = word + 1 == words ? "the result" : "argument " + std::to_string(word);
  if (!caller.call.empty()) text.append(" of `").append(caller.call).append("`");
  return text;
}

Error CannotBe(Done done, const Caller& caller, std::uint32_t word, std::uint32_t words, const std::byte* failed,
               const std::byte* at, std::uint64_t bytes) {
  std::string text = SpellWord(caller, word, words) + ": " + Hex(failed) + " cannot be " + (done == Done::kRead ? "read (" : "written (");
  text += std::to_string(bytes) + (bytes == 1 ? " byte is wanted" : " bytes are wanted") + (failed == at ? "" : " from " + Hex(at) + " on") + "): ";
  text += WhatToDo(done, failed == at);
  return {ErrorCode::kInvalidArgument, std::move(text), 0, reinterpret_cast<std::uintptr_t>(failed)};
}

Expected<void> CheckReadable(const Caller& caller, std::uint32_t word, std::uint32_t words, const std::byte* at, std::uint64_t bytes) {
  const std::byte* failed = FirstUnreadable(caller.access, at, bytes);
  if (failed == nullptr) [[likely]] return {};
  return tl::unexpected(CannotBe(Done::kRead, caller, word, words, failed, at, bytes));
}

}  // namespace bridge
