// SPDX-License-Identifier: MIT
#include "harness/testee/process_testee.h"

#include <map>
#include <nlohmann/json.hpp>
#include <vector>

#include "harness/model/type_json.h"
#include "harness/model/value_json.h"
#include "harness/testee/message_channel.h"
#include "harness/testee/message_parts.h"

namespace spanproof {
namespace {

using nlohmann::json;
using Clock = MessageChannel::Clock;

class ProcessTestee : public Testee {
 public:
  ProcessTestee(std::unique_ptr<ChildProcess> child, const ProcessTesteeOptions& options)
      : options_(options), channel_(std::move(child), options.cancel) {}

  Answer<TesteeDescription> Hello() override {
    const auto answer = Request({{"op", "hello"},
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

  Answer<void> Object(const TypeTable& types, const ObjectSpec& object) override {
    json message{{"op", "object"}, {"name", object.name}, {"type", types.Spell(object.type)}};
    if (object.initial) message["value"] = EncodeValue(*object.initial);
    if (object.retained) message["retained"] = true;
    return Simple(std::move(message));
  }

  Answer<void> Callback(const TypeTable& types, const CallbackSpec& callback) override {
    return Simple({{"op", "callback"},
                   {"name", callback.name},
                   {"prototype", types.Spell(callback.prototype)}});
  }

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

  tl::expected<CallOutcome, CallTrouble> Call(const std::string& function,
                                              const std::vector<Value>& arguments,
                                              const std::vector<std::string>& after,
                                              const CallbackHandler& handler) override {
    CallOutcome outcome;
    const std::uint64_t id = next_id_;
    open_calls_[id] = {&handler, &outcome.events};
    const auto answer = Request({{"op", "call"},
                                 {"function", function},
                                 {"args", EncodeValues(arguments)},
                                 {"after", after}},
                                options_.deadline);
    open_calls_.erase(id);
    if (!answer) return tl::unexpected(CallTrouble{answer.error(), std::move(outcome.events)});
    if (auto decoded = DecodeCallAnswer(*answer, &outcome); !decoded) {
      return tl::unexpected(
          CallTrouble{channel_.Garbage(decoded.error().message), std::move(outcome.events)});
    }
    return outcome;
  }

  Answer<void> Reset() override { return Simple({{"op", "reset"}}); }

  Answer<void> Bye() override {
    if (auto said = Simple({{"op", "bye"}}); !said) return said;
    return channel_.AwaitEnd(Clock::now() + options_.deadline);
  }

 private:
  struct OpenCall {
    const CallbackHandler* handler = nullptr;
    std::vector<Event>* events = nullptr;
  };

  Answer<Value> AskValue(json message) {
    const auto answer = Request(std::move(message), options_.deadline);
    if (!answer) return tl::unexpected(answer.error());
    auto value = DecodeValue(answer->value("value", json()));
    if (!value) return tl::unexpected(channel_.Garbage(value.error().message));
    return *value;
  }

  Answer<void> Simple(json message) {
    const auto answer = Request(std::move(message), options_.deadline);
    if (!answer) return tl::unexpected(answer.error());
    return {};
  }

  // Sends and waits for the answer; serves callbacks that come in between.
  Answer<json> Request(json message, std::chrono::milliseconds patience) {
    const std::uint64_t id = next_id_++;
    const auto deadline = Clock::now() + patience;
    message["id"] = id;
    if (!open_callbacks_.empty()) message["parent"] = open_callbacks_.back();
    if (auto sent = channel_.Send(message, deadline); !sent) return tl::unexpected(sent.error());
    while (true) {
      auto received = channel_.Receive(deadline);
      if (!received) return received;
      if (received->value("op", json()) == "callback") {
        if (auto served = Serve(*received, deadline); !served) {
          return tl::unexpected(served.error());
        }
        continue;
      }
      if (received->value("re", json()) != json(id)) {
        return tl::unexpected(channel_.Garbage("a message answers nothing that was asked"));
      }
      const json ok = received->value("ok", json());
      if (!ok.is_boolean()) return tl::unexpected(channel_.Garbage("an answer without \"ok\""));
      if (ok.get<bool>()) return received;
      // What was printed before it went wrong is told as well.
      if (const auto call = open_calls_.find(id); call != open_calls_.end()) {
        if (auto read = DecodeEvents(*received, call->second.events); !read) {
          return tl::unexpected(channel_.Garbage(read.error().message));
        }
      }
      auto error = DecodeTesteeError(*received);
      if (!error) return tl::unexpected(channel_.Garbage(error.error().message));
      return tl::unexpected(*error);
    }
  }

  Answer<void> Serve(const json& message, Clock::time_point deadline) {
    const json id = message.value("id", json());
    const json call_id = message.value("call", json());
    const auto call = call_id.is_number_unsigned() ? open_calls_.find(call_id.get<std::uint64_t>())
                                                   : open_calls_.end();
    if (!id.is_number_unsigned() || call == open_calls_.end()) {
      return tl::unexpected(channel_.Garbage("a callback belongs to no call"));
    }
    const OpenCall open = call->second;
    CallbackRecord record;
    auto decoded = DecodeEvents(message, open.events);
    if (decoded) decoded = DecodeCallback(message, &record);
    if (!decoded) return tl::unexpected(channel_.Garbage(decoded.error().message));

    // Its place among the events is where it began; nested ones come after.
    const std::size_t place = open.events->size();
    open.events->emplace_back(record);
    open_callbacks_.push_back(id.get<std::uint64_t>());
    const auto reply = (*open.handler)(record);
    open_callbacks_.pop_back();

    json answer{{"re", id}, {"ok", reply.has_value()}};
    if (reply) {
      auto& kept = std::get<CallbackRecord>((*open.events)[place]);
      kept.answer = reply->answer;
      kept.written = reply->write;
      answer["return"] = EncodeValue(reply->answer);
      answer["write"] = EncodeReached(reply->write);
    } else {
      answer["error"] = {{"kind", "internal"}, {"code", 0}, {"message", reply.error().message}};
    }
    return channel_.Send(answer, deadline);
  }

  ProcessTesteeOptions options_;
  MessageChannel channel_;
  std::uint64_t next_id_ = 1;
  std::map<std::uint64_t, OpenCall> open_calls_;
  std::vector<std::uint64_t> open_callbacks_;
};

}  // namespace

Expected<std::unique_ptr<Testee>> StartProcessTestee(const ProcessTesteeOptions& options) {
  auto child = ChildProcess::Start(options.command);
  if (!child) return tl::unexpected(child.error());
  return std::make_unique<ProcessTestee>(std::move(*child), options);
}

}  // namespace spanproof
