// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harness/model/case.h"
#include "harness/model/record.h"

namespace spanproof {

// What a trace holds, by value; TRACE.md is normative for the bytes. Types are
// said by their spelling, so that a trace outlives the table that named them.

struct TracedStruct {
  std::string name;
  std::vector<std::pair<std::string, std::string>> fields;  // name, type ("int : 3", a bit-field)
  std::uint32_t pack = 0;
  bool is_union = false;
  std::uint32_t align = 0;
  bool operator==(const TracedStruct&) const = default;
};

struct TracedPrototype {
  Convention convention = Convention::kCdecl;
  std::string result;
  std::vector<std::string> arguments;  // "..." before those that are not declared
  std::vector<Directive> memsync;
  bool operator==(const TracedPrototype&) const = default;
};

struct TracedFunction {
  std::string name;
  std::string module;  // empty: code at an address, which a step says
  std::string symbol;
  TracedPrototype prototype;
  bool operator==(const TracedFunction&) const = default;
};

struct TracedData {
  std::string name;
  std::string module;
  std::string symbol;
  std::string type;
  bool operator==(const TracedData&) const = default;
};

// All that the cases which follow it in the trace may name.
struct TracedDeclarations {
  std::string file;  // of the cases, relative to the suite
  std::vector<std::pair<std::string, std::string>> modules;  // name, DLL file
  std::vector<TracedStruct> structs;
  std::vector<std::pair<std::string, TracedPrototype>> prototypes;
  std::vector<TracedFunction> functions;
  std::vector<TracedData> data = {};
  bool operator==(const TracedDeclarations&) const = default;
};

struct TracedObject {
  std::string name;
  std::string type;
  std::optional<Value> initial;
  bool retained = false;
  bool operator==(const TracedObject&) const = default;
};

struct TracedCallback {
  std::string name;
  std::string prototype;
  std::optional<Value> on_raise = {};
  bool operator==(const TracedCallback&) const = default;
};

struct TracedCase {
  std::size_t declarations = 0;  // index into Trace::declarations
  std::vector<TracedObject> objects;
  std::vector<TracedCallback> callbacks;
  CaseRecord record;
  bool complete = false;  // false: the recorder ended inside the case
};

struct Trace {
  std::uint32_t version = 3;  // of the file it was read from
  Environment environment;
  std::vector<TracedDeclarations> declarations;
  std::vector<TracedCase> cases;
  bool complete = false;  // false only in a salvaged trace
};

}  // namespace spanproof
