// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "bridge/core/element.h"
#include "bridge/core/expression.h"
#include "bridge/core/passing.h"

namespace bridge {

// A signature, compiled once at bind time: what every call has to copy, as
// offsets instead of types. "Local" is the memory of the process that runs the
// plan, "frame" the copy that crosses, always in the callee's ABI. The words of a
// call are its arguments in order and, last, its result, 8 bytes each; the word
// of an aggregate by value is the address of its bytes.

// How many elements lie behind a pointer.
enum class Extent : std::uint8_t { kFixed, kComputed, kTerminated8, kTerminated16 };

// From &words[word], hop by hop, to an integer that says a length.
struct Load {
  struct Hop {
    bool dereference = false;  // before adding the offset
    std::uint32_t local_offset = 0;
    std::uint32_t frame_offset = 0;
    bool operator==(const Hop&) const = default;
  };
  std::uint32_t word = 0;
  Kind kind = Kind::kInt32;
  std::vector<Hop> hops;
  bool operator==(const Load&) const = default;
};

// One pointer and the memory behind it.
struct Node {
  static constexpr std::int32_t kRoot = -1;
  static constexpr std::int32_t kNone = -1;
  std::int32_t parent = kRoot;      // the node whose elements hold this pointer
  std::uint32_t word = 0;           // which word it is, or which leads to it
  std::uint32_t local_offset = 0;   // below the root: where in the parent's element
  std::uint32_t frame_offset = 0;
  std::int32_t same_as = kNone;     // an earlier node, which says all that follows: how a type points at itself
  // No pointer: the elements lie in the parent's own memory, behind its only element (T[] at a struct's end).
  bool inlined = false;
  // No pointer: the word is an aggregate by value, copied for the callee alone; it travels so.
  std::optional<Travel> by_value;
  Extent extent = Extent::kFixed;
  std::uint64_t count = 1;          // kFixed: elements
  std::uint32_t local_size = 1;     // of an element, bytes
  std::uint32_t frame_size = 1;
  std::uint32_t align = 1;          // of an element, in the frame
  bool read_only = false;           // not copied back
  bool flat = true;                 // equal on both sides, no pointer inside: one memcpy
  std::vector<Run> runs;            // where not flat
  std::vector<std::uint32_t> children;
  std::vector<Spot> slots;          // where those stand, in the same order
  std::vector<Spot> opaque;         // pointers in an element that nothing follows. Only where the plan was compiled: never on the wire
  bool same = true;                 // both sides have every piece of an element at the same place
  std::vector<Load> loads;          // kComputed
  std::optional<Expression> func;   // absent: the single load
  bool operator==(const Node&) const;
};

struct Plan {
  std::uint8_t local_pointer = 8;   // bytes
  std::uint8_t frame_pointer = 8;
  bool recursive = false;           // some node is the same as another: data may be cyclic
  std::uint32_t words = 1;          // arguments + 1
  std::vector<Node> nodes;          // parents before children
  std::vector<std::uint32_t> roots;
  bool empty() const { return nodes.empty(); }
  // The node that describes what lies behind the pointer of node `index`.
  const Node& Target(std::uint32_t index) const {
    const Node& node = nodes[index];
    return node.same_as == Node::kNone ? node : nodes[static_cast<std::size_t>(node.same_as)];
  }
};

// What can be synchronised before the callee runs, and what only afterwards
// because its pointer or its length is the result's.
enum class Phase : std::uint8_t { kBefore, kAfter };

// kInvalidArgument names the directive, the path and what to write instead.
// kUnsupported: an aggregate that cannot be passed by value. Those are synchronised in kBefore only.
Expected<Plan> CompilePlan(const Signature& signature, Abi local, Abi frame, Phase phase);

// The node of one element that is converted as it stands, its pointers as opaque addresses: an aggregate
// that a function returns. `pointers` gets the places of those on both sides.
Expected<Plan> CompileResult(const Type& type, Abi local, Abi frame, std::vector<Spot>* pointers);

// Sets `slots` and `same` when all else is there.
void FinishNode(const Plan& plan, Node* node);

// A length beyond this is taken for garbage: 2^40 bytes.
inline constexpr std::uint64_t kMaxExtentBytes = std::uint64_t{1} << 40;
inline constexpr std::size_t kMaxArguments = 255;
inline constexpr int kMaxPointerDepth = 16;  // pointers within pointers; a type that points at itself counts once

inline bool IsIntegerKind(Kind kind) { return (kind >= Kind::kBool && kind <= Kind::kUint64) || kind == Kind::kChar16; }

}  // namespace bridge
