// SPDX-License-Identifier: MIT
#include "bridge/client/fault_text.h"

#include <algorithm>
#include <cstdio>
#include <iterator>

namespace bridge {
namespace {

std::string Hex(std::uint64_t value, int digits = 1) {
  char text[24];
  std::snprintf(text, sizeof text, "0x%0*llx", digits, static_cast<unsigned long long>(value));
  return text;
}

constexpr std::uint32_t kAccessViolation = 0xc0000005, kInPageError = 0xc0000006;

// Windows' names, in words.
const char* Name(std::uint32_t code) {
  struct Named {
    std::uint32_t code;
    const char* name;
  };
  static constexpr Named kNames[] = {
      {0x20474343, "C++ exception, GCC's"},
      {0x80000001, "guard page"},
      {0x80000002, "misaligned data"},
      {0x80000003, "breakpoint"},
      {0x80000004, "single step"},
      {0x80000026, "longjmp"},
      {0x80000100, "function that this Wine does not implement"},
      {kAccessViolation, "access violation"},
      {kInPageError, "page that could not be read"},
      {0xc0000008, "invalid handle"},
      {0xc0000017, "no memory"},
      {0xc000001d, "illegal instruction"},
      {0xc0000025, "noncontinuable exception"},
      {0xc0000026, "invalid disposition"},
      {0xc0000028, "bad stack"},
      {0xc0000029, "invalid target of an unwinding"},
      {0xc000008c, "array bounds exceeded"},
      {0xc000008d, "floating-point denormal operand"},
      {0xc000008e, "floating-point division by zero"},
      {0xc000008f, "floating-point inexact result"},
      {0xc0000090, "invalid floating-point operation"},
      {0xc0000091, "floating-point overflow"},
      {0xc0000092, "floating-point stack check"},
      {0xc0000093, "floating-point underflow"},
      {0xc0000094, "integer division by zero"},
      {0xc0000095, "integer overflow"},
      {0xc0000096, "privileged instruction"},
      {0xc00000fd, "stack overflow"},
      {0xc00002b4, "several floating-point faults"},
      {0xc00002b5, "several floating-point traps"},
      {0xc0000374, "heap corruption"},
      {0xc0000409, "stack buffer overrun"},
      {0xe06d7363, "C++ exception, Microsoft's"},
  };
  const auto* found = std::find_if(std::begin(kNames), std::end(kNames), [code](const Named& one) { return one.code == code; });
  return found == std::end(kNames) ? nullptr : found->name;
}

}  // namespace

std::string SpellPlace(std::uint64_t address, const std::string& module, std::uint64_t offset) {
  return module.empty() ? Hex(address) + ", in no module" : module + "+" + Hex(offset);
}

std::string Spell(const Exceptional& exception) {
  std::string text = "exception " + Hex(exception.code, 8);
  if (const char* name = Name(exception.code)) {
    text += std::string(" (") + name;
    if (exception.code == kAccessViolation || exception.code == kInPageError)
      text += (exception.access == 1 ? ", writing " : exception.access == 8 ? ", executing " : ", reading ") + Hex(exception.touched);
    text += ")";
  }
  return text + " at " + SpellPlace(exception.address, exception.module, exception.offset);
}

std::string SpellEnding(protocol::Ending ending, const Exceptional& exception) {
  const std::string where = exception.module.empty() ? "the DLL" : SpellPlace(exception.address, exception.module, exception.offset);
  switch (ending) {
    case protocol::Ending::kExit: return where + " called ExitProcess or exit; of the exit code the lower 8 bits are known";
    case protocol::Ending::kAbort: return where + " called abort, which is also what becomes of a C++ exception that nobody catches";
    case protocol::Ending::kException: return "a thread of the DLL's own raised " + Spell(exception);
    default: return "";
  }
}

}  // namespace bridge
