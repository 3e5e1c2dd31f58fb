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
  const auto done = DecodeTypes(message, &types_);
  if (!done) return tl::unexpected(FromError(done.error()));
  return json::object();
}

Answer Session::Load(const json& message) {
  const std::string name = Text(message, "module");
  const std::string path = Text(message, "path");
  if (path.empty() || path.size() > kLongestPath || path.find('\0') != std::string::npos) return Invalid("the path is none");
  if (modules_.contains(name)) return Invalid("module \"" + name + "\" is loaded already");
  open_requests_.push_back({message.at("id"), std::nullopt});
  const auto module = engine_.Load(path);
  if (!module) return tl::unexpected(module.error());
  modules_[name] = *module;
  json answer = json::object();
  // What DllMain printed.
  if (json events = Events(); !events.empty()) answer["events"] = std::move(events);
  return answer;
}

Answer Session::Unload(const json& message) {
  const std::string name = Text(message, "module");
  const auto at = modules_.find(name);
  if (at == modules_.end()) return Invalid("no module \"" + name + "\"");
  // Inside a call the module's own code is still on the stack.
  if (!open_callbacks_.empty()) return Invalid("a module cannot be unloaded inside a callback");
  open_requests_.push_back({message.at("id"), std::nullopt});
  std::erase_if(functions_, [&](const auto& function) { return function.second.module == name; });
  const auto done = engine_.Unload(at->second);
  modules_.erase(at);
  if (!done) return tl::unexpected(done.error());
  json answer = json::object();
  if (json events = Events(); !events.empty()) answer["events"] = std::move(events);
  return answer;
}

Answer Session::Bind(const json& message) {
  Function function;
  const std::string name = Text(message, "function");
  function.module = Text(message, "module");
  const auto module = modules_.find(function.module);
  if (module == modules_.end()) return Invalid("no module \"" + function.module + "\"");
  auto prototype = DecodePrototype(message, &types_);
  if (!prototype) return tl::unexpected(FromError(prototype.error()));
  function.prototype = std::move(*prototype);
  // What the engine says about a mistake is worth more than what is said here.
  const auto handle = engine_.Bind(module->second, Text(message, "symbol"), types_, function.prototype);
  if (!handle) return tl::unexpected(handle.error());
  if (const auto sound = CheckDirectives(&types_, function.prototype); !sound) {
    return Refuse(EngineError::Kind::kRefused, sound.error().message);
  }
  function.handle = *handle;
  functions_[name] = std::move(function);
  return WithNote();
}

Answer Session::Drop(const json& message) {
  const std::string name = Text(message, "name");
  if (!open_callbacks_.empty()) return Invalid("an object cannot be dropped inside a callback");
  if (!book_.DropObject(name)) return Invalid("no object \"" + name + "\"");
  return json::object();
}

Answer Session::MakeCallback(const json& message) {
  const std::string name = Text(message, "name");
  if (callbacks_.contains(name)) return Invalid("a callback \"" + name + "\" exists already");
  if (message.contains("behave")) return Refuse(EngineError::Kind::kUnsupported, "this testee does not measure");
  const auto type = types_.Parse(Text(message, "prototype"));
  if (!type) return tl::unexpected(FromError(type.error()));
  if (types_[*type].kind != Kind::kFunction || !types_[*type].defined) {
    return Invalid("\"" + types_.Spell(*type) + "\" is no callback prototype");
  }
  auto callback = std::make_shared<Callback>();
  callback->name = name;
  callback->prototype = types_[*type].prototype;
  // The map keeps the callback for as long as the engine may call the sink.
  const Callback* entry = callback.get();
  auto handle = engine_.MakeCallback(types_, callback->prototype, [this, entry](std::span<const Slot> arguments, Slot* result) {
    Invoked(*entry, arguments, result);
  });
  if (!handle) return tl::unexpected(handle.error());
  if (const auto sound = CheckDirectives(&types_, callback->prototype); !sound) {
    return Refuse(EngineError::Kind::kRefused, sound.error().message);
  }
  callback->handle = std::move(*handle);
  book_.NameCallback(name, engine_.CallbackAddress(callback->handle));
  callbacks_[name] = std::move(callback);
  return WithNote();
}

json Session::WithNote() {
  json answer = json::object();
  if (std::string note = engine_.TakeNote(); !note.empty()) answer["note"] = std::move(note);
  return answer;
}

Answer Session::Reset() {
  if (!open_callbacks_.empty()) return Invalid("reset inside a callback would take the memory it uses");
  callbacks_.clear();
  book_.Clear();
  return json::object();
}

}  // namespace spanproof
