// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "harness/model/record.h"
#include "harness/model/type.h"

namespace spanproof {

// One argument or result at the engine's door: up to 16 bytes of storage for
// scalars and pointers (little-endian, zero-extended), or the address of a
// by-value struct's bytes, laid out for Describe().memory_abi. Who owns them:
//   argument of Call      the SDK, for the call; the engine changes nothing there
//   result of Call        the engine, until its next Call on the same thread
//   argument of a sink    the engine, until the sink returns
//   result of a sink      the engine, which sets `aggregate` before the call; zeroed
struct Slot {
  std::uint64_t words[2] = {0, 0};
  const void* aggregate = nullptr;
};

// Called on the thread that called the DLL, or on one that stands for a thread of the DLL's
// own and ends with it, with pointers as this process sees them; fills `result`. May call
// back into the engine. It can be called at any time, after the session's end too.
using CallbackSink = std::function<void(std::span<const Slot> arguments, Slot* result)>;

// The result of a call as this process sees it.
struct Called {
  Slot result;
  std::uint32_t last_error = 0;
  bool last_error_known = false;
};

// What is asked of one call beside its arguments.
struct CallOptions {
  std::uint32_t deadline_ms = 0;  // 0: none. Only where `deadline` is a capability
};

// Why an engine did not do what was asked.
struct EngineError {
  enum class Kind {
    kInvalid,
    kUnsupported,
    kOs,
    kRefused,
    kFault,
    kInternal,
    kRaised,   // a callback's handler raised; the SDK says so itself
    kEnded,    // the callee's process ended, this one lives on; `code` its exit status as seen
    kTimeout,  // the call's deadline passed, this process lives on
  };
  Kind kind = Kind::kInternal;
  std::uint64_t code = 0;     // Win32 error, exception code or exit status
  std::uint64_t address = 0;  // of a fault
  std::string message;
  std::string module = {};    // of a fault: the base name of the module that `address` lies in; empty: none
  std::uint64_t offset = 0;   // of `address` in it
};
template <typename T>
using EngineResult = tl::expected<T, EngineError>;

using Handle = std::uint32_t;

// What a C++ testee implements; the SDK does the rest (protocol, threads, objects, values,
// naming of pointers, text in its order). All memory that the engine sees is this
// process's own, laid out for Describe().memory_abi.
// Threads: Describe comes first and alone. Whoever has the capability `threads` or
// `foreign_threads` is called from several threads at the same time, by any of
// the other methods: from one thread per thread of the protocol and from within sinks. OwnAddress
// and ForeignAddress are called under a lock of the SDK: they neither call a
// sink nor wait for the DLL. Others are called from one thread alone.
class Engine {
 public:
  virtual ~Engine() = default;

  struct Description {
    std::string name, version, engine;
    Abi abi = Abi::kWin64Gnu;       // of the DLLs; values are said in its widths
    std::vector<std::string> capabilities;
    std::string os, wine, cpu;
    std::optional<Abi> memory_abi = {};  // of this process's own memory; absent: abi
  };
  virtual Description Describe() = 0;

  virtual EngineResult<Handle> Load(const std::string& path) = 0;
  virtual EngineResult<void> Unload(Handle module) = 0;
  virtual EngineResult<Handle> Bind(Handle module, const std::string& symbol,
                                    const TypeTable& types, const Prototype& prototype) = 0;
  // Binds what lies at `address`, a pointer as Call, FindData or memory gave it.
  virtual EngineResult<Handle> BindAt(std::uint64_t address, const TypeTable& types, const Prototype& prototype);
  // The result is kFault where the DLL raised an exception that nobody in it took, and this
  // process can go on: the sinks that it left stay unfinished, as after a longjmp.
  virtual EngineResult<Called> Call(Handle function, std::span<const Slot> arguments, const CallOptions& options) = 0;
  // A function pointer in this process, or a token that only Call understands
  // as an argument. Ends with the returned handle's last owner, which may be while a
  // thread of the DLL's is inside of it; one that calls it later gets zero.
  virtual EngineResult<std::shared_ptr<void>> MakeCallback(const TypeTable& types,
                                                           const Prototype& prototype,
                                                           CallbackSink sink) = 0;
  // The value that stands for the callback in memory and in arguments.
  virtual std::uint64_t CallbackAddress(const std::shared_ptr<void>& callback) = 0;

  // An exported variable's address, as a pointer result of Call would be.
  virtual EngineResult<std::uint64_t> FindData(Handle module, const std::string& symbol,
                                               const TypeTable& types, TypeId type);

  // Memory that is not this process's: the SDK asks only where `direct_memory` is
  // no capability, and reaches it itself where it is. `address` is a pointer as
  // Call, FindData or foreign memory gave it, or so many bytes further; the bytes are
  // laid out for Describe().abi. One that cannot be reached is kFault or kRefused,
  // never the testee's end.
  virtual EngineResult<void> ReadForeign(std::uint64_t address, std::span<std::uint8_t> bytes);
  virtual EngineResult<void> WriteForeign(std::uint64_t address, std::span<const std::uint8_t> bytes);
  // What a pointer that stands in foreign memory is called here, and the other way round.
  virtual std::uint64_t OwnAddress(std::uint64_t foreign) { return foreign; }
  virtual std::uint64_t ForeignAddress(std::uint64_t own) { return own; }
  // Zeroed memory, 16-aligned, at an address of this process that may be passed to
  // the DLL and kept by it: both sides read and write it, in the layout of
  // Describe().abi, until its last owner lets go.
  virtual EngineResult<std::shared_ptr<void>> MakeRetained(std::uint64_t size);

  // What the tester should know of the last successful Bind or MakeCallback: that
  // another engine stands in, for example. Empty: nothing; it is then taken.
  virtual std::string TakeNote() { return {}; }
  // What was printed since the last time; flushes what buffers can be reached.
  virtual std::vector<PrintedText> TakeText() = 0;
};

}  // namespace spanproof
