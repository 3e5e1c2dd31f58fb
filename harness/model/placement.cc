// SPDX-License-Identifier: MIT
#include "harness/model/placement.h"

#include <algorithm>

namespace spanproof {
namespace {

bool IsMsvc(Abi abi) { return abi == Abi::kWin64Msvc || abi == Abi::kWin32Msvc; }
bool IsSysv(Abi abi) { return abi == Abi::kSysv64 || abi == Abi::kSysv64Windows; }

std::uint64_t RoundUp(std::uint64_t number, std::uint64_t step) { return (number + step - 1) / step * step; }

FieldPlace PlaceOfBit(std::uint64_t bit) { return {bit / 8, static_cast<std::uint8_t>(bit % 8)}; }

}  // namespace

Placement::Placement(Abi abi, const Type& type)
    : microsoft_(!IsSysv(abi)),
      msvc_(IsMsvc(abi)),
      is_union_(type.kind == Kind::kUnion),
      pack_(type.pack),
      own_align_(type.align) {}

std::uint64_t Placement::Limited(const Extent& member) const {
  std::uint64_t align = member.align;
  if (pack_ != 0) align = std::min(align, pack_);
  return msvc_ ? std::max(align, member.required) : align;
}

FieldPlace Placement::Add(const Extent& member, std::optional<std::uint8_t> bits, bool named) {
  required_ = std::max(required_, member.required);
  if (!bits) return AddWhole(member);
  return microsoft_ ? AddMicrosoftBits(member, *bits) : AddSysvBits(member, *bits, named);
}

FieldPlace Placement::AddWhole(const Extent& member) {
  unit_size_ = 0;
  const std::uint64_t align = Limited(member);
  align_ = std::max(align_, align);
  const std::uint64_t at = is_union_ ? 0 : RoundUp(end_, 8 * align);
  end_ = std::max(end_, at + 8 * member.size);
  return PlaceOfBit(at);
}

// A bit-field lies in a unit of its declared type, which is there as a whole. The
// next one shares the unit if its type has the same size and its bits fit.
FieldPlace Placement::AddMicrosoftBits(const Extent& member, std::uint8_t bits) {
  const std::uint64_t align = Limited(member);
  if (bits == 0) {
    // Ends a unit and aligns what follows; without a unit before it, nothing.
    if (unit_size_ == 0) return PlaceOfBit(is_union_ ? 0 : end_);
    unit_size_ = 0;
    if (is_union_) {
      if (msvc_) end_ = std::max(end_, 8 * member.size);
      return {};
    }
    end_ = RoundUp(end_, 8 * align);
    align_ = std::max(align_, align);
    return PlaceOfBit(end_);
  }
  if (is_union_) {
    unit_size_ = member.size;
    end_ = std::max<std::uint64_t>(end_, msvc_ ? 8 * member.size : bits);
    if (!msvc_) align_ = std::max(align_, align);
    return {};
  }
  if (unit_size_ == member.size && bits <= bits_left_) {
    const std::uint64_t at = end_ - bits_left_;
    bits_left_ -= bits;
    return PlaceOfBit(at);
  }
  const std::uint64_t at = RoundUp(end_, 8 * align);
  unit_size_ = member.size;
  bits_left_ = 8 * member.size - bits;
  end_ = at + 8 * member.size;
  align_ = std::max(align_, align);
  return PlaceOfBit(at);
}

// Bit-fields follow one another to the bit, but do not cross a boundary of their
// declared type unless the struct is packed. Only named ones align the whole.
FieldPlace Placement::AddSysvBits(const Extent& member, std::uint8_t bits, bool named) {
  const std::uint64_t align = Limited(member);
  if (named) align_ = std::max(align_, align);
  if (is_union_) {
    end_ = std::max<std::uint64_t>(end_, bits);
    return {};
  }
  std::uint64_t at = end_;
  if (bits == 0) {
    at = RoundUp(at, 8 * member.align);  // whatever the packing
  } else if (pack_ == 0 && at / (8 * member.size) != (at + bits - 1) / (8 * member.size)) {
    at = RoundUp(at, 8 * align);
  }
  end_ = at + bits;
  return PlaceOfBit(at);
}

Extent Placement::Finish() const {
  Extent whole{size(), std::max(align_, own_align_), std::max(required_, own_align_)};
  if (msvc_) whole.align = std::max(whole.align, whole.required);
  whole.size = RoundUp(whole.size, whole.align);
  // Of a type with alignas all of its alignment counts, as clang has it.
  if (own_align_ != 0) whole.required = std::max(whole.required, whole.align);
  return whole;
}

}  // namespace spanproof
