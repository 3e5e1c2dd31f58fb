// SPDX-License-Identifier: MIT
#include <algorithm>

#include "harness/model/placement.h"

namespace spanproof {
namespace {

constexpr int kDeepestNesting = 64;
constexpr std::uint64_t kLargestType = std::uint64_t{1} << 40;

bool IsWin32(Abi abi) { return abi == Abi::kWin32Gnu || abi == Abi::kWin32Msvc; }
bool IsLp64(Abi abi) { return abi == Abi::kSysv64; }

// The x87 format is padded to 16 bytes on 64-bit gnu targets and to 12 on
// win32-gnu; Microsoft's long double is a double.
Extent LongDoubleExtent(Abi abi) {
  switch (abi) {
    case Abi::kWin64Gnu:
    case Abi::kSysv64:
    case Abi::kSysv64Windows: return {16, 16};
    case Abi::kWin32Gnu: return {12, 4};
    case Abi::kWin64Msvc:
    case Abi::kWin32Msvc: return {8, 8};
  }
  return {};
}

// What a walk through nested types is about; errors name the type at fault.
class Walk {
 public:
  Walk(const TypeTable& types, Abi abi) : types_(types), abi_(abi) {}

  Expected<Extent> Of(TypeId id, std::vector<FieldPlace>* places = nullptr) {
    if (depth_ > kDeepestNesting) {
      return Fail(ErrorCode::kInvalidArgument, "\"" + types_.Spell(id) + "\" contains itself; use a pointer to it");
    }
    ++depth_;
    auto extent = Inside(id, places);
    --depth_;
    return extent;
  }

 private:
  Expected<Extent> Inside(TypeId id, std::vector<FieldPlace>* places) {
    const Type& type = types_[id];
    switch (type.kind) {
      case Kind::kVoid: return Fail(ErrorCode::kUnsupported, "void has no size");
      case Kind::kBool:
      case Kind::kChar:
      case Kind::kInt8:
      case Kind::kUint8: return Extent{1, 1};
      case Kind::kInt16:
      case Kind::kUint16: return Extent{2, 2};
      case Kind::kInt32:
      case Kind::kUint32:
      case Kind::kFloat: return Extent{4, 4};
      case Kind::kInt64:
      case Kind::kUint64:
      case Kind::kDouble: return Extent{8, 8};  // also on win32: gcc for Windows has -malign-double on
      case Kind::kWchar: return IsLp64(abi_) ? Extent{4, 4} : Extent{2, 2};
      case Kind::kLong:
      case Kind::kUlong: return IsLp64(abi_) ? Extent{8, 8} : Extent{4, 4};
      case Kind::kLongDouble: return LongDoubleExtent(abi_);
      case Kind::kSize:
      case Kind::kPtrdiff:
      case Kind::kPointer:
      case Kind::kFunction: return Extent{PointerSize(abi_), PointerSize(abi_)};
      case Kind::kArray: return ArrayOf(id);
      case Kind::kStruct:
      case Kind::kUnion: return Aggregate(type, places);
    }
    return Fail(ErrorCode::kInternal, "unknown kind of type");
  }

  Expected<Extent> ArrayOf(TypeId id) {
    auto extent = Of(types_[id].element);
    if (!extent) return extent;
    if (FlexibleElement(types_, types_[id].element)) {
      return Fail(ErrorCode::kInvalidArgument,
                  "\"" + types_.Spell(id) + "\" repeats a struct that ends with a flexible array");
    }
    if (extent->size != 0 && types_[id].count > kLargestType / extent->size) {
      return Fail(ErrorCode::kInvalidArgument, "\"" + types_.Spell(id) + "\" is larger than 1 TiB");
    }
    extent->size *= types_[id].count;
    return extent;
  }

  Expected<Extent> Aggregate(const Type& type, std::vector<FieldPlace>* places) {
    if (!type.defined) return Fail(ErrorCode::kUnsupported, "\"" + type.name + "\" is declared but not defined");
    Placement placement(abi_, type);
    for (const Field& field : type.fields) {
      const auto member = Of(field.type);
      if (!member) return member;
      const std::string what = "\"" + type.name + (field.name.empty() ? "" : "." + field.name) + "\"";
      if (field.bits && *field.bits > (types_[field.type].kind == Kind::kBool ? 1 : 8 * member->size)) {
        return Fail(ErrorCode::kInvalidArgument, what + " has a bit-field of " + std::to_string(*field.bits) +
                                                     " bits, more than its type");
      }
      if (FlexibleElement(types_, field.type)) {
        return Fail(ErrorCode::kInvalidArgument, what + " holds a struct that ends with a flexible array");
      }
      const FieldPlace place = placement.Add(*member, field.bits, !field.name.empty());
      if (places != nullptr) places->push_back(place);
      if (placement.size() > kLargestType) {
        return Fail(ErrorCode::kInvalidArgument, "\"" + type.name + "\" is larger than 1 TiB");
      }
    }
    return placement.Finish();
  }

