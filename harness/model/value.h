// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "harness/model/type.h"

namespace spanproof {

struct Value;

// How a scalar is said on the wire and compared: its class and width, so that
// long and int are one where they have one width (TESTEE.md, "Types and
// values"). Empty for what has no tag: the 10-byte long double, so far.
std::string_view Tag(Kind kind, std::uint8_t width);

// A scalar's exact bits, zero-extended; `width` in bytes.
struct Scalar {
  Kind kind = Kind::kInt32;
  std::uint8_t width = 4;
  std::uint64_t bits = 0;

  bool operator==(const Scalar& other) const {
    return Tag(kind, width) == Tag(other.kind, other.width) && bits == other.bits;
  }
};

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
