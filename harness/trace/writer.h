// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "harness/trace/trace.h"

namespace spanproof {

// Writes a trace as the run goes on: every record is handed to the system when
// it is added, so that what was written can be read after a crash. Not
// thread-safe.
class TraceWriter {
 public:
  // Truncates what was there. kInvalidArgument if the file cannot be made.
  static Expected<std::unique_ptr<TraceWriter>> Create(const std::filesystem::path& path,
                                                       const Environment& environment);
  ~TraceWriter();
  TraceWriter(const TraceWriter&) = delete;
  TraceWriter& operator=(const TraceWriter&) = delete;

  Expected<void> Declare(const TracedDeclarations& declarations);
  Expected<void> BeginCase(const std::string& id, const std::vector<TracedObject>& objects,
                           const std::vector<TracedCallback>& callbacks);
  Expected<void> AddStep(const StepRecord& step);
  Expected<void> EndCase();
  // Without it the trace reads only by salvage.
  Expected<void> Finish();

 private:
  TraceWriter(int descriptor, std::filesystem::path path);
  Expected<void> Append(const std::string& payload);
  Expected<void> WriteAll(std::string bytes);

  int descriptor_;
  std::filesystem::path path_;
  std::uint64_t records_ = 0;
};

}  // namespace spanproof
