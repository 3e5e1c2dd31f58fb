// SPDX-License-Identifier: MIT
#include <array>
#include <nlohmann/json.hpp>

#include "reports/report.h"

namespace spanproof {
namespace {

using Json = nlohmann::ordered_json;

// Name in the file, member: one list for writing and reading.
constexpr std::array<std::pair<const char*, std::string Environment::*>, 10> kEnvironment = {{
    {"lane", &Environment::lane},
    {"testee", &Environment::testee},
    {"testee_version", &Environment::testee_version},
    {"engine", &Environment::engine},
    {"abi", &Environment::abi},
    {"os", &Environment::os},
    {"wine_version", &Environment::wine_version},
    {"cpu", &Environment::cpu},
    {"compiler", &Environment::compiler},
    {"suite_revision", &Environment::suite_revision},
}};

Json OfLane(const LaneResult& lane) {
  Json json;
  for (const auto& [name, member] : kEnvironment) json[name] = lane.environment.*member;
  json["dlls"] = Json::object();
  for (const auto& [file, digest] : lane.environment.dlls) json["dlls"][file] = digest;
  json["native"] = lane.environment.native();
  json["baseline"] = lane.baseline;
  json["must_fail"] = lane.must_fail;
  json["trace"] = lane.trace;
  json["problems"] = lane.problems;
  json["pending"] = lane.pending;
  return json;
}

Json OfVerdict(const Verdict& verdict) {
  return {{"case", verdict.id},
          {"lane", verdict.lane},
          {"outcome", Name(verdict.outcome)},
          {"message", verdict.message},
          {"nanoseconds", verdict.nanoseconds},
          {"file", verdict.file}};
}

Json OfPlan(const RunPlan& plan) {
  return {{"suite", plan.suite}, {"filter", plan.filter}, {"shard", plan.shard.Spell()}};
}

Json OfComparison(const LaneComparison& comparison) {
  Json differences = Json::array();
  for (const LaneDifference& one : comparison.differences) {
    differences.push_back({{"case", one.id},
                           {"place", one.place},
                           {"baseline", one.baseline},
                           {"lane", one.lane}});
  }
  return {{"baseline", comparison.baseline},
          {"lane", comparison.lane},
          {"cases", comparison.cases},
          {"differences", std::move(differences)}};
}

// Thrown by the readers below and caught in ParseResults.
struct Malformed {
  std::string what;
};

const Json& At(const Json& object, const char* name, Json::value_t type) {
  const auto found = object.is_object() ? object.find(name) : object.end();
  const bool good = object.is_object() && found != object.end() &&
                    (found->type() == type || (type == Json::value_t::number_float &&
                                               found->is_number()));
  if (!good) throw Malformed{std::string("\"") + name + "\" is missing or of another type"};
  return *found;
}

std::string Text(const Json& object, const char* name) {
  return At(object, name, Json::value_t::string).get<std::string>();
}

bool Flag(const Json& object, const char* name) {
  return At(object, name, Json::value_t::boolean).get<bool>();
}

const Json& ListOf(const Json& object, const char* name) {
  return At(object, name, Json::value_t::array);
}

std::vector<std::string> Texts(const Json& object, const char* name) {
  std::vector<std::string> texts;
  for (const Json& one : ListOf(object, name)) {
    if (!one.is_string()) throw Malformed{std::string("\"") + name + "\" holds strings"};
    texts.push_back(one.get<std::string>());
  }
  return texts;
}

Outcome OutcomeNamed(const std::string& name) {
  for (int i = 0; i <= static_cast<int>(Outcome::kUnexpectedPass); ++i) {
    if (Name(static_cast<Outcome>(i)) == name) return static_cast<Outcome>(i);
  }
  throw Malformed{"\"" + name + "\" is no outcome"};
}

LaneResult ToLane(const Json& json) {
  LaneResult lane;
  for (const auto& [name, member] : kEnvironment) lane.environment.*member = Text(json, name);
  for (const auto& [file, digest] : At(json, "dlls", Json::value_t::object).items()) {
    if (!digest.is_string()) throw Malformed{"\"dlls\" holds strings"};
    lane.environment.dlls.emplace_back(file, digest.get<std::string>());
  }
  lane.baseline = Flag(json, "baseline");
  lane.must_fail = Flag(json, "must_fail");
  lane.trace = Text(json, "trace");
  lane.problems = Texts(json, "problems");
  lane.pending = Texts(json, "pending");
  return lane;
}

RunPlan ToPlan(const Json& json) {
  const auto shard = ParseShard(Text(json, "shard"));
  if (!shard) throw Malformed{shard.error().message};
  return {Text(json, "suite"), Text(json, "filter"), *shard};
}

LaneComparison ToComparison(const Json& json) {
  LaneComparison comparison{Text(json, "baseline"), Text(json, "lane"), 0, {}};
  comparison.cases = At(json, "cases", Json::value_t::number_unsigned).get<std::size_t>();
  for (const Json& one : ListOf(json, "differences")) {
    comparison.differences.push_back(
        {Text(one, "case"), Text(one, "place"), Text(one, "baseline"), Text(one, "lane")});
  }
  return comparison;
}

}  // namespace

std::string RenderJson(const Results& results) {
  Json json{{"schema", 1},
            {"program", results.program},
            {"started", results.started},
            {"seconds", results.seconds},
            {"interrupted", results.interrupted},
            {"colour", Name(results.colour())},
            {"baseline", BaselineSentence(results)},
            {"plan", OfPlan(results.plan)}};
  for (const char* list : {"lanes", "verdicts", "comparisons"}) json[list] = Json::array();
  for (const LaneResult& one : results.lanes) json["lanes"].push_back(OfLane(one));
  for (const Verdict& one : results.verdicts) json["verdicts"].push_back(OfVerdict(one));
  for (const LaneComparison& one : results.comparisons) {
    json["comparisons"].push_back(OfComparison(one));
  }
  json["notes"] = results.notes;
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Expected<Results> ParseResults(const std::string& text) {
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object() || json.value("schema", Json()) != Json(1)) {
    return Fail(ErrorCode::kCorrupt, "this is no results.json of schema 1");
  }
  try {
    Results results;
    results.program = Text(json, "program");
    results.started = Text(json, "started");
    results.seconds = At(json, "seconds", Json::value_t::number_float).get<double>();
    results.interrupted = Flag(json, "interrupted");
    results.notes = Texts(json, "notes");
    results.plan = ToPlan(At(json, "plan", Json::value_t::object));
    for (const Json& one : ListOf(json, "lanes")) results.lanes.push_back(ToLane(one));
    for (const Json& one : ListOf(json, "verdicts")) {
      results.verdicts.push_back(
          {Text(one, "case"), Text(one, "lane"), OutcomeNamed(Text(one, "outcome")),
           Text(one, "message"),
           At(one, "nanoseconds", Json::value_t::number_unsigned).get<std::uint64_t>(), Text(one, "file")});
    }
    for (const Json& one : ListOf(json, "comparisons")) {
      results.comparisons.push_back(ToComparison(one));
    }
    return results;
  } catch (const Malformed& error) {
    return Fail(ErrorCode::kCorrupt, "results.json: " + error.what);
  }
}

}  // namespace spanproof
