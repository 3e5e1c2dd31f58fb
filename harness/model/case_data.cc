// SPDX-License-Identifier: MIT
#include "harness/model/case_data.h"

#include <algorithm>
#include <charconv>

#include "harness/model/nearest.h"

namespace spanproof {
namespace {

constexpr std::string_view kData = "data:";

void ReadOne(const std::string& name, const Node& node, const CaseNames& names, CaseFile* file) {
  node.AllowOnly({"module", "symbol", "type", "about"});
  if (name.empty() || name.find_first_of("+-&:") != std::string::npos) {
    node.Bad("\"" + name + "\" cannot name a variable; use letters, digits, _ and dots");
  }
  DataSpec data{names.Own(name), names.Own(node.At("module").Text()), node.TextOr("symbol", name),
                ReadType(node.At("type"), names, &file->types)};
  const bool known = std::any_of(file->modules.begin(), file->modules.end(),
                                 [&](const ModuleSpec& module) { return module.name == data.module; });
  if (!known) node.At("module").Bad("no module \"" + node.At("module").Text() + "\" under \"modules\"");
  if (const auto layout = LayoutOf(file->types, data.type, Abi::kWin64Gnu); !layout) {
    node.At("type").Bad(layout.error().message);
  }
  file->data.push_back(std::move(data));
}

}  // namespace

TypeId ReadType(const Node& node, const CaseNames& names, TypeTable* types) {
  const std::string spelling = node.Text();
  if (!names.suffix.empty()) {
    const std::size_t end = spelling.find_first_of("*[ ");
    const std::string own = names.Own(spelling.substr(0, end)) +
                            (end == std::string::npos ? "" : spelling.substr(end));
    if (const auto id = types->Parse(own)) return *id;
  }
  const auto id = types->Parse(spelling);
  if (!id) node.Bad(id.error().message);
  return *id;
}

void ReadData(const Node& root, const CaseNames& names, CaseFile* file) {
  const auto data = root.Find("data");
  if (!data) return;
  for (const auto& [name, node] : data->Members()) ReadOne(name, node, names, file);
}

StepPlace ReadPlace(const Node& node, const CaseNames& names, const CaseFile& file,
                    const CaseScope& scope) {
  StepPlace place;
  std::string text = node.Text();
  if (!text.starts_with(kData)) {
    TypeTable any;
    const Value value = ReadValue(node, any, any.Parse("void*").value(), scope);
    place.pointer = std::get<Pointer>(value.data);
    if (place.pointer.to != Pointer::To::kObject && place.pointer.to != Pointer::To::kForeign) {
      node.Bad("is no place in memory; write \"&object+8\", \"dll1+0\" or \"data:NAME\"");
    }
    return place;
  }
  std::string name = text.substr(kData.size());
  if (const auto plus = name.find('+'); plus != std::string::npos) {
    const char* end = name.data() + name.size();
    const auto [at, error] = std::from_chars(name.data() + plus + 1, end, place.pointer.offset);
    if (error != std::errc() || at != end) node.Bad("has no readable offset after +");
    name.resize(plus);
  }
  std::vector<std::string> known;
  for (const DataSpec& data : file.data) {
    if (data.name == names.Own(name)) place.data = data.name;
    known.push_back(data.name.substr(0, data.name.size() - names.suffix.size()));
  }
  if (place.data.empty()) node.Bad("no variable \"" + name + "\" under \"data\"" + DidYouMean(name, known));
  return place;
}

}  // namespace spanproof
