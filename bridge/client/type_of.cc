// SPDX-License-Identifier: MIT
#include "bridge/client/type_of.h"

namespace bridge::internal {

Type MakeStruct(const char* name, std::uint64_t size, std::vector<MemberAt> members) {
  std::vector<Type::Member> plain;
  for (const MemberAt& member : members) plain.push_back({member.name, member.type});
  const Type type = Type::Struct(name, std::move(plain));
  const Layout layout = ValueOrThrow(LayoutOf(type, Abi::kSysv64));
  const auto offsets = ValueOrThrow(MemberOffsets(type, Abi::kSysv64));
  for (std::size_t i = 0; i < members.size(); ++i)
    if (offsets[i] != members[i].offset)
      throw Exception({ErrorCode::kUnsupported,
                       std::string("BRIDGE_STRUCT(") + name + "): member '" + members[i].name + "' stands at " +
                           std::to_string(members[i].offset) + ", expected at " + std::to_string(offsets[i]) +
                           ": name all members in order; packed and aligned structs are not supported yet", 0, 0});
  if (layout.size != size)
    throw Exception({ErrorCode::kUnsupported, std::string("BRIDGE_STRUCT(") + name + "): its size is " + std::to_string(size) +
                                                  ", its members make " + std::to_string(layout.size) +
                                                  ": name all members in order", 0, 0});
  return type;
}

}  // namespace bridge::internal
