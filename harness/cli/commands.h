// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "harness/model/results.h"
#include "harness/run/installation.h"
#include "harness/run/lane.h"

namespace spanproof {

// Exit statuses beside 0 (green), as the help text says them.
inline constexpr int kExitRed = 1;
inline constexpr int kExitError = 2;
inline constexpr int kExitNothingRan = 3;

// What every command stands on; main makes it once.
struct Registry {
  Installation installation;
  std::vector<TesteeManifest> testees;
};

struct RunArguments {
  std::vector<std::string> lanes;
  std::vector<std::filesystem::path> testees;  // manifests beside the installed ones
  std::string filter;
  std::string shard;              // "2/3"; empty: all
  std::filesystem::path suite;   // empty: the installed one
  std::filesystem::path output;  // empty: spanproof-report in the current folder
  std::filesystem::path traces;  // empty: `traces` in the output folder
  std::vector<std::filesystem::path> wines;  // none: the machine's own
  std::filesystem::path expect;  // folder of expectation lists; empty: `expectations` in the suite
  std::optional<std::filesystem::path> prefix;
  unsigned deadline_seconds = 10;
  // ListTopics: an empty row of these areas or topics (globs; none: all of them)
  // is red, except of these topics.
  std::optional<std::vector<std::string>> required;
  std::vector<std::string> except;
};

// Each returns the program's exit status and says on standard error what went wrong.
int RunSuite(const Registry& registry, const RunArguments& arguments);
int ListCases(const Registry& registry, const RunArguments& arguments);
int ListTopics(const Registry& registry, const RunArguments& arguments);
int ListLanes(const Registry& registry, const RunArguments& arguments);
int ListTypes(bool markdown);
int MergeReports(const std::vector<std::filesystem::path>& folders, const std::filesystem::path& output);
int CompareFiles(const std::filesystem::path& left, const std::filesystem::path& right);
int ExportFile(const std::filesystem::path& trace, bool salvage);
int Doctor(const Registry& registry, const RunArguments& arguments);

// Writes all reports to the folder, the short one to standard output; the exit status.
int Report(const Results& results, const std::filesystem::path& output);

// "spanproof: MESSAGE" on standard error, and 2.
int Complain(const Error& error);

}  // namespace spanproof
