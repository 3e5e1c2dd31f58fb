// SPDX-License-Identifier: MIT
#include <fstream>

#include "reports/report.h"

namespace spanproof {

Expected<void> WriteReports(const Results& results, const std::filesystem::path& folder) {
  const std::pair<const char*, std::string> files[] = {{"results.json", RenderJson(results)},
                                                       {"junit.xml", RenderJunit(results)},
                                                       {"report.md", RenderMarkdown(results)},
                                                       {"index.html", RenderHtml(results)}};
  for (const auto& [name, text] : files) {
    std::ofstream file(folder / name, std::ios::binary | std::ios::trunc);
    file << text;
    file.close();
    if (!file) {
      return Fail(ErrorCode::kInvalidArgument, "cannot write " + (folder / name).string());
    }
  }
  return {};
}

}  // namespace spanproof
