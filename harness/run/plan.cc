// SPDX-License-Identifier: MIT
#include "harness/run/plan.h"

#include "harness/run/condition.h"
#include "harness/run/stable_hash.h"

namespace spanproof {
namespace {

bool InShard(const Shard& shard, const std::string& name) {
  return shard.whole() || StableHash(name) % shard.count + 1 == shard.number;
}

bool IsWanted(const RunPlan& plan, const Case& one) { return plan.filter.empty() || MatchGlob(plan.filter, one.id); }

}  // namespace

std::vector<PlannedFile> PlanFiles(const std::vector<CaseFile>& files, const std::filesystem::path& suite,
                                   const RunPlan& plan) {
  std::vector<PlannedFile> planned;
  const std::filesystem::path top = (suite / "").parent_path();  // with or without a slash behind it
  for (const CaseFile& file : files) {
    PlannedFile one{&file, file.path.lexically_relative(top).generic_string(), {}};
    if (!InShard(plan.shard, one.name)) continue;
    for (const Case& spec : file.cases) {
      if (IsWanted(plan, spec)) one.cases.push_back(&spec);
    }
    if (!one.cases.empty()) planned.push_back(std::move(one));
  }
  return planned;
}

}  // namespace spanproof
