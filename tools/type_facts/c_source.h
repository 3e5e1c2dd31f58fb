// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <iosfwd>
#include <map>
#include <string>
#include <vector>

#include "tools/type_facts/described.h"

namespace type_facts {

// C whose section "facts" holds, as constant data, what the compiler made of
// the types; nothing of it is ever run. For gcc and clang, any target.
void WriteC(const std::vector<Described>& types, std::ostream& out);

// The types as a case file has them: {"structs": {name: …}}.
void WriteJson(const std::vector<Described>& types, std::ostream& out);

// "struct { char a; int b : 3; }" on one line, for people.
std::string OneLine(const Described& type);

// What that section says of one type.
struct Facts {
  std::uint64_t size = 0;
  std::uint64_t align = 0;
  std::map<std::string, std::uint64_t> offsets;  // of all members but bit-fields
  std::map<std::string, std::string> patterns;   // of bit-fields: an object in which only this one is all ones, as hex
  bool operator==(const Facts&) const = default;
};

// The bits that are ones in such a pattern; counted from the object's start.
struct BitRange {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  bool operator==(const BitRange&) const = default;
};
BitRange BitsOf(const std::string& pattern);

// Throws std::runtime_error where the file cannot be read.
std::string ReadWhole(const std::string& path);

// Reads the section back; throws std::runtime_error where it is no such section.
std::vector<Facts> ReadSection(const std::vector<Described>& types, const std::string& section);

// A fact file, type by type:
//   type NAME SIZE ALIGN
//   member NAME OFFSET
//   bits NAME HEX
void WriteFacts(const std::vector<Described>& types, const std::vector<Facts>& facts, std::ostream& out);

}  // namespace type_facts
