// SPDX-License-Identifier: MIT
#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "harness/model/case.h"
#include "harness/model/case_data.h"
#include "harness/model/case_node.h"
#include "harness/model/case_reader.h"
#include "harness/model/case_types.h"
#include "harness/model/read_json.h"
#include "harness/model/topics.h"

namespace spanproof {
namespace {

using nlohmann::json;

constexpr std::uintmax_t kLargestFile = 16 << 20;

std::vector<CaseNames> ReadConventions(const Node& root) {
  const auto conventions = root.Find("conventions");
  if (!conventions) return {CaseNames{}};
  std::vector<CaseNames> out;
  for (const Node& each : conventions->Elements()) {
    const auto convention = ParseConvention(each.Text());
    if (!convention) each.Bad(convention.error().message);
    out.push_back({*convention, "." + each.Text()});
  }
  if (out.empty()) conventions->Bad("names no convention; leave it out or name one");
  return out;
}

bool IsCaseId(const std::string& id) {
  const bool letters = std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
  });
  return letters && id.find('.') != std::string::npos && id.front() != '.' && id.back() != '.' &&
         id.find("..") == std::string::npos;
}

CaseFile Read(const std::filesystem::path& path, const json& document) {
  const std::string name = path.string();
  const Node root(name, document);
  root.AllowOnly({"suite", "about", "source", "modules", "conventions", "types", "functions", "data", "cases"});
  root.At("suite").Text();
  CaseFile file;
  file.path = path;
  std::set<std::string> ids;
  for (const CaseNames& names : ReadConventions(root)) {
    ReadDeclarations(root, names, &file);
    ReadData(root, names, &file);
    const auto cases = root.At("cases").Elements();
    if (cases.empty()) root.At("cases").Bad("holds no case");
    for (const Node& node : cases) {
      Case one = ReadCase(node, names, &file);
      if (one.source.empty()) one.source = root.TextOr("source", "");
      if (!IsCaseId(one.id)) node.At("id").Bad("must be dotted lower-case words such as \"memory.bubblesort.seed_vector\"");
      if (!ids.insert(one.id).second) node.At("id").Bad("is used twice");
      file.cases.push_back(std::move(one));
    }
  }
  return file;
}

}  // namespace

Expected<CaseFile> LoadCaseFile(const std::filesystem::path& path) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  if (error) return Fail(ErrorCode::kInvalidArgument, path.string() + ": cannot be read (" + error.message() + ")");
  if (size > kLargestFile) return Fail(ErrorCode::kInvalidArgument, path.string() + ": is larger than 16 MiB; split it");
  const auto document = ReadJson(path);
  if (!document) return tl::unexpected(document.error());
  try {
    return Read(path, *document);
  } catch (const json::exception& bad) {
    return Fail(ErrorCode::kInvalidArgument, path.string() + ": /: " + bad.what());
  } catch (const CaseFileError& bad) {
    return Fail(ErrorCode::kInvalidArgument, bad.message);
  }
}

Expected<std::vector<CaseFile>> LoadSuite(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> paths;
  std::error_code error, ignored;
  for (std::filesystem::recursive_directory_iterator at(folder, error), end; !error && at != end;
       at.increment(error)) {
    const std::string name = at->path().filename().string();
    // Expectation lists, benchmarks and the list of topics are no cases.
    if (at->is_directory(ignored) && (name == "expectations" || name == "bench")) {
      at.disable_recursion_pending();
    } else if (at->is_regular_file(ignored) && at->path().extension() == ".json" &&
               !(at.depth() == 0 && name == kTopicsFile)) {
      paths.push_back(at->path());
    }
  }
  if (error) return Fail(ErrorCode::kInvalidArgument, folder.string() + ": cannot be read (" + error.message() + ")");
  std::sort(paths.begin(), paths.end());
  std::vector<CaseFile> files;
  std::set<std::string> ids;
  for (const auto& path : paths) {
    auto file = LoadCaseFile(path);
    if (!file) return tl::unexpected(file.error());
    for (const Case& one : file->cases) {
      if (!ids.insert(one.id).second) {
        return Fail(ErrorCode::kInvalidArgument,
                    path.string() + ": /cases: case \"" + one.id + "\" is also in another file; rename one");
      }
    }
    files.push_back(std::move(*file));
  }
  if (files.empty()) return Fail(ErrorCode::kInvalidArgument, folder.string() + ": holds no case file (*.json)");
  return files;
}

}  // namespace spanproof
