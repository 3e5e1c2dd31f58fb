// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "harness/model/case.h"
#include "harness/model/run_plan.h"

namespace spanproof {

// A case file as a run has it.
struct PlannedFile {
  const CaseFile* file = nullptr;
  std::string name;                // relative to the suite, with slashes: "callback/qsort.json"
  std::vector<const Case*> cases;  // those that the run is of, in the order of the file; not empty
};

// The files in the order of the suite, those without a case left out. A shard has
// whole files, by the hash of their names: what a case finds in its testee is the
// same in a shard as in a whole run.
std::vector<PlannedFile> PlanFiles(const std::vector<CaseFile>& files, const std::filesystem::path& suite,
                                   const RunPlan& plan);

}  // namespace spanproof
