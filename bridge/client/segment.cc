// SPDX-License-Identifier: MIT
#include "bridge/client/segment.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>

namespace bridge {
namespace {

constexpr std::uint64_t kWin64Bytes = std::uint64_t{1} << 30;
constexpr std::uint64_t kWin32Bytes = std::uint64_t{16} << 20;

// Seen to be free on Wine 5.0.3, 8.0 and 10.0; the first is also accepted by
// ThreadSanitizer, the second by AddressSanitizer.
constexpr std::uint64_t kWin64Bases[] = {0x1000000000, 0x200000000000, 0x100000000000, 0x7e0000000000};
constexpr std::uint64_t kWin32Bases[] = {0x10000000, 0x20000000, 0x40000000};
constexpr int kStepsPerBase = 16;  // sessions of one client stand side by side

Error SystemError(const char* what) {
  return Error{ErrorCode::kInternal, std::string(what) + ": " + std::strerror(errno), 0, 0};
}

std::byte* Map(int descriptor, std::uint64_t bytes, void* at, int more_flags) {
  void* mapped = mmap(at, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | more_flags, descriptor, 0);
  if (mapped == MAP_FAILED) return nullptr;
  // A forked child has no business here, and would keep the memory alive.
  madvise(mapped, bytes, MADV_DONTFORK);
  return static_cast<std::byte*>(mapped);
}

}  // namespace

Segment::Segment(Arch arch, bool same_address)
    : arch_(arch), same_address_(same_address), owner_(getpid()), bytes_(arch == Arch::kWin64 ? kWin64Bytes : kWin32Bytes) {}

Segment::~Segment() {
  // A forked child inherited no mapping, and may have put another one there.
  if (getpid() != owner_) return;
  DropBases(nullptr);
  if (begin_ != nullptr) munmap(begin_, bytes_);
}

Expected<void> Segment::Create(Meeting meeting) {
  auto memory = MakeSharedMemory(meeting, bytes_);
  if (!memory) return tl::unexpected(memory.error());
  memory_ = std::move(*memory);
  if (const int status = posix_fallocate(descriptor(), 0, protocol::kArenaOffset); status != 0) {
    errno = status;
    return tl::unexpected(SystemError("cannot reserve shared memory"));
  }
  begin_ = Map(descriptor(), bytes_, nullptr, MAP_NORESERVE);
  if (begin_ == nullptr) return tl::unexpected(SystemError("cannot map shared memory"));
  auto* made = new (begin_) protocol::Header{};
  made->magic = protocol::kMagic;
  made->version = protocol::kVersion;
  made->segment_bytes = bytes_;
  if (same_address_) ReserveBases();
  for (std::size_t i = 0; i < reserved_.size(); ++i) made->bases[i] = reinterpret_cast<std::uint64_t>(reserved_[i]);
  return {};
}

void Segment::ReserveBases() {
  const auto reserve = [this](std::uint64_t base) {
    for (int step = 0; step < kStepsPerBase; ++step, base += bytes_) {
      void* at = reinterpret_cast<void*>(base);
      void* got = mmap(at, bytes_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
      if (got == at) return reserved_.push_back(got);
      if (got != MAP_FAILED) munmap(got, bytes_);  // a kernel that does not know the flag
    }
  };
  if (arch_ == Arch::kWin64)
    for (std::uint64_t base : kWin64Bases) reserve(base);
  else
    for (std::uint64_t base : kWin32Bases) reserve(base);
}

void Segment::DropBases(const void* except) {
  for (void* base : reserved_)
    if (base != except) munmap(base, bytes_);
  reserved_.clear();
}

Expected<void> Segment::Settle() {
  memory_.name.Remove();
  auto* base = reinterpret_cast<void*>(header()->base);
  if (std::find(reserved_.begin(), reserved_.end(), base) == reserved_.end()) {
    DropBases(nullptr);
    return {};  // addresses differ: delta() says by how much
  }
  std::byte* moved = Map(descriptor(), bytes_, base, MAP_FIXED | MAP_NORESERVE);
  if (moved == nullptr) return tl::unexpected(SystemError("cannot map shared memory at the host's address"));
  DropBases(base);
  munmap(begin_, bytes_);
  begin_ = moved;
  return {};
}

}  // namespace bridge
