// SPDX-License-Identifier: MIT
#include "harness/testee/process_testee.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "harness/model/type_json.h"
#include "harness/model/value_json.h"
#include "harness/testee/message_channel.h"
#include "harness/testee/message_parts.h"
#include "harness/testee/request_pump.h"

namespace spanproof {
namespace {

using nlohmann::json;
using Clock = MessageChannel::Clock;

class ProcessTestee : public Testee {
 public:
  ProcessTestee(std::unique_ptr<ChildProcess> child, const ProcessTesteeOptions& options)
      : options_(options), channel_(std::move(child), options.cancel), pump_(&channel_, options.deadline) {}

  Answer<TesteeDescription> Hello() override {
    const auto answer = pump_.Ask({{"op", "hello"},
                                   {"protocol", 1},
                                   {"exchange", options_.exchange_for_testee},
                                   {"deadline_ms", options_.deadline.count()}},
                                  options_.start_deadline);
    if (!answer) return tl::unexpected(answer.error());
    auto description = DecodeDescription(*answer);
    if (!description) return tl::unexpected(channel_.Garbage(description.error().message));
    return *description;
  }

  Answer<void> Types(const TypeTable& types) override {
    json message = EncodeTypes(types);
    message["op"] = "types";
    return Simple(std::move(message));
  }

  Answer<void> Load(const std::string& module, const std::string& path) override {
    return Simple({{"op", "load"}, {"module", module}, {"path", path}});
  }

  Answer<void> Unload(const std::string& module) override {
    return Simple({{"op", "unload"}, {"module", module}});
  }

  Answer<void> Bind(const TypeTable& types, const FunctionSpec& function) override {
    json message = EncodePrototype(types, function.prototype);
    message["op"] = "bind";
    message["function"] = function.name;
    message["module"] = function.module;
    message["symbol"] = function.symbol;
    return Simple(std::move(message));
  }

  Answer<void> BindAt(const TypeTable& types, const FunctionSpec& function, const Pointer& code) override {
    json message = EncodePrototype(types, function.prototype);
    message["op"] = "bind";
    message["function"] = function.name;
    message["pointer"] = EncodeValue(Value{code});
    return Simple(std::move(message));
  }

  Answer<void> Object(const TypeTable& types, const ObjectSpec& object) override {
    json message{{"op", "object"}, {"name", object.name}, {"type", types.Spell(object.type)}};
    if (object.initial) message["value"] = EncodeValue(*object.initial);
    if (object.retained) message["retained"] = true;
    return Simple(std::move(message));
  }

  Answer<void> Callback(const TypeTable& types, const CallbackSpec& callback) override {
    json message{{"op", "callback"}, {"name", callback.name}, {"prototype", types.Spell(callback.prototype)}};
    if (callback.on_raise) message["on_raise"] = EncodeValue(*callback.on_raise);
    return Simple(std::move(message));
  }

  Answer<void> DropCallback(const std::string& name) override { return Simple({{"op", "drop"}, {"callback", name}}); }

  Answer<void> Write(const std::string& object, const Value& value) override {
    return Simple({{"op", "write"}, {"name", object}, {"value", EncodeValue(value)}});
  }

  Answer<Value> Read(const std::string& object) override {
    return AskValue({{"op", "read"}, {"name", object}});
  }

  Answer<Pointer> Data(const TypeTable& types, const DataSpec& data) override {
    const auto value = AskValue({{"op", "data"},
                                 {"data", data.name},
                                 {"module", data.module},
                                 {"symbol", data.symbol},
                                 {"type", types.Spell(data.type)}});
    if (!value) return tl::unexpected(value.error());
    const auto* pointer = std::get_if<Pointer>(&value->data);
    if (pointer == nullptr) return tl::unexpected(channel_.Garbage("an exported variable is no pointer"));
    return *pointer;
  }

  Answer<Value> ReadAt(const TypeTable& types, TypeId type, const Pointer& place) override {
    return AskValue({{"op", "read"}, {"pointer", EncodeValue(Value{place})}, {"type", types.Spell(type)}});
  }

