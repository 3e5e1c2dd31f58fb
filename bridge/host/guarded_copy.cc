// SPDX-License-Identifier: MIT
#include "bridge/host/guarded_copy.h"

#include <windows.h>

namespace {
// Written by the handler below, read by the copy that goes on behind its loop.
thread_local bridge::host::Fault t_fault;
}  // namespace

extern "C" {

// In guarded_copy_*.S: 0, or the bytes that were left.
std::size_t spanproof_guarded_copy(void* to, const void* from, std::size_t bytes);
extern char spanproof_copy_resume[];

// The handler of that function's frame: goes on behind the loop, with the count as it
// stands. Nothing is unwound, since the loop calls nothing.
EXCEPTION_DISPOSITION spanproof_copy_handler(EXCEPTION_RECORD* record, void*, CONTEXT* context, void*) {
  switch (record->ExceptionCode) {
    case EXCEPTION_ACCESS_VIOLATION:
    case EXCEPTION_GUARD_PAGE:
    case EXCEPTION_IN_PAGE_ERROR:
      break;
    default:
      return ExceptionContinueSearch;
  }
  t_fault.code = record->ExceptionCode;
  t_fault.address = record->NumberParameters >= 2 ? record->ExceptionInformation[1] : 0;
#ifdef _WIN64
  context->Rip = reinterpret_cast<DWORD64>(spanproof_copy_resume);
#else
  context->Eip = reinterpret_cast<DWORD>(spanproof_copy_resume);
#endif
  return ExceptionContinueExecution;
}
}

namespace bridge::host {

bool GuardedCopy(void* to, const void* from, std::uint64_t bytes, Fault* fault) {
  if (spanproof_guarded_copy(to, from, static_cast<std::size_t>(bytes)) == 0) return true;
  *fault = t_fault;
  return false;
}

namespace {

constexpr std::uint64_t kPage = 4096;

const std::byte* Unreadable(const std::byte* at, std::uint64_t bytes) {
  std::byte taken;
  Fault fault;
  for (std::uint64_t done = 0; done < bytes; done += kPage - (reinterpret_cast<std::uintptr_t>(at) + done) % kPage)
    if (!GuardedCopy(&taken, at + done, 1, &fault)) return at + done;
  return nullptr;
}

const std::byte* Write(std::byte* to, const std::byte* from, std::uint64_t bytes) {
  Fault fault;
  if (GuardedCopy(to, from, bytes, &fault)) return nullptr;
  const auto* touched = reinterpret_cast<const std::byte*>(static_cast<std::uintptr_t>(fault.address));
  return touched >= to && touched < to + bytes ? touched : to;
}

}  // namespace

const Access kDllMemory{Unreadable, Write};

}  // namespace bridge::host
