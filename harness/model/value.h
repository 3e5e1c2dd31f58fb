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

// A scalar's exact bits, zero-extended; `width` in bytes.
struct Scalar {
  Kind kind = Kind::kInt32;
  std::uint8_t width = 4;
  std::uint64_t bits = 0;

  bool operator==(const Scalar&) const = default;
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

  bool operator==(const Packed&) const = default;
};

struct Array {
  std::vector<Value> elements;
  bool operator==(const Array&) const;
};

struct Record {  // a struct's or union's members, in order of declaration
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

}  // namespace spanproof
