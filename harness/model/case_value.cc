// SPDX-License-Identifier: MIT
#include "harness/model/case_value.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "harness/model/nearest.h"
#include "harness/model/reached.h"
#include "harness/model/utf.h"
#include "harness/model/value_json.h"

namespace spanproof {
namespace {

using nlohmann::json;

struct Width {
  std::uint8_t bytes;
  bool is_signed;
};

Width IntegerWidth(Kind kind) {
  switch (kind) {
    case Kind::kBool:
    case Kind::kUint8: return {1, false};
    case Kind::kChar:
    case Kind::kInt8: return {1, true};
    case Kind::kWchar:
    case Kind::kUint16: return {2, false};
    case Kind::kInt16: return {2, true};
    case Kind::kInt32:
    case Kind::kLong: return {4, true};
    case Kind::kUint32:
    case Kind::kUlong: return {4, false};
    case Kind::kInt64:
    case Kind::kPtrdiff: return {8, true};
    default: return {8, false};
  }
}

std::uint64_t Mask(std::uint8_t bytes) {
  return bytes == 8 ? ~std::uint64_t{0} : (std::uint64_t{1} << (8 * bytes)) - 1;
}

// Bits by hex text: any pattern of the width, also where a signed value is meant.
std::uint64_t HexBits(const Node& node, const std::string& text, std::uint8_t bytes) {
  std::uint64_t bits = 0;
  const char* end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data() + 2, end, bits, 16);
  if (error != std::errc() || at != end || (bits & ~Mask(bytes)) != 0) {
    node.Bad("\"" + text + "\" is no hex number of at most " + std::to_string(bytes * 2) + " digits");
  }
  return bits;
}

std::uint64_t IntegerBits(const Node& node, Kind kind) {
  const auto [bytes, is_signed] = IntegerWidth(kind);
  const json& in = node.json();
  if (kind == Kind::kBool && in.is_boolean()) return in.get<bool>() ? 1 : 0;
  if (in.is_string()) {
    const std::string text = node.Text();
    if (text.starts_with("0x")) return HexBits(node, text, bytes);
    if (kind == Kind::kChar && text.size() == 1) return static_cast<unsigned char>(text[0]);
    if (kind == Kind::kWchar) {
      const auto units = Utf16(text);
      if (units && units->size() == 1) return (*units)[0];
    }
    node.Bad("\"" + text + "\" is no value of this type; write a number, \"0x…\", or one character for char and wchar_t");
  }
  if (!in.is_number_integer()) node.Bad("must be a whole number, or \"0x…\"");
  if (in.is_number_unsigned()) {
    const auto number = in.get<std::uint64_t>();
    // A char may be written as its byte, whatever its signedness.
    const std::uint64_t most = is_signed && kind != Kind::kChar ? Mask(bytes) >> 1 : Mask(bytes);
    if (number > most) node.Bad("is larger than the type holds (" + std::to_string(most) + ")");
    return number;
  }
  const auto number = in.get<std::int64_t>();
  const std::int64_t least = is_signed ? -static_cast<std::int64_t>(Mask(bytes) >> 1) - 1 : 0;
  if (number < least) node.Bad("is smaller than the type holds (" + std::to_string(least) + ")");
  return static_cast<std::uint64_t>(number) & Mask(bytes);
}

double ReadDouble(const Node& node) {
  const json& in = node.json();
  if (in.is_number()) return in.get<double>();
  const std::string text = node.Text();
  if (text == "nan") return std::numeric_limits<double>::quiet_NaN();
  if (text == "inf") return std::numeric_limits<double>::infinity();
  if (text == "-inf") return -std::numeric_limits<double>::infinity();
  node.Bad("\"" + text + "\" is no float; write a number, \"0x…\" for exact bits, \"nan\", \"inf\" or \"-inf\"");
}

Scalar ReadFloat(const Node& node, Kind kind) {
  const std::uint8_t bytes = kind == Kind::kFloat ? 4 : 8;
  if (node.json().is_string() && node.Text().starts_with("0x")) {
    return Scalar{kind, bytes, HexBits(node, node.Text(), bytes)};
  }
  const double number = ReadDouble(node);
  if (kind == Kind::kDouble) return Scalar{kind, bytes, std::bit_cast<std::uint64_t>(number)};
  const float narrow = static_cast<float>(number);
  if (std::isinf(narrow) && !std::isinf(number)) node.Bad("is larger than a float holds");
  return Scalar{kind, bytes, std::bit_cast<std::uint32_t>(narrow)};
}

// Twenty digits: sign and exponent in the first four, the significand after them.
Scalar ReadLongDouble(const Node& node) {
  if (!node.json().is_string() || !node.Text().starts_with("0x")) return WidenToX87(std::bit_cast<std::uint64_t>(ReadDouble(node)));
  const std::string text = node.Text();
  if (text.size() != 22) node.Bad("\"" + text + "\" is no long double; write all of its 20 hex digits");
  return Scalar{Kind::kLongDouble, kX87Width, HexBits(node, "0x" + text.substr(6), 8),
                static_cast<std::uint16_t>(HexBits(node, text.substr(0, 6), 2))};
}

Scalar ReadScalar(const Node& node, Kind kind) {
  if (kind == Kind::kLongDouble) return ReadLongDouble(node);
  if (kind == Kind::kFloat || kind == Kind::kDouble) return ReadFloat(node, kind);
  return Scalar{kind, IntegerWidth(kind).bytes, IntegerBits(node, kind)};
}

Pointer ReadPointer(const Node& node, const CaseScope& scope) {
  if (node.json().is_null()) return Pointer{};
  std::string text = node.Text();
  const bool object = text.starts_with('&');
  if (object && text.find_last_of("+-") == std::string::npos) text += "+0";
  const json spelled = text.starts_with("fn:") ? text : "ptr:" + text;
  const auto value = DecodeValue(spelled);
  if (!value) {
    node.Bad("\"" + text + "\" is no pointer; write null, \"&object\", \"&object+8\", \"fn:callback\" or \"dll1+0\"");
  }
  const auto& pointer = std::get<Pointer>(value->data);
  if (pointer.to == Pointer::To::kObject && !scope.objects.contains(pointer.name)) {
    node.Bad("no object \"" + pointer.name + "\" in this case; declare it under \"objects\"");
  }
  if (pointer.to == Pointer::To::kCallback && !scope.callbacks.contains(pointer.name)) {
    node.Bad("no callback \"" + pointer.name + "\" in this case; declare it under \"callbacks\"");
  }
  return pointer;
}


std::uint8_t ScalarWidth(Kind kind) {
  switch (kind) {
    case Kind::kFloat: return 4;
    case Kind::kDouble: return 8;
    case Kind::kLongDouble: return kX87Width;
    default: return IntegerWidth(kind).bytes;
  }
}

// A text fills its array from the start; zeros follow.
Value ReadTextArray(const Node& node, Kind kind, std::uint64_t count) {
  Packed packed{kind, kind == Kind::kChar ? std::uint8_t{1} : std::uint8_t{2}, {}};
  const std::string text = node.Text();
  if (kind == Kind::kChar) {
    packed.bytes.assign(text.begin(), text.end());
  } else {
    const auto units = Utf16(text);
    if (!units) node.Bad("is no well-formed UTF-8");
    for (const char16_t unit : *units) Append(Scalar{kind, 2, unit}, &packed);
  }
  if (packed.bytes.size() > count * packed.width) {
    node.Bad("the text has more characters than the array (" + std::to_string(count) + ")");
  }
  packed.bytes.resize(count * packed.width);
  return Value{std::move(packed)};
}

Value ReadArray(const Node& node, const TypeTable& types, TypeId element, std::uint64_t count,
                const CaseScope& scope) {
  const Kind kind = types[element].kind;
  if (node.json().is_string() && (kind == Kind::kChar || kind == Kind::kWchar)) {
    return ReadTextArray(node, kind, count);
  }
  const std::vector<Node> elements = node.Elements();
  if (elements.size() != count) {
    node.Bad("has " + std::to_string(elements.size()) + " elements; the type has " + std::to_string(count));
  }
  if (IsScalar(kind)) {
    Packed packed{kind, ScalarWidth(kind), {}};  // an empty one has a width, too
    for (const Node& each : elements) {
      const Scalar scalar = ReadScalar(each, kind);
      packed.width = scalar.width;
      Append(scalar, &packed);
    }
    return Value{std::move(packed)};
  }
  Array array;
  for (const Node& each : elements) array.elements.push_back(ReadValue(each, types, element, scope));
  return Value{std::move(array)};
}

Value ReadMember(const Node& node, const TypeTable& types, const NamedMember& member, const CaseScope& scope) {
  const Type& type = types[member.type];
  if (type.kind == Kind::kArray && type.count == 0) {
    return ReadArray(node, types, type.element, node.Elements().size(), scope);
  }
  const Value value = ReadValue(node, types, member.type, scope);
  if (member.bits && !FitsBits(std::get<Scalar>(value.data), *member.bits)) {
    node.Bad("does not fit the " + std::to_string(*member.bits) + " bits of \"" + member.name + "\"");
  }
  return value;
}

Value ReadRecord(const Node& node, const TypeTable& types, TypeId id, const CaseScope& scope) {
  const auto members = NamedMembers(types, id);
  if (!members) node.Bad(members.error().message);
  const std::string of = " of \"" + types[id].name + "\"";
  std::vector<std::string> names;
  for (const NamedMember& member : *members) names.push_back(member.name);
  for (const auto& [name, value] : node.Members()) {
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      node.Bad("\"" + types[id].name + "\" has no member \"" + name + "\"" + DidYouMean(name, names));
    }
  }
  Record record;
  for (const NamedMember& member : *members) {
    // A union is set through any of its members.
    const auto value = node.Find(member.name);
    if (!value && member.choice) continue;
    if (!value) node.Bad("member \"" + member.name + "\"" + of + " is missing");
    record.fields.emplace_back(member.name, ReadMember(*value, types, member, scope));
  }
  return Value{std::move(record)};
}

}  // namespace

