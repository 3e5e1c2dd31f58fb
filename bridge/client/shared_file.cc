// SPDX-License-Identifier: MIT
#include "bridge/client/shared_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace bridge {
namespace {

tl::unexpected<Error> SystemError(const std::string& what) {
  return Fail(ErrorCode::kInternal, what + ": " + std::strerror(errno));
}

std::string ProcPath(const Descriptor& descriptor) {
  return "/proc/" + std::to_string(getpid()) + "/fd/" + std::to_string(descriptor.get());
}

Expected<std::string> RandomPath() {
  std::array<unsigned char, 16> bytes;
  if (getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) return SystemError("no random numbers");
  std::string path = "/dev/shm/spanproof-";
  for (unsigned char byte : bytes) path += {"0123456789abcdef"[byte >> 4], "0123456789abcdef"[byte & 15]};
  return path;
}

Expected<SharedPipe> MakeFifo() {
  auto path = RandomPath();
  if (!path) return tl::unexpected(path.error());
  if (mkfifo(path->c_str(), 0600) != 0) return SystemError("cannot make a pipe in /dev/shm");
  SharedPipe pipe{.read_path = *path, .write_path = *path, .name = SharedName(*path)};
  // The reading end first and without waiting, or either open() would block for the other.
  pipe.read = Descriptor(open(path->c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  if (!pipe.read.open()) return SystemError("cannot open a pipe in /dev/shm");
  pipe.write = Descriptor(open(path->c_str(), O_WRONLY | O_CLOEXEC));
  if (!pipe.write.open()) return SystemError("cannot open a pipe in /dev/shm");
  fcntl(pipe.read.get(), F_SETFL, fcntl(pipe.read.get(), F_GETFL) & ~O_NONBLOCK);
  return pipe;
}

}  // namespace

SharedName::SharedName(SharedName&& other) noexcept : path_(std::exchange(other.path_, {})) {}

SharedName& SharedName::operator=(SharedName&& other) noexcept {
  if (this != &other) {
    Remove();
    path_ = std::exchange(other.path_, {});
  }
  return *this;
}

void SharedName::Remove() {
  if (!path_.empty()) unlink(std::exchange(path_, {}).c_str());
}

Expected<SharedMemory> MakeSharedMemory(Meeting meeting, std::uint64_t bytes) {
  SharedMemory memory;
  if (meeting == Meeting::kProc) {
    memory.descriptor = Descriptor(memfd_create("spanproof", MFD_CLOEXEC));
    if (!memory.descriptor.open()) return SystemError("cannot create shared memory (memfd_create)");
    memory.path = ProcPath(memory.descriptor);
  } else {
    auto path = RandomPath();
    if (!path) return tl::unexpected(path.error());
    memory.descriptor = Descriptor(open(path->c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!memory.descriptor.open()) return SystemError("cannot create shared memory in /dev/shm");
    memory.name = SharedName(*path);
    memory.path = std::move(*path);
  }
  if (ftruncate(memory.descriptor.get(), static_cast<off_t>(bytes)) != 0) return SystemError("cannot size shared memory");
  return memory;
}

Expected<SharedPipe> MakeSharedPipe(Meeting meeting) {
  if (meeting == Meeting::kNamed) return MakeFifo();
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return SystemError("cannot make a pipe");
  SharedPipe pipe{.read = Descriptor(ends[0]), .write = Descriptor(ends[1])};
  pipe.read_path = ProcPath(pipe.read);
  pipe.write_path = ProcPath(pipe.write);
  return pipe;
}

}  // namespace bridge
