// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "harness/model/type.h"
#include "harness/model/value.h"
#include "harness/testee/sdk/address_book.h"

namespace spanproof {

class Engine;

// Values to and from memory of this process. Values are said as the DLL's ABI has
// them, so that lanes agree: the width of size_t, a pointer's offset into an
// object. The memory may be laid out for another one: a 64-bit client of a 32-bit
// DLL holds pointers of 8 bytes. The book gives pointers their meaning.
struct MemoryView {
  const TypeTable* types = nullptr;
  Abi abi = Abi::kWin64Gnu;  // of values
  AddressBook* book = nullptr;
  Abi memory = abi;          // of the memory
  Engine* foreign = nullptr; // where the memory is not this process's: who knows what its pointers mean here

  // Where a pointer value points, and what an address is as a value.
  Expected<std::uint64_t> Address(const Pointer& pointer) const;
  Expected<Pointer> Name(std::uint64_t address) const;

  // Writes `value`, which must be exactly of the type (a scalar's tag, an array's
  // count, a struct's members; of a union any members). kInvalidArgument otherwise;
  // then a part may be written. `flexible` is how many elements of a flexible array
  // there is room for behind the struct; the value has at most as many.
  Expected<void> Store(TypeId type, const Value& value, std::uint8_t* at, std::uint64_t flexible = 0) const;

  // What stands there as the type. The memory must be readable for its size and
  // so many elements of its flexible array.
  Expected<Value> Load(TypeId type, const std::uint8_t* at, std::uint64_t flexible = 0) const;

  // How many elements `value` gives to the type's flexible array, and the bytes of
  // a `type` with so many.
  std::uint64_t FlexibleCount(TypeId type, const Value& value) const;
  Expected<std::uint64_t> SizeWith(TypeId type, std::uint64_t flexible) const;

  // A bit-field of an integer type, whose lowest bit is `bit` of the byte at `at`.
  Expected<Scalar> LoadBits(TypeId type, const std::uint8_t* at, unsigned bit, unsigned bits) const;

  // `count` elements in a row: Packed for scalars, else Array. Store takes fewer
  // elements than `count`, not more.
  Expected<void> StoreElements(TypeId element, std::uint64_t count, const Value& value, std::uint8_t* at) const;
  Expected<Value> LoadElements(TypeId element, std::uint64_t count, const std::uint8_t* at) const;

  // Bytes of the scalar as a value, which a long double's padding is no part of.
  std::uint64_t ValueWidth(TypeId scalar) const;

 private:
  Expected<Scalar> LoadScalar(TypeId type, const std::uint8_t* at) const;
  Expected<void> StoreScalar(TypeId type, const Scalar& scalar, std::uint8_t* at) const;
  Expected<void> StoreRecord(TypeId type, const Record& record, std::uint8_t* at, std::uint64_t flexible) const;
  Expected<void> StoreMember(const NamedMember& member, const Value& value, std::uint8_t* at, std::uint64_t flexible) const;
};

}  // namespace spanproof
