// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "bridge/core/type.h"

namespace bridge {

// One step of a path: a member's name, an element's index, or a negative
// number to follow a pointer. A member of a pointed-to struct needs no -1.
using PathSegment = std::variant<std::int64_t, std::string>;

// A place within a call, in the seeds' spelling: the first segment is the
// argument's index, or "r" for the result.
//   {0}            argument 0          {0, "data"}  member data of *argument 0
//   {1, -1}        *argument 1         {"r"}        the result
struct Path {
  static constexpr int kResult = -1;

  Path() = default;
  struct Step {
    Step(int index) : segment(std::int64_t{index}) {}       // NOLINT: spelt as a literal
    Step(const char* name) : segment(std::string(name)) {}  // NOLINT
    Step(std::string name) : segment(std::move(name)) {}    // NOLINT
    PathSegment segment;
  };
  Path(std::initializer_list<Step> steps);

  int root = 0;  // argument index, or kResult
  std::vector<PathSegment> segments;
  bool malformed = false;  // the root was no argument index and not "r"

  bool operator==(const Path&) const = default;
  std::string Spell() const;  // [0,"data"]
};

// How much memory lies behind a pointer (seed 0). Without `null`, bytes =
// (the length, or func of the lengths) x sizeof(type); `type` defaults to an
// unsigned byte. With `null`, all up to and with the terminator, in units of
// char16_t where `unic` is set, of char otherwise.
struct Memsync {
  Path pointer;
  std::vector<Path> length = {};
  std::string func = {};  // "lambda x, y: x * y", or "x * y" with x, y, z… for the lengths
  Type type = kUint8;
  bool null = false;
  bool unic = false;
};

// Everything that binding a function or a callback needs to know.
struct Signature {
  Convention convention = Convention::kCdecl;
  Type result;
  std::vector<Type> arguments;
  std::vector<bool> read_only;  // by argument: the callee promises not to write (const T*); may be shorter
  std::vector<Memsync> memsync;
  std::optional<std::size_t> variadic = std::nullopt;  // "..." stands behind so many arguments (cdecl only)
};

}  // namespace bridge
