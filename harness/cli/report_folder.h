// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <memory>

#include "harness/model/error.h"

namespace spanproof {

// A folder that reports are written to, ours alone until this ends: a second run
// would put its traces among those of the first.
class ReportFolder {
 public:
  // `given`, made if it is not there; kInvalidArgument when another run has it.
  // Empty: spanproof-report in the current folder, or the first of
  // spanproof-report-2, -3… that no run has.
  static Expected<std::unique_ptr<ReportFolder>> Take(const std::filesystem::path& given);
  ~ReportFolder();
  ReportFolder(const ReportFolder&) = delete;
  ReportFolder& operator=(const ReportFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  ReportFolder(std::filesystem::path path, int lock) : path_(std::move(path)), lock_(lock) {}

  std::filesystem::path path_;
  int lock_;
};

// Makes the folder and those above it.
Expected<void> MakeFolder(const std::filesystem::path& folder);

}  // namespace spanproof
