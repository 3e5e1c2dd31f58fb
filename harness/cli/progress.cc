// SPDX-License-Identifier: MIT
#include "harness/cli/progress.h"

#include <fmt/format.h>

#include <cstdio>

namespace spanproof {
namespace {

constexpr std::size_t kWidth = 100;
constexpr std::chrono::seconds kSparse{5};

}  // namespace

void Progress::Tell(const std::string& line) {
  Clear();
  fmt::print(stderr, "{}\n", line);
  std::fflush(stderr);
}

void Progress::LaneBegins(const std::string& lane, std::size_t cases) {
  lane_ = lane;
  cases_ = cases;
  done_ = bad_ = 0;
  last_ = std::chrono::steady_clock::now();
  if (!terminal_) Tell(fmt::format("{}: {} cases", lane, cases));
}

void Progress::CaseBegins(const std::string& id) {
  if (terminal_) {
    Show(fmt::format("{} {}/{}{} {}", lane_, done_ + 1, cases_,
                     bad_ != 0 ? fmt::format(" ({} not well)", bad_) : "", id));
  }
}

void Progress::CaseEnds(const Verdict& verdict) {
  ++done_;
  bad_ += verdict.outcome != Outcome::kPass && verdict.outcome != Outcome::kSkipped &&
          verdict.outcome != Outcome::kUnsupported;
  const auto now = std::chrono::steady_clock::now();
  if (terminal_ || now - last_ < kSparse) return;
  last_ = now;
  Tell(fmt::format("{}: {} of {} cases, {} not well", lane_, done_, cases_, bad_));
}

void Progress::Show(const std::string& line) {
  fmt::print(stderr, "\r\x1b[K{}", line.substr(0, kWidth));
  std::fflush(stderr);
  shown_ = true;
}

void Progress::Clear() {
  if (!shown_) return;
  fmt::print(stderr, "\r\x1b[K");
  std::fflush(stderr);
  shown_ = false;
}

}  // namespace spanproof
