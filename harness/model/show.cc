// SPDX-License-Identifier: MIT
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdio>

#include "harness/model/value.h"

namespace spanproof {
namespace {

// Longer arrays are cut: messages are read by people.
constexpr std::size_t kMostShown = 16;

std::string Hex(std::uint64_t bits) {
  char text[24];
  std::snprintf(text, sizeof text, "0x%llx", static_cast<unsigned long long>(bits));
  return text;
}

// The shortest decimal that reads back as the same value; what decimal cannot
// tell apart (NaN payloads, infinities' signs aside) carries its bits.
template <typename Float>
std::string ShowFloat(Float value, std::uint64_t bits) {
  if (std::isnan(value)) return "nan(" + Hex(bits) + ")";
  if (std::isinf(value)) return value < 0 ? "-inf" : "inf";
  char text[64];
  const auto [end, error] = std::to_chars(text, text + sizeof text, value);
  if (error != std::errc()) return Hex(bits);
  return std::string(text, end);
}

std::string Quoted(std::uint64_t unit, const char* prefix) {
  std::string out = prefix;
  out += '\'';
  if (unit == '\'' || unit == '\\') {
    out += '\\';
    out += static_cast<char>(unit);
  } else if (unit >= 0x20 && unit < 0x7f) {
    out += static_cast<char>(unit);
  } else {
    char text[24];
    std::snprintf(text, sizeof text, "\\x%llx", static_cast<unsigned long long>(unit));
    out += text;
  }
  return out + "'";
}

// As a decimal where a double holds it, else by its bits.
std::string ShowLongDouble(const Scalar& scalar) {
  char text[32];
  std::snprintf(text, sizeof text, "0x%04x%016llx", scalar.high, static_cast<unsigned long long>(scalar.bits));
  const auto narrow = NarrowToDouble(scalar);
  return narrow ? ShowFloat(std::bit_cast<double>(*narrow), *narrow) : text;
}

std::string ShowScalar(const Scalar& scalar) {
  const auto& [kind, width, bits, high] = scalar;
  const std::string_view tag = Tag(kind, width);
  if (tag.empty()) return Hex(bits);
  if (width == kX87Width) return ShowLongDouble(scalar);
  switch (tag[0]) {
    case 'b': return bits == 0 ? "false" : bits == 1 ? "true" : "bool(" + Hex(bits) + ")";
    case 'c': return Quoted(bits, width == 1 ? "" : "L");
    case 'f':
      return width == 4 ? ShowFloat(std::bit_cast<float>(static_cast<std::uint32_t>(bits)), bits)
                        : ShowFloat(std::bit_cast<double>(bits), bits);
    case 'i': {
      const int shift = 64 - 8 * width;
      return std::to_string(static_cast<std::int64_t>(bits << shift) >> shift);
    }
    default: return std::to_string(bits);
  }
}

std::string ShowPointer(const Pointer& pointer) {
  switch (pointer.to) {
    case Pointer::To::kNull: return "null";
    case Pointer::To::kCallback: return "fn:" + pointer.name;
    case Pointer::To::kOpaque: return Hex(pointer.address);
    case Pointer::To::kObject:
    case Pointer::To::kForeign: {
      std::string out = pointer.to == Pointer::To::kObject ? "&" : "";
      out += pointer.name;
      if (pointer.offset >= 0) out += '+';
      return out + std::to_string(pointer.offset);
    }
  }
  return "?";
}

std::string ShowText(const Packed& packed) {
  std::string out = packed.width == 1 ? "\"" : "L\"";
  std::size_t shown = packed.bytes.size() / packed.width;
  // A text is shown without the zeros that fill its array.
  const auto unit = [&](std::size_t i) { return ElementOf(packed, i).bits; };
  while (shown > 0 && unit(shown - 1) == 0) --shown;
  for (std::size_t i = 0; i < shown; ++i) {
    const std::string quoted = Quoted(unit(i), "");
    out += quoted.substr(1, quoted.size() - 2);
  }
  return out + "\"";
}

std::string ShowPacked(const Packed& packed) {
  if (packed.width == 0) return "[]";
  if (packed.kind == Kind::kChar || packed.kind == Kind::kWchar) return ShowText(packed);
  const std::size_t count = packed.bytes.size() / packed.width;
  std::string out = "[";
  for (std::size_t i = 0; i < count && i < kMostShown; ++i) {
    if (i > 0) out += ", ";
    out += ShowScalar(ElementOf(packed, i));
  }
  if (count > kMostShown) out += ", … " + std::to_string(count) + " in all";
  return out + "]";
}

}  // namespace

std::string Show(const Value& value) {
  struct Visitor {
    std::string operator()(std::monostate) const { return "void"; }
    std::string operator()(const Scalar& s) const { return ShowScalar(s); }
    std::string operator()(const Pointer& p) const { return ShowPointer(p); }
    std::string operator()(const Packed& p) const { return ShowPacked(p); }
    std::string operator()(const Array& array) const {
      std::string out = "[";
      for (std::size_t i = 0; i < array.elements.size() && i < kMostShown; ++i) {
        if (i > 0) out += ", ";
        out += Show(array.elements[i]);
      }
      if (array.elements.size() > kMostShown) {
        out += ", … " + std::to_string(array.elements.size()) + " in all";
      }
      return out + "]";
    }
    std::string operator()(const Record& record) const {
      std::string out = "{";
      for (std::size_t i = 0; i < record.fields.size(); ++i) {
        if (i > 0) out += ", ";
        out += "." + record.fields[i].first + " = " + Show(record.fields[i].second);
      }
      return out + "}";
    }
  };
  return std::visit(Visitor{}, value.data);
}

}  // namespace spanproof
