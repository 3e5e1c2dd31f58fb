// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "harness/cli/commands.h"
#include "harness/model/case.h"
#include "harness/run/condition.h"

namespace spanproof {

int ListCases(const Registry& registry, const RunArguments& arguments) {
  const auto files = LoadSuite(arguments.suite.empty() ? registry.installation.suites()
                                                       : arguments.suite);
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
