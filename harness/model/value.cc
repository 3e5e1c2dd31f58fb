// SPDX-License-Identifier: MIT
#include "harness/model/value.h"

#include <algorithm>

namespace spanproof {
namespace {

bool IsFloating(Kind kind) {
  return kind == Kind::kFloat || kind == Kind::kDouble || kind == Kind::kLongDouble;
}

bool IsSigned(Kind kind) {
  switch (kind) {
    case Kind::kInt8:
    case Kind::kInt16:
    case Kind::kInt32:
    case Kind::kInt64:
    case Kind::kLong:
    case Kind::kPtrdiff: return true;
    default: return false;
  }
}

// The width that `abi` gives to a kind whose width differs between ABIs, else 0.
std::uint8_t VaryingWidth(Kind kind, Abi abi) {
  switch (kind) {
    case Kind::kLong:
    case Kind::kUlong: return abi == Abi::kSysv64 ? 8 : 4;
    case Kind::kWchar: return abi == Abi::kSysv64 ? 4 : 2;
    case Kind::kSize:
    case Kind::kPtrdiff: return static_cast<std::uint8_t>(PointerSize(abi));
    default: return 0;
  }
}

// False when the bits do not survive the narrower width.
bool Resize(Kind kind, std::uint8_t from, std::uint8_t to, std::uint64_t* bits) {
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

Expected<Value> PackedForAbi(const Packed& packed, std::uint8_t width) {
  Packed out{packed.kind, width, {}};
  for (std::size_t i = 0; i + packed.width <= packed.bytes.size(); i += packed.width) {
    std::uint64_t bits = 0;
    for (int b = packed.width - 1; b >= 0; --b) bits = bits << 8 | packed.bytes[i + b];
    if (!Resize(packed.kind, packed.width, width, &bits)) {
      return Fail(ErrorCode::kInvalidArgument, "an array element does not fit the ABI's width");
    }
    for (int b = 0; b < width; ++b) out.bytes.push_back(static_cast<std::uint8_t>(bits >> (8 * b)));
  }
  return Value{std::move(out)};
}

}  // namespace

std::string_view Tag(Kind kind, std::uint8_t width) {
  if (kind == Kind::kBool) return "b8";
  if (kind == Kind::kChar) return "c8";
  if (kind == Kind::kWchar) return width == 4 ? "c32" : "c16";
  if (IsFloating(kind)) return width == 4 ? "f32" : width == 8 ? "f64" : "";
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
    Scalar out{scalar->kind, width, scalar->bits};
    if (!Resize(scalar->kind, scalar->width, width, &out.bits)) {
      return Fail(ErrorCode::kInvalidArgument,
                  Show(value) + " does not fit " + std::to_string(width) + " bytes on " +
                      std::string(Name(abi)));
    }
    return Value{out};
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
