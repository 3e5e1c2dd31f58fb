// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <vector>

#include "bridge/core/binding.h"
#include "bridge/core/marshal.h"

namespace bridge::host {

// Where win32 puts a function's arguments, made when the function is bound, so
// that a call only copies. The source of every piece of 4 bytes is an index of
// pieces of 4 bytes into the call's words, two a word, behind which the bytes of
// aggregates by value follow where there are any.
struct CallShape {
  std::vector<std::uint16_t> stack;  // from the lowest address: what stands there
  std::uint16_t ecx = 0, edx = 0;    // 0 where nothing has to be there: any value will do
  std::uint32_t removes = 0;         // bytes that the callee takes off the stack by its convention
  std::uint32_t pieces = 0;          // of the words and the aggregates together
  bool has_aggregates = false;
};

// What the stub reads; its layout stands in guarded_call_win32.S.
struct StubCall {
  const void* code = nullptr;
  const std::uint16_t* stack = nullptr;
  std::uint32_t slots = 0;
  std::uint32_t ecx_offset = 0, edx_offset = 0;
  std::uint32_t floating_bytes = 0;
};

// Of a binding that ReadBinding found sound, for 4-byte pointers.
CallShape MakeCallShape(const Binding& binding);

// Writes words and aggregates one behind the other to `pieces`, which has room
// for shape.pieces. kCorrupt where an aggregate lies outside the segment.
Expected<void> GatherPieces(const Binding& binding, const std::uint64_t* words, Region segment, std::uint32_t* pieces);

}  // namespace bridge::host
