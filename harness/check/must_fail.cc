// SPDX-License-Identifier: MIT
#include "harness/check/must_fail.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "harness/model/case_node.h"
#include "harness/model/read_json.h"

namespace spanproof {
namespace {

MustFailList Read(const Node& root) {
  root.AllowOnly({"about", "must_fail", "passes"});
  if (!root.Flag("must_fail")) root.Bad("\"must_fail\" must be true; a list of known failures has \"failures\" instead");
  MustFailList list;
  for (const Node& node : root.At("passes").Elements()) {
    node.AllowOnly({"case", "reason"});
    MustFailList::Pass pass{node.At("case").Text(), node.At("reason").Text()};
    if (pass.reason.empty()) node.At("reason").Bad("says nothing; say why a testee that does nothing passes");
    const bool twice = std::any_of(list.passes.begin(), list.passes.end(),
                                   [&](const auto& other) { return other.id == pass.id; });
    if (twice) node.At("case").Bad("is listed twice");
    list.passes.push_back(std::move(pass));
  }
  return list;
}

}  // namespace

Expected<std::optional<MustFailList>> LoadMustFail(const std::filesystem::path& file) {
  std::error_code error;
  if (!std::filesystem::exists(file, error)) return std::optional<MustFailList>();
  const auto document = ReadJson(file);
  if (!document) return tl::unexpected(document.error());
  const std::string name = file.string();
  try {
    return Read(Node(name, *document));
  } catch (const CaseFileError& bad) {
    return Fail(ErrorCode::kInvalidArgument, bad.message);
  }
}

ListProblems CheckMustFail(const MustFailList& list, const std::vector<Verdict>& verdicts) {
  ListProblems problems;
  const auto listed = [&](const std::string& id) {
    return std::any_of(list.passes.begin(), list.passes.end(),
                       [&](const auto& one) { return one.id == id; });
  };
  for (const Verdict& verdict : verdicts) {
    if (verdict.outcome == Outcome::kPass && !listed(verdict.id)) {
      problems.found.push_back(verdict.id + " passes though this testee does nothing: sharpen it, or "
                                            "list it with its reason");
    }
  }
  for (const auto& pass : list.passes) {
    const auto found = std::find_if(verdicts.begin(), verdicts.end(),
                                    [&](const Verdict& one) { return one.id == pass.id; });
    if (found == verdicts.end()) {
      problems.pending.push_back(pass.id + " is listed to pass, but there is no such case");
    } else if (found->outcome != Outcome::kPass) {
      problems.found.push_back(pass.id + " is listed to pass, but its outcome is " +
                         std::string(Name(found->outcome)));
    }
  }
  return problems;
}

}  // namespace spanproof
