// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "bridge/core/binding.h"

namespace bridge::host {

// Where a closure finds its arguments: offsets from what its stub hands on, made when the prototype is bound.
//   win64:  0 XMM0 to XMM3, 8 bytes each; 48 RCX, RDX, R8, R9 in the caller's own shadow space, and the stack behind
//   win32:  0 ECX, 4 EDX, 24 the stack
struct ClosureShape {
  struct Argument {
    Kind kind;
    Travel travel;
    std::uint32_t offset;
  };
  std::vector<Argument> arguments;  // without the hidden pointer
  std::uint32_t hidden = 0;         // its offset, where the result is in memory
  std::uint32_t removes = 0;        // bytes that it takes off the stack by its convention
  std::uint32_t floating_bytes = 0; // win32: of a result in ST0
  bool in_line = false;             // the arguments are words that fit into a message
};

// Of a binding that ReadBinding found sound for this width.
ClosureShape MakeClosureShape(const Binding& binding);

// A scalar's word: extended by its type's sign.
std::uint64_t ReadScalar(Kind kind, const std::byte* at);

}  // namespace bridge::host
