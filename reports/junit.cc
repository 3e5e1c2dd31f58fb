// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "reports/escape.h"
#include "reports/report.h"

namespace spanproof {
namespace {

std::string Child(const LaneResult& lane, const Verdict& verdict) {
  const std::string message = EscapeXml(verdict.message);
  switch (verdict.outcome) {
    case Outcome::kPass: return {};
    case Outcome::kKnownFail:
    case Outcome::kSkipped:
    case Outcome::kUnsupported:
    case Outcome::kNotRun:
      return fmt::format("<skipped message=\"{}: {}\"/>", Name(verdict.outcome), message);
    case Outcome::kHarnessError:
      return fmt::format("<error type=\"{}\" message=\"{}\"/>", Name(verdict.outcome), message);
    default:
      // A testee that does nothing is right to fail.
      if (lane.must_fail) return {};
      return fmt::format("<failure type=\"{}\" message=\"{}\"/>", Name(verdict.outcome), message);
  }
}

// What is wrong beside the verdicts becomes a test case of its own.
std::string Extra(const std::string& lane, const std::string& name, const std::string& message) {
  return fmt::format("    <testcase classname=\"{}\" name=\"{}\"><failure message=\"{}\"/></testcase>\n",
                     EscapeXml(lane), EscapeXml(name), EscapeXml(message));
}

std::string Properties(const RunPlan& plan) {
  std::string xml;
  for (const auto& [name, value] : {std::pair{"suite", plan.suite}, {"filter", plan.filter}, {"shard", plan.shard.Spell()}}) {
    if (value.empty()) continue;
    xml += fmt::format("      <property name=\"{}\" value=\"{}\"/>\n", name, EscapeXml(value));
  }
  return xml.empty() ? xml : "    <properties>\n" + xml + "    </properties>\n";
}

}  // namespace

std::string RenderJunit(const Results& results) {
  std::string xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n";
  for (const LaneResult& lane : results.lanes) {
    const std::string& name = lane.environment.lane;
    std::string cases;
    std::size_t tests = 0, failures = 0, errors = 0, skipped = 0;
    for (const Verdict& verdict : results.verdicts) {
      if (verdict.lane != name) continue;
      const std::string child = Child(lane, verdict);
      ++tests;
      failures += child.starts_with("<failure");
      errors += child.starts_with("<error");
      skipped += child.starts_with("<skipped");
      cases += fmt::format("    <testcase classname=\"{}\" name=\"{}\" time=\"{:.6f}\">{}</testcase>\n",
                           EscapeXml(name), EscapeXml(verdict.id),
                           static_cast<double>(verdict.nanoseconds) / 1e9, child);
    }
    for (const std::string& problem : lane.problems) {
      cases += Extra(name, "lane", problem);
      ++tests, ++failures;
    }
    for (const LaneComparison& comparison : results.comparisons) {
      if (comparison.lane != name) continue;
      for (const LaneDifference& one : comparison.differences) {
        cases += Extra(name, "compare " + one.id,
                       one.place + ": " + one.baseline + " against " + one.lane);
        ++tests, ++failures;
      }
    }
    xml += fmt::format(
        "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" "
        "timestamp=\"{}\">\n{}{}  </testsuite>\n",
        EscapeXml(name), tests, failures, errors, skipped, EscapeXml(results.started), Properties(results.plan), cases);
  }
  return xml + "</testsuites>\n";
}

}  // namespace spanproof
