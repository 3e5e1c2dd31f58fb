// SPDX-License-Identifier: MIT
#include "bridge/client/type_of.h"

namespace bridge::internal {
namespace {

// Whether the compiler laid the type out as its members say; otherwise why not.
Expected<void> Fits(const Type& type, std::uint64_t size, const std::vector<MemberAt>& members) {
  const auto refuse = [&type](const std::string& why) {
    return Fail(ErrorCode::kUnsupported, "BRIDGE_STRUCT(" + type.Spell() + "): " + why);
  };
  auto layout = LayoutOf(type, Abi::kSysv64);
  auto offsets = MemberOffsets(type, Abi::kSysv64);
  if (!layout || !offsets) return tl::unexpected((layout ? offsets.error() : layout.error()));
  for (std::size_t i = 0; i < members.size(); ++i)
    if ((*offsets)[i] != members[i].offset)
      return refuse("member '" + members[i].name + "' stands at " + std::to_string(members[i].offset) + ", expected at " +
                    std::to_string((*offsets)[i]) + ": name all members in order; bit-fields cannot be named");
  if (layout->size != size)
    return refuse("its size is " + std::to_string(size) + ", its members make " + std::to_string(layout->size) +
                  ": name all members in order");
  return {};
}

}  // namespace

std::recursive_mutex& DescriptionLock() {
  static std::recursive_mutex lock;
  return lock;
}

Type Define(const Type& declared, std::uint64_t size, std::uint64_t align, std::vector<MemberAt> members) {
  std::vector<Type::Member> plain;
  for (const MemberAt& member : members) plain.push_back({member.name, member.type});
  const Type natural = Type::Define(declared, plain);
  const auto fits = Fits(natural, size, members);
  if (fits && ValueOrThrow(LayoutOf(natural, Abi::kSysv64)).align == align) return natural;
  for (const std::uint32_t pack : {0u, 8u, 4u, 2u, 1u})
    for (const std::uint32_t aligned : {0u, static_cast<std::uint32_t>(align)}) {
      const Type other = Type::Define(declared, plain, pack, aligned);
      if (!Fits(other, size, members)) continue;
      if (ValueOrThrow(LayoutOf(other, Abi::kSysv64)).align == align) return other;
    }
  throw Exception(fits ? Error{ErrorCode::kUnsupported, "BRIDGE_STRUCT(" + declared.Spell() + "): its alignment is " +
                                                            std::to_string(align) + ", which its members do not explain", 0, 0}
                       : fits.error());
}

}  // namespace bridge::internal
