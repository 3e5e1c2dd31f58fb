// SPDX-License-Identifier: MIT
#include "harness/cli/report_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>
#include <string>

namespace spanproof {
namespace {

namespace fs = std::filesystem;

constexpr const char* kDefault = "spanproof-report";
constexpr int kMostRuns = 64;

// The descriptor of the folder's lock; nullopt: another run has it.
Expected<std::optional<int>> Lock(const fs::path& folder) {
  if (auto made = MakeFolder(folder); !made) return tl::unexpected(made.error());
  // The folder itself is what is locked: no file is left in it.
  const int lock = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (lock < 0) {
    return Fail(ErrorCode::kInvalidArgument, "cannot open the folder " + folder.string() + ": " + std::strerror(errno));
  }
  if (flock(lock, LOCK_EX | LOCK_NB) == 0) return lock;
  close(lock);
  return std::nullopt;
}

}  // namespace

Expected<void> MakeFolder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (!error) return {};
  return Fail(ErrorCode::kInvalidArgument, "cannot make the folder " + folder.string() + ": " + error.message());
}

Expected<std::unique_ptr<ReportFolder>> ReportFolder::Take(const fs::path& given) {
  for (int number = 1; number <= kMostRuns; ++number) {
    fs::path path = given;
    if (given.empty()) path = kDefault + (number == 1 ? "" : "-" + std::to_string(number));
    const auto lock = Lock(path);
    if (!lock) return tl::unexpected(lock.error());
    if (*lock) return std::unique_ptr<ReportFolder>(new ReportFolder(std::move(path), **lock));
    if (!given.empty()) {
      return Fail(ErrorCode::kInvalidArgument, "another run writes its reports to " + path.string() + "; give another --output");
    }
  }
  return Fail(ErrorCode::kInvalidArgument, std::string("too many runs write to ") + kDefault + " and its like; give an --output");
}

ReportFolder::~ReportFolder() { close(lock_); }

}  // namespace spanproof
