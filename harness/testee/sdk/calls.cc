// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "harness/model/value_json.h"
#include "harness/testee/sdk/session_state.h"

namespace spanproof {
namespace {

using nlohmann::json;

constexpr int kInputEnded = 3;
constexpr std::size_t kMostWaiting = 1024;

}  // namespace

EngineResult<json> Session::EncodeSlot(TypeId type, const Slot& slot) {
  if (types_[type].kind == Kind::kVoid) return json(nullptr);
  const auto* at = IsAggregate(types_[type].kind) ? static_cast<const std::uint8_t*>(slot.aggregate)
                                             : reinterpret_cast<const std::uint8_t*>(slot.words);
  if (at == nullptr) return Refuse(EngineError::Kind::kInternal, "the engine gave no struct");
  const auto value = view_.Load(type, at);
  if (!value) return tl::unexpected(FromError(value.error()));
  auto encoded = bulk_.Encode(*value);
  if (!encoded) return tl::unexpected(FromError(encoded.error()));
  return std::move(*encoded);
}

Answer Session::Arguments(const json& message, const Prototype& prototype, std::vector<Slot>* slots,
                          std::deque<std::vector<std::uint8_t>>* aggregates) {
  const json& args = message.at("args");
  if (!args.is_array() || args.size() != prototype.arguments.size()) {
    return Refuse(EngineError::Kind::kInvalid, "the function takes " + std::to_string(prototype.arguments.size()) + " arguments");
  }
  slots->resize(args.size());
  for (std::size_t i = 0; i < args.size(); ++i) {
    const TypeId type = prototype.arguments[i];
    const auto value = bulk_.Decode(args[i]);
    if (!value) return tl::unexpected(FromError(value.error()));
    auto* at = reinterpret_cast<std::uint8_t*>((*slots)[i].words);
    if (IsAggregate(types_[type].kind)) {
      const auto layout = LayoutOf(types_, type, view_.memory);
      if (!layout) return tl::unexpected(FromError(layout.error()));
      at = aggregates->emplace_back(layout->size).data();
      (*slots)[i].aggregate = at;
    }
    if (const auto done = view_.Store(type, *value, at); !done) {
      EngineError error = FromError(done.error());
      error.message = "argument " + std::to_string(i) + ": " + error.message;
      return tl::unexpected(error);
    }
  }
  return json::object();
}

Answer Session::Call(const json& message) {
  const auto name = message.at("function").get<std::string>();
  const auto at = functions_.find(name);
  if (at == functions_.end()) return Refuse(EngineError::Kind::kInvalid, "no function \"" + name + "\"");
  // A copy: a callback may bind the name anew.
  const Function function = at->second;
  std::vector<Slot> slots;
  std::deque<std::vector<std::uint8_t>> aggregates;
  if (auto ready = Arguments(message, function.prototype, &slots, &aggregates); !ready) return ready;

  open_requests_.push_back({message.at("id"), std::nullopt});
  const auto called = engine_.Call(function.handle, slots);
  if (foreign_callback_.exchange(false) && !open_requests_.back().callback_error) {
    open_requests_.back().callback_error = EngineError{EngineError::Kind::kUnsupported, 0, 0,
                                                       "the DLL called back on a thread of its own"};
  }
  const auto callback_error = open_requests_.back().callback_error;
  Answer answer = !called          ? Answer(tl::unexpected(called.error()))
                  : callback_error ? Answer(tl::unexpected(*callback_error))
                                   : CallAnswer(message, function.prototype, *called);
  // Within callbacks the names of passing memory still belong to the outer call.
  if (open_callbacks_.empty()) book_.EndCall();
  return answer;
}

Answer Session::CallAnswer(const json& message, const Prototype& prototype, const Called& called) {
  json answer = json::object();
  answer["events"] = Events();
  auto result = EncodeSlot(prototype.result, called.result);
  if (!result) return tl::unexpected(result.error());
  answer["result"] = std::move(*result);
  json objects = json::object();
  if (const auto after = message.find("after"); after != message.end()) {
    for (const json& wanted : *after) {
      const auto name = wanted.get<std::string>();
      AddressBook::Object* object = book_.FindObject(name);
      if (object == nullptr) return Refuse(EngineError::Kind::kInvalid, "no object \"" + name + "\"");
      const auto value = ViewOf(*object).Load(object->type, object->at, object->flexible);
      if (!value) return tl::unexpected(FromError(value.error()));
      auto encoded = bulk_.Encode(*value);
      if (!encoded) return tl::unexpected(FromError(encoded.error()));
      objects[name] = std::move(*encoded);
    }
  }
  answer["objects"] = std::move(objects);
  if (called.last_error_known) {
    answer["last_error"] = EncodeValue(Value{Scalar{Kind::kUint32, 4, called.last_error}});
  }
  return answer;
}

void Session::Invoked(const Callback& callback, std::span<const Slot> arguments, Slot* result) {
  // A struct's place is the engine's to give and stays.
  *result = Slot{{}, result->aggregate};
  if (std::this_thread::get_id() != thread_) {
    foreign_callback_ = true;
    return;
  }
  EngineResult<void> done;
  book_.EnterCallback();
  // No exception may cross the DLL's frames.
  try {
    done = Ask(callback, arguments, result);
  } catch (const json::exception& error) {
    done = Refuse(EngineError::Kind::kInvalid, std::string("the answer to a callback makes no sense: ") + error.what());
  } catch (const std::exception& error) {
    done = Refuse(EngineError::Kind::kInternal, error.what());
  }
  book_.LeaveCallback();
  if (done) return;
  *result = Slot{{}, result->aggregate};
  if (!open_requests_.empty() && !open_requests_.back().callback_error) {
    open_requests_.back().callback_error = done.error();
  }
}

EngineResult<void> Session::Ask(const Callback& callback, std::span<const Slot> arguments, Slot* result) {
  const Prototype& prototype = callback.prototype;
  json message = {{"op", "callback"}, {"thread", "main"}, {"callback", callback.name}};
  message["events"] = Events();
  message["call"] = open_requests_.empty() ? json(nullptr) : open_requests_.back().id;
  json args = json::array();
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    auto encoded = EncodeSlot(prototype.arguments[i], arguments[i]);
    if (!encoded) return tl::unexpected(encoded.error());
    args.push_back(std::move(*encoded));
  }
  message["args"] = std::move(args);

