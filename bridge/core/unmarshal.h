// SPDX-License-Identifier: MIT
#pragma once

#include "bridge/core/marshal.h"

namespace bridge {

// What a frame that came from the other side is read against.
struct FrameOrigin {
  Region segment;           // as this process sees it
  std::uint64_t delta = 0;  // the other side's address minus ours
  std::span<const Instance> lent = {};  // copies that the other side has beside those of the calls that are open
  const Access* access = nullptr;  // to this process's memory that enclosing calls sent over
};

// The reverse of Pack, for memory that the other side copied into the frame (a
// callback's arguments, a result): rewrites `words` to addresses of this process.
// - Memory of this process that an enclosing call sent over comes back as
//   itself, brought up to date from its copy.
// - Other frame memory is handed out in place where both layouts and addresses agree,
//   as a copy from `scratch` where they do not.
// - What lies outside the segment stays an opaque address.
// `instances` holds those of the calls that are open on this channel, outermost
// first, and gets this frame's appended.
// kInvalidArgument where that memory cannot be written.
// kUnsupported where a pointer leads into the middle of an element whose layout differs.
Expected<void> Unpack(const Plan& plan, std::uint64_t* words, const FrameOrigin& origin, Space* scratch,
                      std::vector<Instance>* instances);

// Copies what the receiver may have changed into the frame again, and puts
// pointers back that Unpack rewrote in place. Not what was lent: the receiver may have freed its own. kInvalidArgument: the
// receiver gave back memory that an enclosing call sent; the rest is copied.
Expected<void> WriteBack(const Plan& plan, std::span<const Instance> instances, const Access* access = nullptr);

// The own address behind one that the other side said: of memory that an
// enclosing call sent, of the segment, or else the value as it is.
std::uint64_t Own(std::uint64_t address, const FrameOrigin& origin, std::span<const Instance> enclosing);
// And the other way round.
std::uint64_t Foreign(std::uint64_t address, const FrameOrigin& origin, std::span<const Instance> enclosing);

}  // namespace bridge
