// SPDX-License-Identifier: MIT
#include "bridge/core/binding.h"

#include <algorithm>

#include "bridge/core/plan_path.h"
#include "bridge/core/plan_wire.h"
#include "bridge/core/protocol.h"

namespace bridge {
namespace {

bool Sound(const PassedResult& result, std::uint32_t pointer_size) {
  const bool floating = result.kind == Kind::kFloat || result.kind == Kind::kDouble;
  const std::uint32_t scalar = ScalarBytes(result.kind, pointer_size);
  switch (result.in) {
    case ResultIn::kNothing: return result.kind == Kind::kVoid && result.bytes == 0;
    case ResultIn::kInteger: return IsAggregate(result.kind) ? FitsRegister(result.bytes) : scalar != 0 && !floating && result.bytes == scalar;
    case ResultIn::kFloating:
      return IsAggregate(result.kind) ? pointer_size == 4 && (result.bytes == 4 || result.bytes == 8) : floating && result.bytes == scalar;
    case ResultIn::kMemory: return IsAggregate(result.kind) && result.bytes != 0;
    default: return false;
  }
}

bool Sound(const Passed& passed, std::uint32_t pointer_size) {
  const bool aggregate = IsAggregate(passed.kind);
  const std::uint32_t scalar = ScalarBytes(passed.kind, pointer_size);
  const bool small = passed.bytes != 0 && passed.bytes <= kMaxStackBytes;
  switch (passed.travel) {
    case Travel::kWord: return aggregate ? pointer_size == 8 && FitsRegister(passed.bytes) : scalar != 0 && passed.bytes == scalar;
    case Travel::kReference: return aggregate && pointer_size == 8 && small;
    case Travel::kStack: return aggregate && pointer_size == 4 && small;
    default: return false;
  }
}

// The arguments by themselves, that no register is given out twice, and that the stack can hold them.
bool SoundArguments(const Binding& binding, std::uint32_t pointer_size) {
  std::uint32_t taken = 0;
  std::uint64_t stack = 0;
  for (const Passed& passed : binding.arguments) {
    if (!Sound(passed, pointer_size)) return false;
    if (passed.travel == Travel::kStack) stack += passed.bytes;
    if (passed.in == Register::kNone) continue;
    const bool has = binding.convention == Convention::kFastcall ? passed.in <= Register::kEdx
                                                                 : binding.convention == Convention::kThiscall && passed.in == Register::kEcx;
    if (!has) return false;
    const std::uint32_t bit = 1u << static_cast<std::uint32_t>(passed.in);
    if ((taken & bit) != 0 || pointer_size != 4 || passed.travel != Travel::kWord || passed.bytes > 4 ||
        passed.kind == Kind::kFloat)
      return false;
    taken |= bit;
  }
  return stack <= kMaxStackBytes;
}

bool SoundHidden(const Binding& binding) {
  if (binding.result.in != ResultIn::kMemory) return binding.hidden == 0;
  return binding.hidden < binding.arguments.size() && binding.arguments[binding.hidden].kind == Kind::kPointer;
}

// Each root is what its word is: a pointer, or the whole of an aggregate by value, of which none is without a root.
bool SoundRoots(const Binding& binding) {
  if (binding.plan.empty()) return true;
  std::size_t by_value = 0;
  for (const std::uint32_t root : binding.plan.roots) {
    const Node& node = binding.plan.nodes[root];
    if (node.word >= binding.declared()) return false;
    const Passed& passed = binding.declared_argument(node.word);
    if (!node.by_value && passed.kind != Kind::kPointer) return false;
    if (node.by_value && (!IsAggregate(passed.kind) || *node.by_value != passed.travel || node.local_size != passed.bytes)) return false;
    by_value += node.by_value.has_value();
  }
  const auto aggregates = std::count_if(binding.arguments.begin(), binding.arguments.end(), [](const Passed& one) { return IsAggregate(one.kind); });
  return by_value == static_cast<std::size_t>(aggregates);
}

tl::unexpected<Error> Malformed() { return Fail(ErrorCode::kCorrupt, "a binding that came over the wire is malformed"); }

}  // namespace

bool FitsMessages(const Binding& callback) {
  return callback.plan.empty() && callback.result.in != ResultIn::kMemory && callback.arguments.size() <= protocol::kWords;
}

Expected<Binding> MakeBinding(const Signature& signature, Abi abi, bool is_callback) {
  if (is_callback && signature.variadic)
    return Fail(ErrorCode::kUnsupported, "a callback with '...' is not supported: its handler could not know what came, declare the arguments");
  auto call = PassCall(signature, abi);
  if (!call) return tl::unexpected(call.error());
  Binding binding{.convention = signature.convention, .result = call->result, .arguments = std::move(call->arguments), .plan = {}};
  binding.hidden = static_cast<std::uint8_t>(call->hidden.value_or(0));
  binding.plan.local_pointer = binding.plan.frame_pointer = static_cast<std::uint8_t>(PointerSize(abi));
  binding.plan.words = static_cast<std::uint32_t>(binding.declared() + 1);
  if (!is_callback) return binding;
  for (const Memsync& directive : signature.memsync)
    if (directive.pointer.root != Path::kResult && UsesResult(directive))
      return BadPath(directive.pointer, "its length is found in the callback's result, which is not there when its arguments are read: take the length from an argument");
  auto plan = CompilePlan(signature, abi, abi, Phase::kBefore);
  if (!plan) return tl::unexpected(plan.error());
  binding.plan = std::move(*plan);
  return binding;
}

void Write(const Binding& binding, WireWriter* out) {
  out->U8(static_cast<std::uint8_t>(binding.convention));
  out->U8(static_cast<std::uint8_t>(binding.result.kind));
  out->U8(static_cast<std::uint8_t>(binding.result.in));
  out->U32(binding.result.bytes);
  out->U32(static_cast<std::uint32_t>(binding.arguments.size()));
  for (const Passed& passed : binding.arguments) {
    out->U8(static_cast<std::uint8_t>(passed.kind));
    out->U8(static_cast<std::uint8_t>(passed.travel));
    out->U32(passed.bytes);
    out->U8(static_cast<std::uint8_t>(passed.in));
  }
  out->U8(binding.hidden);
  WritePlan(binding.plan, out);
}

Expected<Binding> ReadBinding(WireReader* in, std::uint32_t pointer_size) {
  Binding binding;
  binding.convention = static_cast<Convention>(in->U8());
  binding.result.kind = static_cast<Kind>(in->U8());
  binding.result.in = static_cast<ResultIn>(in->U8());
  binding.result.bytes = in->U32();
  for (std::uint32_t left = in->Count(7); left > 0; --left) {
    Passed passed;
    passed.kind = static_cast<Kind>(in->U8());
    passed.travel = static_cast<Travel>(in->U8());
    passed.bytes = in->U32();
    passed.in = static_cast<Register>(in->U8());
    binding.arguments.push_back(passed);
  }
  binding.hidden = in->U8();
  bool sound = binding.convention <= Convention::kThiscall && Sound(binding.result, pointer_size) && SoundArguments(binding, pointer_size) && SoundHidden(binding);
  if (!sound) return Malformed();
  Plan& plan = binding.plan;
  plan.local_pointer = plan.frame_pointer = static_cast<std::uint8_t>(pointer_size);
  plan.words = static_cast<std::uint32_t>(binding.declared() + 1);
  if (!ReadPlan(in, &plan) || !in->ok() || binding.arguments.size() > kMaxArguments || !SoundRoots(binding)) return Malformed();
  return binding;
}

}  // namespace bridge
