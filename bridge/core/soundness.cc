// SPDX-License-Identifier: MIT
#include "bridge/core/soundness.h"

#include <bit>
#include <set>

namespace bridge::internal {
namespace {

constexpr std::uint32_t kLargestPack = 16;
constexpr std::uint32_t kLargestAlign = 8192;  // what COFF objects can ask for

bool IsFlexible(const Type& type) { return type.kind() == Kind::kArray && type.count() == 0; }

bool EndsFlexible(const Type& type) {
  return type.kind() == Kind::kStruct && !type.members().empty() && IsFlexible(type.members().back().type);
}

// Bits that a bit-field of this type may have; 0: none at all.
unsigned BitsOf(Kind kind) {
  switch (kind) {
    case Kind::kBool: return 1;
    case Kind::kInt8:
    case Kind::kUint8: return 8;
    case Kind::kInt16:
    case Kind::kUint16:
    case Kind::kChar16: return 16;
    case Kind::kInt32:
    case Kind::kUint32: return 32;
    case Kind::kInt64:
    case Kind::kUint64: return 64;
    default: return 0;
  }
}

class Check {
 public:
  explicit Check(const Type& type)
      : type_(type), whole_((type.kind() == Kind::kUnion ? "union " : "struct ") + type.Spell()) {}

  Expected<void> Run() {
    if (!type_.complete())
      return Fail(ErrorCode::kUnsupported, whole_ + " is declared and nowhere defined, so it has no layout: define it "
                                                    "(Type::Define), and keep the definition");
    const std::uint32_t pack = type_.pack(), align = type_.align();
    if (pack != 0 && (!std::has_single_bit(pack) || pack > kLargestPack))
      return Bad("pack " + std::to_string(pack) + " is none that compilers know: write 1, 2, 4, 8 or 16");
    if (align != 0 && (!std::has_single_bit(align) || align > kLargestAlign))
      return Bad("align " + std::to_string(align) + " is no power of two up to 8192: write 1, 2, 4, 8, 16, …");
    open_.insert(type_.identity());
    bool storage = false;
    for (std::size_t i = 0; i < type_.members().size(); ++i) {
      const Type::Member& member = type_.members()[i];
      if (auto sound = member.bits ? BitField(i) : Ordinary(i); !sound) return sound;
      if (auto sound = Names(member, Where(i)); !sound) return sound;
      storage |= !IsFlexible(member.type) && (!member.bits || !member.name.empty());
    }
    if (!storage)
      return Fail(ErrorCode::kUnsupported, whole_ + " has no members that take memory, and compilers disagree about its "
                                                    "size: leave it out, or write its members");
    return {};
  }

 private:
  tl::unexpected<Error> Bad(const std::string& why) const { return Fail(ErrorCode::kInvalidArgument, whole_ + ": " + why); }

  std::string Where(std::size_t i) const {
    const std::string& name = type_.members()[i].name;
    return name.empty() ? "member " + std::to_string(i) + " (unnamed)" : "member '" + name + "'";
  }

  Expected<void> BitField(std::size_t i) const {
    const Type::Member& member = type_.members()[i];
    const unsigned most = BitsOf(member.type.kind());
    const std::string said = std::to_string(*member.bits);
    if (most == 0)
      return Bad(Where(i) + " is a bit-field of " + member.type.Spell() + ": only integers have bit-fields; drop the width");
    if (*member.bits > most)
      return Bad(Where(i) + " has " + said + " bits, and " + member.type.Spell() + " has " + std::to_string(most) +
                 ": write a width up to that, or a wider type");
    if (*member.bits == 0 && !member.name.empty())
      return Bad(Where(i) + " has no bits: only an unnamed bit-field, which starts a new unit, has width 0");
    return {};
  }

  Expected<void> Ordinary(std::size_t i) const {
    const Type::Member& member = type_.members()[i];
    if (member.name.empty() && !IsAggregate(member.type))
      return Bad(Where(i) + " is " + WithArticle(member.type) + ": only structs, unions and bit-fields may go unnamed");
    if (member.type.kind() == Kind::kVoid)
      return Fail(ErrorCode::kUnsupported, whole_ + ": " + Where(i) + " is void, which has no size: write void* for an address");
    if (IsAggregate(member.type) && !member.type.complete())
      return Fail(ErrorCode::kUnsupported, whole_ + ": " + Where(i) + " is " + WithArticle(member.type) +
                                               ", which is declared and not defined: define it first, or hold a pointer to it");
    if (IsFlexible(member.type)) {
      if (type_.kind() == Kind::kUnion)
        return Bad(Where(i) + " is a flexible array, which only a struct can end with: give it a length");
      if (i + 1 != type_.members().size())
        return Bad(Where(i) + " is a flexible array and not the last member: move it to the end, or give it a length");
    }
    const Type* inner = &member.type;
    while (inner->kind() == Kind::kArray) inner = &inner->element();
    if (EndsFlexible(*inner))
      return Bad(Where(i) + " is " + WithArticle(*inner) + ", which ends with a flexible array and so can only be pointed at: "
                            "write " + inner->Spell() + "*");
    return {};
  }

  // Members of anonymous members are names of this struct as well.
  Expected<void> Names(const Type::Member& member, const std::string& where) {
    if (!member.name.empty()) {
      if (!names_.insert(member.name).second)
        return Bad("two members are called '" + member.name + "': give one of them another name");
    } else if (!member.bits) {
      if (!open_.insert(member.type.identity()).second) return Bad(where + " contains itself: hold a pointer to it");
      for (const Type::Member& inner : member.type.members())
        if (auto sound = Names(inner, where); !sound) return sound;
      open_.erase(member.type.identity());
    }
    return {};
  }

  const Type& type_;
  const std::string whole_;
  std::set<std::string> names_;
  std::set<const void*> open_;  // this type, and the anonymous ones inside that are being walked
};

}  // namespace

Expected<void> CheckAggregate(const Type& type) { return Check(type).Run(); }

}  // namespace bridge::internal
