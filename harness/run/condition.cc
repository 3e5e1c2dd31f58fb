// SPDX-License-Identifier: MIT
#include "harness/run/condition.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "harness/run/wine.h"

namespace spanproof {
namespace {

bool Allows(const std::vector<std::string>& allowed, const std::string& here) {
  return allowed.empty() || std::find(allowed.begin(), allowed.end(), here) != allowed.end();
}

std::string OnlyFor(const std::vector<std::string>& allowed) {
  std::string text = "only for ";
  for (std::size_t i = 0; i < allowed.size(); ++i) text += (i == 0 ? "" : ", ") + allowed[i];
  return text;
}

Expected<bool> WineHolds(std::string_view condition, const std::string& version) {
  constexpr std::array<std::string_view, 6> kOperators = {"<=", ">=", "==", "!=", "<", ">"};
  for (const std::string_view one : kOperators) {
    if (!condition.starts_with(one)) continue;
    std::string_view wanted = condition.substr(one.size());
    wanted.remove_prefix(std::min(wanted.find_first_not_of(' '), wanted.size()));
    if (wanted.empty() || wanted.front() < '0' || wanted.front() > '9') break;
    const int order = CompareVersions(version, std::string(wanted));
    if (one == "<") return order < 0;
    if (one == ">") return order > 0;
    if (one == "<=") return order <= 0;
    if (one == ">=") return order >= 0;
    return (order == 0) == (one == "==");
  }
  return Fail(ErrorCode::kInvalidArgument,
              "\"" + std::string(condition) + "\" is no condition on Wine, write \"< 10\" or \">= 8.0\"");
}

}  // namespace

Expected<std::string> WhyNot(const When& when, const Circumstances& here) {
  if (!Allows(when.arch, here.arch)) return OnlyFor(when.arch);
  if (!Allows(when.abi, here.abi)) return OnlyFor(when.abi);
  if (!Allows(when.lane, here.kind)) return OnlyFor(when.lane);
  if (when.wine.empty()) return std::string();
  if (here.wine.empty()) return "only for Wine " + when.wine;
  const auto holds = WineHolds(when.wine, here.wine);
  if (!holds) return tl::unexpected(holds.error());
  return *holds ? std::string() : "only for Wine " + when.wine;
}

bool MatchGlob(std::string_view pattern, std::string_view text) {
  std::size_t in_pattern = 0, in_text = 0, star = std::string_view::npos, after_star = 0;
  while (in_text < text.size()) {
    if (in_pattern < pattern.size() && pattern[in_pattern] == '*') {
      star = in_pattern++;
      after_star = in_text;
    } else if (in_pattern < pattern.size() &&
               (pattern[in_pattern] == '?' || pattern[in_pattern] == text[in_text])) {
      ++in_pattern;
      ++in_text;
    } else if (star != std::string_view::npos) {
      in_pattern = star + 1;
      in_text = ++after_star;
    } else {
      return false;
    }
  }
  while (in_pattern < pattern.size() && pattern[in_pattern] == '*') ++in_pattern;
  return in_pattern == pattern.size();
}

}  // namespace spanproof
