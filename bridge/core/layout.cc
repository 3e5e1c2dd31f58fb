// SPDX-License-Identifier: MIT
#include <algorithm>
#include <map>

#include "bridge/core/nearest.h"
#include "bridge/core/placement.h"
#include "bridge/core/soundness.h"
#include "bridge/core/type.h"

namespace bridge {
namespace {

using internal::Part;
using internal::Shape;

constexpr std::uint64_t kMaxBytes = std::uint64_t{1} << 59;  // twice that still counts in bits
constexpr std::size_t kDeepestNesting = 256;

tl::unexpected<Error> TooLarge(const Type& type) {
  return Fail(ErrorCode::kInvalidArgument, type.Spell() + " is larger than any memory: write fewer elements");
}

bool IsSigned(Kind kind) {
  return kind == Kind::kInt8 || kind == Kind::kInt16 || kind == Kind::kInt32 || kind == Kind::kInt64;
}

Shape Scalar(std::uint64_t bytes) { return {bytes, bytes, 1}; }

Expected<Shape> ScalarShape(Kind kind, Abi abi) {
  if (kind == Kind::kLongDouble) return IsMsvc(abi) ? Scalar(8) : IsWin32(abi) ? Shape{12, 4, 1} : Scalar(16);
  // 8 bytes are aligned to 8 on win32 too: Windows compilers align them so in structs.
  if (const std::uint32_t bytes = ScalarBytes(kind, PointerSize(abi)); bytes != 0) return Scalar(bytes);
  return Fail(ErrorCode::kUnsupported, "a void has no layout: it is only pointed at (void*)");
}

// One walk: each description is checked and laid out once.
class Layouter {
 public:
  explicit Layouter(Abi abi) : abi_(abi) {}

  Expected<Shape> Of(const Type& type) {
    switch (type.kind()) {
      case Kind::kStruct:
      case Kind::kUnion: return Aggregate(type, nullptr);
      case Kind::kArray: {
        if (++depth_ > kDeepestNesting) return TooDeep(type);
        auto element = Of(type.element());
        --depth_;
        if (!element) return element;
        if (type.count() != 0 && element->size > kMaxBytes / type.count()) return TooLarge(type);
        element->size *= type.count();
        return element;
      }
      default: return ScalarShape(type.kind(), abi_);
    }
  }

  // `places` may be null.
  Expected<Shape> Aggregate(const Type& type, std::vector<Placed>* places) {
    if (const auto known = shapes_.find(type.identity()); known != shapes_.end() && !places) return known->second;
    if (std::find(open_.begin(), open_.end(), type.identity()) != open_.end())
      return Fail(ErrorCode::kInvalidArgument, type.Spell() + " contains itself: hold a pointer to it instead");
    if (++depth_ > kDeepestNesting) return TooDeep(type);
    if (auto sound = internal::CheckAggregate(type); !sound) return tl::unexpected(sound.error());
    open_.push_back(type.identity());
    std::vector<Part> parts;
    std::uint64_t sum = 0;
    for (const Type::Member& member : type.members()) {
      auto shape = Of(member.type);
      if (!shape) return shape;
      sum += shape->size + shape->align;  // no part is larger than 2^59, so that this cannot wrap unseen
      if (sum > kMaxBytes) return TooLarge(type);
      parts.push_back({*shape, member.bits, !member.name.empty()});
    }
    open_.pop_back();
    --depth_;
    std::vector<Placed> unwanted;
    if (!places) places = &unwanted;
    const internal::Frame frame{type.kind() == Kind::kUnion, type.pack(), type.align()};
    const Shape shape = IsMsvc(abi_)           ? internal::PlaceMsvc(frame, parts, places)
                        : abi_ == Abi::kSysv64 ? internal::PlaceSysv(frame, parts, places)
                                               : internal::PlaceMingw(frame, parts, places);
    for (std::size_t i = 0; i < parts.size(); ++i)
      (*places)[i].is_signed = parts[i].bits && IsSigned(type.members()[i].type.kind());
    return shapes_[type.identity()] = shape;
  }

 private:
  static tl::unexpected<Error> TooDeep(const Type& type) {
    return Fail(ErrorCode::kInvalidArgument, type.Spell() + " stands deeper than 256 types inside each other");
  }

  const Abi abi_;
  std::map<const void*, Shape> shapes_;
  std::vector<const void*> open_;  // being laid out
  std::size_t depth_ = 0;
};

void CollectNames(const Type& type, std::vector<std::string>* names) {
  for (const Type::Member& member : type.members()) {
    if (!member.name.empty()) names->push_back(member.name);
    else if (!member.bits) CollectNames(member.type, names);
  }
}

// Only for types that have a layout, so that anonymous members end.
std::optional<NamedMember> Find(const Type& type, std::string_view name, Abi abi) {
  const auto places = PlaceMembers(type, abi);
  if (!places) return std::nullopt;
  for (std::size_t i = 0; i < places->size(); ++i) {
    const Type::Member& member = type.members()[i];
    if (!member.name.empty()) {
      if (member.name == name) return NamedMember{member.type, (*places)[i]};
    } else if (!member.bits) {
      auto inner = Find(member.type, name, abi);
      if (!inner) continue;
      inner->at.offset += (*places)[i].offset;
      return inner;
    }
  }
  return std::nullopt;
}

}  // namespace

std::uint32_t ScalarBytes(Kind kind, std::uint32_t pointer_bytes) {
  switch (kind) {
    case Kind::kBool:
    case Kind::kInt8:
    case Kind::kUint8: return 1;
    case Kind::kInt16:
    case Kind::kUint16:
    case Kind::kChar16: return 2;
    case Kind::kInt32:
    case Kind::kUint32:
    case Kind::kFloat: return 4;
    case Kind::kInt64:
    case Kind::kUint64:
    case Kind::kDouble: return 8;
    case Kind::kPointer:
    case Kind::kFunction: return pointer_bytes;
    default: return 0;
  }
}

std::uint32_t PointerSize(Abi abi) { return IsWin32(abi) ? 4 : 8; }

Abi DefaultAbi(Arch arch) { return arch == Arch::kWin64 ? Abi::kWin64Msvc : Abi::kWin32Msvc; }

Expected<Layout> LayoutOf(const Type& type, Abi abi) {
  return Layouter(abi).Of(type).map([](const Shape& shape) { return Layout{shape.size, shape.align}; });
}

Expected<std::vector<Placed>> PlaceMembers(const Type& type, Abi abi) {
  if (type.kind() != Kind::kStruct && type.kind() != Kind::kUnion)
    return Fail(ErrorCode::kUnsupported, WithArticle(type) + " has no members");
  std::vector<Placed> places;
  auto shape = Layouter(abi).Aggregate(type, &places);
  if (!shape) return tl::unexpected(shape.error());
  return places;
}

Expected<std::vector<std::uint64_t>> MemberOffsets(const Type& type, Abi abi) {
  return PlaceMembers(type, abi).map([](const std::vector<Placed>& places) {
    std::vector<std::uint64_t> offsets;
    for (const Placed& place : places) offsets.push_back(place.offset);
    return offsets;
  });
}

Expected<NamedMember> FindMember(const Type& type, std::string_view name, Abi abi) {
  if (auto places = PlaceMembers(type, abi); !places) return tl::unexpected(places.error());
  if (auto found = Find(type, name, abi)) return *found;
  std::vector<std::string> names;
  CollectNames(type, &names);
  return Fail(ErrorCode::kInvalidArgument,
              "'" + type.Spell() + "' has no member '" + std::string(name) + "'" + SuggestName(name, names));
}

}  // namespace bridge