  const TypeTable& types_;
  const Abi abi_;
  int depth_ = 0;
};

Expected<void> Flatten(const TypeTable& types, TypeId id, std::optional<Abi> abi, const NamedMember& outer, int depth,
                       std::vector<NamedMember>* members) {
  const Type& type = types[id];
  if (!IsAggregate(type.kind) || !type.defined) {
    return Fail(ErrorCode::kInvalidArgument, "\"" + types.Spell(id) + "\" has no members");
  }
  if (depth > kDeepestNesting) {
    return Fail(ErrorCode::kInvalidArgument, "\"" + type.name + "\" contains itself; use a pointer to it");
  }
  std::vector<FieldPlace> places(type.fields.size());
  if (abi) {
    auto placed = FieldPlaces(types, id, *abi);
    if (!placed) return tl::unexpected(placed.error());
    places = std::move(*placed);
  }
  for (std::size_t i = 0; i < type.fields.size(); ++i) {
    const Field& field = type.fields[i];
    NamedMember member{field.name, field.type, field.bits, outer.choice || type.kind == Kind::kUnion, places[i]};
    member.place.offset += outer.place.offset;
    if (field.name.empty()) {
      if (field.bits) continue;
      if (auto done = Flatten(types, field.type, abi, member, depth + 1, members); !done) return done;
      continue;
    }
    if (std::any_of(members->begin(), members->end(), [&](const NamedMember& one) { return one.name == field.name; })) {
      return Fail(ErrorCode::kInvalidArgument,
                  "\"" + type.name + "\" has two members \"" + field.name + "\", one of them in an anonymous member");
    }
    members->push_back(std::move(member));
  }
  return {};
}

}  // namespace

Expected<Layout> LayoutOf(const TypeTable& types, TypeId id, Abi abi) {
  return Walk(types, abi).Of(id).map([](const Extent& extent) { return Layout{extent.size, extent.align}; });
}

Expected<std::vector<FieldPlace>> FieldPlaces(const TypeTable& types, TypeId id, Abi abi) {
  if (!IsAggregate(types[id].kind)) {
    return Fail(ErrorCode::kInvalidArgument, "\"" + types.Spell(id) + "\" has no members");
  }
  std::vector<FieldPlace> places;
  const auto extent = Walk(types, abi).Of(id, &places);
  if (!extent) return tl::unexpected(extent.error());
  return places;
}

Expected<std::vector<std::uint64_t>> FieldOffsets(const TypeTable& types, TypeId id, Abi abi) {
  return FieldPlaces(types, id, abi).map([](const std::vector<FieldPlace>& places) {
    std::vector<std::uint64_t> offsets;
    for (const FieldPlace& place : places) offsets.push_back(place.offset);
    return offsets;
  });
}

Expected<std::vector<NamedMember>> NamedMembers(const TypeTable& types, TypeId id) {
  std::vector<NamedMember> members;
  if (auto done = Flatten(types, id, std::nullopt, {}, 0, &members); !done) return tl::unexpected(done.error());
  return members;
}

Expected<std::vector<NamedMember>> PlacedMembers(const TypeTable& types, TypeId id, Abi abi) {
  std::vector<NamedMember> members;
  if (auto done = Flatten(types, id, abi, {}, 0, &members); !done) return tl::unexpected(done.error());
  return members;
}

std::optional<TypeId> FlexibleElement(const TypeTable& types, TypeId id) {
  const Type& type = types[id];
  if (type.kind != Kind::kStruct || type.fields.empty()) return std::nullopt;
  const Type& last = types[type.fields.back().type];
  if (last.kind != Kind::kArray || last.count != 0) return std::nullopt;
  return last.element;
}

std::uint64_t PointerSize(Abi abi) { return IsWin32(abi) ? 4 : 8; }

}  // namespace spanproof
