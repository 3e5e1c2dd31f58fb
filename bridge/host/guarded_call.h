// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "bridge/host/registry.h"

namespace bridge::host {

struct Fault {
  std::uint32_t code = 0;
  std::uint64_t address = 0;  // of the instruction; of a copy's: of the data
  std::uint64_t data = 0;     // access violation: what it wanted to touch
  std::uint32_t access = 0;   // and how: 0 read, 1 write, 8 execute
};

enum class Outcome : std::uint8_t {
  kReturned,
  kFault,       // an exception that none of the callee's own handlers took; `fault` describes it
  kUnbalanced,  // win32: the callee took another number of bytes off the stack than its convention and arguments say
  kNoFloat,     // win32: a floating-point result was declared, and none is there
  kOutside,     // win32: an argument by value lies outside the segment
};

struct Called {
  Outcome outcome = Outcome::kReturned;
  std::int32_t removed = 0;  // kUnbalanced: bytes
  std::uint64_t result = 0;  // the result's word; kReturned only
  Fault fault;
};

// Makes what GuardedCall needs beside the binding. Once, where `function` will stay.
void PrepareCall(Function* function);

// Calls `function` with its arguments' words (at least four can be read there) by a stub of ours, inside a frame of
// structured exception handling. A vectored handler would not do: it sees exceptions before the DLL's own
// handlers and takes those that the DLL, or Wine, would have dealt with (DESIGN 7).
// Whatever the callee did, stack, direction flag and saved registers are as before; the x87 and SSE control words
// are as the callee left them, as they would be in its own process, and a float that nobody declared is taken
// off the x87 stack.
void GuardedCall(const Function& function, const std::uint64_t* words, Region segment, Called* called);

// What to tell the client of an outcome that is not kReturned.
Error DescribeOutcome(const Function& function, const Called& called);

Fault FaultOf(const struct _EXCEPTION_RECORD& record);

// For the stubs: their handlers write down what happened, the frame that they unwound to answers with it.
void NoteException(const struct _EXCEPTION_RECORD* record);
void AnswerWithNoted(Called* called);

}  // namespace bridge::host
