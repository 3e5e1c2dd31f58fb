// SPDX-License-Identifier: MIT
#include <algorithm>
#include <chrono>

#include "harness/model/value_json.h"
#include "harness/testee/sdk/session_state.h"

namespace spanproof {
namespace {

using nlohmann::json;

using Clock = std::chrono::steady_clock;

constexpr std::uint64_t kMostRepeats = 10'000'000;

}  // namespace

// Both under the lock.
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
  ProtocolThread& here = Here();
  auto lock = Lock();
  const auto at = functions_.find(name);
  if (at == functions_.end()) return Refuse(EngineError::Kind::kInvalid, "no function \"" + name + "\"");
  // A copy: a callback, or another thread, may bind the name anew.
  const Function function = at->second;
  std::vector<Slot> slots;
  std::deque<std::vector<std::uint8_t>> aggregates;
  if (auto ready = Arguments(message, function.prototype, &slots, &aggregates); !ready) return ready;
  lock.unlock();

  here.requests.push_back({message.at("id"), std::nullopt});
  const auto called = CallDll(function.handle, slots, message);
  const auto callback_error = here.requests.back().callback_error;
  Answer answer = !called          ? Answer(tl::unexpected(called.error()))
                  : callback_error ? Answer(tl::unexpected(*callback_error))
                                   : CallAnswer(message, function.prototype, *called);
  // Within callbacks the names of passing memory still belong to the outer call.
  if (here.callbacks.empty()) {
    lock = Lock();
    book_.EndCall(here.number);
  }
  return answer;
}

// As often as the message wants, until the first error; the last result counts.
EngineResult<Called> Session::CallDll(Handle function, std::span<const Slot> slots, const json& message) {
  const auto times = message.value("repeat", std::uint64_t{1});
  const auto deadline_ms = message.value("deadline_ms", std::uint32_t{0});
  if (times == 0 || times > kMostRepeats) return Refuse(EngineError::Kind::kInvalid, "\"repeat\" is 1 to 10000000");
  ProtocolThread& here = Here();
  const std::size_t requests = here.requests.size();
  const std::size_t callbacks = here.callbacks.size();
  const auto deadline = Clock::now() + std::chrono::milliseconds(deadline_ms);
  for (std::uint64_t i = 1;; ++i) {
    CallOptions options;
    if (deadline_ms != 0) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
      options.deadline_ms = static_cast<std::uint32_t>(std::max<std::int64_t>(left, 1));
    }
    auto called = engine_.Call(function, slots, options);
    EndAbandoned(here, requests, callbacks);
    auto& callback_error = here.requests.back().callback_error;
    if (foreign_callback_.exchange(false) && !callback_error) {
      callback_error = EngineError{EngineError::Kind::kUnsupported, 0, 0, "the DLL called back on a thread of its own"};
    }
    if (!called || callback_error || i == times) return called;
  }
}

Answer Session::CallAnswer(const json& message, const Prototype& prototype, const Called& called) {
  json answer = json::object();
  answer["events"] = Events();
  const auto lock = Lock();
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

}  // namespace spanproof
