// SPDX-License-Identifier: MIT
#include "harness/run/expectations.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "harness/model/case_node.h"
#include "harness/model/case_when.h"
#include "harness/model/read_json.h"

namespace spanproof {
namespace {

Outcome ReadOutcome(const Node& node) {
  for (const Outcome one : {Outcome::kFail, Outcome::kCrash, Outcome::kTimeout, Outcome::kHarnessError}) {
    if (Name(one) == node.Text()) return one;
  }
  node.Bad("must be \"fail\", \"crash\", \"timeout\" or \"harness-error\"");
}

KnownFailure ReadEntry(const Node& node) {
  node.AllowOnly({"case", "lane", "when", "outcome", "message", "reason", "link"});
  KnownFailure entry;
  entry.cases = node.At("case").Text();
  entry.lane = node.TextOr("lane", "");
  if (const auto when = node.Find("when")) entry.when = ReadWhen(*when);
  entry.outcome = ReadOutcome(node.At("outcome"));
  entry.message = node.TextOr("message", "");
  entry.reason = node.At("reason").Text();
  if (entry.reason.empty()) node.At("reason").Bad("says nothing; say why this testee fails here");
  entry.link = node.TextOr("link", "");
  return entry;
}

bool WasJudged(Outcome outcome) {
  return outcome == Outcome::kPass || outcome == Outcome::kFail || outcome == Outcome::kCrash ||
         outcome == Outcome::kTimeout || outcome == Outcome::kHarnessError;
}

std::string Told(const KnownFailure& entry) {
  return entry.reason + (entry.link.empty() ? "" : ", " + entry.link);
}

bool IsAsListed(const KnownFailure& entry, const Verdict& verdict) {
  return verdict.outcome == entry.outcome && verdict.message.find(entry.message) != std::string::npos;
}

void Hold(const KnownFailure& entry, Verdict* verdict) {
  if (verdict->outcome == Outcome::kPass) {
    verdict->outcome = Outcome::kUnexpectedPass;
    verdict->message = "listed to fail (" + Told(entry) + "); take it off the list";
  } else if (IsAsListed(entry, *verdict)) {
    verdict->outcome = Outcome::kKnownFail;
    verdict->message += " (known: " + Told(entry) + ")";
  } else {
    verdict->message += " (listed is " + std::string(Name(entry.outcome)) +
                        (entry.message.empty() ? "" : " with \"" + entry.message + "\"") + ")";
  }
}

}  // namespace

bool KnownFailure::operator==(const KnownFailure& other) const {
  return cases == other.cases && lane == other.lane && when.arch == other.when.arch && when.abi == other.when.abi &&
         when.lane == other.when.lane && when.wine == other.when.wine && outcome == other.outcome &&
         message == other.message;
}

Expected<std::optional<std::vector<KnownFailure>>> LoadKnownFailures(const std::filesystem::path& file) {
  std::error_code error;
  if (!std::filesystem::exists(file, error)) return std::nullopt;
  const auto document = ReadJson(file);
  if (!document) return tl::unexpected(document.error());
  if (document->contains("must_fail")) return std::nullopt;
  const std::string name = file.string();
  try {
    const Node root(name, *document);
    root.AllowOnly({"about", "failures"});
    std::vector<KnownFailure> list;
    for (const Node& node : root.At("failures").Elements()) {
      list.push_back(ReadEntry(node));
      if (std::count(list.begin(), list.end(), list.back()) > 1) node.Bad("stands here twice");
    }
    return list;
  } catch (const CaseFileError& bad) {
    return Fail(ErrorCode::kInvalidArgument, bad.message);
  }
}

ListProblems HoldToKnownFailures(const std::vector<KnownFailure>& list, const Circumstances& here,
                                 const std::string& lane, std::vector<Verdict>* verdicts) {
  ListProblems problems;
  std::vector<const KnownFailure*> entries;
  for (const KnownFailure& entry : list) {
    if (!entry.lane.empty() && !MatchGlob(entry.lane, lane)) continue;
    const auto why_not = WhyNot(entry.when, here);
    if (!why_not) problems.found.push_back("expectation \"" + entry.cases + "\": " + why_not.error().message);
    if (why_not && why_not->empty()) entries.push_back(&entry);
  }
  std::vector<bool> matched(entries.size());
  for (Verdict& verdict : *verdicts) {
    if (!WasJudged(verdict.outcome)) continue;
    const KnownFailure* chosen = nullptr;
    for (std::size_t i = 0; i < entries.size(); ++i) {
      if (!MatchGlob(entries[i]->cases, verdict.id)) continue;
      matched[i] = true;
      // Of several, the one that happened, else the first.
      if (chosen == nullptr || (!IsAsListed(*chosen, verdict) && IsAsListed(*entries[i], verdict))) {
        chosen = entries[i];
      }
    }
    if (chosen != nullptr) Hold(*chosen, &verdict);
  }
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (matched[i]) continue;
    problems.pending.push_back("stale: expectation \"" + entries[i]->cases + "\" matches no case that was judged");
  }
  return problems;
}

}  // namespace spanproof
