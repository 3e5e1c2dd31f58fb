// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "bridge/core/marshal.h"

namespace bridge {

// A struct or union that a function or a callback returns by value, on its way between the callee's
// layout and the caller's. Its pointers come back as addresses; what they lead to is not copied.
class ReturnedAggregate {
 public:
  // kUnsupported where the type cannot be returned, or not be converted.
  static Expected<ReturnedAggregate> Make(const Type& type, Convention convention, Abi local, Abi frame);

  const PassedResult& passed() const { return passed_; }
  std::uint32_t align() const { return plan_.nodes[0].align; }  // of room for it in a frame; its bytes: passed()

  // `resolve` turns each pointer into one of this process.
  void ToLocal(std::byte* local, const std::byte* frame, Resolve resolve, void* context) const;
  // The other way, where this process is the callee; into one of the other's.
  void ToFrame(std::byte* frame, const std::byte* local, Resolve resolve, void* context) const;

 private:
  PassedResult passed_;
  Plan plan_;
  std::vector<Spot> pointers_;
};

}  // namespace bridge
