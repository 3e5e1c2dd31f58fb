// SPDX-License-Identifier: MIT
#include "harness/run/digest.h"

#include <sstream>

#include "harness/run/command_output.h"

namespace spanproof {
namespace {

constexpr std::size_t kDigits = 64;

Expected<std::string> Output(std::vector<std::string> arguments,
                             const std::vector<std::filesystem::path>& files) {
  for (const auto& file : files) arguments.push_back(file.string());
  const auto ran = RunCommand({arguments, {{"LC_ALL", "C"}}}, std::chrono::seconds(60));
  if (!ran) return tl::unexpected(ran.error());
  if (ran->status.signalled || ran->status.code != 0) {
    return Fail(ErrorCode::kInternal, "sha256sum " + ran->status.Spell() + ": " + ran->errors);
  }
  return ran->output;
}

}  // namespace

Expected<std::vector<std::pair<std::string, std::string>>> Sha256Of(
    const std::vector<std::filesystem::path>& files) {
  std::vector<std::pair<std::string, std::string>> digests;
  if (files.empty()) return digests;
  // -z: names are not escaped, lines end with NUL.
  const auto output = Output({"sha256sum", "-z", "--"}, files);
  if (!output) return tl::unexpected(output.error());
  std::istringstream lines(*output);
  std::string line;
  for (const auto& file : files) {
    if (!std::getline(lines, line, '\0') || line.size() < kDigits) {
      return Fail(ErrorCode::kInternal, "sha256sum said nothing of " + file.string());
    }
    digests.emplace_back(file.filename().string(), line.substr(0, kDigits));
  }
  return digests;
}

Expected<std::string> RevisionOf(const std::vector<std::filesystem::path>& files) {
  if (files.empty()) return std::string();
  const auto output = Output({"sh", "-c", "cat -- \"$@\" | sha256sum", "sh"}, files);
  if (!output) return tl::unexpected(output.error());
  return output->substr(0, 12);
}

}  // namespace spanproof
