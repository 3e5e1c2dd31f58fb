// SPDX-License-Identifier: MIT
#include "bridge/host/doorbell_pipes.h"

#include <windows.h>

#include <utility>

#include "bridge/host/unix_path.h"

namespace bridge::host {
namespace {

// What a DLL may have set and must find again after its thread slept. (Last error
// is kept by Channel, which knows whose it is.)
class ThreadState {
 public:
  ThreadState() {
    asm volatile("fnstcw %0" : "=m"(x87_));
    asm volatile("stmxcsr %0" : "=m"(mxcsr_));
  }
  ~ThreadState() {
    asm volatile("fldcw %0" : : "m"(x87_));
    asm volatile("ldmxcsr %0" : : "m"(mxcsr_));
  }

 private:
  std::uint16_t x87_;
  std::uint32_t mxcsr_;
};

}  // namespace

Expected<DoorbellPipes> DoorbellPipes::Open(std::string_view read_path, std::string_view write_path) {
  DoorbellPipes pipes;
  auto read = OpenUnixPath(read_path, GENERIC_READ);
  if (!read) return tl::unexpected(read.error());
  pipes.read_ = *read;
  auto write = OpenUnixPath(write_path, GENERIC_WRITE);
  if (!write) return tl::unexpected(write.error());
  pipes.write_ = *write;
  return pipes;
}

Wake DoorbellPipes::Block() {
  ThreadState keep;
  char byte;
  DWORD count = 0;
  return ReadFile(read_, &byte, 1, &count, nullptr) && count == 1 ? Wake::kRang : Wake::kGone;
}

void DoorbellPipes::Ring() {
  ThreadState keep;
  DWORD count = 0;
  WriteFile(write_, "!", 1, &count, nullptr);  // a client that is gone is noticed when reading
}

void DoorbellPipes::Close() {
  for (void** end : {&read_, &write_})
    if (*end != nullptr) CloseHandle(std::exchange(*end, nullptr));
}

}  // namespace bridge::host
