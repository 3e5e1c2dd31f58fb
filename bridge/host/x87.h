// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace bridge::host {

inline constexpr std::uint16_t kTopBits = 0x3800;  // of the x87 status word: which register is st(0)
inline constexpr std::uint16_t kSeen = 0x80ff;     // and its exceptions: an unmasked one would be raised by the next instruction

// The x87's environment, as fnstenv writes it in 32-bit protected mode.
struct X87 {
  std::uint32_t control, status, tags, instruction, selector, operand, operand_selector;
};

// Empties the x87 stack and takes back what exceptions it has seen; the control word stays.
inline void EmptyX87() {
  X87 state;
  asm volatile("fnstenv %0" : "=m"(state));
  state.status &= ~static_cast<std::uint32_t>(kTopBits | kSeen);
  state.tags = 0xffff;
  asm volatile("fldenv %0" : : "m"(state));
}

// Whether exactly st(0) holds a value. DLLs may have turned the stack before: what is st(0) says nothing by itself.
inline bool OneOnX87() {
  X87 state;
  asm volatile("fnstenv %0\n\tfldcw %0" : "+m"(state));
  const unsigned shift = (state.status & kTopBits) >> 11 << 1;  // of st(0)'s tag; 3: empty
  return (state.tags >> shift & 3) != 3 && ((state.tags | 3u << shift) & 0xffff) == 0xffff;
}

}  // namespace bridge::host