  Answer<void> WriteAt(const TypeTable& types, TypeId type, const Pointer& place, const Value& value) override {
    return Simple({{"op", "write"},
                   {"pointer", EncodeValue(Value{place})},
                   {"type", types.Spell(type)},
                   {"value", EncodeValue(value)}});
  }

  void Serve(CallbackHandler handler) override { pump_.Serve(std::move(handler)); }

  CallResult Call(const CallRequest& request) override {
    std::optional<CallResult> outcome;
    CallInParallel({{request}}, [&](std::size_t, std::size_t, CallResult result) { outcome = std::move(result); });
    return std::move(*outcome);
  }

  void CallInParallel(const std::vector<std::vector<CallRequest>>& lists, const CallEnded& ended) override {
    std::size_t under_way = 0;
    std::function<Answer<void>(std::size_t, std::size_t)> start = [&](std::size_t list, std::size_t index) -> Answer<void> {
      if (index == lists[list].size()) return {};
      ++under_way;
      return pump_.Start(lists[list][index], [&, list, index](CallResult result) -> Answer<void> {
        --under_way;
        const bool alive = result || result.error().error.alive();
        ended(list, index, std::move(result));
        return alive ? start(list, index + 1) : Answer<void>();
      });
    };
    // Where one cannot be sent the testee is gone, and the pump ends the others.
    for (std::size_t list = 0; list < lists.size(); ++list) {
      if (!start(list, 0)) break;
    }
    (void)pump_.RunUntil([&] { return under_way == 0; });
  }

  Answer<std::vector<CallbackRecord>> AwaitForeign(const std::string& callback, std::uint64_t count) override {
    const auto named = [&](const CallbackRecord& one) { return one.callback == callback; };
    auto& all = pump_.foreign;
    const auto came = [&] { return static_cast<std::uint64_t>(std::count_if(all.begin(), all.end(), named)); };
    if (auto waited = pump_.RunUntil([&] { return came() >= count; }, Clock::now() + options_.deadline); !waited) {
      TesteeError error = waited.error();
      error.message = "callback " + callback + " was called " + std::to_string(came()) + " of " + std::to_string(count) +
                      " times by threads of the DLL: " + error.message;
      return tl::unexpected(std::move(error));
    }
    std::vector<CallbackRecord> taken;
    for (auto at = all.begin(); taken.size() < count;) {
      if (!named(*at)) {
        ++at;
        continue;
      }
      taken.push_back(std::move(*at));
      at = all.erase(at);
    }
    return taken;
  }

  std::vector<CallbackRecord> TakeForeign() override { return std::exchange(pump_.foreign, {}); }

  Answer<void> Reset() override { return Simple({{"op", "reset"}}); }

  Answer<void> Bye() override {
    if (auto said = Simple({{"op", "bye"}}); !said) return said;
    return channel_.AwaitEnd(Clock::now() + options_.deadline);
  }

 private:
  Answer<Value> AskValue(json message) {
    const auto answer = pump_.Ask(std::move(message), options_.deadline);
    if (!answer) return tl::unexpected(answer.error());
    auto value = DecodeValue(answer->value("value", json()));
    if (!value) return tl::unexpected(channel_.Garbage(value.error().message));
    return *value;
  }

  Answer<void> Simple(json message) {
    const auto answer = pump_.Ask(std::move(message), options_.deadline);
    if (!answer) return tl::unexpected(answer.error());
    return {};
  }

  ProcessTesteeOptions options_;
  MessageChannel channel_;
  RequestPump pump_;
};

}  // namespace

Expected<std::unique_ptr<Testee>> StartProcessTestee(const ProcessTesteeOptions& options) {
  auto child = ChildProcess::Start(options.command);
  if (!child) return tl::unexpected(child.error());
  return std::make_unique<ProcessTestee>(std::move(*child), options);
}

}  // namespace spanproof
