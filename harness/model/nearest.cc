// SPDX-License-Identifier: MIT
#include "harness/model/nearest.h"

#include <algorithm>
#include <vector>

namespace spanproof {
namespace {

// Levenshtein distance; names are short, so the quadratic table is fine.
std::size_t Distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0u : 1u)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

}  // namespace

std::string DidYouMean(std::string_view wrong, std::span<const std::string> candidates) {
  constexpr std::size_t kLongestName = 64;
  if (wrong.size() > kLongestName) return {};
  const std::string* best = nullptr;
  std::size_t best_distance = wrong.size() / 3 + 2;
  for (const std::string& candidate : candidates) {
    if (candidate.size() > kLongestName) continue;
    const std::size_t distance = Distance(wrong, candidate);
    if (distance < best_distance && distance < candidate.size()) {
      best = &candidate;
      best_distance = distance;
    }
  }
  return best == nullptr ? std::string() : "; did you mean \"" + *best + "\"?";
}

}  // namespace spanproof
