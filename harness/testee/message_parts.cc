// SPDX-License-Identifier: MIT
#include "harness/testee/message_parts.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <nlohmann/json.hpp>

#include "harness/model/value_json.h"

namespace spanproof {
namespace {

using nlohmann::json;

constexpr Trouble kTroubles[] = {Trouble::kInvalid, Trouble::kUnsupported, Trouble::kOs, Trouble::kRefused, Trouble::kFault,
                                 Trouble::kInternal, Trouble::kRaised, Trouble::kDeadline, Trouble::kEnded};

tl::unexpected<Error> Bad(std::string why) { return Fail(ErrorCode::kCorrupt, std::move(why)); }

// The member as text, empty when it is absent or null or no text.
std::string Text(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

const json& Member(const json& object, const char* name) {
  static const json kNone;
  if (!object.is_object()) return kNone;
  const auto found = object.find(name);
  return found == object.end() ? kNone : *found;
}

std::optional<std::string> DecodeHex(const std::string& digits) {
  if (digits.size() % 2 != 0) return std::nullopt;
  std::string bytes;
  for (std::size_t at = 0; at < digits.size(); at += 2) {
    unsigned byte = 0;
    const char* begin = digits.data() + at;
    if (std::from_chars(begin, begin + 2, byte, 16).ptr != begin + 2) return std::nullopt;
    bytes += static_cast<char>(byte);
  }
  return bytes;
}

Expected<std::vector<Value>> DecodeValues(const json& list) {
  if (!list.is_array()) return Bad("a list of values is missing");
  std::vector<Value> values;
  for (const json& one : list) {
    auto value = DecodeValue(one);
    if (!value) return tl::unexpected(value.error());
    values.push_back(std::move(*value));
  }
  return values;
}

}  // namespace

json EncodeValues(const std::vector<Value>& values) {
  json list = json::array();
  for (const Value& value : values) list.push_back(EncodeValue(value));
  return list;
}

json EncodeReached(const std::vector<Reached>& memory) {
  json list = json::array();
  for (const Reached& reached : memory) {
    list.push_back(json::array({EncodePath(reached.path), EncodeValue(reached.value)}));
  }
  return list;
}

Expected<TesteeDescription> DecodeDescription(const json& answer) {
  if (Member(answer, "protocol") != json(1)) return Bad("the testee does not speak protocol 1");
  TesteeDescription description;
  description.name = Text(answer, "name");
  description.version = Text(answer, "version");
  description.engine = Text(answer, "engine");
  const auto abi = ParseAbi(Text(answer, "abi"));
  if (!abi) return Bad("hello: " + abi.error().message);
  description.abi = *abi;
  for (const json& one : Member(answer, "capabilities")) {
    if (one.is_string()) description.capabilities.push_back(one.get<std::string>());
  }
  const json& environment = Member(answer, "environment");
  description.os = Text(environment, "os");
  description.wine = Text(environment, "wine");
  description.cpu = Text(environment, "cpu");
  return description;
}

Expected<TesteeError> DecodeTesteeError(const json& answer) {
  const json& error = Member(answer, "error");
  const std::string kind = Text(error, "kind");
  const auto known = std::find_if(std::begin(kTroubles), std::end(kTroubles),
                                  [&kind](Trouble one) { return Name(one) == kind; });
  if (known == std::end(kTroubles)) return Bad("an error of unknown kind \"" + kind + "\"");
  TesteeError decoded{*known, 0, Text(error, "message"), Text(error, "module")};
  if (const json& code = Member(error, "code"); code.is_number_unsigned()) {
    decoded.code = code.get<std::uint64_t>();
  } else if (code.is_number_integer()) {
    decoded.code = static_cast<std::uint32_t>(code.get<std::int64_t>());
  }
  const std::string address = Text(error, "address");
  if (!address.empty() && decoded.message.find(address) == std::string::npos) {
    decoded.message += " at " + address;
  }
  if (!decoded.module.empty() && decoded.message.find(decoded.module) == std::string::npos) {
    const std::string offset = Text(error, "offset");
    decoded.message += " in " + decoded.module + (offset.empty() ? "" : "+" + offset);
  }
  return decoded;
}

Expected<void> DecodeEvents(const json& message, std::vector<Event>* events) {
  const json& list = Member(message, "events");
  if (list.is_null()) return {};
  if (!list.is_array()) return Bad("\"events\" is no list");
  for (const json& one : list) {
    PrintedText text;
    if (Text(one, "stream") == "stderr") text.stream = Stream::kStderr;
    if (Member(one, "hex").is_string()) {
      auto bytes = DecodeHex(Text(one, "hex"));
      if (!bytes) return Bad("an event's hex digits are none");
      text.bytes = std::move(*bytes);
    } else if (Member(one, "text").is_string()) {
      text.bytes = Text(one, "text");
    } else {
      return Bad("an event is neither text nor hex");
    }
    events->emplace_back(std::move(text));
  }
  return {};
}

Expected<void> DecodeCallAnswer(const json& answer, CallOutcome* outcome) {
  auto result = DecodeValue(Member(answer, "result"));
  if (!result) return tl::unexpected(result.error());
  outcome->result = std::move(*result);
  const json& objects = Member(answer, "objects");
  if (!objects.is_null() && !objects.is_object()) return Bad("\"objects\" is no object");
  for (const auto& [name, encoded] : objects.items()) {
    auto value = DecodeValue(encoded);
    if (!value) return Bad("object " + name + ": " + value.error().message);
    outcome->objects.push_back({name, std::move(*value)});
  }
  if (const json& last_error = Member(answer, "last_error"); !last_error.is_null()) {
    const auto value = DecodeValue(last_error);
    const auto* scalar = value ? std::get_if<Scalar>(&value->data) : nullptr;
    if (scalar == nullptr) return Bad("\"last_error\" is no scalar");
    outcome->last_error = static_cast<std::uint32_t>(scalar->bits);
  }
  return DecodeEvents(answer, &outcome->events);
}

Expected<void> DecodeCallback(const json& message, CallbackRecord* record) {
  record->callback = Text(message, "callback");
  if (record->callback.empty()) return Bad("a callback without a name");
  auto arguments = DecodeValues(Member(message, "args"));
  if (!arguments) return tl::unexpected(arguments.error());
  record->arguments = std::move(*arguments);
  const json& memory = Member(message, "memory");
  if (!memory.is_null() && !memory.is_array()) return Bad("\"memory\" is no list");
  for (const json& one : memory) {
    if (!one.is_array() || one.size() != 2) return Bad("memory is said as [path, value]");
    auto path = DecodePath(one[0]);
    if (!path) return tl::unexpected(path.error());
    auto value = DecodeValue(one[1]);
    if (!value) return tl::unexpected(value.error());
    record->memory.push_back({std::move(*path), std::move(*value)});
  }
  return {};
}

}  // namespace spanproof
