// SPDX-License-Identifier: MIT
#include "harness/testee/sdk/answer.h"

#include <utility>

namespace spanproof {
namespace {

using nlohmann::json;

std::string_view KindName(EngineError::Kind kind) {
  switch (kind) {
    case EngineError::Kind::kInvalid: return "invalid";
    case EngineError::Kind::kUnsupported: return "unsupported";
    case EngineError::Kind::kOs: return "os";
    case EngineError::Kind::kRefused: return "refused";
    case EngineError::Kind::kFault: return "fault";
    case EngineError::Kind::kInternal: return "internal";
    case EngineError::Kind::kRaised: return "raised";
    case EngineError::Kind::kEnded: return "ended";
    case EngineError::Kind::kTimeout: return "timeout";
  }
  return "internal";
}

std::string HexNumber(std::uint64_t number) { return Show(Value{Pointer{Pointer::To::kOpaque, "", 0, number}}); }

json ErrorMember(const EngineError& error) {
  json out = {{"kind", KindName(error.kind)}, {"code", error.code}, {"message", error.message}};
  if (error.kind != EngineError::Kind::kFault) return out;
  out["address"] = HexNumber(error.address);
  if (error.module.empty()) return out;
  out["module"] = error.module;
  out["offset"] = HexNumber(error.offset);
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

json AnswerMessage(const json& id, Answer answer) {
  json message = answer ? std::move(*answer) : json::object();
  message["re"] = id;
  message["ok"] = answer.has_value();
  if (!answer) message["error"] = ErrorMember(answer.error());
  return message;
}

}  // namespace spanproof
