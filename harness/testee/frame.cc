// SPDX-License-Identifier: MIT
#include "harness/testee/frame.h"

#include <utility>

namespace spanproof {
namespace {

// Brackets and braces of JSON, outside of its texts.
bool NestsTooDeep(std::string_view payload) {
  int depth = 0;
  bool in_text = false;
  for (std::size_t i = 0; i < payload.size(); ++i) {
    const char c = payload[i];
    if (in_text && c == '\\') ++i;
    if (c == '"') in_text = !in_text;
    if (in_text) continue;
    if (c == '[' || c == '{') ++depth;
    if (c == ']' || c == '}') --depth;
    if (depth > kDeepestFrame) return true;
  }
  return false;
}

}  // namespace

Expected<std::string> EncodeFrame(std::string_view payload) {
  if (payload.empty() || payload.size() > kLargestFrame) {
    return Fail(ErrorCode::kInvalidArgument,
                "a frame of " + std::to_string(payload.size()) + " bytes; allowed are 1 to 16777216");
  }
  std::string frame;
  frame.reserve(kFrameHeader + payload.size());
  for (int i = 0; i < 4; ++i) frame += static_cast<char>(payload.size() >> (8 * i) & 0xff);
  frame += payload;
  return frame;
}

Expected<std::size_t> DecodeFrameHeader(std::string_view header) {
  if (header.size() < kFrameHeader) return Fail(ErrorCode::kInternal, "a frame header is four bytes");
  std::size_t length = 0;
  for (int i = 3; i >= 0; --i) length = length << 8 | static_cast<unsigned char>(header[i]);
  if (length == 0 || length > kLargestFrame) {
    return Fail(ErrorCode::kCorrupt,
                "a frame says " + std::to_string(length) + " bytes; allowed are 1 to 16777216");
  }
  return length;
}

void FrameReader::Add(std::string_view bytes) {
  pending_.erase(0, std::exchange(taken_, 0));
  pending_.append(bytes);
}

Expected<std::optional<std::string>> FrameReader::Next() {
  if (size() < kFrameHeader) return std::optional<std::string>();
  const auto length = DecodeFrameHeader(std::string_view(pending_).substr(taken_));
  if (!length) return tl::unexpected(length.error());
  if (size() < kFrameHeader + *length) return std::optional<std::string>();
  std::optional<std::string> payload = pending_.substr(taken_ + kFrameHeader, *length);
  if (NestsTooDeep(*payload)) return Fail(ErrorCode::kCorrupt, "a frame nests deeper than " + std::to_string(kDeepestFrame));
  taken_ += kFrameHeader + *length;
  return payload;
}

}  // namespace spanproof
