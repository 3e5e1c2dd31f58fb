// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "harness/model/error.h"

namespace spanproof {

// Frames of TESTEE.md: a 4-byte little-endian length and that many bytes.
inline constexpr std::size_t kFrameHeader = 4;
inline constexpr std::size_t kLargestFrame = 16777216;
inline constexpr int kDeepestFrame = 100;

// kInvalidArgument when the payload is empty or too long.
Expected<std::string> EncodeFrame(std::string_view payload);

// The payload length that a header's four bytes say; kCorrupt when it is out of range.
Expected<std::size_t> DecodeFrameHeader(std::string_view header);

// Cuts a stream of bytes into payloads. Not thread-safe.
class FrameReader {
 public:
  void Add(std::string_view bytes);

  // The next whole payload, nullopt when more bytes are needed, kCorrupt when
  // the stream broke the rules; it stays broken then. So does a payload whose JSON
  // nests deeper than kDeepestFrame: who copies it would run out of stack.
  Expected<std::optional<std::string>> Next();

  bool empty() const { return size() == 0; }
  std::size_t size() const { return pending_.size() - taken_; }  // bytes not yet taken

 private:
  std::string pending_;
  std::size_t taken_ = 0;  // of its bytes
};

}  // namespace spanproof
