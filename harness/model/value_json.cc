// SPDX-License-Identifier: MIT
#include "harness/model/value_json.h"

#include <array>
#include <charconv>
#include <nlohmann/json.hpp>
#include <optional>

namespace spanproof {
namespace {

using nlohmann::json;

constexpr int kDeepest = 32;
constexpr char kDigits[] = "0123456789abcdef";

struct TagKind {
  std::string_view tag;
  Kind kind;
  std::uint8_t width;
};
constexpr std::array kTags = {
    TagKind{"b8", Kind::kBool, 1},    TagKind{"c8", Kind::kChar, 1},
    TagKind{"i8", Kind::kInt8, 1},    TagKind{"u8", Kind::kUint8, 1},
    TagKind{"i16", Kind::kInt16, 2},  TagKind{"u16", Kind::kUint16, 2},
    TagKind{"i32", Kind::kInt32, 4},  TagKind{"u32", Kind::kUint32, 4},
    TagKind{"i64", Kind::kInt64, 8},  TagKind{"u64", Kind::kUint64, 8},
    TagKind{"c16", Kind::kWchar, 2},  TagKind{"c32", Kind::kWchar, 4},
    TagKind{"f32", Kind::kFloat, 4},  TagKind{"f64", Kind::kDouble, 8},
    TagKind{"f80", Kind::kLongDouble, kX87Width},
};

const TagKind* FindTag(std::string_view tag) {
  for (const TagKind& known : kTags) {
    if (known.tag == tag) return &known;
  }
  return nullptr;
}

tl::unexpected<Error> Bad(std::string_view text, const std::string& why) {
  return Fail(ErrorCode::kCorrupt, "value \"" + std::string(text.substr(0, 64)) + "\" " + why);
}

int Nibble(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

template <typename Number>
std::optional<Number> ParseNumber(std::string_view text, int base = 10) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

Expected<Value> DecodePointer(std::string_view whole, std::string_view text) {
  Pointer pointer;
  if (text == "null") return Value{pointer};
  if (text.starts_with("0x")) {
    const auto address = ParseNumber<std::uint64_t>(text.substr(2), 16);
    if (!address) return Bad(whole, "has no readable address");
    pointer.to = Pointer::To::kOpaque;
    pointer.address = *address;
    return Value{pointer};
  }
  if (text.starts_with('&')) {
    pointer.to = Pointer::To::kObject;
    text.remove_prefix(1);
  } else if (text.starts_with("dll")) {
    pointer.to = Pointer::To::kForeign;
  } else {
    return Bad(whole, "is no pointer; use ptr:null, ptr:&NAME+OFFSET, ptr:dllK+OFFSET or ptr:0x…");
  }
  const std::size_t sign = text.find_last_of("+-");
  if (sign == std::string_view::npos || sign == 0) return Bad(whole, "has no offset");
  const auto offset = ParseNumber<std::int64_t>(text.substr(sign + 1));
  if (!offset || *offset < 0) return Bad(whole, "has no readable offset");
  pointer.offset = text[sign] == '-' ? -*offset : *offset;
  pointer.name = text.substr(0, sign);
  if (pointer.to == Pointer::To::kForeign && !ParseNumber<std::uint32_t>(text.substr(3, sign - 3))) {
    return Bad(whole, "has no readable number after dll");
  }
  return Value{pointer};
}

Expected<Value> DecodePacked(std::string_view whole, const TagKind& tag, std::string_view count_text,
                             std::string_view hex) {
  const auto count = ParseNumber<std::uint64_t>(count_text);
  if (!count || hex.size() % 2 != 0 || hex.size() / 2 % tag.width != 0 ||
      *count != hex.size() / 2 / tag.width) {
    return Bad(whole, "does not have the number of digits that its count asks for");
  }
  Packed packed{tag.kind, tag.width, {}};
  packed.bytes.reserve(hex.size() / 2);
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    const int high = Nibble(hex[i]);
    const int low = Nibble(hex[i + 1]);
    if (high < 0 || low < 0) return Bad(whole, "has something that is no hex digit");
    packed.bytes.push_back(static_cast<std::uint8_t>(high << 4 | low));
  }
  return Value{std::move(packed)};
}

Expected<Value> DecodeText(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return Bad(text, "has no tag; write for example i32:0000000c");
  const std::string_view head = text.substr(0, colon);
  const std::string_view rest = text.substr(colon + 1);
  if (head == "ptr") return DecodePointer(text, rest);
  if (head == "fn") {
    if (rest.empty() || rest.size() > 256) return Bad(text, "names no callback");
    Pointer pointer;
    pointer.to = Pointer::To::kCallback;
    pointer.name = rest;
    return Value{pointer};
  }
  const std::size_t bracket = head.find('[');
  const TagKind* tag = FindTag(head.substr(0, bracket));
  if (tag == nullptr) return Bad(text, "has an unknown tag");
  if (bracket != std::string_view::npos) {
    if (head.back() != ']') return Bad(text, "has no ] after its count");
    return DecodePacked(text, *tag, head.substr(bracket + 1, head.size() - bracket - 2), rest);
  }
  if (rest.size() != tag->width * 2u) return Bad(text, "does not have exactly its tag's width in digits");
  Scalar scalar{tag->kind, tag->width, 0};
  for (const char c : rest) {
    const int nibble = Nibble(c);
    if (nibble < 0) return Bad(text, "has something that is no hex digit");
    scalar.high = static_cast<std::uint16_t>(scalar.high << 4 | static_cast<unsigned>(scalar.bits >> 60));
    scalar.bits = scalar.bits << 4 | static_cast<unsigned>(nibble);
  }
  return Value{scalar};
}

Expected<Value> Decode(const json& in, const TextReader* read_text, int depth) {
  if (depth > kDeepest) return Fail(ErrorCode::kCorrupt, "a value nests deeper than 32");
  if (in.is_null()) return Value{};
  if (const auto* text = in.get_ptr<const json::string_t*>()) return read_text != nullptr ? (*read_text)(in) : DecodeText(*text);
  if (in.is_array()) {
    Array array;
    for (const json& element : in) {
      auto value = Decode(element, read_text, depth + 1);
      if (!value) return value;
      array.elements.push_back(std::move(*value));
    }
    return Value{std::move(array)};
  }
  if (in.is_object()) {
    Record record;
    for (const auto& [name, member] : in.items()) {
      auto value = Decode(member, read_text, depth + 1);
      if (!value) return value;
      record.fields.emplace_back(name, std::move(*value));
    }
    return Value{std::move(record)};
  }
  return Fail(ErrorCode::kCorrupt, "a value is a bare JSON number or bool; use \"i32:0000000c\" and the like");
}

std::string EncodeScalar(const Scalar& scalar) {
  std::string out(Tag(scalar.kind, scalar.width));
  out += ':';
  for (int i = scalar.width * 2 - 1; i >= 0; --i) {
    out += kDigits[(i < 16 ? scalar.bits >> (4 * i) : std::uint64_t{scalar.high} >> (4 * (i - 16))) & 15];
  }
  return out;
}

std::string EncodePacked(const Packed& packed) {
  std::string out(Tag(packed.kind, packed.width));
  out += '[' + std::to_string(packed.bytes.size() / packed.width) + "]:";
  out.reserve(out.size() + packed.bytes.size() * 2);
  for (const std::uint8_t byte : packed.bytes) {
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
  return out;
}

std::string EncodePointer(const Pointer& pointer) {
  switch (pointer.to) {
    case Pointer::To::kCallback: return "fn:" + pointer.name;
    default: return "ptr:" + Show(Value{pointer});
  }
}

}  // namespace

json EncodeValue(const Value& value) {
  if (const auto* scalar = std::get_if<Scalar>(&value.data)) return EncodeScalar(*scalar);
  if (const auto* pointer = std::get_if<Pointer>(&value.data)) return EncodePointer(*pointer);
  if (const auto* packed = std::get_if<Packed>(&value.data)) return EncodePacked(*packed);
  if (const auto* array = std::get_if<Array>(&value.data)) {
    json out = json::array();
    for (const Value& element : array->elements) out.push_back(EncodeValue(element));
    return out;
  }
  if (const auto* record = std::get_if<Record>(&value.data)) {
    json out = json::object();
    for (const auto& [name, member] : record->fields) out[name] = EncodeValue(member);
    return out;
  }
  return nullptr;
}

Expected<Value> DecodeValue(const json& in) { return Decode(in, nullptr, 0); }

Expected<Value> DecodeValue(const json& in, const TextReader& read_text) { return Decode(in, &read_text, 0); }

}  // namespace spanproof
