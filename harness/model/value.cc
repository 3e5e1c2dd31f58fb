// SPDX-License-Identifier: MIT
#include "harness/model/value.h"

#include <algorithm>

namespace spanproof {
namespace {

// The width that `abi` gives to a kind whose width differs between ABIs, else 0.
std::uint8_t VaryingWidth(Kind kind, Abi abi) {
  switch (kind) {
    case Kind::kLong:
    case Kind::kUlong: return abi == Abi::kSysv64 ? 8 : 4;
    case Kind::kWchar: return abi == Abi::kSysv64 ? 4 : 2;
    case Kind::kSize:
    case Kind::kPtrdiff: return static_cast<std::uint8_t>(PointerSize(abi));
    case Kind::kLongDouble: return abi == Abi::kWin64Msvc || abi == Abi::kWin32Msvc ? 8 : kX87Width;
    default: return 0;
  }
}

// False when the bits do not survive the narrower width.
bool ResizeInteger(Kind kind, std::uint8_t from, std::uint8_t to, std::uint64_t* bits) {
  if (IsSigned(kind) && from < 8 && ((*bits >> (from * 8 - 1)) & 1) != 0) {
    *bits |= ~std::uint64_t{0} << (from * 8);
  }
  if (to == 8) return true;
  const std::uint64_t mask = (std::uint64_t{1} << (to * 8)) - 1;
  const std::uint64_t full = *bits;
  *bits &= mask;
  std::uint64_t back = *bits;
  if (IsSigned(kind) && ((back >> (to * 8 - 1)) & 1) != 0) back |= ~mask;
  return back == full;
}

std::optional<Scalar> Resize(const Scalar& scalar, std::uint8_t width) {
  Scalar out{scalar.kind, width, scalar.bits};
  if (scalar.kind != Kind::kLongDouble) {
    return ResizeInteger(scalar.kind, scalar.width, width, &out.bits) ? std::optional(out) : std::nullopt;
  }
  if (width == kX87Width) return WidenToX87(scalar.bits);
  const auto bits = NarrowToDouble(scalar);
  if (!bits) return std::nullopt;
  out.bits = *bits;
  return out;
}

Expected<Value> PackedForAbi(const Packed& packed, std::uint8_t width) {
  Packed out{packed.kind, width, {}};
  for (std::size_t i = 0; i < packed.bytes.size() / packed.width; ++i) {
    const auto element = Resize(ElementOf(packed, i), width);
    if (!element) return Fail(ErrorCode::kInvalidArgument, "an array element does not fit the ABI's width");
    Append(*element, &out);
  }
  return Value{std::move(out)};
}

}  // namespace

std::string_view Tag(Kind kind, std::uint8_t width) {
  if (kind == Kind::kBool) return "b8";
  if (kind == Kind::kChar) return "c8";
  if (kind == Kind::kWchar) return width == 4 ? "c32" : "c16";
  if (IsFloating(kind)) return width == 4 ? "f32" : width == 8 ? "f64" : width == kX87Width ? "f80" : "";
  if (!IsScalar(kind)) return "";
  const bool is_signed = IsSigned(kind);
  switch (width) {
    case 1: return is_signed ? "i8" : "u8";
    case 2: return is_signed ? "i16" : "u16";
    case 4: return is_signed ? "i32" : "u32";
    case 8: return is_signed ? "i64" : "u64";
    default: return "";
  }
}

bool FitsBits(const Scalar& scalar, std::uint8_t bits) {
  if (bits >= 8 * scalar.width || bits >= 64) return true;
  if (scalar.kind == Kind::kBool) return scalar.bits <= 1;
  if (!IsSigned(scalar.kind)) return scalar.bits >> bits == 0;
  // Above the field's own bits stands nothing but its sign.
  const std::uint64_t all = scalar.width >= 8 ? ~std::uint64_t{0} : (std::uint64_t{1} << (8 * scalar.width)) - 1;
  const std::uint64_t above = scalar.bits >> (bits - 1);
  return above == 0 || above == all >> (bits - 1);
}

void Append(const Scalar& scalar, Packed* packed) {
  for (int i = 0; i < packed->width; ++i) {
    packed->bytes.push_back(static_cast<std::uint8_t>(i < 8 ? scalar.bits >> (8 * i) : scalar.high >> (8 * (i - 8))));
  }
}

Scalar ElementOf(const Packed& packed, std::size_t index) {
  Scalar scalar{packed.kind, packed.width, 0};
  const std::uint8_t* at = packed.bytes.data() + index * packed.width;
  for (int i = packed.width; i-- > 8;) scalar.high = static_cast<std::uint16_t>(scalar.high << 8 | at[i]);
  for (int i = std::min<int>(packed.width, 8); i-- > 0;) scalar.bits = scalar.bits << 8 | at[i];
  return scalar;
}

bool Array::operator==(const Array& other) const { return elements == other.elements; }

bool Record::operator==(const Record& other) const {
  if (fields.size() != other.fields.size()) return false;
  return std::all_of(fields.begin(), fields.end(), [&](const auto& field) {
    const auto same = std::find_if(other.fields.begin(), other.fields.end(),
                                   [&](const auto& theirs) { return theirs.first == field.first; });
    return same != other.fields.end() && same->second == field.second;
  });
}

Expected<Value> ForAbi(const Value& value, Abi abi) {
  if (const auto* scalar = std::get_if<Scalar>(&value.data)) {
    const std::uint8_t width = VaryingWidth(scalar->kind, abi);
    if (width == 0 || width == scalar->width) return value;
    const auto out = Resize(*scalar, width);
    if (!out) {
      return Fail(ErrorCode::kInvalidArgument,
                  Show(value) + " does not fit " + std::to_string(width) + " bytes on " +
                      std::string(Name(abi)));
    }
    return Value{*out};
  }
  if (const auto* packed = std::get_if<Packed>(&value.data)) {
    const std::uint8_t width = VaryingWidth(packed->kind, abi);
    if (width == 0 || width == packed->width) return value;
    return PackedForAbi(*packed, width);
  }
  if (const auto* array = std::get_if<Array>(&value.data)) {
    Array out;
    for (const Value& element : array->elements) {
      auto converted = ForAbi(element, abi);
      if (!converted) return converted;
      out.elements.push_back(std::move(*converted));
    }
    return Value{std::move(out)};
  }
  if (const auto* record = std::get_if<Record>(&value.data)) {
    Record out;
    for (const auto& [name, member] : record->fields) {
      auto converted = ForAbi(member, abi);
      if (!converted) return converted;
      out.fields.emplace_back(name, std::move(*converted));
    }
    return Value{std::move(out)};
  }
  return value;
}

}  // namespace spanproof
