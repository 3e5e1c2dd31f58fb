// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bridge/core/error.h"

namespace bridge {

// Little-endian, fixed widths, lengths before contents: how requests that are
// not calls cross. Both of our targets are little-endian.
class WireWriter {
 public:
  void U8(std::uint8_t value) { Raw(&value, sizeof value); }
  void U32(std::uint32_t value) { Raw(&value, sizeof value); }
  void U64(std::uint64_t value) { Raw(&value, sizeof value); }
  void Text(std::string_view text) {
    U32(static_cast<std::uint32_t>(text.size()));
    Raw(text.data(), text.size());
  }
  void Bytes(std::span<const std::byte> bytes) { Raw(bytes.data(), bytes.size()); }
  std::span<const std::byte> bytes() const { return bytes_; }

 private:
  void Raw(const void* data, std::size_t size) {
    if (size == 0) return;
    const auto* begin = static_cast<const std::byte*>(data);
    bytes_.insert(bytes_.end(), begin, begin + size);
  }
  std::vector<std::byte> bytes_;
};

// Reads what a WireWriter wrote; past the end everything reads as zero and ok()
// turns false, so that one check at the end suffices.
class WireReader {
 public:
  explicit WireReader(std::span<const std::byte> bytes) : rest_(bytes) {}
  std::uint8_t U8() { return Read<std::uint8_t>(); }
  std::uint32_t U32() { return Read<std::uint32_t>(); }
  std::uint64_t U64() { return Read<std::uint64_t>(); }
  std::string Text() {
    const std::uint32_t size = U32();
    if (size > rest_.size()) return ok_ = false, std::string();
    std::string text(reinterpret_cast<const char*>(rest_.data()), size);
    rest_ = rest_.subspan(size);
    return text;
  }
  // For counts of things that take at least `each` bytes: zero and not ok() where they cannot fit.
  std::uint32_t Count(std::size_t each) {
    const std::uint32_t count = U32();
    if (count > rest_.size() / each) return ok_ = false, 0;
    return count;
  }
  void Reject() { ok_ = false; }
  bool ok() const { return ok_; }
  bool AtEnd() const { return ok_ && rest_.empty(); }

 private:
  template <typename T>
  T Read() {
    T value{};
    if (rest_.size() < sizeof value) return ok_ = false, value;
    std::memcpy(&value, rest_.data(), sizeof value);
    rest_ = rest_.subspan(sizeof value);
    return value;
  }
  std::span<const std::byte> rest_;
  bool ok_ = true;
};

}  // namespace bridge
