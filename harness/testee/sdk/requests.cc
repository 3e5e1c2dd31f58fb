// SPDX-License-Identifier: MIT
#include "harness/model/reached.h"
#include "harness/model/type_json.h"
#include "harness/testee/sdk/session_state.h"

namespace spanproof {
namespace {

using nlohmann::json;

constexpr std::size_t kLongestPath = 4096;

tl::unexpected<EngineError> Invalid(std::string message) {
  return Refuse(EngineError::Kind::kInvalid, std::move(message));
}

// A text member; json::exception when it is missing or of another type.
std::string Text(const json& message, const char* name) { return message.at(name).get<std::string>(); }

}  // namespace

Answer Session::Hello(const json& message) {
  if (greeted_) return Invalid("hello was said already");
  const json& protocol = message.at("protocol");
  if (protocol != 1) return Refuse(EngineError::Kind::kUnsupported, "this testee speaks protocol 1 only");
  bulk_.SetFolder(message.value("exchange", std::string()));
  greeted_ = true;
  const Engine::Description& self = description_;
  return json{{"protocol", 1},
              {"name", self.name},
              {"version", self.version},
              {"engine", self.engine},
              {"abi", Name(self.abi)},
              {"capabilities", self.capabilities},
              {"environment", {{"os", self.os}, {"wine", self.wine}, {"cpu", self.cpu}}}};
}

Answer Session::Types(const json& message) {
  const auto lock = Lock();
  const auto done = DecodeTypes(message, &types_);
  if (!done) return tl::unexpected(FromError(done.error()));
  return json::object();
}

Answer Session::Load(const json& message) {
  const std::string name = Text(message, "module");
  const std::string path = Text(message, "path");
  if (path.empty() || path.size() > kLongestPath || path.find('\0') != std::string::npos) return Invalid("the path is none");
  auto lock = Lock();
  if (modules_.contains(name)) return Invalid("module \"" + name + "\" is loaded already");
  lock.unlock();
  Here().requests.push_back({message.at("id"), std::nullopt});
  const auto module = engine_.Load(path);
  if (!module) return tl::unexpected(module.error());
  lock.lock();
  const bool first = modules_.emplace(name, *module).second;
  lock.unlock();
  if (!first) {
    static_cast<void>(engine_.Unload(*module));
    return Invalid("module \"" + name + "\" was loaded by another thread meanwhile");
  }
  json answer = json::object();
  // What DllMain printed.
  if (json events = Events(); !events.empty()) answer["events"] = std::move(events);
  return answer;
}

Answer Session::Unload(const json& message) {
  const std::string name = Text(message, "module");
  ProtocolThread& here = Here();
  auto lock = Lock();
  const auto at = modules_.find(name);
  if (at == modules_.end()) return Invalid("no module \"" + name + "\"");
  // Inside a call the module's own code is still on the stack.
  if (!here.callbacks.empty()) return Invalid("a module cannot be unloaded inside a callback");
  if (traffic_.OthersBusy(here)) return Invalid("a module cannot be unloaded while another thread's request is under way");
  here.requests.push_back({message.at("id"), std::nullopt});
  std::erase_if(functions_, [&](const auto& function) { return function.second.module == name; });
  const Handle module = at->second;
  modules_.erase(at);
  lock.unlock();
  const auto done = engine_.Unload(module);
  if (!done) return tl::unexpected(done.error());
  json answer = json::object();
  if (json events = Events(); !events.empty()) answer["events"] = std::move(events);
  return answer;
}

// By the module's symbol, or by the address that `pointer` is.
EngineResult<Handle> Session::BindEngine(const json& message, const std::string& module, const Prototype& prototype) {
  auto lock = Lock();
  // A copy, which no other thread adds to.
  const TypeTable types = types_;
  if (module.empty()) {
    const auto value = bulk_.Decode(message.at("pointer"));
    if (!value) return tl::unexpected(FromError(value.error()));
    const auto* pointer = std::get_if<Pointer>(&value->data);
    if (pointer == nullptr || pointer->to == Pointer::To::kNull) {
      return Refuse(EngineError::Kind::kInvalid, "\"pointer\" leads to no function");
    }
    const auto address = view_.Address(*pointer);
    if (!address) return tl::unexpected(FromError(address.error()));
    lock.unlock();
    return engine_.BindAt(*address, types, prototype);
  }
  const auto at = modules_.find(module);
  if (at == modules_.end()) return Refuse(EngineError::Kind::kInvalid, "no module \"" + module + "\"");
  const Handle handle = at->second;
  lock.unlock();
  return engine_.Bind(handle, Text(message, "symbol"), types, prototype);
}

Answer Session::Bind(const json& message) {
  Function function;
  const std::string name = Text(message, "function");
  if (!message.contains("pointer")) function.module = Text(message, "module");
  auto lock = Lock();
  if (!function.module.empty() && !modules_.contains(function.module)) return Invalid("no module \"" + function.module + "\"");
  auto prototype = DecodePrototype(message, &types_);
  lock.unlock();
  if (!prototype) return tl::unexpected(FromError(prototype.error()));
  function.prototype = std::move(*prototype);
  // What the engine says about a mistake is worth more than what is said here.
  const auto handle = BindEngine(message, function.module, function.prototype);
  if (!handle) return tl::unexpected(handle.error());
  function.handle = *handle;
  json answer = WithNote();
  lock.lock();
  if (const auto sound = CheckDirectives(&types_, function.prototype); !sound) {
    return Refuse(EngineError::Kind::kRefused, sound.error().message);
  }
  functions_[name] = std::move(function);
  return answer;
}

// The DLL may still have its address: what it calls then, the engine answers.
Answer Session::DropCallback(const std::string& name) {
  Callback dropped;  // ends without the lock
  const auto lock = Lock();
  const auto at = callbacks_.find(name);
  if (at == callbacks_.end()) return Invalid("no callback \"" + name + "\"");
  at->second.info->dropped = true;
  dropped = std::move(at->second);
  callbacks_.erase(at);
  book_.ForgetCallback(name);
  return json::object();
}

Answer Session::Drop(const json& message) {
  if (message.contains("callback")) return DropCallback(Text(message, "callback"));
  const std::string name = Text(message, "name");
  ProtocolThread& here = Here();
  std::shared_ptr<void> memory;  // ends without the lock
  const auto lock = Lock();
  if (!here.callbacks.empty()) return Invalid("an object cannot be dropped inside a callback");
  if (traffic_.OthersBusy(here)) return Invalid("an object cannot be dropped while another thread's request is under way");
  memory = book_.DropObject(name);
  if (!memory) return Invalid("no object \"" + name + "\"");
  // A callback of a thread of the DLL's may hold what lies there until it returns.
  if (!gate_->empty()) dropped_.push_back(std::move(memory));
  return json::object();
}

Answer Session::MakeCallback(const json& message) {
  const std::string name = Text(message, "name");
  if (message.contains("behave")) return Refuse(EngineError::Kind::kUnsupported, "this testee does not measure");
  auto info = std::make_shared<CallbackInfo>();
  auto lock = Lock();
  if (callbacks_.contains(name)) return Invalid("a callback \"" + name + "\" exists already");
  const auto type = types_.Parse(Text(message, "prototype"));
  if (!type) return tl::unexpected(FromError(type.error()));
  if (types_[*type].kind != Kind::kFunction || !types_[*type].defined) {
    return Invalid("\"" + types_.Spell(*type) + "\" is no callback prototype");
  }
  info->name = name;
  info->prototype = types_[*type].prototype;
  if (const auto given = message.find("on_raise"); given != message.end() && !given->is_null()) {
    auto value = bulk_.Decode(*given);
    if (!value) return tl::unexpected(FromError(value.error()));
    info->on_raise = std::move(*value);
  }
  const TypeTable types = types_;
  lock.unlock();
  auto handle = engine_.MakeCallback(types, info->prototype, [gate = gate_, info](std::span<const Slot> arguments, Slot* result) {
    Session* session = gate->Enter();
    if (session == nullptr) return;
    session->Invoked(*info, arguments, result);
    gate->Leave();
  });
  if (!handle) return tl::unexpected(handle.error());
  const std::uint64_t address = engine_.CallbackAddress(*handle);
  json answer = WithNote();
  lock.lock();
  if (const auto sound = CheckDirectives(&types_, info->prototype); !sound) {
    return Refuse(EngineError::Kind::kRefused, sound.error().message);
  }
  book_.NameCallback(name, address);
  callbacks_[name] = {std::move(info), std::move(*handle)};
  return answer;
}

json Session::WithNote() {
  json answer = json::object();
  if (std::string note = engine_.TakeNote(); !note.empty()) answer["note"] = std::move(note);
  return answer;
}

// What the DLL's threads are in or still call gets zero from now on.
Answer Session::Reset() {
  if (!Here().callbacks.empty()) return Invalid("reset inside a callback would take the memory it uses");
  if (!traffic_.EndWorkers()) return Invalid("reset while another thread's request is under way");
  std::map<std::string, Callback> ending;  // both end without the lock
  std::vector<std::shared_ptr<void>> dropped;
  {
    const auto lock = Lock();
    for (auto& [name, callback] : callbacks_) callback.info->dropped = true;
    ending.swap(callbacks_);
    // Those bound by address go with the names of addresses.
    std::erase_if(functions_, [](const auto& function) { return function.second.module.empty(); });
    dropped.swap(dropped_);
    book_.Clear();
  }
  traffic_.ForgetForeign();
  return json::object();
}

}  // namespace spanproof
