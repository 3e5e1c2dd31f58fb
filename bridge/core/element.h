// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <vector>

#include "bridge/core/memsync.h"

namespace bridge {

// A piece of an element that is copied as it is. Pointers that are followed
// belong to no run: they are written anew.
struct Run {
  std::uint32_t local_offset = 0;
  std::uint32_t frame_offset = 0;
  std::uint32_t bytes = 0;      // on the local side
  bool pointer = false;         // opaque: width may differ between the sides
  std::uint8_t bits = 0;        // width of a bit-field that lies elsewhere on the other side; bytes is 0 then
  std::uint8_t local_bit = 0;   // its first bit, counted from local_offset
  std::uint8_t frame_bit = 0;
  bool operator==(const Run&) const = default;
};

// Where something stands in an element, on both sides.
struct Spot {
  std::uint32_t local_offset = 0;
  std::uint32_t frame_offset = 0;
  bool operator==(const Spot&) const = default;
};

// Whoever walks through an element decides what becomes of its pointers.
class ElementVisitor {
 public:
  // True where the pointer is followed, and its bytes therefore belong to no run.
  virtual Expected<bool> Pointer(const Type& type, Spot at, const Path& path) = 0;
  // A struct's last member T[]: its elements begin at `at`, behind the struct's own bytes.
  virtual Expected<void> Flexible(const Type& type, Spot at, const Path& path) = 0;

 protected:
  ~ElementVisitor() = default;
};

// Appends the pieces of one element of `type` that stands at `at`, reached by `path`, in ascending order.
// kInvalidArgument or kUnsupported, with the path, for what cannot be brought from one ABI to the other.
Expected<void> WalkElement(const Type& type, Spot at, const Path& path, Abi local, Abi frame, ElementVisitor* visitor,
                           std::vector<Run>* runs);

// The same without following anything: pointers cross as the addresses that they are.
Expected<std::vector<Run>> OpaqueRuns(const Type& type, const Path& path, Abi local, Abi frame);

// Joins neighbours. `fixed` are offsets on the local side that no run may cover: pointers that are followed.
std::vector<Run> MergeRuns(const std::vector<Run>& runs, const std::vector<std::uint32_t>& fixed, bool same_pointers);

// The last member T[] of a struct, or null.
const Type::Member* FlexibleMember(const Type& type);

// The size of one element as it is copied: a struct that ends in T[] up to there, without its padding.
Expected<Layout> ElementLayout(const Type& type, Abi abi);

tl::unexpected<Error> BadPath(const Path& path, const std::string& why);

}  // namespace bridge
