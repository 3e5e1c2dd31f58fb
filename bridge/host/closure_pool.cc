// SPDX-License-Identifier: MIT
#include "bridge/host/closure_pool.h"

#include <windows.h>

#include <cstring>
#include <mutex>

// In closure_win64.S and closure_win32.S: expects a Closure in R10, or EAX.
extern "C" void spanproof_closure();

namespace bridge::host {
namespace {

constexpr std::size_t kBlockBytes = 64 << 10;
constexpr std::size_t kThunkBytes = sizeof(void*) == 8 ? 32 : 16;
constexpr std::size_t kBlock = kBlockBytes / kThunkBytes;

class Emitter {
 public:
  explicit Emitter(std::uint8_t* at) : at_(at) {}
  void Bytes(std::initializer_list<std::uint8_t> bytes) {
    for (const std::uint8_t byte : bytes) *at_++ = byte;
  }
  void Word(std::uintptr_t value) {
    std::memcpy(at_, &value, sizeof value);
    at_ += sizeof value;
  }
  std::uintptr_t here() const { return reinterpret_cast<std::uintptr_t>(at_); }

 private:
  std::uint8_t* at_;
};

void WriteThunk(std::uint8_t* at, const Closure* closure) {
  Emitter emit(at);
  const auto subject = reinterpret_cast<std::uintptr_t>(closure), stub = reinterpret_cast<std::uintptr_t>(&spanproof_closure);
  if constexpr (sizeof(void*) == 8) {
    emit.Bytes({0x49, 0xba});  // mov r10, subject
    emit.Word(subject);
    emit.Bytes({0x49, 0xbb});  // mov r11, stub
    emit.Word(stub);
    emit.Bytes({0x41, 0xff, 0xe3});  // jmp r11
  } else {
    emit.Bytes({0xb8});  // mov eax, subject
    emit.Word(subject);
    emit.Bytes({0xe9});  // jmp stub
    emit.Word(stub - (emit.here() + 4));
  }
}

}  // namespace

Expected<void> ClosurePool::Grow() {
  auto* code = static_cast<std::uint8_t*>(VirtualAlloc(nullptr, kBlockBytes, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE));
  if (code == nullptr) return Fail(ErrorCode::kInternal, "no memory for callbacks, Windows error " + std::to_string(GetLastError()), GetLastError());
  auto block = std::make_unique<Closure[]>(kBlock);
  std::memset(code, 0xcc, kBlockBytes);
  for (std::size_t i = 0; i < kBlock; ++i) {
    Closure& one = block[i];
    one.code = code + i * kThunkBytes;
    one.id = static_cast<std::uint32_t>(blocks_.size() * kBlock + i);
    WriteThunk(code + i * kThunkBytes, &one);
  }
  DWORD before;
  if (!VirtualProtect(code, kBlockBytes, PAGE_EXECUTE_READ, &before)) {
    const DWORD error = GetLastError();
    VirtualFree(code, 0, MEM_RELEASE);
    return Fail(ErrorCode::kInternal, "callbacks cannot be made executable, Windows error " + std::to_string(error), error);
  }
  FlushInstructionCache(GetCurrentProcess(), code, kBlockBytes);
  for (std::size_t i = 0; i < kBlock; ++i) free_.push_back(&block[i]);
  blocks_.push_back(std::move(block));
  return {};
}

Expected<Closure*> ClosurePool::Take() {
  const std::lock_guard lock(mutex_);
  if (free_.size() <= kResting)
    if (auto grown = Grow(); !grown) return tl::unexpected(grown.error());
  Closure* closure = free_.front();
  free_.pop_front();
  return closure;
}

void ClosurePool::Give(Closure* closure) {
  const std::lock_guard lock(mutex_);
  free_.push_back(closure);
}

Closure* ClosurePool::Find(std::uint32_t id) {
  const std::lock_guard lock(mutex_);
  return id / kBlock < blocks_.size() ? &blocks_[id / kBlock][id % kBlock] : nullptr;
}

std::size_t ClosurePool::size() {
  const std::lock_guard lock(mutex_);
  return blocks_.size() * kBlock;
}

}  // namespace bridge::host
