// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "harness/testee/sdk/engine.h"

namespace spanproof {

using FunctionAddress = void (*)();

// A signature ready to be called.
class Caller {
 public:
  virtual ~Caller() = default;
  // `aggregate` is where a struct's or union's bytes go; nullptr for other results.
  virtual Slot Call(FunctionAddress function, std::span<const Slot> arguments, void* aggregate) = 0;
};

// A function pointer that a DLL may call while the object lives. It may end while a thread
// is inside; one that calls it afterwards gets zero.
class Closure {
 public:
  virtual ~Closure() = default;
  virtual std::uint64_t address() const = 0;
};

// One way to make C calls from prototypes known at run time; on any thread, callers and
// engines alike. Errors are kUnsupported for signatures that this way cannot do.
class CallEngine {
 public:
  virtual ~CallEngine() = default;
  virtual Expected<std::unique_ptr<Caller>> MakeCaller(const TypeTable& types, const Prototype& prototype) = 0;
  virtual Expected<std::unique_ptr<Closure>> MakeClosure(const TypeTable& types, const Prototype& prototype,
                                                         CallbackSink sink) = 0;
};

// libffi's calls and closures.
std::unique_ptr<CallEngine> MakeFfiCalls();

// The thunks of a thunks.dll, compiled ahead; kUnsupported where it cannot be used.
// At most one at a time.
Expected<std::unique_ptr<CallEngine>> MakeCompiledCalls(const std::wstring& thunks_dll);

}  // namespace spanproof
