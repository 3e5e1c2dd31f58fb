// SPDX-License-Identifier: MIT
#include <windows.h>

#include <cstring>

#include "bridge/host/guarded_call.h"

extern "C" {

struct StubResult {
  std::uint32_t low, high;
  std::int32_t removed;
  std::uint16_t x87_status;
};

// In guarded_call_win32.S: 0 where the callee returned, 1 where the handler unwound.
int spanproof_guarded_call(const bridge::host::StubCall* call, const std::uint32_t* pieces, StubResult* result);

void spanproof_guard_note(EXCEPTION_RECORD* record) {
  const bool touched = record->ExceptionCode == EXCEPTION_ACCESS_VIOLATION && record->NumberParameters >= 2;
  bridge::host::NoteFault({record->ExceptionCode, reinterpret_cast<std::uintptr_t>(record->ExceptionAddress),
                           touched ? record->ExceptionInformation[1] : 0,
                           touched ? static_cast<std::uint32_t>(record->ExceptionInformation[0]) : 0});
}
}

namespace bridge::host {
namespace {

constexpr std::uint16_t kTopBits = 0x3800;  // of the x87 status word: which register is st(0)

// The x87's environment, as fnstenv writes it in 32-bit protected mode.
struct X87 {
  std::uint32_t control, status, tags, instruction, selector, operand, operand_selector;
};

// Empties the x87 stack; the control word stays.
void ResetX87() {
  X87 state;
  asm volatile("fnstenv %0" : "=m"(state));
  state.status &= ~static_cast<std::uint32_t>(kTopBits);
  state.tags = 0xffff;
  asm volatile("fldenv %0" : : "m"(state));
}

// Whether exactly st(0) holds a value. DLLs may have turned the stack before: what is st(0) says nothing by itself.
bool OneOnX87() {
  X87 state;
  asm volatile("fnstenv %0\n\tfldcw %0" : "+m"(state));
  const unsigned shift = (state.status & kTopBits) >> 11 << 1;  // of st(0)'s tag; 3: empty
  return (state.tags >> shift & 3) != 3 && ((state.tags | 3u << shift) & 0xffff) == 0xffff;
}

// The rest of a call after which the x87 stack is not as the declared result lets expect.
void Settle(std::uint32_t floating_bytes, StubResult* result, Called* called) {
  if (floating_bytes != 0) {
    if (!OneOnX87()) {
      called->outcome = Outcome::kNoFloat;
    } else if (floating_bytes == 4) {
      float value;
      asm volatile("fstps %0" : "=m"(value));
      std::memcpy(result, &value, sizeof value);
    } else {
      double value;
      asm volatile("fstpl %0" : "=m"(value));
      std::memcpy(result, &value, sizeof value);
    }
  }
  ResetX87();
}

void Run(const Function& function, const std::uint32_t* pieces, Called* called) {
  StubResult result;
  if (spanproof_guarded_call(&function.stub, pieces, &result) != 0) [[unlikely]] {
    ResetX87();
    called->outcome = Outcome::kFault;
    called->fault = NotedFault();
    return;
  }
  called->outcome = Outcome::kReturned;
  const std::uint16_t expected = function.stub.floating_bytes != 0 ? kTopBits : 0;
  if ((result.x87_status & kTopBits) != expected) [[unlikely]] Settle(function.stub.floating_bytes, &result, called);
  if (result.removed != static_cast<std::int32_t>(function.shape.removes)) [[unlikely]] {
    called->outcome = Outcome::kUnbalanced;
    called->removed = result.removed;
  }
  called->result = result.low;
  if (function.binding.result.bytes == 8) called->result |= std::uint64_t{result.high} << 32;
}

[[gnu::noinline]] void RunWithAggregates(const Function& function, const std::uint64_t* words, Region segment,
                                         Called* called) {
  auto* pieces = static_cast<std::uint32_t*>(__builtin_alloca(function.shape.pieces * 4));
  if (!GatherPieces(function.binding, words, segment, pieces))
    called->outcome = Outcome::kOutside;
  else
    Run(function, pieces, called);
}

}  // namespace

void PrepareCall(Function* function) {
  function->shape = MakeCallShape(function->binding);
  const CallShape& shape = function->shape;
  const PassedResult& result = function->binding.result;
  function->stub = {.code = function->code,
                    .stack = shape.stack.data(),
                    .slots = static_cast<std::uint32_t>(shape.stack.size()),
                    .ecx_offset = shape.ecx * 4u,
                    .edx_offset = shape.edx * 4u,
                    .floating_bytes = result.in == ResultIn::kFloating ? result.bytes : 0};
}

void GuardedCall(const Function& function, const std::uint64_t* words, Region segment, Called* called) {
  if (function.shape.has_aggregates) [[unlikely]] return RunWithAggregates(function, words, segment, called);
  Run(function, reinterpret_cast<const std::uint32_t*>(words), called);
}

}  // namespace bridge::host
