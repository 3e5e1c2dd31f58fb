// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "harness/testee/sdk/engine.h"
#include "harness/testee/sdk/memory.h"

namespace spanproof {

// Memory that a pointer of a callback's arguments reaches.
struct Region {
  Path path;
  TypeId element = 0;
  std::optional<std::uint64_t> count;  // absent: one element, no array
  std::uint8_t* at = nullptr;
};

// Walks from a callback's arguments along memsync paths. Trusts pointers: a
// wild one is an access violation, as it would be for any handler.
class Reach {
 public:
  Reach(const MemoryView& view, TypeTable* types, const Prototype& prototype, std::span<const Slot> arguments)
      : view_(view), types_(types), prototype_(prototype), arguments_(arguments) {}

  // By the types first (a pointer to a scalar, struct or fixed array reaches
  // one), then by the directives, which take the place of the former. Null
  // pointers reach nothing; paths on the result are left out.
  Expected<std::vector<Region>> All() const;

  // One element at any path; kInvalidArgument where it leads nowhere.
  Expected<Region> At(const Path& path) const;

 private:
  struct Spot {
    TypeId type = 0;
    const std::uint8_t* at = nullptr;  // nullptr: behind a null pointer
    std::optional<std::uint8_t> bits = {};  // a bit-field, whose lowest bit is `bit`
    std::uint8_t bit = 0;
  };

  Expected<Spot> Walk(const Path& path) const;
  Expected<Spot> Follow(Spot spot) const;  // what a pointer there points at
  Expected<Spot> MemberAt(Spot spot, const std::string& name) const;
  Expected<Spot> Element(Spot spot, std::int64_t index) const;
  Expected<std::int64_t> Length(const Path& path) const;
  Expected<std::uint64_t> Count(const Directive& directive, TypeId element, const std::uint8_t* at) const;
  std::uint8_t* Target(const Spot& spot) const;

  const MemoryView& view_;
  TypeTable* types_;
  const Prototype& prototype_;
  std::span<const Slot> arguments_;
};

}  // namespace spanproof
