// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include "reports/escape.h"
#include "reports/report.h"
#include "reports/table.h"

namespace spanproof {
namespace {

constexpr const char* kStyle = R"(
body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:72rem;padding:0 1rem;color:#222;background:#fff}
table{border-collapse:collapse;margin:.5rem 0 1.5rem}
th,td{border:1px solid #ccc;padding:.25rem .6rem;text-align:left;vertical-align:top}
td.n{text-align:right;font-variant-numeric:tabular-nums}
code{font-family:ui-monospace,monospace;font-size:.92em;overflow-wrap:anywhere}
.baseline{border-left:.3rem solid #b8860b;background:#fdf6e3;padding:.6rem 1rem}
.green,.pass{color:#176117}.known-fail{color:#8a6100}.unexpected-pass,.red,.error,.fail,.crash,.timeout,.harness-error,.difference,.problem{color:#a11212}
)";

std::string Cell(std::string_view text) { return "<td>" + EscapeXml(text) + "</td>"; }

std::string Lanes(const Results& results) {
  std::string html = "<h2>Lanes</h2>\n<table><tr><th>lane</th>";
  for (const char* column : LaneCounts::kColumns) html += fmt::format("<th>{}</th>", column);
  html += "<th>engine</th><th>ABI</th><th>Wine</th><th>trace</th></tr>\n";
  const auto counts = CountLanes(results);
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const LaneResult& lane = results.lanes[i];
    html += "<tr>" + Cell(counts[i].lane + (lane.baseline ? " (baseline)" : "") +
                          (lane.must_fail ? " (must fail)" : ""));
    for (const std::size_t count : counts[i].counts) {
      html += fmt::format("<td class=\"n\">{}</td>", count);
    }
    html += Cell(lane.environment.engine) + Cell(lane.environment.abi) +
            Cell(lane.environment.wine_version) + Cell(lane.trace) + "</tr>\n";
  }
  return html + "</table>\n";
}

std::string FindingsTable(const Results& results) {
  const auto findings = Findings(results);
  if (findings.empty()) return "<p>Nothing was found wrong.</p>\n";
  std::string html = "<h2>What is wrong</h2>\n<table><tr><th>what</th><th>where</th><th>how</th></tr>\n";
  for (const Finding& one : findings) {
    html += fmt::format("<tr><td class=\"{0}\">{0}</td>{1}<td><code>{2}</code></td></tr>\n",
                        EscapeXml(one.what), Cell(one.where), EscapeXml(one.how));
  }
  return html + "</table>\n";
}

std::string Comparisons(const Results& results) {
  if (results.comparisons.empty()) return {};
  std::string html =
      "<h2>Comparisons with the baseline</h2>\n"
      "<table><tr><th>lane</th><th>baseline</th><th>cases</th><th>differences</th></tr>\n";
  for (const LaneComparison& one : results.comparisons) {
    html += "<tr>" + Cell(one.lane) + Cell(one.baseline) +
            fmt::format("<td class=\"n\">{}</td><td class=\"n\">{}</td></tr>\n", one.cases,
                        one.differences.size());
  }
  return html + "</table>\n";
}

std::string Verdicts(const Results& results) {
  std::string html =
      "<h2>Verdicts</h2>\n<table><tr><th>case</th><th>lane</th><th>outcome</th><th>ms</th>"
      "<th>message</th></tr>\n";
  for (const Verdict& one : results.verdicts) {
    html += "<tr>" + Cell(one.id) + Cell(one.lane) +
            fmt::format("<td class=\"{0}\">{0}</td><td class=\"n\">{1:.2f}</td><td><code>{2}</code></td></tr>\n",
                        Name(one.outcome), static_cast<double>(one.nanoseconds) / 1e6,
                        EscapeXml(one.message));
  }
  return html + "</table>\n";
}

}  // namespace

std::string RenderHtml(const Results& results) {
  std::string html = fmt::format(
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
      "<meta name=\"viewport\" content=\"width=device-width\">\n<title>Spanproof: {0}</title>"
      "<style>{1}</style></head><body>\n<h1>Spanproof: <span class=\"{0}\">{0}</span></h1>\n"
      "<p class=\"baseline\">{2}</p>\n<p>{3}, {4}, {5:.1f} s{6}</p>\n",
      Name(results.colour()), kStyle, EscapeXml(BaselineSentence(results)),
      EscapeXml(results.program), EscapeXml(results.started), results.seconds,
      results.interrupted ? ", interrupted" : "");
  if (const std::string plan = PlanSentence(results.plan); !plan.empty()) html += "<p>" + EscapeXml(plan) + "</p>\n";
  html += Lanes(results) + FindingsTable(results) + Comparisons(results);
  for (const std::string& note : results.notes) html += "<p>Note: " + EscapeXml(note) + "</p>\n";
  return html + Verdicts(results) + "</body></html>\n";
}

}  // namespace spanproof
