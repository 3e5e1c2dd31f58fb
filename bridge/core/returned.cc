// SPDX-License-Identifier: MIT
#include "bridge/core/returned.h"

namespace bridge {

Expected<ReturnedAggregate> ReturnedAggregate::Make(const Type& type, Convention convention, Abi local, Abi frame) {
  ReturnedAggregate returned;
  auto passed = PassResult(type, convention, frame);
  if (!passed) return tl::unexpected(passed.error());
  auto plan = CompileResult(type, local, frame, &returned.pointers_);
  if (!plan) return tl::unexpected(plan.error());
  returned.passed_ = *passed;
  returned.plan_ = std::move(*plan);
  return returned;
}

void ReturnedAggregate::ToLocal(std::byte* local, const std::byte* frame, Resolve resolve, void* context) const {
  CopyToLocal(plan_, plan_.nodes[0], local, frame, 1);
  for (const Spot& at : pointers_) {
    const std::uint64_t address = LoadPointer(frame + at.frame_offset, plan_.frame_pointer);
    StorePointer(local + at.local_offset, address == 0 ? 0 : resolve(context, address), plan_.local_pointer);
  }
}

void ReturnedAggregate::ToFrame(std::byte* frame, const std::byte* local, Resolve resolve, void* context) const {
  CopyToFrame(plan_, plan_.nodes[0], frame, local, 1);
  for (const Spot& at : pointers_) {
    const std::uint64_t address = LoadPointer(local + at.local_offset, plan_.local_pointer);
    StorePointer(frame + at.frame_offset, address == 0 ? 0 : resolve(context, address), plan_.frame_pointer);
  }
}

}  // namespace bridge
