// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "reports/escape.h"
#include "reports/report.h"
#include "reports/table.h"

namespace spanproof {

std::string RenderMarkdown(const Results& results) {
  std::string page = fmt::format("# Spanproof: {}\n\n{}\n\n{}, {}, {:.1f} s\n\n",
                                 Name(results.colour()), EscapeMarkdown(BaselineSentence(results)),
                                 EscapeMarkdown(results.program), EscapeMarkdown(results.started),
                                 results.seconds);
  if (const std::string plan = PlanSentence(results.plan); !plan.empty()) page += EscapeMarkdown(plan) + "\n\n";
  page += "| lane | pass | known-fail | fail | crash | timeout | unsupported | skipped | other |\n"
          "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n";
  for (const LaneCounts& lane : CountLanes(results)) {
    page += "| " + EscapeMarkdown(lane.lane);
    for (const std::size_t count : lane.counts) page += fmt::format(" | {}", count);
    page += " |\n";
  }
  const std::vector<Finding> findings = Findings(results);
  if (!findings.empty()) page += "\n| what | where | how |\n| --- | --- | --- |\n";
  for (const Finding& one : findings) {
    page += fmt::format("| {} | {} | {} |\n", EscapeMarkdown(one.what), EscapeMarkdown(one.where),
                        EscapeMarkdown(one.how));
  }
  for (const std::string& note : results.notes) page += "\nNote: " + EscapeMarkdown(note) + "\n";
  return page;
}

}  // namespace spanproof
