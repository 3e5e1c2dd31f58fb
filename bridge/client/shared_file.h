// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>

#include "bridge/client/fork_guard.h"
#include "bridge/core/error.h"

namespace bridge {

// How the host, which Wine hands no descriptors, finds what the client shares
// with it (DESIGN 9).
enum class Meeting : std::uint8_t {
  kProc,   // through the client's /proc entry: nothing has a name, nothing can be left behind
  kNamed,  // through random names in /dev/shm, 0600, gone once the host has opened them: where /proc is not shared
};

// A name in the file system that its owner takes away.
class SharedName {
 public:
  SharedName() = default;
  explicit SharedName(std::string path) : path_(std::move(path)) {}
  ~SharedName() { Remove(); }
  SharedName(SharedName&& other) noexcept;
  SharedName& operator=(SharedName&& other) noexcept;
  void Remove();

 private:
  std::string path_;
};

// Memory of `bytes`, not reserved yet, and the Unix path by which the host opens it.
struct SharedMemory {
  Descriptor descriptor;
  std::string path;
  SharedName name;
};
Expected<SharedMemory> MakeSharedMemory(Meeting meeting, std::uint64_t bytes);

// Both ends of a pipe, in the client, and the paths by which the host opens its own.
struct SharedPipe {
  Descriptor read, write;
  std::string read_path, write_path;
  SharedName name;
};
Expected<SharedPipe> MakeSharedPipe(Meeting meeting);

}  // namespace bridge
