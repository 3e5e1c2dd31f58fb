// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

namespace bridge::host {

// One pointer for each thread, null at first, read in one instruction and without a word to Windows' last error.
// MinGW's thread_local takes a lock each time, two calls of Windows and memory on every new thread: 10 ns of a callback.
// Made before any DLL is loaded, so that the slot is one of those that stand in the thread's block itself.
class ThreadSlot {
 public:
  ThreadSlot();  // ends the process where there is no such slot
  ThreadSlot(const ThreadSlot&) = delete;
  ThreadSlot& operator=(const ThreadSlot&) = delete;

  void* Get() const {
    void* value;
#ifdef _WIN64
    asm volatile("movq %%gs:(%1), %0" : "=r"(value) : "r"(place_) : "memory");
#else
    asm volatile("movl %%fs:(%1), %0" : "=r"(value) : "r"(place_) : "memory");
#endif
    return value;
  }
  // Of the calling thread.
  void Set(void* value) const;

 private:
  std::uint32_t index_;
  std::uintptr_t place_;  // offset in the thread's block (TEB)
};

}  // namespace bridge::host
