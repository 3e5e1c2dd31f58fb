// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "bridge/host/closure_shape.h"

namespace bridge::host {

struct Prototype;

// What a thunk of ours leads to. Lives as long as the process: whoever has the code address may call it after the
// callback was released, and gets the value that was agreed for a handler that threw.
struct Closure {
  // Called by the stub; `values` is where the shape's offsets begin. The result's word: of a result in memory the
  // hidden pointer.
  using Run = std::uint64_t (*)(Closure* closure, const std::byte* values);
  static constexpr std::uint64_t kReleased = UINT64_MAX;

  // Read by the stubs at these places, before `run` is called.
  Run run = nullptr;
  std::uint32_t removes = 0;         // win32: bytes that it takes off the stack
  std::uint32_t floating_bytes = 0;  // win32: of a result in ST0; 0, 4 or 8

  std::atomic<std::uint64_t> token{kReleased};  // the client's
  std::atomic<const Prototype*> prototype{nullptr};
  std::uint64_t otherwise = 0;                      // the result's word where no handler gives one
  std::unique_ptr<std::byte[]> otherwise_in_memory; // and of a result in memory its bytes
  void* code = nullptr;                             // what DLLs call
  std::uint32_t id = 0;
};
static_assert(offsetof(Closure, removes) == sizeof(void*) && offsetof(Closure, floating_bytes) == sizeof(void*) + 4);

}  // namespace bridge::host
