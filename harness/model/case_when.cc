// SPDX-License-Identifier: MIT
#include "harness/model/case_when.h"

#include <nlohmann/json.hpp>

namespace spanproof {
namespace {

// A text, or a list of texts.
std::vector<std::string> Texts(const Node& node) {
  if (node.json().is_string()) return {node.Text()};
  std::vector<std::string> out;
  for (const Node& each : node.Elements()) out.push_back(each.Text());
  return out;
}

}  // namespace

When ReadWhen(const Node& node) {
  node.AllowOnly({"arch", "abi", "lane", "wine"});
  When when;
  if (const auto arch = node.Find("arch")) when.arch = Texts(*arch);
  if (const auto abi = node.Find("abi")) when.abi = Texts(*abi);
  if (const auto lane = node.Find("lane")) when.lane = Texts(*lane);
  // What is misspelt here would hold nowhere, and its case be skipped for ever.
  for (const std::string& one : when.arch) {
    if (one != "win64" && one != "win32" && one != "linux64") {
      node.At("arch").Bad("\"" + one + "\" is no architecture; write \"win64\", \"win32\" or \"linux64\"");
    }
  }
  for (const std::string& one : when.abi) {
    if (const auto abi = ParseAbi(one); !abi) node.At("abi").Bad(abi.error().message);
  }
  for (const std::string& one : when.lane) {
    if (one.find('*') != std::string::npos) {
      node.At("lane").Bad("is no glob: write the \"kind\" of a testee, such as \"bridge\", which all its variants share");
    }
  }
  when.wine = node.TextOr("wine", "");
  return when;
}

}  // namespace spanproof
