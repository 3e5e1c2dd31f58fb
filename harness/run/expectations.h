// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "harness/check/list_problems.h"
#include "harness/model/case.h"
#include "harness/model/results.h"
#include "harness/run/condition.h"

namespace spanproof {

// What a testee is known to fail, and why (DESIGN 4: red is exact). One list for
// each testee, suites/expectations/TESTEE.json; suites/README.md has its members.
struct KnownFailure {
  std::string cases;  // an id, or a glob over ids
  std::string lane;   // a glob over lane names; empty: every lane of the testee
  When when;
  Outcome outcome = Outcome::kFail;
  std::string message;  // a part of the verdict's; empty: any
  std::string reason;
  std::string link;

  bool operator==(const KnownFailure& other) const;
};

// nullopt when there is no such file, or it is one of must_fail.h's. kInvalidArgument
// with file, JSON pointer and what to write instead.
Expected<std::optional<std::vector<KnownFailure>>> LoadKnownFailures(const std::filesystem::path& file);

// Holds a lane's verdicts against the list. A failure as it is listed becomes
// known-fail; a pass that is listed as a failure becomes unexpected-pass; a failure of
// another kind or message stays, and says what was listed. Wrong with the list are
// conditions that cannot be read; pending are entries for this lane that match no case
// which came to be judged.
ListProblems HoldToKnownFailures(const std::vector<KnownFailure>& list, const Circumstances& here,
                                 const std::string& lane, std::vector<Verdict>* verdicts);

}  // namespace spanproof
