// SPDX-License-Identifier: MIT
#include "bridge/client/segment.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iterator>
#include <new>

namespace bridge {
namespace {

constexpr std::uint64_t kMebibyte = 1 << 20;
constexpr std::uint64_t kWin64Bytes = 1024 * kMebibyte;
constexpr std::uint64_t kWin32Bytes = 256 * kMebibyte;

// Where to look for a free place: `steps` times, side by side, for the sessions of one client.
struct Candidate {
  std::uint64_t base;
  std::uint64_t bytes;
  int steps;
};
// Seen to be free on Wine 5.0.3, 8.0 and 10.0; the first is also accepted by
// ThreadSanitizer, the second by AddressSanitizer.
constexpr Candidate kWin64Candidates[] = {
    {0x1000000000, kWin64Bytes, 16}, {0x200000000000, kWin64Bytes, 16}, {0x100000000000, kWin64Bytes, 16}, {0x7e0000000000, kWin64Bytes, 16}};
// In a process that ThreadSanitizer watches the others are its own, and asking for them gives address 0 (where root may map).
#ifdef __SANITIZE_THREAD__
constexpr std::span<const Candidate> kWin64Offered(kWin64Candidates, 1);
#else
constexpr std::span<const Candidate> kWin64Offered(kWin64Candidates);
#endif
// All win32 sessions of a client share its low 2 GiB: the first have 256 MiB, later ones less. 0x08000000 comes
// last of its size, since 0x10000000, where DLLs like to lie, is in it.
constexpr Candidate kWin32Candidates[] = {
    {0x18000000, kWin32Bytes, 1},    {0x28000000, kWin32Bytes, 1},    {0x08000000, kWin32Bytes, 1},     {0x40000000, 64 * kMebibyte, 2},
    {0x5c000000, 64 * kMebibyte, 1}, {0x70000000, 64 * kMebibyte, 1}, {0x48000000, 16 * kMebibyte, 16}};

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

static_assert(std::size(kWin64Candidates) <= protocol::kMaxPlaces && std::size(kWin32Candidates) <= protocol::kMaxPlaces);

}  // namespace

Segment::Segment(Arch arch, bool same_address)
    : arch_(arch), same_address_(same_address), owner_(getpid()), bytes_(arch == Arch::kWin64 ? kWin64Bytes : kWin32Bytes) {}

Segment::~Segment() {
  // A forked child inherited no mapping, and may have put another one there.
  if (getpid() != owner_) return;
  DropPlaces(0);
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
  if (same_address_) ReservePlaces();
  std::copy(reserved_.begin(), reserved_.end(), made->places);
  return {};
}

void Segment::ReservePlaces() {
  const auto reserve = [this](const Candidate& candidate) {
    std::uint64_t base = candidate.base;
    for (int step = 0; step < candidate.steps; ++step, base += candidate.bytes) {
      void* at = reinterpret_cast<void*>(base);
      void* got = mmap(at, candidate.bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
      if (got == at) return reserved_.push_back({base, candidate.bytes});
      if (got != MAP_FAILED) munmap(got, candidate.bytes);  // a kernel that does not know the flag
    }
  };
  if (arch_ == Arch::kWin64)
    for (const Candidate& candidate : kWin64Offered) reserve(candidate);
  else
    for (const Candidate& candidate : kWin32Candidates) reserve(candidate);
}

void Segment::DropPlaces(std::uint64_t except_base) {
  for (const protocol::Place& place : reserved_)
    if (place.base != except_base) munmap(reinterpret_cast<void*>(place.base), place.bytes);
  reserved_.clear();
}

Expected<void> Segment::Settle() {
  memory_.name.Remove();
  const protocol::Place mapped = header()->mapped;
  if (mapped.bytes > bytes_ || mapped.bytes < 2 * protocol::kArenaOffset)
    return Fail(ErrorCode::kCorrupt, "the host says that it mapped " + std::to_string(mapped.bytes) + " bytes of the shared memory");
  const auto place = std::find_if(reserved_.begin(), reserved_.end(), [&](const auto& one) { return one.base == mapped.base; });
  if (place == reserved_.end()) {  // addresses differ: delta() says by how much
    DropPlaces(0);
    munmap(begin_ + mapped.bytes, bytes_ - mapped.bytes);
    bytes_ = mapped.bytes;
    return {};
  }
  if (mapped.bytes > place->bytes) return Fail(ErrorCode::kCorrupt, "the host mapped more of the shared memory than was offered");
  std::byte* moved = Map(descriptor(), mapped.bytes, reinterpret_cast<void*>(mapped.base), MAP_FIXED | MAP_NORESERVE);
  if (moved == nullptr) return tl::unexpected(SystemError("cannot map shared memory at the host's address"));
  DropPlaces(mapped.base);
  munmap(begin_, bytes_);
  begin_ = moved;
  bytes_ = mapped.bytes;
  return {};
}

}  // namespace bridge
