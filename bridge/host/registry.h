// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "bridge/core/binding.h"
#include "bridge/core/marshal.h"
#include "bridge/core/table.h"
#include "bridge/host/call_shape.h"
#include "bridge/host/closure_pool.h"
#include "bridge/host/lock.h"

namespace bridge::host {

struct Function {
  std::string name;  // as it was asked for
  void* code = nullptr;
  Binding binding;  // its plan is carried out after each call
  CallShape shape;  // win32's, as the next
  StubCall stub;
};

struct Prototype {
  std::uint32_t id = 0;
  Binding binding;  // its plan is carried out at each entry
  ClosureShape shape;
};

// The result's word that a DLL gets where no handler gives one; that of a result in memory is written.
std::uint64_t Otherwise(const Closure& closure, const std::byte* values);

struct Module {
  void* handle = nullptr;
};

// What the client's ids stand for. Thread-safe.
class Registry {
 public:
  Expected<std::uint32_t> Load(std::string_view path);
  Expected<void> Unload(std::uint32_t module);
  // The address of exported code or data. `symbol` is a name, or "#n" for an ordinal.
  Expected<void*> FindSymbol(std::uint32_t module, const std::string& symbol);
  Expected<std::uint32_t> Bind(std::uint32_t module, const std::string& symbol, Binding binding);
  // No call of it may be under way.
  Expected<void> FreeFunction(std::uint32_t function);
  Expected<std::uint32_t> BindCallback(Binding binding);
  // `otherwise`: the result's word where no handler gives one, and of a result in memory the address of its bytes in `segment`.
  Expected<const Closure*> MakeCallback(std::uint32_t prototype, std::uint64_t token, std::uint64_t otherwise, Region segment);
  Expected<void> FreeCallback(std::uint32_t callback);

  const Function* function(std::uint32_t id) const { return functions_.Find(id); }

 private:
  Table<Module, Lock> modules_;
  Table<Function, Lock> functions_;
  Table<Prototype, Lock> prototypes_;
  ClosurePool closures_;
};

}  // namespace bridge::host
