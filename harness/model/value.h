// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "harness/model/type.h"

namespace spanproof {

struct Value;

// How a scalar is said on the wire and compared: its class and width, so that
// long and int are one where they have one width (TESTEE.md, "Types and
// values"). Empty for what is no scalar.
std::string_view Tag(Kind kind, std::uint8_t width);

// Bytes of x87's extended format, whatever an ABI pads it to.
inline constexpr std::uint8_t kX87Width = 10;

// A scalar's exact bits, zero-extended; `width` in bytes. Only a long double of
// kX87Width has more than 64: `high` holds its sign and exponent.
struct Scalar {
  Kind kind = Kind::kInt32;
  std::uint8_t width = 4;
  std::uint64_t bits = 0;
  std::uint16_t high = 0;

  bool operator==(const Scalar& other) const {
    return Tag(kind, width) == Tag(other.kind, other.width) && bits == other.bits && high == other.high;
  }
};

// A double's bits as a long double of kX87Width, and back; nullopt where a double
// cannot hold it exactly.
Scalar WidenToX87(std::uint64_t bits_of_double);
std::optional<std::uint64_t> NarrowToDouble(const Scalar& x87);

// Whether a bit-field of so many bits holds the scalar.
bool FitsBits(const Scalar& scalar, std::uint8_t bits);

// Where a pointer points, said so that two processes can agree on it.
struct Pointer {
  enum class To : std::uint8_t {
    kNull,
    kObject,    // an object of the case: name and byte offset
    kForeign,   // memory the DLL owns, named dll1, dll2... in order of first appearance
    kCallback,  // a callback of the case, by name
    kOpaque,    // an address nobody described; `address` is raw and not compared
  };
  To to = To::kNull;
  std::string name;
  std::int64_t offset = 0;
  std::uint64_t address = 0;  // raw, for the record; never compared

  bool operator==(const Pointer& other) const {
    return to == other.to && name == other.name && offset == other.offset;
  }
};

// An array of scalars, elements little-endian and contiguous.
struct Packed {
  Kind kind = Kind::kUint8;
  std::uint8_t width = 1;
  std::vector<std::uint8_t> bytes;

  bool operator==(const Packed& other) const {
    return Tag(kind, width) == Tag(other.kind, other.width) && bytes == other.bytes;
  }
};

// The scalar as one more element; the element as a scalar.
void Append(const Scalar& scalar, Packed* packed);
Scalar ElementOf(const Packed& packed, std::size_t index);

struct Array {
  std::vector<Value> elements;
  bool operator==(const Array&) const;
};

// A struct's or union's members. Two are equal when the same names have equal
// values: JSON objects, which carry them, have no order.
struct Record {
  std::vector<std::pair<std::string, Value>> fields;
  bool operator==(const Record&) const;
};

// A typed value, independent of any process's addresses. monostate is void.
struct Value {
  std::variant<std::monostate, Scalar, Pointer, Packed, Array, Record> data;
  bool operator==(const Value&) const = default;
};

// "12", "0x1.6p+2", "&values+8", "null": for people, in messages and reports.
std::string Show(const Value& value);

// The same value with the widths of `abi`: a case file is read once, while long,
// size_t and wchar_t differ between lanes. kInvalidArgument when it does not fit.
Expected<Value> ForAbi(const Value& value, Abi abi);

}  // namespace spanproof
