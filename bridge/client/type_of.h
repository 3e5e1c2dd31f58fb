// SPDX-License-Identifier: MIT
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "bridge/client/exception.h"
#include "bridge/core/type.h"

namespace bridge {

// C types whose width is Windows' own, not the client's.
struct Long {
  std::int32_t value = 0;
  bool operator==(const Long&) const = default;
};
struct Ulong {
  std::uint32_t value = 0;
  bool operator==(const Ulong&) const = default;
};
struct Size {  // size_t, uintptr_t: as wide as the DLL's pointers
  std::uint64_t value = 0;
  bool operator==(const Size&) const = default;
};
using Int64 = long long;
using Uint64 = unsigned long long;

// How a struct or union of the client is described; see BRIDGE_STRUCT.
template <typename T>
struct StructOf;

template <typename>
inline constexpr bool kNever = false;

namespace internal {

// Described structs and unions: as arguments and results they cross by value.
template <typename T>
concept Aggregate = requires { StructOf<std::remove_cv_t<T>>::kName; };

struct MemberAt {
  std::string name;
  Type type;
  std::uint64_t offset;
};
// What defines `declared`, a handle that its own members may have used. Finds out about pack and alignas by itself. Throws
// kUnsupported where the compiler lays the type out otherwise than its members say (bit-fields, members left out).
Type Define(const Type& declared, std::uint64_t size, std::uint64_t align, std::vector<MemberAt> members);

// Descriptions are made once and live as long as the program: types that point at each other hold on to them.
std::recursive_mutex& DescriptionLock();

template <typename T>
Type StructType() {
  using Description = StructOf<T>;
  const std::lock_guard lock(DescriptionLock());
  static std::optional<Type> whole, declared;
  if (whole) return *whole;
  if (declared) return *declared;  // its own members ask
  declared = Type::Declare(Description::kName, Description::kKind);
  struct Undo {
    ~Undo() { declared.reset(); }
  } const undo;
  whole = Define(*declared, sizeof(T), alignof(T), Description::Members());
  return *whole;
}

}  // namespace internal

// The bridge's type of a C++ type. What Windows and Linux lay out differently
// does not compile, and the message says what to write.
template <typename T>
Type TypeOf() {
  using U = std::remove_cv_t<T>;
  static_assert(!std::is_same_v<U, long> && !std::is_same_v<U, unsigned long>,
                "long is 8 bytes here and 4 on Windows: write bridge::Long or bridge::Ulong for C's long, bridge::Int64 or "
                "bridge::Uint64 for 64 bits (std::int64_t is a long here), bridge::Size for size_t");
  static_assert(!std::is_same_v<U, wchar_t>, "wchar_t is 4 bytes here and 2 on Windows: write char16_t (bridge::WideBuffer converts)");
  static_assert(!std::is_same_v<U, long double>, "long double differs between compilers: it cannot cross");
  if constexpr (std::is_void_v<U>) return kVoid;
  else if constexpr (std::is_same_v<U, bool>) return Type(Kind::kBool);
  else if constexpr (std::is_same_v<U, char16_t>) return kChar16;
  else if constexpr (std::is_same_v<U, float>) return kFloat;
  else if constexpr (std::is_same_v<U, double>) return kDouble;
  else if constexpr (std::is_enum_v<U>) return TypeOf<std::underlying_type_t<U>>();
  else if constexpr (std::is_integral_v<U>) {
    static_assert(sizeof(U) <= 8);
    constexpr int log2 = std::countr_zero(sizeof(U));
    return Type(static_cast<Kind>(static_cast<int>(Kind::kInt8) + 2 * log2 + (std::is_unsigned_v<U> ? 1 : 0)));
  } else if constexpr (std::is_same_v<U, Long>) return kInt32;
  else if constexpr (std::is_same_v<U, Ulong>) return kUint32;
  else if constexpr (std::is_same_v<U, Size>) return Type::Pointer(kVoid);
  else if constexpr (std::is_pointer_v<U>) {
    static_assert(!std::is_function_v<std::remove_pointer_t<U>>,
                  "a function of the client has no address in the DLL's process: pass a bridge::Callback");
    return Type::Pointer(TypeOf<std::remove_pointer_t<U>>(), std::is_const_v<std::remove_pointer_t<U>>);
  } else if constexpr (std::is_bounded_array_v<U>) return Type::Array(TypeOf<std::remove_extent_t<U>>(), std::extent_v<U>);
  else if constexpr (std::is_unbounded_array_v<U>) return Type::Array(TypeOf<std::remove_extent_t<U>>(), 0);  // T[] at a struct's end
  else if constexpr (requires { U::BridgeType(); }) return U::BridgeType();
  else return internal::StructType<U>();
}

// A scalar or pointer as a call's word, and back; of a struct by value the address.
template <typename T>
std::uint64_t ToWord(const T& value) {
  if constexpr (internal::Aggregate<T>) return reinterpret_cast<std::uint64_t>(&value);
  else if constexpr (std::is_same_v<T, float>) return std::bit_cast<std::uint32_t>(value);
  else if constexpr (std::is_same_v<T, double>) return std::bit_cast<std::uint64_t>(value);
  else if constexpr (std::is_pointer_v<T>) return reinterpret_cast<std::uint64_t>(value);
  else if constexpr (std::is_enum_v<T>) return static_cast<std::uint64_t>(static_cast<std::int64_t>(value));
  else if constexpr (std::is_integral_v<T>) return static_cast<std::uint64_t>(static_cast<std::int64_t>(value));
  else if constexpr (requires { value.value; }) return static_cast<std::uint64_t>(static_cast<std::int64_t>(value.value));
  else if constexpr (requires { value.address(); }) return value.address();
  else static_assert(kNever<T>, "the bridge does not know this type: describe it with BRIDGE_STRUCT, or pass a pointer to what it holds");
}

template <typename T>
T FromWord(std::uint64_t word) {
  if constexpr (std::is_same_v<T, float>) return std::bit_cast<float>(static_cast<std::uint32_t>(word));
  else if constexpr (std::is_same_v<T, double>) return std::bit_cast<double>(word);
  else if constexpr (std::is_pointer_v<T>) return reinterpret_cast<T>(word);
  else if constexpr (std::is_same_v<T, bool>) return (word & 0xff) != 0;
  else if constexpr (std::is_integral_v<T> || std::is_enum_v<T>) return static_cast<T>(word);
  else if constexpr (requires { T::FromWord(word); }) return T::FromWord(word);
  else if constexpr (requires(T value) { value.value; }) return T{static_cast<decltype(T::value)>(word)};
  else static_assert(kNever<T>, "the bridge does not know this type: describe it with BRIDGE_STRUCT");
}

template <typename T>
inline constexpr bool kPointsToConst = std::is_pointer_v<T> && std::is_const_v<std::remove_pointer_t<T>>;

}  // namespace bridge

