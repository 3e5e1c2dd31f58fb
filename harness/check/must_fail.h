// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

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

// What is wrong: passes that are not listed, and listed cases which do not
// pass. A listed case that was not run at all is wrong only if `complete`.
std::vector<std::string> CheckMustFail(const MustFailList& list,
                                       const std::vector<Verdict>& verdicts, bool complete);

}  // namespace spanproof
