// SPDX-License-Identifier: MIT
#include <windows.h>

#include <cstring>

#include "bridge/host/guarded_call.h"
#include "bridge/host/x87.h"

extern "C" {

struct StubResult {
  std::uint32_t low, high;
  std::int32_t removed;
  std::uint16_t x87_status;
};

// In guarded_call_win32.S: 0 where the callee returned, 1 where the handler unwound.
int spanproof_guarded_call(const bridge::host::StubCall* call, const std::uint32_t* pieces, StubResult* result);

void spanproof_guard_note(EXCEPTION_RECORD* record) {
  bridge::host::NoteException(record);
}
}

namespace bridge::host {
namespace {

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
  EmptyX87();
}

void Run(const Function& function, const std::uint32_t* pieces, Called* called) {
  StubResult result;
  if (spanproof_guarded_call(&function.stub, pieces, &result) != 0) [[unlikely]] return AnswerWithNoted(called);
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
