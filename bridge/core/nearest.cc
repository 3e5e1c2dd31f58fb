// SPDX-License-Identifier: MIT
#include "bridge/core/nearest.h"

#include <algorithm>
#include <numeric>

namespace bridge {
namespace {

std::size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0]++;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replace = diagonal + (a[i] != b[j]);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replace, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

}  // namespace

std::string SuggestName(std::string_view wrong, const std::vector<std::string>& candidates) {
  if (candidates.empty()) return "";
  const auto nearest = std::min_element(candidates.begin(), candidates.end(), [&](auto& a, auto& b) {
    return EditDistance(wrong, a) < EditDistance(wrong, b);
  });
  if (EditDistance(wrong, *nearest) <= std::max<std::size_t>(2, nearest->size() / 3))
    return " (did you mean '" + *nearest + "'?)";
  std::string all;
  for (const std::string& name : candidates) all += (all.empty() ? "'" : ", '") + name + "'";
  return " (there is " + all + ")";
}

}  // namespace bridge
