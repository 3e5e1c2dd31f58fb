// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>

#include "reports/report.h"
#include "reports/table.h"

namespace spanproof {
namespace {

constexpr std::size_t kShown = 40;  // findings; the report has all
constexpr const char* kRed = "\x1b[31m";
constexpr const char* kGreen = "\x1b[32m";
constexpr const char* kPlain = "\x1b[0m";

// What DLLs printed may hold escape sequences of its own.
std::string Printable(std::string text) {
  for (char& one : text) {
    if (static_cast<unsigned char>(one) < 0x20 || one == 0x7f) one = ' ';
  }
  return text;
}

}  // namespace

std::string RenderTerminal(const Results& results, bool colours) {
  const auto lanes = CountLanes(results);
  std::size_t width = 4;
  for (const LaneCounts& lane : lanes) width = std::max(width, lane.lane.size());
  std::string text = fmt::format("{:<{}}", "lane", width);
  for (const char* column : LaneCounts::kColumns) {
    text += fmt::format("  {:>{}}", column, std::max<std::size_t>(4, std::string(column).size()));
  }
  text += '\n';
  for (const LaneCounts& lane : lanes) {
    text += fmt::format("{:<{}}", lane.lane, width);
    for (std::size_t i = 0; i < lane.counts.size(); ++i) {
      text += fmt::format("  {:>{}}", lane.counts[i],
                          std::max<std::size_t>(4, std::string(LaneCounts::kColumns[i]).size()));
    }
    text += '\n';
  }
  for (const LaneComparison& one : results.comparisons) {
    text += fmt::format("{} against {}: {} cases compared, {} differences\n", one.lane,
                        one.baseline, one.cases, one.differences.size());
  }
  const auto findings = Findings(results);
  if (!findings.empty()) text += '\n';
  for (std::size_t i = 0; i < std::min(kShown, findings.size()); ++i) {
    const Finding& one = findings[i];
    text += fmt::format("{}{}{}  {}: {}\n", colours ? kRed : "", one.what, colours ? kPlain : "",
                        Printable(one.where), Printable(one.how));
  }
  if (findings.size() > kShown) {
    text += fmt::format("and {} more, all of them in the report\n", findings.size() - kShown);
  }
  text += '\n';
  for (const std::string& note : results.notes) text += "note: " + Printable(note) + "\n";
  if (const std::string plan = PlanSentence(results.plan); !plan.empty()) text += Printable(plan) + "\n";
  text += BaselineSentence(results) + "\n";
  const Colour colour = results.colour();
  const char* code = colour == Colour::kGreen ? kGreen : kRed;
  text += fmt::format("{}{}{}{}\n", colours ? code : "", Name(colour), colours ? kPlain : "",
                      results.interrupted ? " (interrupted)" : "");
  return text;
}

}  // namespace spanproof
