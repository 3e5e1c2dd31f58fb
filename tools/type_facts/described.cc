// SPDX-License-Identifier: MIT
#include "tools/type_facts/described.h"

namespace type_facts {

const Described* Find(const std::vector<Described>& all, const std::string& name) {
  for (const Described& type : all)
    if (type.name == name) return &type;
  return nullptr;
}

std::string BaseOf(const std::string& spelling) { return spelling.substr(0, spelling.find_first_of("*[")); }

std::vector<FlatMember> Flat(const Described& type, const std::vector<Described>& all) {
  std::vector<FlatMember> flat;
  for (const Member& member : type.members) {
    if (!member.name.empty()) {
      flat.push_back({member.name, member.bits.has_value()});
    } else if (!member.bits) {
      for (FlatMember& inner : Flat(*Find(all, member.type), all)) flat.push_back(std::move(inner));
    }
  }
  return flat;
}

}  // namespace type_facts
