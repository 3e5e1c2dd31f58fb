// SPDX-License-Identifier: MIT
#include "bridge/host/foreign_memory.h"

#include <windows.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <tuple>

#include "bridge/host/guarded_copy.h"

namespace bridge::host {
namespace {

constexpr std::uint64_t kPage = 4096;

std::byte* Pointer(std::uint64_t address) { return reinterpret_cast<std::byte*>(static_cast<std::uintptr_t>(address)); }

bool Inside(std::uint64_t address, std::uint64_t bytes, Region segment) {
  return address <= UINTPTR_MAX && segment.Contains(Pointer(address)) &&
         bytes <= static_cast<std::uint64_t>(segment.end - Pointer(address));
}

tl::unexpected<Error> Unreachable(std::uint64_t address) {
  return tl::unexpected(Error{ErrorCode::kFault, "this memory cannot be touched", EXCEPTION_ACCESS_VIOLATION, address});
}

tl::unexpected<Error> FromFault(const Fault& fault) {
  return tl::unexpected(Error{ErrorCode::kFault, "this memory cannot be touched", fault.code, fault.address});
}

// Whether the DLLs' side can be an address at all.
bool Addressable(std::uint64_t address, std::uint64_t bytes) {
  return address <= UINTPTR_MAX && bytes <= UINTPTR_MAX - address;
}

template <typename Unit>
std::uint64_t UpToZero(const std::byte* text, std::uint64_t bytes) {
  Unit unit;
  for (std::uint64_t at = 0; at + sizeof unit <= bytes; at += sizeof unit) {
    std::memcpy(&unit, text + at, sizeof unit);
    if (unit == 0) return at + sizeof unit;
  }
  return 0;
}

}  // namespace

Expected<std::uint64_t> ReadMemory(const protocol::Words& words, std::uint32_t unit, Region segment) {
  const auto [address, bytes, target] = std::tuple(words[0], words[1], words[2]);
  if (!Inside(target, bytes, segment) || unit > 2) return Fail(ErrorCode::kCorrupt, "a reading's target lies outside the segment");
  if (!Addressable(address, bytes)) return Unreachable(address);
  Fault fault;
  if (unit == 0) {
    if (!GuardedCopy(Pointer(target), Pointer(address), bytes, &fault)) return FromFault(fault);
    return bytes;
  }
  // Page by page: behind the terminator there may be nothing to read.
  for (std::uint64_t done = 0; done < bytes;) {
    const std::uint64_t step = std::min(bytes - done, kPage - (address + done) % kPage);
    if (!GuardedCopy(Pointer(target + done), Pointer(address + done), step, &fault)) return FromFault(fault);
    // A unit may lie across two pages.
    const std::uint64_t start = done / unit * unit;
    const std::uint64_t found = unit == 1 ? UpToZero<std::uint8_t>(Pointer(target + start), done + step - start)
                                          : UpToZero<std::uint16_t>(Pointer(target + start), done + step - start);
    if (found != 0) return start + found;
    done += step;
  }
  return bytes;
}

Expected<std::uint64_t> WriteMemory(const protocol::Words& words, Region segment) {
  const auto [address, bytes, source] = std::tuple(words[0], words[1], words[2]);
  if (!Inside(source, bytes, segment)) return Fail(ErrorCode::kCorrupt, "a writing's source lies outside the segment");
  if (!Addressable(address, bytes)) return Unreachable(address);
  Fault fault;
  if (!GuardedCopy(Pointer(address), Pointer(source), bytes, &fault)) return FromFault(fault);
  return bytes;
}

Expected<std::uint64_t> ProtectMemory(const protocol::Words& words, bool no_access, Region segment) {
  const auto [address, bytes] = std::tuple(words[0], words[1]);
  if (!Inside(address, bytes, segment) || address % kPage != 0 || bytes % kPage != 0)
    return Fail(ErrorCode::kCorrupt, "pages to protect lie outside the segment");
  DWORD before = 0;
  if (!VirtualProtect(Pointer(address), static_cast<SIZE_T>(bytes), no_access ? PAGE_NOACCESS : PAGE_READWRITE, &before))
    return Fail(ErrorCode::kInternal, "cannot protect pages, Windows error " + std::to_string(GetLastError()), GetLastError());
  return 0;
}

}  // namespace bridge::host
