// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>

#include "harness/model/type.h"
#include "harness/model/value.h"

namespace spanproof {

// The self-describing form of values that TESTEE.md fixes. Decoding takes bytes
// from outside: it never throws, nests at most 32 deep, and answers kCorrupt
// with what was wrong. Large arrays said by pattern or side file are not
// handled here (harness/testee/sdk/bulk.h).
nlohmann::json EncodeValue(const Value& value);
Expected<Value> DecodeValue(const nlohmann::json& json);

// The same with another reader of the texts, at any depth; it may fall back to DecodeValue.
using TextReader = std::function<Expected<Value>(const nlohmann::json& text)>;
Expected<Value> DecodeValue(const nlohmann::json& json, const TextReader& read_text);

// Memsync paths, [0, "data"] or ["r"].
nlohmann::json EncodePath(const Path& path);
Expected<Path> DecodePath(const nlohmann::json& json);

// Directives; `length` is one path or a list of paths. Unknown members are refused,
// with the nearest known name; whether the directive makes sense CheckDirective says.
nlohmann::json EncodeDirective(const Directive& directive);
Expected<Directive> DecodeDirective(const nlohmann::json& json);
Expected<void> CheckDirective(const Directive& directive);

}  // namespace spanproof
