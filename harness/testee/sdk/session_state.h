// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <deque>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "harness/testee/frame.h"
#include "harness/testee/sdk/bulk.h"
#include "harness/testee/sdk/channel.h"
#include "harness/testee/sdk/engine.h"
#include "harness/testee/sdk/memory.h"
#include "harness/testee/sdk/reach.h"

namespace spanproof {

// The members of an answer, or why there are none.
using Answer = EngineResult<nlohmann::json>;

tl::unexpected<EngineError> Refuse(EngineError::Kind kind, std::string message);
EngineError FromError(const Error& error);

// One protocol session; private to the SDK. Everything happens on the thread
// that runs it.
class Session {
 public:
  Session(Engine& engine, Channel& channel);
  int Run();

 private:
  using json = nlohmann::json;

  struct Function {
    Handle handle = 0;
    std::string module;
    Prototype prototype;
  };
  struct Callback {
    std::string name;
    Prototype prototype;
    std::shared_ptr<void> handle;
  };
  // Where a request reads or writes: memory of this process, or `foreign`, which
  // only the engine reaches.
  struct Spot {
    TypeId type = 0;
    std::uint64_t address = 0;
    MemoryView view;  // of what lies there
    bool foreign = false;
    std::uint64_t flexible = 0;  // elements of the flexible array there
  };
  // A request that may call into a DLL; they nest through callbacks.
  struct OpenRequest {
    json id;
    std::optional<EngineError> callback_error;  // the first that a handler met
  };

  // session.cc: messages in and out
  std::optional<json> NextMessage();     // nullopt: the input ended or broke
  void Carry(const json& message);
  Answer Dispatch(const std::string& op, const json& message);
  bool Send(const json& message);
  void SendAnswer(const json& id, Answer answer);
  json Events();

  // requests.cc
  Answer Hello(const json& message);
  Answer Types(const json& message);
  Answer Load(const json& message);
  Answer Unload(const json& message);
  Answer Bind(const json& message);
  Answer Drop(const json& message);
  Answer MakeCallback(const json& message);
  Answer Reset();
  json WithNote();

  // places.cc
  MemoryView ViewOf(const AddressBook::Object& object) const;
  Answer MakeObject(const json& message);
  Answer WriteObject(const json& message);
  EngineResult<Spot> FindSpot(const json& message);
  EngineResult<std::vector<std::uint8_t>> ForeignBytes(const Spot& spot);
  Answer Read(const json& message);
  Answer Write(const json& message);
  Answer FindData(const json& message);

  // calls.cc
  Answer Call(const json& message);
  Answer Arguments(const json& message, const Prototype& prototype, std::vector<Slot>* slots,
                   std::deque<std::vector<std::uint8_t>>* aggregates);
  Answer CallAnswer(const json& message, const Prototype& prototype, const Called& called);
  EngineResult<json> EncodeSlot(TypeId type, const Slot& slot);
  // Entry from the DLL: asks the tester, makes its writes, fills the result.
  void Invoked(const Callback& callback, std::span<const Slot> arguments, Slot* result);
  EngineResult<void> Ask(const Callback& callback, std::span<const Slot> arguments, Slot* result);
  EngineResult<json> AwaitAnswer(std::uint64_t id);
  EngineResult<void> ApplyAnswer(const json& answer, const Prototype& prototype, const Reach& reach,
                                 const std::vector<Region>& regions, Slot* result);

  Engine& engine_;
  Channel& channel_;
  const std::thread::id thread_ = std::this_thread::get_id();
  Engine::Description description_;
  bool direct_memory_ = false;  // the DLL's memory is this process's own
  FrameReader frames_;
  std::deque<json> waiting_;  // arrived while a callback was open, for later
  bool broken_ = false;
  bool greeted_ = false;
  bool ended_ = false;

  TypeTable types_;
  AddressBook book_;
  MemoryView view_;
  Bulk bulk_;
  std::map<std::string, Handle> modules_;
  std::map<std::string, Function> functions_;
  std::map<std::string, std::shared_ptr<Callback>> callbacks_;
  std::vector<OpenRequest> open_requests_;
  std::vector<std::uint64_t> open_callbacks_;
  std::uint64_t next_id_ = 1;
  std::atomic<bool> foreign_callback_ = false;
};

}  // namespace spanproof
