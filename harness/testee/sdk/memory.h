// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "harness/model/type.h"
#include "harness/model/value.h"
#include "harness/testee/sdk/address_book.h"

namespace spanproof {

// Values to and from memory of this process, laid out for a named ABI. The book
// gives pointers their meaning.
struct MemoryView {
  const TypeTable* types = nullptr;
  Abi abi = Abi::kWin64Gnu;
  AddressBook* book = nullptr;

  // Writes `value`, which must be exactly of the type (a scalar's tag, an array's
  // count, a struct's members; of a union any members). kInvalidArgument otherwise;
  // then a part may be written.
  Expected<void> Store(TypeId type, const Value& value, std::uint8_t* at) const;

  // What stands there as the type. The memory must be readable for its size.
  Expected<Value> Load(TypeId type, const std::uint8_t* at) const;

  // `count` elements in a row: Packed for scalars, else Array. Store takes fewer
  // elements than `count`, not more.
  Expected<void> StoreElements(TypeId element, std::uint64_t count, const Value& value, std::uint8_t* at) const;
  Expected<Value> LoadElements(TypeId element, std::uint64_t count, const std::uint8_t* at) const;
};

}  // namespace spanproof
