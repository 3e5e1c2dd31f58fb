// SPDX-License-Identifier: MIT
#include "reports/report.h"

namespace spanproof {

std::string PlanSentence(const RunPlan& plan) {
  std::string parts;
  const auto add = [&](const std::string& part) { parts += (parts.empty() ? "" : ", ") + part; };
  if (!plan.filter.empty()) add("cases that match " + plan.filter);
  if (!plan.shard.whole()) {
    add("shard " + plan.shard.Spell() + ", which says nothing of the others (`spanproof merge` joins them)");
  }
  return parts.empty() ? parts : "This is a part of the suite: " + parts + ".";
}

}  // namespace spanproof
