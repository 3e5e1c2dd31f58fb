// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "bridge/core/access.h"
#include "bridge/core/copying.h"
#include "bridge/core/plan.h"

namespace bridge {

// Where copies for one call are placed. Blocks live until the call's frame is left.
class Space {
 public:
  virtual Expected<std::byte*> Allocate(std::uint64_t bytes, std::uint64_t align) = 0;
  // Whether blocks shall have the size and alignment that their elements ask for, and not those that are quick.
  virtual bool exact() const { return false; }

 protected:
  ~Space() = default;
};

// One pointer met while a plan was carried out.
struct Instance {
  static constexpr std::uint32_t kNone = UINT32_MAX;
  const Node* node = nullptr;
  std::byte* local = nullptr;   // first element in this process's own memory
  std::byte* frame = nullptr;   // first element of the copy, as this process sees it
  std::uint64_t count = 0;      // elements
  std::byte* slot = nullptr;    // where the frame holds this pointer; null for a word
  std::uint64_t written = 0;    // what was written there
  std::byte* local_slot = nullptr;   // where local memory holds it; null for a word
  std::uint64_t local_value = 0;     // and what it held
  std::uint32_t word = 0;            // which leads here; the node's may be another, where arguments share it
  std::uint32_t parent = kNone;      // index in the same vector
  std::uint32_t twin = kNone;        // the instance that has the copy: this pointer leads there too
  std::uint64_t parent_offset = 0;   // of the slot, from the parent's first element, in the frame; of a word: its index
  bool lent = false;                 // of Unpack: a part of what FrameOrigin::lent says
  bool copied = true;                // false: local and frame are the same memory, or the twin's
  std::uint64_t local_tail = 0;      // bytes behind the elements: those of the inlined child
  std::uint64_t frame_tail = 0;

  std::uint64_t local_bytes() const { return count * node->local_size; }
  std::uint64_t frame_bytes() const { return count * node->frame_size; }
};

// Half-open range of addresses of this process.
struct Region {
  const std::byte* begin = nullptr;
  const std::byte* end = nullptr;
  bool Contains(const void* p) const { return p >= begin && p < end; }
};

// Addresses that go into a frame are the other side's: this process's plus `delta`.
struct Road {
  Space* space = nullptr;
  std::uint64_t delta = 0;
  Region shared;  // memory that both sides see already: never copied. May be empty.
  Caller caller = {};
};

// Reads local memory by the plan, copies it into the frame and rewrites the
// pointers among `words` (plan.words of them) and in the copies. Aggregates by value become what travels:
// their bytes, or the address of their copy. Equal and overlapping ranges share one copy, save those
// of aggregates by value. What was copied is appended to `instances`, which is
// left as it was on error. A pointer in shared memory that leads to nothing here may be the other side's own: it stays as it is.
// Errors: kInvalidArgument for a bad length and for memory that cannot be read, naming
// the argument; whatever space gives.
Expected<void> Pack(const Plan& plan, std::uint64_t* words, const Road& road, std::vector<Instance>* instances);

// How local memory is written after the callee returned. Local memory may be
// read-only in truth (a string literal behind a char*): writing what is there already would fault.
enum class Rewrite : std::uint8_t {
  kChanged,  // only what differs
  kLargeToo, // the same up to a page; larger blocks outright, for speed
};

// After the callee returned: copies back what may have changed, children of
// unchanged pointers included, and puts pointers back that Pack rewrote inside shared memory. `resolve` turns an address that the callee
// stored into one of this process. kInvalidArgument: some of it could not be written, the first of it is named; all else was.
using Resolve = std::uint64_t (*)(void* context, std::uint64_t address);
Expected<void> CopyBack(const Plan& plan, std::span<const Instance> instances, Rewrite rewrite, Resolve resolve, void* context,
                        const Caller& caller = {});

// The number of elements behind `pointer`, read from the local or the frame
// side of the call. An error names `word`; only on the local side is the memory what `caller` may touch.
enum class Side : std::uint8_t { kLocal, kFrame };
Expected<std::uint64_t> Count(const Plan& plan, const Node& node, std::uint32_t word, const std::uint64_t* words,
                              const std::byte* pointer, Side side, std::uint64_t delta, const Caller& caller = {});

// Pieces of memory that one call may reach: more are taken for data without an end.
inline constexpr std::size_t kMaxInstances = std::size_t{1} << 20;

tl::unexpected<Error> BadLength(const Plan& plan, std::uint32_t word, const std::string& why);

}  // namespace bridge
