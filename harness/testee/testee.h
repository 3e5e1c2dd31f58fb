// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "harness/model/case.h"
#include "harness/model/record.h"
#include "harness/model/type.h"

namespace spanproof {

// Why a request has no result. Those before kCrash are answers of the testee's
// (TESTEE.md), after which it can be asked again; after the others it is gone.
enum class Trouble : std::uint8_t {
  kInvalid, kUnsupported, kOs, kRefused, kFault, kInternal,
  kRaised,    // a handler of the call raised
  kDeadline,  // the call's own deadline passed, and the testee ended the call
  kEnded,     // the DLL's process ended, which is not the testee's
  kCrash,     // it ended without a goodbye; `code` is the exit status, or 128 + the signal
  kGarbage,   // it said what the protocol does not know, and was ended
  kTimeout,   // the deadline passed, and it was ended
  kCancelled, // we were asked to stop, and it was ended
};
std::string_view Name(Trouble trouble);  // as TESTEE.md names it; empty after kEnded

struct TesteeError {
  Trouble trouble = Trouble::kInternal;
  std::uint64_t code = 0;  // Win32 error, exception code or exit status
  std::string message;
  std::string module = {};  // kFault: the file that the address lies in, where known

  bool alive() const { return trouble < Trouble::kCrash; }
};

template <typename T>
using Answer = tl::expected<T, TesteeError>;

struct TesteeDescription {
  std::string name, version, engine;
  Abi abi = Abi::kWin64Gnu;
  std::vector<std::string> capabilities;
  std::string os, wine, cpu;

  bool Can(std::string_view capability) const;
};

struct CallOutcome {
  Value result;
  std::vector<NamedValue> objects;
  std::vector<Event> events;  // text and callbacks, in their order
  std::optional<std::uint32_t> last_error;
};

// A call that ended badly keeps what happened before.
struct CallTrouble {
  TesteeError error;
  std::vector<Event> events;
};

using CallResult = tl::expected<CallOutcome, CallTrouble>;

struct CallRequest {
  std::string function;
  std::vector<Value> arguments;
  std::vector<std::string> after = {};  // objects whose values the answer tells
  std::string thread = {};              // empty: main
  std::uint64_t repeat = 1;
  std::chrono::milliseconds deadline{0};  // the call's own; 0: none
  bool testee_keeps_deadline = false;     // else the testee is ended when it passes
};

// What the harness does with one invocation of a callback: calls on its thread,
// in order, then the answer.
struct CallbackPlan {
  std::vector<CallRequest> calls = {};
  Value answer = {};
  std::vector<Reached> write = {};
  std::string raise = {};  // not empty: instead of answer and writes
};

// Gets name, arguments and memory of the invocation, and sets `nth`. An error
// makes the call end with that error.
using CallbackHandler = std::function<Expected<CallbackPlan>(CallbackRecord* invocation)>;

// Hears of calls that ended, by the number of their list and their place in it.
using CallEnded = std::function<void(std::size_t list, std::size_t index, CallResult result)>;

// What a call that ended tells of its step. The objects are those that were
// asked for, as the testee gave them.
void NoteTrouble(const TesteeError& error, StepRecord* step);
StepRecord RecordOf(const CallRequest& request, CallResult result);

// A program that loads DLLs and calls functions on request; TESTEE.md says
// what each request means. Not thread-safe. Ending it ends its processes.
class Testee {
 public:
  virtual ~Testee() = default;

  virtual Answer<TesteeDescription> Hello() = 0;  // first, once
  virtual Answer<void> Types(const TypeTable& types) = 0;
  virtual Answer<void> Load(const std::string& module, const std::string& path) = 0;
  virtual Answer<void> Unload(const std::string& module) = 0;
  virtual Answer<void> Bind(const TypeTable& types, const FunctionSpec& function) = 0;
  virtual Answer<void> BindAt(const TypeTable& types, const FunctionSpec& function, const Pointer& code) = 0;
  virtual Answer<void> Object(const TypeTable& types, const ObjectSpec& object) = 0;
  virtual Answer<void> Callback(const TypeTable& types, const CallbackSpec& callback) = 0;
  // Released, though the DLL may still hold its address.
  virtual Answer<void> DropCallback(const std::string& name) = 0;
  virtual Answer<void> Write(const std::string& object, const Value& value) = 0;
  virtual Answer<Value> Read(const std::string& object) = 0;
  // Where an exported variable lies; named anew after each reset.
  virtual Answer<Pointer> Data(const TypeTable& types, const DataSpec& data) = 0;
  virtual Answer<Value> ReadAt(const TypeTable& types, TypeId type, const Pointer& place) = 0;
  virtual Answer<void> WriteAt(const TypeTable& types, TypeId type, const Pointer& place, const Value& value) = 0;
  // Answers callbacks from now on, those of any thread. Calls that a plan asks for
  // are recorded in the invocation.
  virtual void Serve(CallbackHandler handler) = 0;
  virtual CallResult Call(const CallRequest& request) = 0;
  // Each list's calls one after another on its thread, all lists at the same time.
  // A list ends early with the testee; what did not begin is not heard of.
  virtual void CallInParallel(const std::vector<std::vector<CallRequest>>& lists, const CallEnded& ended) = 0;
  // Invocations by threads that the DLL made, answered and not yet taken: the
  // first `count` of one callback, waiting for them; all there are.
  virtual Answer<std::vector<CallbackRecord>> AwaitForeign(const std::string& callback, std::uint64_t count) = 0;
  virtual std::vector<CallbackRecord> TakeForeign() = 0;
  virtual Answer<void> Reset() = 0;
  virtual Answer<void> Bye() = 0;  // the goodbye, then the end with status 0
};

}  // namespace spanproof
