// SPDX-License-Identifier: MIT
#include <algorithm>

#include "harness/model/type.h"

namespace spanproof {
namespace {

constexpr int kDeepestNesting = 64;
constexpr std::uint64_t kLargestType = std::uint64_t{1} << 40;

bool IsWin32(Abi abi) { return abi == Abi::kWin32Gnu || abi == Abi::kWin32Msvc; }
bool IsLp64(Abi abi) { return abi == Abi::kSysv64; }

// The x87 format is padded to 16 bytes on 64-bit gnu targets and to 12 on
// win32-gnu; Microsoft's long double is a double.
Layout LongDoubleLayout(Abi abi) {
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

Expected<Layout> Compute(const TypeTable& types, TypeId id, Abi abi, int depth,
                         std::vector<std::uint64_t>* offsets);

Expected<Layout> Members(const TypeTable& types, const Type& type, Abi abi, int depth,
                         std::vector<std::uint64_t>* offsets) {
  Layout whole{0, 1};
  for (const Field& field : type.fields) {
    if (field.bits != 0) {
      return Fail(ErrorCode::kUnsupported, "\"" + type.name + "." + field.name +
                                               "\" is a bit-field; these are not laid out yet");
    }
    auto member = Compute(types, field.type, abi, depth + 1, nullptr);
    if (!member) return member;
    std::uint64_t align = member->align;
    if (type.pack != 0) align = std::min<std::uint64_t>(align, type.pack);
    whole.align = std::max(whole.align, align);
    if (type.kind == Kind::kUnion) {
      if (offsets != nullptr) offsets->push_back(0);
      whole.size = std::max(whole.size, member->size);
    } else {
      const std::uint64_t at = (whole.size + align - 1) / align * align;
      if (offsets != nullptr) offsets->push_back(at);
      whole.size = at + member->size;
    }
    if (whole.size > kLargestType) {
      return Fail(ErrorCode::kInvalidArgument, "\"" + type.name + "\" is larger than 1 TiB");
    }
  }
  whole.size = (whole.size + whole.align - 1) / whole.align * whole.align;
  return whole;
}

Expected<Layout> Compute(const TypeTable& types, TypeId id, Abi abi, int depth,
                         std::vector<std::uint64_t>* offsets) {
  const Type& type = types[id];
  if (depth > kDeepestNesting) {
    return Fail(ErrorCode::kInvalidArgument,
                "\"" + types.Spell(id) + "\" contains itself; use a pointer to it");
  }
  switch (type.kind) {
    case Kind::kVoid:
      return Fail(ErrorCode::kUnsupported, "void has no size");
    case Kind::kBool:
    case Kind::kChar:
    case Kind::kInt8:
    case Kind::kUint8: return Layout{1, 1};
    case Kind::kInt16:
    case Kind::kUint16: return Layout{2, 2};
    case Kind::kInt32:
    case Kind::kUint32:
    case Kind::kFloat: return Layout{4, 4};
    case Kind::kInt64:
    case Kind::kUint64:
    case Kind::kDouble: return Layout{8, 8};  // also on win32: gcc for Windows has -malign-double on
    case Kind::kWchar: return IsLp64(abi) ? Layout{4, 4} : Layout{2, 2};
    case Kind::kLong:
    case Kind::kUlong: return IsLp64(abi) ? Layout{8, 8} : Layout{4, 4};
    case Kind::kLongDouble: return LongDoubleLayout(abi);
    case Kind::kSize:
    case Kind::kPtrdiff:
    case Kind::kPointer:
    case Kind::kFunction: return Layout{PointerSize(abi), PointerSize(abi)};
    case Kind::kArray: {
      auto element = Compute(types, type.element, abi, depth + 1, nullptr);
      if (!element) return element;
      if (element->size != 0 && type.count > kLargestType / element->size) {
        return Fail(ErrorCode::kInvalidArgument, "\"" + types.Spell(id) + "\" is larger than 1 TiB");
      }
      return Layout{element->size * type.count, element->align};
    }
    case Kind::kStruct:
    case Kind::kUnion:
      if (!type.defined) {
        return Fail(ErrorCode::kUnsupported, "\"" + type.name + "\" is declared but not defined");
      }
      return Members(types, type, abi, depth, offsets);
  }
  return Fail(ErrorCode::kInternal, "unknown kind of type");
}

}  // namespace

Expected<Layout> LayoutOf(const TypeTable& types, TypeId id, Abi abi) {
  return Compute(types, id, abi, 0, nullptr);
}

Expected<std::vector<std::uint64_t>> FieldOffsets(const TypeTable& types, TypeId id, Abi abi) {
  const Kind kind = types[id].kind;
  if (kind != Kind::kStruct && kind != Kind::kUnion) {
    return Fail(ErrorCode::kInvalidArgument, "\"" + types.Spell(id) + "\" has no members");
  }
  std::vector<std::uint64_t> offsets;
  const auto layout = Compute(types, id, abi, 0, &offsets);
  if (!layout) return tl::unexpected(layout.error());
  return offsets;
}

std::uint64_t PointerSize(Abi abi) { return IsWin32(abi) ? 4 : 8; }

}  // namespace spanproof
