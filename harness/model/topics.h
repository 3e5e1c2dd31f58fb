// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "harness/model/case.h"

namespace spanproof {

// What the suite owes cases for, as suites/topics.json lists it. The key is
// where a case's id begins: "scalar.int32" has "scalar.int32.limits.cdecl".
struct Topic {
  std::string key;
  std::string area;               // the key's first word
  std::vector<std::string> arch;  // those that owe a case
  std::string catches;            // for people
  std::string scripted;           // the test in CTest that proves it, where no case can; else empty
};

inline constexpr std::string_view kTopicsFile = "topics.json";

// kInvalidArgument with file, JSON pointer and what to write instead.
Expected<std::vector<Topic>> LoadTopics(const std::filesystem::path& file);

// The topic with the longest key that `id` begins with; null: none.
const Topic* TopicOf(const std::vector<Topic>& topics, std::string_view id);

// How many cases of the topic run on an architecture: a case's conditions on
// `arch` and `abi` count, those on lanes and Wines do not.
std::size_t CountCases(const std::vector<CaseFile>& files, const std::vector<Topic>& topics,
                       const Topic& topic, const std::string& arch);

}  // namespace spanproof
