// SPDX-License-Identifier: MIT
#include "harness/testee/sdk/session.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "harness/model/utf.h"
#include "harness/testee/sdk/session_state.h"

namespace spanproof {
namespace {

using nlohmann::json;

constexpr int kInputEnded = 3;
constexpr int kStreamBroken = 4;

std::string_view KindName(EngineError::Kind kind) {
  switch (kind) {
    case EngineError::Kind::kInvalid: return "invalid";
    case EngineError::Kind::kUnsupported: return "unsupported";
    case EngineError::Kind::kOs: return "os";
    case EngineError::Kind::kRefused: return "refused";
    case EngineError::Kind::kFault: return "fault";
    case EngineError::Kind::kInternal: return "internal";
  }
  return "internal";
}

json ErrorMember(const EngineError& error) {
  json out = {{"kind", KindName(error.kind)}, {"code", error.code}, {"message", error.message}};
  if (error.kind == EngineError::Kind::kFault) {
    out["address"] = Show(Value{Pointer{Pointer::To::kOpaque, "", 0, error.address}});
  }
  return out;
}

std::string Hex(std::string_view bytes) {
  std::string out;
  for (const char byte : bytes) {
    out += "0123456789abcdef"[static_cast<unsigned char>(byte) >> 4];
    out += "0123456789abcdef"[static_cast<unsigned char>(byte) & 15];
  }
  return out;
}

}  // namespace

tl::unexpected<EngineError> Refuse(EngineError::Kind kind, std::string message) {
  return tl::unexpected(EngineError{kind, 0, 0, std::move(message)});
}

EngineError FromError(const Error& error) {
  switch (error.code) {
    case ErrorCode::kInvalidArgument:
    case ErrorCode::kCorrupt: return {EngineError::Kind::kInvalid, 0, 0, error.message};
    case ErrorCode::kUnsupported: return {EngineError::Kind::kUnsupported, 0, 0, error.message};
    default: return {EngineError::Kind::kInternal, 0, 0, error.message};
  }
}

Session::Session(Engine& engine, Channel& channel) : engine_(engine), channel_(channel) {
  description_ = engine_.Describe();
  const auto& can = description_.capabilities;
  direct_memory_ = std::find(can.begin(), can.end(), "direct_memory") != can.end();
  view_ = MemoryView{&types_, description_.abi, &book_, description_.memory_abi.value_or(description_.abi)};
}

int Session::Run() {
  while (!ended_) {
    std::optional<json> message;
    if (!waiting_.empty()) {
      message = std::move(waiting_.front());
      waiting_.pop_front();
    } else {
      message = NextMessage();
    }
    if (!message) return broken_ ? kStreamBroken : kInputEnded;
    Carry(*message);
  }
  return 0;
}

std::optional<json> Session::NextMessage() {
  while (true) {
    auto payload = frames_.Next();
    if (!payload) {
      broken_ = true;
      SendAnswer(nullptr, Refuse(EngineError::Kind::kInvalid, payload.error().message));
      return std::nullopt;
    }
    if (*payload) {
      json message = json::parse(**payload, nullptr, false);
      if (message.is_object()) return message;
      SendAnswer(nullptr, Refuse(EngineError::Kind::kInvalid, "a frame holds no JSON object"));
      continue;
    }
    auto bytes = channel_.Read();
    if (!bytes || bytes->empty()) return std::nullopt;
    frames_.Add(*bytes);
  }
}

bool Session::Send(const json& message) {
  const auto frame = EncodeFrame(message.dump(-1, ' ', false, json::error_handler_t::replace));
  return frame && channel_.Write(*frame).has_value();
}

void Session::SendAnswer(const json& id, Answer answer) {
  json message = answer ? std::move(*answer) : json::object();
  message["re"] = id;
  message["ok"] = answer.has_value();
  if (!answer) message["error"] = ErrorMember(answer.error());
  if (Send(message)) return;
  // Too long for a frame, or the tester is gone: then this fails as well.
  message = {{"re", id}, {"ok", false},
             {"error", ErrorMember({EngineError::Kind::kInternal, 0, 0, "the answer is longer than a frame"})}};
  Send(message);
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
  if (!answer_to.is_number_unsigned() || op == message.end() || !op->is_string()) {
    SendAnswer(answer_to, Refuse(EngineError::Kind::kInvalid, "a request needs a number \"id\" and a text \"op\""));
    return;
  }
  Answer answer;
  const std::size_t open = open_requests_.size();
  try {
    answer = Dispatch(op->get<std::string>(), message);
  } catch (const json::exception& error) {
    answer = Refuse(EngineError::Kind::kInvalid, std::string("the request makes no sense: ") + error.what());
  } catch (const std::exception& error) {
    answer = Refuse(EngineError::Kind::kInternal, error.what());
  }
  while (open_requests_.size() > open) open_requests_.pop_back();
  SendAnswer(answer_to, std::move(answer));
}

Answer Session::Dispatch(const std::string& op, const json& message) {
  if (!greeted_ && op != "hello" && op != "bye") return Refuse(EngineError::Kind::kInvalid, "hello comes first");
  if (const auto thread = message.find("thread"); thread != message.end() && *thread != "main") {
    return Refuse(EngineError::Kind::kUnsupported, "this testee has one thread, \"main\"");
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

int Serve(Engine& engine, Channel& channel) { return Session(engine, channel).Run(); }

}  // namespace spanproof
