// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "harness/check/list_problems.h"
#include "harness/model/error.h"
#include "harness/model/record.h"

namespace spanproof {

// For testees that do nothing: each case that passes on one proves nothing by
// passing elsewhere, unless somebody says why. suites/expectations/TESTEE.json:
//   {"must_fail": true, "passes": [{"case": "errors.missing_dll", "reason": "..."}]}
struct MustFailList {
  struct Pass {
    std::string id;
    std::string reason;
  };
  std::vector<Pass> passes;
};

// nullopt when there is no such file; kInvalidArgument when it cannot be read,
// lists a case twice or one without a reason.
Expected<std::optional<MustFailList>> LoadMustFail(const std::filesystem::path& file);

// Passes that are not listed, and listed cases which do not pass; pending are
// listed cases that were not run at all.
ListProblems CheckMustFail(const MustFailList& list, const std::vector<Verdict>& verdicts);

}  // namespace spanproof
