// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace spanproof {

// TRACE.md is normative for these.
inline constexpr std::array<std::uint8_t, 8> kTraceMagic = {'S', 'P', 'T', 'R', 'A', 'C', 'E', 0x1a};
inline constexpr std::uint32_t kTraceVersion = 3;  // what is written; older ones are read
inline constexpr std::size_t kTraceHeaderSize = 12;
inline constexpr std::size_t kRecordHeaderSize = 8;
inline constexpr std::uint32_t kMaxRecord = 1u << 30;

inline std::uint32_t LoadU32(const std::uint8_t* bytes) {
  return std::uint32_t{bytes[0]} | std::uint32_t{bytes[1]} << 8 | std::uint32_t{bytes[2]} << 16 |
         std::uint32_t{bytes[3]} << 24;
}

inline void StoreU32(std::uint32_t number, std::uint8_t* bytes) {
  for (int i = 0; i < 4; ++i) bytes[i] = static_cast<std::uint8_t>(number >> (8 * i));
}

// CRC-32 (IEEE 802.3) of the record's length as it stands in the file, then its payload.
std::uint32_t RecordChecksum(std::span<const std::uint8_t> length,
                             std::span<const std::uint8_t> payload);

}  // namespace spanproof
