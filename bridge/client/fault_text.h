// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>

#include "bridge/core/protocol.h"

namespace bridge {

// What the host says of an exception that nobody in the DLL took.
struct Exceptional {
  std::uint32_t code = 0;
  std::uint64_t address = 0;  // of the instruction
  std::uint64_t touched = 0;  // access violation: the data, and how: 0 read, 1 write, 8 execute
  std::uint32_t access = 0;
  std::string module;         // base name of the module that the address lies in; empty: in none
  std::uint64_t offset = 0;   // of the address in it
};

// "exception 0xc0000005 (access violation, reading 0x10) at faults.dll+0x1234"
std::string Spell(const Exceptional& exception);

// "faults.dll+0x1234", "0x1234, in no module"
std::string SpellPlace(std::uint64_t address, const std::string& module, std::uint64_t offset);

// What the host said of its own end; empty where it said nothing.
std::string SpellEnding(protocol::Ending ending, const Exceptional& exception);

}  // namespace bridge
