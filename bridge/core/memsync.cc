// SPDX-License-Identifier: MIT
#include "bridge/core/memsync.h"

namespace bridge {

Path::Path(std::initializer_list<Step> steps) {
  bool first = true;
  for (const Step& step : steps) {
    if (!first) {
      segments.push_back(step.segment);
    } else if (const auto* index = std::get_if<std::int64_t>(&step.segment)) {
      root = static_cast<int>(*index);
      malformed = *index < 0;
    } else {
      root = kResult;
      malformed = std::get<std::string>(step.segment) != "r";
    }
    first = false;
  }
  malformed = malformed || first;
}

std::string Path::Spell() const {
  std::string text = "[" + (root == kResult ? std::string("\"r\"") : std::to_string(root));
  for (const PathSegment& segment : segments) {
    text += ",";
    if (const auto* index = std::get_if<std::int64_t>(&segment))
      text += std::to_string(*index);
    else
      text += "\"" + std::get<std::string>(segment) + "\"";
  }
  return text + "]";
}

}  // namespace bridge
