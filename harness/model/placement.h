// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>

#include "harness/model/type.h"

namespace spanproof {

// Size and alignment of a member's type. `required` is what alignas asked for
// somewhere in it, else 1: Microsoft's #pragma pack does not go below it.
struct Extent {
  std::uint64_t size = 0;
  std::uint64_t align = 1;
  std::uint64_t required = 1;
};

// Puts the members of one struct or union one after another, by the rules of the
// compilers that own an ABI.
class Placement {
 public:
  Placement(Abi abi, const Type& type);

  // Where the next member goes; `bits` is a bit-field's width, at most its type's.
  FieldPlace Add(const Extent& member, std::optional<std::uint8_t> bits, bool named);

  // The whole, padded.
  Extent Finish() const;

  std::uint64_t size() const { return (end_ + 7) / 8; }  // so far

 private:
  std::uint64_t Limited(const Extent& member) const;
  FieldPlace AddWhole(const Extent& member);
  FieldPlace AddMicrosoftBits(const Extent& member, std::uint8_t bits);
  FieldPlace AddSysvBits(const Extent& member, std::uint8_t bits, bool named);

  const bool microsoft_;  // bit-fields in units of their type: also gcc's for Windows
  const bool msvc_;
  const bool is_union_;
  const std::uint64_t pack_;
  const std::uint64_t own_align_;
  std::uint64_t end_ = 0;  // in bits
  std::uint64_t align_ = 1;
  std::uint64_t required_ = 1;
  // Microsoft's open unit of bit-fields.
  std::uint64_t unit_size_ = 0;  // 0: none
  std::uint64_t bits_left_ = 0;
};

}  // namespace spanproof