  const Reach reach(view_, &types_, prototype, arguments);
  const auto regions = reach.All();
  if (!regions) return Refuse(EngineError::Kind::kRefused, regions.error().message);
  json memory = json::array();
  for (const Region& region : *regions) {
    const auto value = region.count ? view_.LoadElements(region.element, *region.count, region.at)
                                    : view_.Load(region.element, region.at);
    if (!value) return tl::unexpected(FromError(value.error()));
    auto encoded = bulk_.Encode(*value);
    if (!encoded) return tl::unexpected(FromError(encoded.error()));
    memory.push_back(json::array({EncodePath(region.path), std::move(*encoded)}));
  }
  message["memory"] = std::move(memory);

  const std::uint64_t id = next_id_++;
  message["id"] = id;
  if (!Send(message)) return Refuse(EngineError::Kind::kInternal, "the callback message is longer than a frame");
  open_callbacks_.push_back(id);
  auto answer = AwaitAnswer(id);
  open_callbacks_.pop_back();
  if (!answer) return tl::unexpected(answer.error());
  return ApplyAnswer(*answer, prototype, reach, *regions, result);
}

EngineResult<json> Session::AwaitAnswer(std::uint64_t id) {
  while (true) {
    auto message = NextMessage();
    // Under a DLL's frames there is no way back: the tester is gone, so end.
    if (!message) std::_Exit(kInputEnded);
    if (message->contains("re")) {
      if ((*message)["re"] == id) return std::move(*message);
      return Refuse(EngineError::Kind::kInvalid, "an answer came to something that was not asked");
    }
    if (message->value("parent", json(nullptr)) == id) {
      Carry(*message);
    } else if (waiting_.size() < kMostWaiting) {
      waiting_.push_back(std::move(*message));
    } else {
      SendAnswer(message->value("id", json(nullptr)), Refuse(EngineError::Kind::kRefused, "too many requests wait for a callback"));
    }
  }
}

EngineResult<void> Session::ApplyAnswer(const json& answer, const Prototype& prototype, const Reach& reach,
                                        const std::vector<Region>& regions, Slot* result) {
  if (!answer.value("ok", false)) {
    std::string message = "the handler of a callback raised an error";
    if (const auto error = answer.find("error"); error != answer.end() && error->is_object()) {
      message = error->value("message", message);
    }
    return Refuse(EngineError::Kind::kRefused, message);
  }
  if (const auto writes = answer.find("write"); writes != answer.end()) {
    for (const json& write : *writes) {
      const auto path = DecodePath(write.at(0));
      if (!path) return tl::unexpected(FromError(path.error()));
      const auto value = bulk_.Decode(write.at(1));
      if (!value) return tl::unexpected(FromError(value.error()));
      const auto known = std::find_if(regions.begin(), regions.end(), [&](const Region& r) { return r.path == *path; });
      const auto region = known != regions.end() ? Expected<Region>(*known) : reach.At(*path);
      if (!region) return tl::unexpected(FromError(region.error()));
      if (region->at == nullptr) return Refuse(EngineError::Kind::kInvalid, "a write through a null pointer");
      const auto done = region->count ? view_.StoreElements(region->element, *region->count, *value, region->at)
                                      : view_.Store(region->element, *value, region->at);
      if (!done) return tl::unexpected(FromError(done.error()));
    }
  }
  if (types_[prototype.result].kind == Kind::kVoid) return {};
  const bool aggregate = IsAggregate(types_[prototype.result].kind);
  if (aggregate && result->aggregate == nullptr) {
    return Refuse(EngineError::Kind::kUnsupported, "a callback that returns a struct by value");
  }
  const auto value = bulk_.Decode(answer.at("return"));
  if (!value) return tl::unexpected(FromError(value.error()));
  auto* at = aggregate ? static_cast<std::uint8_t*>(const_cast<void*>(result->aggregate))
                       : reinterpret_cast<std::uint8_t*>(result->words);
  const auto done = view_.Store(prototype.result, *value, at);
  if (!done) return tl::unexpected(FromError(done.error()));
  return {};
}

}  // namespace spanproof
