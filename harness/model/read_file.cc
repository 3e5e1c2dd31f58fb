// SPDX-License-Identifier: MIT
#include "harness/model/read_file.h"

#include <cerrno>
#include <cstring>
#include <fstream>

namespace spanproof {

Expected<std::string> ReadFile(const std::filesystem::path& path) {
  errno = 0;
  std::ifstream stream(path, std::ios::binary);
  std::string bytes;
  char chunk[65536];
  while (stream) {
    stream.read(chunk, sizeof chunk);
    bytes.append(chunk, static_cast<std::size_t>(stream.gcount()));
  }
  if (stream.eof()) return bytes;
  return Fail(ErrorCode::kInvalidArgument,
              path.string() + ": cannot be read (" + std::strerror(errno) + ")");
}

}  // namespace spanproof
