// SPDX-License-Identifier: MIT
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "bridge/core/type.h"

namespace bridge {

template <typename Prototype>
class Callback;

// A function pointer as it stands in structs and arrays: a callback's address in the DLL's process, one of the DLL's own
// functions (Session::FunctionAt calls it), or null. As wide as a pointer on each side. Keeps nothing alive: whoever
// sets it from a Callback keeps that for as long as the DLL may call it; it belongs to the host of that moment.
//   struct Mapping { int* values; int count; bridge::CallbackAddress<int(int)> func; };
//   BRIDGE_STRUCT(Mapping, values, count, func);
template <typename Prototype>
class CallbackAddress {
 public:
  CallbackAddress() = default;
  CallbackAddress(std::nullptr_t) {}  // NOLINT: reads as the literal it is
  CallbackAddress(const Callback<Prototype>& callback) : address_(callback.address()) {}  // NOLINT: stands for it
  explicit CallbackAddress(std::uint64_t address) : address_(address) {}

  static Type BridgeType() { return Type(Kind::kFunction); }
  static CallbackAddress FromWord(std::uint64_t word) { return CallbackAddress(word); }
  std::uint64_t address() const { return address_; }
  explicit operator bool() const { return address_ != 0; }
  auto operator<=>(const CallbackAddress&) const = default;

 private:
  std::uint64_t address_ = 0;
};
static_assert(sizeof(CallbackAddress<void()>) == 8 && std::is_trivially_copyable_v<CallbackAddress<void()>>);

}  // namespace bridge
