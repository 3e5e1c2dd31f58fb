// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "bridge/core/passing.h"
#include "bridge/core/plan.h"
#include "bridge/core/wire.h"

namespace bridge {

// What the host is told of a function or of a callback prototype: how to call,
// and what it has to copy itself. It never learns types.
struct Binding {
  Convention convention = Convention::kCdecl;
  PassedResult result;
  std::vector<Passed> arguments;  // with the hidden pointer to a result in memory, where there is one
  std::uint8_t hidden = 0;  // which of them that is
  Plan plan;  // of a callback: what is read at entry; empty of a function, after which the client reads

  // Arguments as they were declared, without the hidden pointer.
  std::size_t declared() const { return arguments.size() - (result.in == ResultIn::kMemory ? 1 : 0); }
  const Passed& declared_argument(std::size_t i) const {
    return arguments[result.in == ResultIn::kMemory && i >= hidden ? i + 1 : i];
  }
};

// Whether all that a callback of this prototype says and answers are words that stand in the messages themselves.
bool FitsMessages(const Binding& callback);

// kUnsupported names what cannot be passed: arrays by value and the like.
Expected<Binding> MakeBinding(const Signature& signature, Abi abi, bool is_callback);

void Write(const Binding& binding, WireWriter* out);

// kCorrupt unless every index, kind and count is in range, so that carrying the
// binding out cannot leave the memory that it describes.
Expected<Binding> ReadBinding(WireReader* in, std::uint32_t pointer_size);

}  // namespace bridge
