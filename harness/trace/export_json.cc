// SPDX-License-Identifier: MIT
#include "harness/trace/export_json.h"

#include <nlohmann/json.hpp>

#include "harness/model/value_json.h"

namespace spanproof {
namespace {

using Json = nlohmann::ordered_json;

Json NamedValues(const std::vector<NamedValue>& values) {
  Json json = Json::object();
  for (const NamedValue& named : values) json[named.name] = EncodeValue(named.value);
  return json;
}

Json Values(const std::vector<Value>& values) {
  Json json = Json::array();
  for (const Value& value : values) json.push_back(Json(EncodeValue(value)));
  return json;
}

Json ReachedMemory(const std::vector<Reached>& memory) {
  Json json = Json::array();
  for (const Reached& reached : memory) {
    json.push_back(Json::array({EncodePath(reached.path), EncodeValue(reached.value)}));
  }
  return json;
}

Json Strings(const std::vector<std::pair<std::string, std::string>>& pairs) {
  Json json = Json::array();
  for (const auto& [first, second] : pairs) json.push_back(Json::array({first, second}));
  return json;
}

Json OfStep(const StepRecord& step);

Json OfCallback(const CallbackRecord& callback) {
  Json json{{"callback", callback.callback},
            {"args", Values(callback.arguments)},
            {"memory", ReachedMemory(callback.memory)}};
  for (const StepRecord& step : callback.steps) json["steps"].push_back(OfStep(step));
  if (!callback.raised.empty()) {
    json["raise"] = callback.raised;
    return json;
  }
  json["return"] = EncodeValue(callback.answer);
  json["write"] = ReachedMemory(callback.written);
  return json;
}

Json OfEvent(const Event& event) {
  if (const auto* text = std::get_if<PrintedText>(&event)) {
    return {{"text", text->bytes},
            {"stream", text->stream == Stream::kStdout ? "stdout" : "stderr"}};
  }
  return OfCallback(std::get<CallbackRecord>(event));
}

Json OfPrototype(const TracedPrototype& prototype) {
  Json memsync = Json::array();
  for (const Directive& directive : prototype.memsync) {
    memsync.push_back(Json(EncodeDirective(directive)));
  }
  return {{"convention", Name(prototype.convention)},
          {"args", prototype.arguments},
          {"result", prototype.result},
          {"memsync", std::move(memsync)}};
}

Json OfDeclarations(const TracedDeclarations& declarations) {
  Json json{{"file", declarations.file}, {"modules", Strings(declarations.modules)}};
  for (const TracedStruct& traced : declarations.structs) {
    json["structs"][traced.name] = {{"fields", Strings(traced.fields)},
                                    {"pack", traced.pack},
                                    {"union", traced.is_union}};
    if (traced.align != 0) json["structs"][traced.name]["align"] = traced.align;
  }
  for (const auto& [name, prototype] : declarations.prototypes) {
    json["prototypes"][name] = OfPrototype(prototype);
  }
  for (const TracedFunction& function : declarations.functions) {
    Json one = OfPrototype(function.prototype);
    one["module"] = function.module;
    one["symbol"] = function.symbol;
    json["functions"][function.name] = std::move(one);
  }
  for (const TracedData& data : declarations.data) {
    json["data"][data.name] = {{"module", data.module}, {"symbol", data.symbol}, {"type", data.type}};
  }
  return json;
}

Json OfStep(const StepRecord& step) {
  Json json{{"step", step.step}, {"target", step.target}};
  if (!step.due) {
    json["due"] = false;
    return json;
  }
  json["ending"] = Name(step.ending);
  if (!step.kind.empty()) json["kind"] = step.kind;
  if (!step.module.empty()) json["module"] = step.module;
  if (step.choice != 0) json["choice"] = step.choice;
  if (!step.thread.empty()) json["thread"] = step.thread;
  if (step.parallel != 0) json["parallel"] = step.parallel;
  if (step.repeat != 1) json["repeat"] = step.repeat;
  if (step.deadline_ms != 0) json["deadline_ms"] = step.deadline_ms;
  for (const CallbackRecord& call : step.foreign) json["foreign"].push_back(OfCallback(call));
  if (step.ending != Ending::kReturned) {
    json["code"] = step.code;
    json["message"] = step.message;
  }
  if (step.step == "call") {
    json["args"] = Values(step.arguments);
    json["before"] = NamedValues(step.before);
    json["after"] = NamedValues(step.after);
    json["result"] = EncodeValue(step.result);
    json["events"] = Json::array();
    for (const Event& event : step.events) json["events"].push_back(OfEvent(event));
    if (step.last_error_known) json["last_error"] = step.last_error;
  }
  if (step.step == "bind" && !step.arguments.empty()) json["pointer"] = EncodeValue(step.arguments[0]);
  // What a `read` found; what a `write` put there.
  if (step.step == "read" || step.step == "write") json["type"] = step.type;
  if (step.step == "read") json["result"] = EncodeValue(step.result);
  if (step.step == "write") json["value"] = step.arguments.empty() ? Json() : Json(EncodeValue(step.arguments[0]));
  json["nanoseconds"] = step.nanoseconds;
  return json;
}

Json OfCase(const TracedCase& traced) {
  Json objects = Json::array();
  for (const TracedObject& object : traced.objects) {
    Json one{{"name", object.name}, {"type", object.type}};
    if (object.initial) one["value"] = EncodeValue(*object.initial);
    if (object.retained) one["retained"] = true;
    objects.push_back(std::move(one));
  }
  Json callbacks = Json::array();
  for (const TracedCallback& callback : traced.callbacks) {
    Json one{{"name", callback.name}, {"prototype", callback.prototype}};
    if (callback.on_raise) one["on_raise"] = EncodeValue(*callback.on_raise);
    callbacks.push_back(std::move(one));
  }
  Json steps = Json::array();
  for (const StepRecord& step : traced.record.steps) steps.push_back(OfStep(step));
  return {{"id", traced.record.id},      {"declarations", traced.declarations},
          {"objects", std::move(objects)}, {"callbacks", std::move(callbacks)},
          {"complete", traced.complete}, {"steps", std::move(steps)}};
}

Json OfEnvironment(const Environment& environment) {
  return {{"lane", environment.lane},
          {"testee", environment.testee},
          {"kind", environment.kind},
          {"testee_version", environment.testee_version},
          {"engine", environment.engine},
          {"abi", environment.abi},
          {"os", environment.os},
          {"wine_version", environment.wine_version},
          {"native", environment.native()},
          {"cpu", environment.cpu},
          {"compiler", environment.compiler},
          {"suite_revision", environment.suite_revision},
          {"dlls", Strings(environment.dlls)}};
}

}  // namespace

std::string ExportJson(const Trace& trace) {
  Json declarations = Json::array(), cases = Json::array();
  for (const auto& one : trace.declarations) declarations.push_back(OfDeclarations(one));
  for (const TracedCase& one : trace.cases) cases.push_back(OfCase(one));
  const Json json{{"trace_version", trace.version},
                  {"complete", trace.complete},
                  {"environment", OfEnvironment(trace.environment)},
                  {"declarations", std::move(declarations)},
                  {"cases", std::move(cases)}};
  // Printed bytes may be no UTF-8.
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace spanproof
