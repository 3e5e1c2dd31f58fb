// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "harness/model/type.h"
#include "harness/model/value.h"
#include "harness/testee/sdk/address_book.h"

namespace spanproof {

// Values to and from memory of this process. Values are said as the DLL's ABI has
// them, so that lanes agree: the width of size_t, a pointer's offset into an
// object. The memory may be laid out for another one: a 64-bit client of a 32-bit
// DLL holds pointers of 8 bytes. The book gives pointers their meaning.
struct MemoryView {
  const TypeTable* types = nullptr;
  Abi abi = Abi::kWin64Gnu;  // of values
  AddressBook* book = nullptr;
  Abi memory = abi;          // of the memory

  // Where a pointer value points, and what an address is as a value.
  Expected<std::uint64_t> Address(const Pointer& pointer) const;
  Expected<Pointer> Name(std::uint64_t address) const;

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

  // Bytes of the scalar as a value.
  std::uint64_t ValueWidth(TypeId scalar) const;
};

}  // namespace spanproof
