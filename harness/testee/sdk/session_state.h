// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "harness/testee/sdk/answer.h"
#include "harness/testee/sdk/bulk.h"
#include "harness/testee/sdk/engine.h"
#include "harness/testee/sdk/memory.h"
#include "harness/testee/sdk/reach.h"
#include "harness/testee/sdk/sink_gate.h"
#include "harness/testee/sdk/state_lock.h"
#include "harness/testee/sdk/traffic.h"

namespace spanproof {

// One protocol session; private to the SDK. Requests are carried out on the protocol's
// threads, callbacks come on those and on the DLL's. One lock guards what the session
// knows; nobody holds it while the engine is called or an answer awaited.
class Session {
 public:
  Session(Engine& engine, Channel& channel);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  int Run();

 private:
  using json = nlohmann::json;

  struct Function {
    Handle handle = 0;
    std::string module;  // empty: bound by address
    Prototype prototype;
  };
  // What a sink needs to know; the sink owns it together with the session.
  struct CallbackInfo {
    std::string name;
    Prototype prototype;
    std::optional<Value> on_raise;
    bool dropped = false;  // under the lock
  };
  struct Callback {
    std::shared_ptr<CallbackInfo> info;
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

  // session.cc: threads and requests
  void BeThread(ProtocolThread& thread);
  ProtocolThread& Here();  // the calling thread; one of the DLL's until it departs
  void Depart(ProtocolThread& thread);
  std::unique_lock<StateLock> Lock();  // names are then given for the calling thread
  void Work(ProtocolThread& thread);
  void Carry(const json& message);
  Answer Dispatch(const std::string& op, const json& message);
  void EndAbandoned(ProtocolThread& thread, std::size_t requests, std::size_t callbacks);
  json Events();

  // requests.cc
  Answer Hello(const json& message);
  Answer Types(const json& message);
  Answer Load(const json& message);
  Answer Unload(const json& message);
  Answer Bind(const json& message);
  EngineResult<Handle> BindEngine(const json& message, const std::string& module, const Prototype& prototype);
  Answer Drop(const json& message);
  Answer DropCallback(const std::string& name);
  Answer MakeCallback(const json& message);
  Answer Reset();
  json WithNote();

  // places.cc
  MemoryView ViewOf(const AddressBook::Object& object) const;
  Answer MakeObject(const json& message);
  Answer WriteObject(const json& message);
  EngineResult<Spot> FindSpot(const json& message);
  EngineResult<std::uint64_t> ForeignSize(const Spot& spot);
  Answer Read(const json& message);
  Answer Write(const json& message);
  Answer FindData(const json& message);

  // calls.cc
  Answer Call(const json& message);
  EngineResult<Called> CallDll(Handle function, std::span<const Slot> slots, const json& message);
  Answer Arguments(const json& message, const Prototype& prototype, std::vector<Slot>* slots,
                   std::deque<std::vector<std::uint8_t>>* aggregates);
  Answer CallAnswer(const json& message, const Prototype& prototype, const Called& called);
  EngineResult<json> EncodeSlot(TypeId type, const Slot& slot);

  // callbacks.cc: entry from the DLL; asks the tester, makes its writes, fills the result
  void Invoked(const CallbackInfo& callback, std::span<const Slot> arguments, Slot* result);
  EngineResult<void> Ask(ProtocolThread& thread, const CallbackInfo& callback, std::span<const Slot> arguments, Slot* result);
  EngineResult<std::vector<Region>> EncodeEntry(const CallbackInfo& callback, std::span<const Slot> arguments,
                                                const Reach& reach, json* message);
  EngineResult<json> AwaitAnswer(ProtocolThread& thread);
  EngineResult<void> ApplyAnswer(const json& answer, const CallbackInfo& callback, const Reach& reach,
                                 const std::vector<Region>& regions, Slot* result);
  EngineResult<void> StoreResult(TypeId type, const Value& value, Slot* result);
  void ClearResult(TypeId type, Slot* result);

  Engine& engine_;
  const Engine::Description description_;
  const bool direct_memory_;    // the DLL's memory is this process's own
  const bool foreign_threads_;  // callbacks of the DLL's threads can be told
  const std::uint64_t serial_;  // unlike all other sessions' of the process
  std::atomic<bool> greeted_ = false;
  std::atomic<bool> ended_ = false;
  std::atomic<bool> foreign_callback_ = false;  // one came that cannot be told
  Traffic traffic_;

  StateLock state_;  // for what follows
  TypeTable types_;
  AddressBook book_;
  MemoryView view_;
  Bulk bulk_;
  std::map<std::string, Handle> modules_;
  std::map<std::string, Function> functions_;
  std::map<std::string, Callback> callbacks_;
  // Of objects dropped while callbacks of the DLL's threads may still reach them.
  std::vector<std::shared_ptr<void>> dropped_;

  std::shared_ptr<SinkGate<Session>> gate_;
};

}  // namespace spanproof
