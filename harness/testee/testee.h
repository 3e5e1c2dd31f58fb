// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "harness/model/case.h"
#include "harness/model/record.h"
#include "harness/model/type.h"

namespace spanproof {

// Why a request has no result. The first six are answers of the testee's
// (TESTEE.md), after which it can be asked again; after the others it is gone.
enum class Trouble : std::uint8_t {
  kInvalid, kUnsupported, kOs, kRefused, kFault, kInternal,
  kCrash,      // it ended without a goodbye; `code` is the exit status, or 128 + the signal
  kGarbage,    // it said what the protocol does not know, and was ended
  kTimeout,    // the deadline passed, and it was ended
  kCancelled,  // we were asked to stop, and it was ended
};

struct TesteeError {
  Trouble trouble = Trouble::kInternal;
  std::uint64_t code = 0;  // Win32 error, exception code or exit status
  std::string message;

  bool alive() const { return trouble <= Trouble::kInternal; }
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

// What the harness answers to one invocation of a callback.
struct CallbackReply {
  Value answer;
  std::vector<Reached> write;
};

// Gets the name, arguments and memory of the invocation. An error makes the
// call end with that error. It may ask the testee while it runs.
using CallbackHandler = std::function<Expected<CallbackReply>(const CallbackRecord& invocation)>;

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
  virtual Answer<void> Object(const TypeTable& types, const ObjectSpec& object) = 0;
  virtual Answer<void> Callback(const TypeTable& types, const CallbackSpec& callback) = 0;
  virtual Answer<void> Write(const std::string& object, const Value& value) = 0;
  virtual Answer<Value> Read(const std::string& object) = 0;
  // Where an exported variable lies; named anew after each reset.
  virtual Answer<Pointer> Data(const TypeTable& types, const DataSpec& data) = 0;
  virtual Answer<Value> ReadAt(const TypeTable& types, TypeId type, const Pointer& place) = 0;
  virtual Answer<void> WriteAt(const TypeTable& types, TypeId type, const Pointer& place, const Value& value) = 0;
  virtual tl::expected<CallOutcome, CallTrouble> Call(const std::string& function,
                                                      const std::vector<Value>& arguments,
                                                      const std::vector<std::string>& after,
                                                      const CallbackHandler& handler) = 0;
  virtual Answer<void> Reset() = 0;
  virtual Answer<void> Bye() = 0;  // the goodbye, then the end with status 0
};

}  // namespace spanproof
