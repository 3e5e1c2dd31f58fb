// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "harness/run/lane_runner.h"

namespace spanproof {

// Tells on standard error what goes on: one line that renews itself on a
// terminal, otherwise a plain line at most every few seconds, so that a log
// stays short.
class Progress : public RunObserver {
 public:
  explicit Progress(bool terminal) : terminal_(terminal) {}
  ~Progress() override { Clear(); }

  void Tell(const std::string& line);  // a line of its own, that stays
  void LaneBegins(const std::string& lane, std::size_t cases) override;
  void CaseBegins(const std::string& id) override;
  void CaseEnds(const Verdict& verdict) override;
  void Clear();

 private:
  void Show(const std::string& line);

  bool terminal_;
  bool shown_ = false;
  std::string lane_;
  std::size_t cases_ = 0, done_ = 0, bad_ = 0;
  std::chrono::steady_clock::time_point last_{};
};

}  // namespace spanproof
