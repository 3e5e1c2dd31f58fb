// SPDX-License-Identifier: MIT
#include "harness/trace/file_format.h"

#include <zlib.h>

namespace spanproof {

std::uint32_t RecordChecksum(std::span<const std::uint8_t> length,
                             std::span<const std::uint8_t> payload) {
  const uLong of_length = crc32_z(0, length.data(), length.size());
  return static_cast<std::uint32_t>(crc32_z(of_length, payload.data(), payload.size()));
}

}  // namespace spanproof