// Describes a struct or union to the bridge, all members in their order, at namespace scope:
//   struct Image { std::int16_t* data; std::int16_t width, height; };
//   BRIDGE_STRUCT(Image, data, width, height);
// It may point at itself, be packed or aligned, and end in an array of unknown length (T[]).
#define BRIDGE_STRUCT(T, ...) BRIDGE_AGGREGATE_(T, kStruct, __VA_ARGS__)
#define BRIDGE_UNION(T, ...) BRIDGE_AGGREGATE_(T, kUnion, __VA_ARGS__)
#define BRIDGE_AGGREGATE_(T, kind, ...)                                                              \
  template <>                                                                                        \
  struct bridge::StructOf<T> {                                                                       \
    static constexpr const char* kName = #T;                                                         \
    static constexpr ::bridge::Kind kKind = ::bridge::Kind::kind;                                    \
    static std::vector<::bridge::internal::MemberAt> Members() { return {BRIDGE_EACH_(T, __VA_ARGS__)}; } \
  }
#define BRIDGE_MEMBER_(T, m) ::bridge::internal::MemberAt{#m, ::bridge::TypeOf<decltype(T::m)>(), offsetof(T, m)},
#define BRIDGE_PARENS_ ()
#define BRIDGE_EXPAND_(...) BRIDGE_EXPAND3_(BRIDGE_EXPAND3_(BRIDGE_EXPAND3_(BRIDGE_EXPAND3_(__VA_ARGS__))))
#define BRIDGE_EXPAND3_(...) BRIDGE_EXPAND2_(BRIDGE_EXPAND2_(BRIDGE_EXPAND2_(BRIDGE_EXPAND2_(__VA_ARGS__))))
#define BRIDGE_EXPAND2_(...) BRIDGE_EXPAND1_(BRIDGE_EXPAND1_(BRIDGE_EXPAND1_(BRIDGE_EXPAND1_(__VA_ARGS__))))
#define BRIDGE_EXPAND1_(...) __VA_ARGS__
#define BRIDGE_EACH_(T, ...) BRIDGE_EXPAND_(BRIDGE_EACH_STEP_(T, __VA_ARGS__))
#define BRIDGE_EACH_STEP_(T, m, ...) BRIDGE_MEMBER_(T, m) __VA_OPT__(BRIDGE_EACH_AGAIN_ BRIDGE_PARENS_(T, __VA_ARGS__))
#define BRIDGE_EACH_AGAIN_() BRIDGE_EACH_STEP_
