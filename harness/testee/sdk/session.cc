// SPDX-License-Identifier: MIT
#include "harness/testee/sdk/session.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <utility>

#include "harness/model/utf.h"
#include "harness/testee/sdk/session_state.h"

namespace spanproof {
namespace {

using nlohmann::json;

constexpr std::chrono::seconds kPatience(5);  // at the session's end

// Who the calling thread is. Trivial, since the DLL's threads have it too; a thread that was
// made anew with another's id has it empty.
struct Identity {
  std::uint64_t session = 0;
  ProtocolThread* thread = nullptr;
  std::uint64_t generation = 0;  // the next two are of a thread of the DLL's
  bool away = false;             // in no callback: the session may have forgotten it
};
thread_local Identity t_identity;

std::atomic<std::uint64_t> next_serial = 1;

std::string Hex(std::string_view bytes) {
  std::string out;
  for (const char byte : bytes) {
    out += "0123456789abcdef"[static_cast<unsigned char>(byte) >> 4];
    out += "0123456789abcdef"[static_cast<unsigned char>(byte) & 15];
  }
  return out;
}

bool Has(const Engine::Description& description, const char* capability) {
  const auto& can = description.capabilities;
  return std::find(can.begin(), can.end(), capability) != can.end();
}

}  // namespace

Session::Session(Engine& engine, Channel& channel)
    : engine_(engine),
      description_(engine.Describe()),
      direct_memory_(Has(description_, "direct_memory")),
      foreign_threads_(Has(description_, "foreign_threads")),
      serial_(next_serial++),
      traffic_(channel, Has(description_, "threads") ? [this](ProtocolThread& thread) { Work(thread); }
                                                     : std::function<void(ProtocolThread&)>()),
      gate_(std::make_shared<SinkGate<Session>>(this)) {
  view_ = MemoryView{&types_, description_.abi, &book_, description_.memory_abi.value_or(description_.abi)};
}

int Session::Run() {
  traffic_.StartReading();
  Work(traffic_.main());
  const int status = ended_ ? 0 : traffic_.EndedStatus();
  // Where the DLL keeps a thread, this process's memory cannot be taken from it in order.
  if (!traffic_.Close() || !gate_->Close(kPatience)) std::_Exit(status);
  return status;
}

void Session::BeThread(ProtocolThread& thread) { t_identity = {serial_, &thread, thread.generation, false}; }

ProtocolThread& Session::Here() {
  const bool known = t_identity.session == serial_;
  if (!known || t_identity.away) BeThread(traffic_.Enter(known ? t_identity.thread : nullptr, t_identity.generation));
  return *t_identity.thread;
}

void Session::Depart(ProtocolThread& thread) {
  t_identity.away = true;
  traffic_.Depart(thread);
}

std::unique_lock<StateLock> Session::Lock() {
  const ProtocolThread& thread = Here();
  std::unique_lock lock(state_);
  book_.NameFor(thread.number, !thread.callbacks.empty());
  return lock;
}

void Session::Work(ProtocolThread& thread) {
  BeThread(thread);
  while (!ended_) {
    const auto message = traffic_.Take(thread);
    if (!message) return;
    Carry(*message);
  }
}

json Session::Events() {
  json events = json::array();
  for (const PrintedText& text : engine_.TakeText()) {
    const bool readable = IsUtf8(text.bytes);
    events.push_back({{readable ? "text" : "hex", readable ? text.bytes : Hex(text.bytes)},
                      {"stream", text.stream == Stream::kStdout ? "stdout" : "stderr"}});
  }
  return events;
}

// Nothing that a message says may end the session: what JSON or the
// allocator throws on the way becomes the answer.
void Session::Carry(const json& message) {
  const auto id = message.find("id");
  const json answer_to = id == message.end() ? json(nullptr) : *id;
  const auto op = message.find("op");
  ProtocolThread& thread = Here();
  Answer answer = json::object();
  if (!answer_to.is_number_unsigned() || op == message.end() || !op->is_string()) {
    answer = Refuse(EngineError::Kind::kInvalid, "a request needs a number \"id\" and a text \"op\"");
  } else {
    const std::size_t open = thread.requests.size();
    try {
      answer = Dispatch(op->get<std::string>(), message);
    } catch (const json::exception& error) {
      answer = Refuse(EngineError::Kind::kInvalid, std::string("the request makes no sense: ") + error.what());
    } catch (const std::exception& error) {
      answer = Refuse(EngineError::Kind::kInternal, error.what());
    }
    thread.requests.resize(open);
  }
  if (thread.callbacks.empty()) traffic_.SetFree(thread);
  traffic_.SendAnswer(answer_to, std::move(answer));
}

Answer Session::Dispatch(const std::string& op, const json& message) {
  if (!greeted_ && op != "hello" && op != "bye") return Refuse(EngineError::Kind::kInvalid, "hello comes first");
  if ((op == "hello" || op == "reset" || op == "bye") && &Here() != &traffic_.main()) {
    return Refuse(EngineError::Kind::kInvalid, "\"" + op + "\" is for thread \"main\"");
  }
  if (op == "hello") return Hello(message);
  if (op == "types") return Types(message);
  if (op == "load") return Load(message);
  if (op == "unload") return Unload(message);
  if (op == "bind") return Bind(message);
  if (op == "object") return MakeObject(message);
  if (op == "write") return Write(message);
  if (op == "read") return Read(message);
  if (op == "data") return FindData(message);
  if (op == "drop") return Drop(message);
  if (op == "callback") return MakeCallback(message);
  if (op == "call") return Call(message);
  if (op == "reset") return Reset();
  if (op == "measure") return Refuse(EngineError::Kind::kUnsupported, "this testee does not measure");
  if (op == "bye") {
    ended_ = true;
    return json::object();
  }
  return Refuse(EngineError::Kind::kUnsupported, "unknown op \"" + op.substr(0, 40) + "\"");
}

// After a call: what the DLL left behind by a fault or a jump, deeper than the call
// itself, is over; its frames are gone without their destructors. To the tester it
// ends in the order in which it began: requests with an error, callbacks with their answer.
void Session::EndAbandoned(ProtocolThread& thread, std::size_t requests, std::size_t callbacks) {
  state_.ReleaseAbandoned();
  const auto refuse = [this](const json& id) {
    traffic_.SendAnswer(id, Refuse(EngineError::Kind::kRefused, "the DLL left the callback that this request was made in"));
  };
  const std::size_t left = thread.callbacks.size() - callbacks;
  while (thread.callbacks.size() > callbacks) {
    for (; thread.requests.size() > thread.callbacks.back()->requests; thread.requests.pop_back()) refuse(thread.requests.back().id);
    while (const auto message = traffic_.Await(thread)) {
      if (message->contains("re")) break;
      refuse(message->value("id", json()));
    }
    traffic_.Leave(thread, thread.callbacks.size() - 1);
  }
  thread.requests.resize(requests);
  if (left != 0) gate_->Leave(left);
}

int Serve(Engine& engine, Channel& channel) { return Session(engine, channel).Run(); }

}  // namespace spanproof
