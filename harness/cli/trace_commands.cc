// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <cstdio>

#include "harness/cli/commands.h"
#include "harness/trace/diff.h"
#include "harness/trace/export_json.h"
#include "harness/trace/reader.h"

namespace spanproof {

int CompareFiles(const std::filesystem::path& left, const std::filesystem::path& right) {
  const auto one = ReadTraceFile(left);
  if (!one) return Complain(one.error());
  const auto other = ReadTraceFile(right);
  if (!other) return Complain(other.error());
  const auto differences = CompareTraces(*one, *other);
  for (const CaseDifference& difference : differences) {
    fmt::print("{}\n", difference.difference.Spell());
  }
  if (one->cases.empty() && other->cases.empty()) {
    fmt::print(stderr, "spanproof: neither trace has a case\n");
    return kExitNothingRan;
  }
  fmt::print(stderr, "{} ({} cases) against {} ({} cases): {} differences\n",
             one->environment.lane, one->cases.size(), other->environment.lane,
             other->cases.size(), differences.size());
  return differences.empty() ? 0 : 1;
}

int ExportFile(const std::filesystem::path& trace, bool salvage) {
  const auto read = ReadTraceFile(trace, salvage ? ReadMode::kSalvage : ReadMode::kStrict);
  if (!read) return Complain(read.error());
  fmt::print("{}", ExportJson(*read));
  return 0;
}

}  // namespace spanproof
