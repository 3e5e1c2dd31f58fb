// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>

#include "harness/cli/commands.h"
#include "harness/model/case.h"
#include "harness/model/topics.h"
#include "harness/run/condition.h"

namespace spanproof {
namespace {

std::filesystem::path SuiteFolder(const Registry& registry, const RunArguments& arguments) {
  return arguments.suite.empty() ? registry.installation.suites() : arguments.suite;
}

bool AnyMatches(const std::vector<std::string>& globs, const Topic& topic) {
  return std::any_of(globs.begin(), globs.end(), [&](const std::string& glob) {
    return MatchGlob(glob, topic.area) || MatchGlob(glob, topic.key);
  });
}

bool IsRequired(const RunArguments& arguments, const Topic& topic) {
  if (!arguments.required || AnyMatches(arguments.except, topic)) return false;
  return arguments.required->empty() || AnyMatches(*arguments.required, topic);
}

// Each names an area or topic that there is: a misspelt one would require nothing.
Expected<void> CheckGlobs(const std::vector<std::string>& globs, const std::vector<Topic>& topics) {
  for (const std::string& glob : globs) {
    const bool known = std::any_of(topics.begin(), topics.end(),
                                   [&](const Topic& topic) { return AnyMatches({glob}, topic); });
    if (!known) return Fail(ErrorCode::kInvalidArgument, "no area or topic is called \"" + glob + "\"");
  }
  return {};
}

}  // namespace

int ListCases(const Registry& registry, const RunArguments& arguments) {
  const auto files = LoadSuite(SuiteFolder(registry, arguments));
  if (!files) return Complain(files.error());
  std::size_t listed = 0;
  for (const CaseFile& file : *files) {
    for (const Case& one : file.cases) {
      if (!arguments.filter.empty() && !MatchGlob(arguments.filter, one.id)) continue;
      fmt::print("{}{}{}\n", one.id, one.about.empty() ? "" : "  ", one.about);
      ++listed;
    }
  }
  return listed == 0 ? kExitNothingRan : 0;
}

int ListTopics(const Registry& registry, const RunArguments& arguments) {
  const std::filesystem::path folder = SuiteFolder(registry, arguments);
  const auto files = LoadSuite(folder);
  if (!files) return Complain(files.error());
  const auto topics = LoadTopics(folder / kTopicsFile);
  if (!topics) return Complain(topics.error());
  for (const auto* globs : {arguments.required ? &*arguments.required : nullptr, &arguments.except}) {
    if (globs == nullptr) continue;
    if (const auto good = CheckGlobs(*globs, *topics); !good) return Complain(good.error());
  }
  std::size_t listed = 0, empty = 0, owing = 0;
  fmt::print("{:<28}{:>6}{:>6}\n", "topic", "win64", "win32");
  for (const Topic& topic : *topics) {
    if (!arguments.filter.empty() && !MatchGlob(arguments.filter, topic.key)) continue;
    ++listed;
    bool lacks = false;
    std::string row = fmt::format("{:<28}", topic.key);
    for (const std::string arch : {"win64", "win32"}) {
      const bool owed = topic.scripted.empty() &&
                        std::find(topic.arch.begin(), topic.arch.end(), arch) != topic.arch.end();
      const std::size_t count = CountCases(*files, *topics, topic, arch);
      lacks = lacks || (owed && count == 0);
      row += owed || count > 0 ? fmt::format("{:>6}", count) : fmt::format("{:>6}", "-");
    }
    if (lacks) ++empty;
    if (lacks && IsRequired(arguments, topic)) ++owing;
    const std::string note = lacks ? "EMPTY: " : topic.scripted.empty() ? "" : "by " + topic.scripted + ": ";
    fmt::print("{}  {}{}\n", row, note, topic.catches);
  }
  if (listed == 0) return kExitNothingRan;
  fmt::print("{} topics, {} of them empty\n", listed, empty);
  if (arguments.required) fmt::print("{} of those that are required\n", owing);
  return owing > 0 ? kExitRed : 0;
}

int ListLanes(const Registry& registry, const RunArguments& arguments) {
  const auto wines = FindWines(arguments.wines, registry.installation);
  if (!wines) return Complain(wines.error());
  const Lanes lanes = FindLanes(registry.testees, *wines, registry.installation);
  for (const Lane& lane : lanes.available) {
    fmt::print("{}  {}\n", lane.Name(), lane.testee.about);
  }
  for (const std::string& missing : lanes.missing) fmt::print("(not here) {}\n", missing);
  return lanes.available.empty() ? kExitNothingRan : 0;
}

}  // namespace spanproof
