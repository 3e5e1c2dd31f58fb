// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <unistd.h>

#include "harness/cli/commands.h"
#include "harness/cli/progress.h"
#include "harness/cli/report_folder.h"
#include "harness/cli/suite_run.h"
#include "reports/report.h"

namespace spanproof {

int RunSuite(const Registry& registry, const RunArguments& arguments) {
  const auto folder = ReportFolder::Take(arguments.output);
  if (!folder) return Complain(folder.error());
  const std::filesystem::path& output = (*folder)->path();
  const std::filesystem::path traces = arguments.traces.empty() ? output / "traces" : arguments.traces;
  if (auto made = MakeFolder(traces); !made) return Complain(made.error());
  Progress progress(isatty(STDERR_FILENO) != 0);
  auto results = SuiteRun(registry, arguments, output, &progress).Run();
  progress.Clear();
  if (!results) return Complain(results.error());
  return Report(*results, output);
}

int Report(const Results& results, const std::filesystem::path& output) {
  if (auto written = WriteReports(results, output); !written) return Complain(written.error());
  fmt::print("{}report: {}\n", RenderTerminal(results, isatty(STDOUT_FILENO) != 0),
             (output / "index.html").string());
  return ExitCode(results.colour());
}

}  // namespace spanproof
