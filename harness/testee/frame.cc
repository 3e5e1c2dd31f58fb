// SPDX-License-Identifier: MIT
#include "harness/testee/frame.h"

namespace spanproof {

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

Expected<std::optional<std::string>> FrameReader::Next() {
  if (pending_.size() < kFrameHeader) return std::optional<std::string>();
  const auto length = DecodeFrameHeader(pending_);
  if (!length) return tl::unexpected(length.error());
  if (pending_.size() < kFrameHeader + *length) return std::optional<std::string>();
  std::optional<std::string> payload = pending_.substr(kFrameHeader, *length);
  pending_.erase(0, kFrameHeader + *length);
  return payload;
}

}  // namespace spanproof
