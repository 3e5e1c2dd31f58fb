// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "harness/cli/commands.h"
#include "harness/cli/progress.h"
#include "harness/model/results.h"
#include "harness/run/interrupt.h"
#include "harness/run/plan.h"
#include "harness/run/wine_prefix.h"

namespace spanproof {

// Everything from the arguments to the results; reports are the caller's. Used once.
class SuiteRun {
 public:
  // All of them outlive the run; `output` is the folder of the reports.
  SuiteRun(const Registry& registry, const RunArguments& arguments, const std::filesystem::path& output,
           Progress* progress)
      : registry_(registry), arguments_(arguments), output_(output), progress_(progress) {}

  Expected<Results> Run();

 private:
  Expected<void> ReadSuite();
  Expected<void> ChooseLanes();
  Expected<void> RunOne(const Lane& lane);
  Expected<WinePrefix*> PrefixFor(const Lane& lane);
  std::filesystem::path SuiteFolder() const;
  std::filesystem::path TraceFolder() const;
  std::filesystem::path Expectations() const;

  const Registry& registry_;
  const RunArguments& arguments_;
  const std::filesystem::path& output_;
  Progress* progress_;
  std::unique_ptr<Interrupt> interrupt_;
  std::vector<CaseFile> files_;
  std::vector<PlannedFile> planned_;
  std::vector<Lane> lanes_;
  std::map<std::string, std::unique_ptr<WinePrefix>> prefixes_;  // by the label of the Wine
  Results results_;
};

}  // namespace spanproof