Value ReadValue(const Node& node, const TypeTable& types, TypeId id, const CaseScope& scope) {
  const Type& type = types[id];
  if (IsScalar(type.kind)) return Value{ReadScalar(node, type.kind)};
  switch (type.kind) {
    case Kind::kVoid:
      if (!node.json().is_null()) node.Bad("is void; write null or leave it out");
      return Value{};
    case Kind::kPointer:
    case Kind::kFunction: return Value{ReadPointer(node, scope)};
    case Kind::kArray: return ReadArray(node, types, type.element, type.count, scope);
    default: return ReadRecord(node, types, id, scope);
  }
}

Reached ReadReached(const Node& node, TypeTable* types, const Prototype& prototype,
                    const CaseScope& scope) {
  node.AllowOnly({"path", "value"});
  auto path = DecodePath(node.At("path").json());
  if (!path) node.At("path").Bad(path.error().message);
  const auto reached = TypeReached(types, prototype, *path);
  if (!reached) node.At("path").Bad(reached.error().message);
  const Node value = node.At("value");
  if (reached->directive == nullptr) return {*path, ReadValue(value, *types, reached->element, scope)};
  if (!value.json().is_string()) {
    return {*path, ReadArray(value, *types, reached->element, value.Elements().size(), scope)};
  }
  const Kind kind = (*types)[reached->element].kind;
  if (kind != Kind::kChar && kind != Kind::kWchar) value.Bad("must be a list […]");
  const std::string text = value.Text();
  const auto units = Utf16(text);
  if (!units) value.Bad("is no well-formed UTF-8");
  // A null-terminated text crosses with its terminator.
  const std::size_t length = kind == Kind::kChar ? text.size() : units->size();
  return {*path, ReadTextArray(value, kind, length + (reached->directive->null ? 1 : 0))};
}

}  // namespace spanproof
