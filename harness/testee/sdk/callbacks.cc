// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "harness/model/value_json.h"
#include "harness/testee/sdk/session_state.h"

namespace spanproof {
namespace {

using nlohmann::json;

// Of an answer that is none: the handler raised, or the tester does not know what to answer.
EngineError NoAnswer(const json& answer) {
  const json error = answer.value("error", json::object());
  EngineError out{EngineError::Kind::kRaised, 0, 0, "the handler of a callback raised an error"};
  if (!error.is_object()) return out;
  if (error.value("kind", json()) == "internal") out.kind = EngineError::Kind::kInternal;
  if (const json said = error.value("message", json()); said.is_string()) out.message = said.get<std::string>();
  return out;
}

}  // namespace

void Session::Invoked(const CallbackInfo& callback, std::span<const Slot> arguments, Slot* result) {
  // A struct's place is the engine's to give and stays.
  *result = Slot{{}, result->aggregate};
  ProtocolThread& thread = Here();
  struct Visit {
    ~Visit() {
      if (thread.foreign && thread.callbacks.empty()) session->Depart(thread);
    }
    Session* const session;
    ProtocolThread& thread;
  } const visit{this, thread};
  if (thread.foreign && !foreign_threads_) {
    foreign_callback_ = true;
    return;
  }
  thread.callbacks.push_back(std::make_shared<OpenCallback>());
  thread.callbacks.back()->requests = thread.requests.size();
  const std::size_t depth = thread.callbacks.size() - 1;
  EngineResult<void> done;
  // No exception may cross the DLL's frames.
  try {
    done = Ask(thread, callback, arguments, result);
  } catch (const json::exception& error) {
    done = Refuse(EngineError::Kind::kInvalid, std::string("the answer to a callback makes no sense: ") + error.what());
  } catch (const std::exception& error) {
    done = Refuse(EngineError::Kind::kInternal, error.what());
  }
  const auto lock = Lock();
  traffic_.Leave(thread, depth);
  if (thread.foreign && depth == 0) book_.EndCall(thread.number);
  if (done) return;
  const TypeId type = callback.prototype.result;
  ClearResult(type, result);
  // What the tester said as the callback was made; checked only now, since it may name objects.
  if (done.error().kind == EngineError::Kind::kRaised && callback.on_raise) {
    if (const auto stored = StoreResult(type, *callback.on_raise, result); !stored) {
      done = stored;
      ClearResult(type, result);
    }
  }
  if (!thread.requests.empty() && !thread.requests.back().callback_error) {
    thread.requests.back().callback_error = done.error();
  }
}

// Arguments and what they reach, as the callback message says them.
EngineResult<std::vector<Region>> Session::EncodeEntry(const CallbackInfo& callback, std::span<const Slot> arguments,
                                                       const Reach& reach, json* message) {
  const auto lock = Lock();
  if (callback.dropped) return Refuse(EngineError::Kind::kRefused, "the callback was dropped");
  json args = json::array();
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    auto encoded = EncodeSlot(callback.prototype.arguments[i], arguments[i]);
    if (!encoded) return tl::unexpected(encoded.error());
    args.push_back(std::move(*encoded));
  }
  (*message)["args"] = std::move(args);

  auto regions = reach.All();
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
  (*message)["memory"] = std::move(memory);
  return std::move(*regions);
}

EngineResult<void> Session::Ask(ProtocolThread& thread, const CallbackInfo& callback, std::span<const Slot> arguments,
                                Slot* result) {
  json message = {{"op", "callback"}, {"thread", thread.name}, {"callback", callback.name}};
  // Text has no thread: that of the DLL's threads goes with what comes next.
  if (!thread.foreign) message["events"] = Events();
  if (!thread.requests.empty()) message["call"] = thread.requests.back().id;
  const Reach reach(view_, &types_, callback.prototype, arguments);
  const auto regions = EncodeEntry(callback, arguments, reach, &message);
  if (!regions) return tl::unexpected(regions.error());
  if (auto asked = traffic_.Ask(thread, std::move(message)); !asked) return asked;
  auto answer = AwaitAnswer(thread);
  if (!answer) return tl::unexpected(answer.error());
  const auto lock = Lock();
  // Then what it reached is gone as well.
  if (callback.dropped) return Refuse(EngineError::Kind::kRefused, "the callback was dropped");
  return ApplyAnswer(*answer, callback, reach, *regions, result);
}

EngineResult<json> Session::AwaitAnswer(ProtocolThread& thread) {
  while (auto message = traffic_.Await(thread)) {
    if (message->contains("re")) return std::move(*message);
    Carry(*message);
  }
  // Under a DLL's frames there is no way back: the tester is gone, so end. The DLL's own threads just go on.
  if (!thread.foreign) std::_Exit(traffic_.EndedStatus());
  return Refuse(EngineError::Kind::kRefused, "the callback was dropped");
}

EngineResult<void> Session::ApplyAnswer(const json& answer, const CallbackInfo& callback, const Reach& reach,
                                        const std::vector<Region>& regions, Slot* result) {
  if (!answer.value("ok", false)) return tl::unexpected(NoAnswer(answer));
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
  const TypeId type = callback.prototype.result;
  if (types_[type].kind == Kind::kVoid) return {};
  const auto value = bulk_.Decode(answer.at("return"));
  if (!value) return tl::unexpected(FromError(value.error()));
  return StoreResult(type, *value, result);
}

EngineResult<void> Session::StoreResult(TypeId type, const Value& value, Slot* result) {
  if (types_[type].kind == Kind::kVoid) return {};
  const bool aggregate = IsAggregate(types_[type].kind);
  if (aggregate && result->aggregate == nullptr) {
    return Refuse(EngineError::Kind::kUnsupported, "a callback that returns a struct by value");
  }
  auto* at = aggregate ? static_cast<std::uint8_t*>(const_cast<void*>(result->aggregate))
                       : reinterpret_cast<std::uint8_t*>(result->words);
  const auto done = view_.Store(type, value, at);
  if (!done) return tl::unexpected(FromError(done.error()));
  return {};
}

void Session::ClearResult(TypeId type, Slot* result) {
  *result = Slot{{}, result->aggregate};
  if (result->aggregate == nullptr) return;
  if (const auto layout = LayoutOf(types_, type, view_.memory)) std::memset(const_cast<void*>(result->aggregate), 0, layout->size);
}

}  // namespace spanproof
