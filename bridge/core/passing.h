// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "bridge/core/memsync.h"

namespace bridge {

// How arguments and results travel, for a convention and an ABI. Facts are what
// MinGW's gcc and clang's msvc targets generate; where clang 14 and Microsoft's
// compiler differ, Microsoft's (each place names its source).

enum class Travel : std::uint8_t {
  kWord,       // the word is the value: a scalar, a pointer, or on win64 an aggregate of 1, 2, 4 or 8 bytes
  kReference,  // win64: the word is the address of a private copy, which the callee may change
  kStack,      // win32: the word is the address of bytes that the host copies onto the stack
};

// The two registers of win32's fastcall; thiscall has the first of them.
enum class Register : std::uint8_t { kNone, kEcx, kEdx };

// Whether an aggregate of so many bytes travels in a register where its ABI lets it.
constexpr bool FitsRegister(std::uint64_t bytes) { return bytes == 1 || bytes == 2 || bytes == 4 || bytes == 8; }

struct Passed {
  Kind kind = Kind::kInt32;
  Travel travel = Travel::kWord;
  std::uint32_t bytes = 4;  // of the value in the callee's layout
  Register in = Register::kNone;
  bool operator==(const Passed&) const = default;
};

enum class ResultIn : std::uint8_t {
  kNothing,
  kInteger,   // RAX, EAX or EDX:EAX; an aggregate's bytes from the lowest
  kFloating,  // XMM0 or ST0, as its `bytes` (4 or 8) in the word, an aggregate's too
  kMemory,    // behind a hidden pointer, which travels as an argument of its own
};

struct PassedResult {
  Kind kind = Kind::kVoid;
  ResultIn in = ResultIn::kNothing;
  std::uint32_t bytes = 0;
  bool operator==(const PassedResult&) const = default;
};

// One argument by itself; `variadic`: it stands for "...". The register is left
// to PassCall. kUnsupported and kInvalidArgument say what to write instead.
Expected<Passed> PassArgument(const Type& type, Convention convention, Abi abi, bool variadic = false);
Expected<PassedResult> PassResult(const Type& type, Convention convention, Abi abi);

// Where a hidden pointer to the result stands among the arguments. thiscall on
// the msvc ABIs is a C++ member function: `this` comes first, and every aggregate
// is returned through the pointer.
std::size_t HiddenPointerIndex(Convention convention, Abi abi);

// A whole call: the hidden pointer is inserted, registers are given out. An error names its argument.
struct PassedCall {
  std::vector<Passed> arguments;
  PassedResult result;
  std::optional<std::size_t> hidden;  // which of `arguments` is the hidden pointer
};
Expected<PassedCall> PassCall(const Signature& signature, Abi abi);

// By-value bytes of one call on win32's stack, together.
inline constexpr std::uint64_t kMaxStackBytes = 64 << 10;

}  // namespace bridge
