// SPDX-License-Identifier: MIT
#include "harness/check/must_fail.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "harness/model/read_json.h"

namespace spanproof {
namespace {

using nlohmann::json;

std::string Text(const json& object, const char* name) {
  if (!object.is_object()) return {};
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace

Expected<std::optional<MustFailList>> LoadMustFail(const std::filesystem::path& file) {
  std::error_code error;
  if (!std::filesystem::exists(file, error)) return std::optional<MustFailList>();
  const auto document = ReadJson(file);
  if (!document) return tl::unexpected(document.error());
  const json& object = *document;
  const auto bad = [&](const std::string& why) {
    return Fail(ErrorCode::kInvalidArgument, file.string() + ": " + why);
  };
  if (!object.is_object()) return bad("this is no JSON object");
  if (object.value("must_fail", json()) != json(true)) {
    return bad("\"must_fail\" must be true; a list of known failures has \"failures\" instead");
  }
  MustFailList list;
  for (const json& one : object.value("passes", json::array())) {
    MustFailList::Pass pass{Text(one, "case"), Text(one, "reason")};
    if (pass.id.empty() || pass.reason.empty()) {
      return bad("each of \"passes\" needs \"case\" and \"reason\"");
    }
    const bool twice = std::any_of(list.passes.begin(), list.passes.end(),
                                   [&](const auto& other) { return other.id == pass.id; });
    if (twice) return bad(pass.id + " is listed twice");
    list.passes.push_back(std::move(pass));
  }
  return std::optional<MustFailList>(std::move(list));
}

std::vector<std::string> CheckMustFail(const MustFailList& list,
                                       const std::vector<Verdict>& verdicts, bool complete) {
  std::vector<std::string> problems;
  const auto listed = [&](const std::string& id) {
    return std::any_of(list.passes.begin(), list.passes.end(),
                       [&](const auto& one) { return one.id == id; });
  };
  for (const Verdict& verdict : verdicts) {
    if (verdict.outcome == Outcome::kPass && !listed(verdict.id)) {
      problems.push_back(verdict.id + " passes though this testee does nothing: sharpen it, or "
                                      "list it with its reason");
    }
  }
  for (const auto& pass : list.passes) {
    const auto found = std::find_if(verdicts.begin(), verdicts.end(),
                                    [&](const Verdict& one) { return one.id == pass.id; });
    if (found == verdicts.end()) {
      if (complete) problems.push_back(pass.id + " is listed to pass, but there is no such case");
    } else if (found->outcome != Outcome::kPass) {
      problems.push_back(pass.id + " is listed to pass, but its outcome is " +
                         std::string(Name(found->outcome)));
    }
  }
  return problems;
}

}  // namespace spanproof
