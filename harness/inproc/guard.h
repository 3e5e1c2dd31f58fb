// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>

namespace spanproof {

// An exception that nobody in the DLL took.
struct Fault {
  std::uint32_t code = 0;
  std::uint64_t address = 0;  // of the instruction
  std::uint64_t data = 0;     // access violation: what it wanted to touch
  std::uint32_t access = 0;   // and how: 0 read, 1 write, 8 execute
};

// Runs `function(data)` inside a frame of structured exception handling, which is reached
// only where the DLL's own handlers declined; a stack overflow alone is taken before them,
// since none of them could run. False: it ended by `*fault`; the frames in between
// are gone without their destructors. May nest through callbacks, on any thread.
bool RunGuarded(void (*function)(void* data), void* data, Fault* fault);

// Where an address lies: the base name of its module, and how far into it. Empty: in none.
struct Place {
  std::string module;
  std::uint64_t offset = 0;
};
Place PlaceOf(std::uint64_t address);

// "raised exception 0xc0000005 (access violation, reading 0x10) at faults.dll+0x1234".
std::string Describe(const Fault& fault, const Place& place);

}  // namespace spanproof
