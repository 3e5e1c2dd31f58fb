// SPDX-License-Identifier: MIT
#include "bridge/core/binding.h"

#include <algorithm>

namespace bridge {
namespace {

bool IsAggregate(Kind kind) { return kind == Kind::kStruct || kind == Kind::kUnion; }
bool FitsRegister(std::uint32_t bytes) { return bytes == 1 || bytes == 2 || bytes == 4 || bytes == 8; }

// Of what crosses as one word; 0 of everything else.
std::uint32_t ScalarBytes(Kind kind, std::uint32_t pointer_size) {
  switch (kind) {
    case Kind::kBool:
    case Kind::kInt8:
    case Kind::kUint8: return 1;
    case Kind::kInt16:
    case Kind::kUint16:
    case Kind::kChar16: return 2;
    case Kind::kInt32:
    case Kind::kUint32:
    case Kind::kFloat: return 4;
    case Kind::kInt64:
    case Kind::kUint64:
    case Kind::kDouble: return 8;
    case Kind::kPointer:
    case Kind::kFunction: return pointer_size;
    default: return 0;
  }
}

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
    const std::uint32_t bit = 1u << static_cast<std::uint32_t>(passed.in);
    if (!has || (taken & bit) != 0 || pointer_size != 4 || passed.travel != Travel::kWord || passed.bytes > 4 ||
        passed.kind == Kind::kFloat)
      return false;
    taken |= bit;
  }
  return stack <= kMaxStackBytes;
}

void WriteNode(const Node& node, WireWriter* out) {
  out->U32(static_cast<std::uint32_t>(node.parent));
  out->U32(node.word);
  out->U32(node.local_offset);
  out->U32(node.frame_offset);
  out->U8(static_cast<std::uint8_t>(node.extent));
  out->U64(node.count);
  out->U32(node.local_size);
  out->U32(node.frame_size);
  out->U32(node.align);
  out->U8(static_cast<std::uint8_t>((node.read_only ? 1 : 0) | (node.flat ? 2 : 0) | (node.func ? 4 : 0)));
  out->U32(static_cast<std::uint32_t>(node.runs.size()));
  for (const Run& run : node.runs) {
    out->U32(run.local_offset);
    out->U32(run.frame_offset);
    out->U32(run.bytes);
    out->U8(run.pointer ? 1 : 0);
  }
  out->U32(static_cast<std::uint32_t>(node.loads.size()));
  for (const Load& load : node.loads) {
    out->U32(load.word);
    out->U8(static_cast<std::uint8_t>(load.kind));
    out->U32(static_cast<std::uint32_t>(load.hops.size()));
    for (const Load::Hop& hop : load.hops) {
      out->U8(hop.dereference ? 1 : 0);
      out->U32(hop.local_offset);
      out->U32(hop.frame_offset);
    }
  }
  if (!node.func) return;
  out->U32(static_cast<std::uint32_t>(node.func->code().size()));
  for (const Expression::Instruction& step : node.func->code()) {
    out->U8(static_cast<std::uint8_t>(step.op));
    out->U64(static_cast<std::uint64_t>(step.operand));
  }
}

Node ReadNode(WireReader* in) {
  Node node;
  node.parent = static_cast<std::int32_t>(in->U32());
  node.word = in->U32();
  node.local_offset = in->U32();
  node.frame_offset = in->U32();
  const std::uint8_t extent = in->U8();
  if (extent > static_cast<std::uint8_t>(Extent::kTerminated16)) in->Reject();
  node.extent = static_cast<Extent>(extent & 3);
  node.count = in->U64();
  node.local_size = in->U32();
  node.frame_size = in->U32();
  node.align = in->U32();
  const std::uint8_t flags = in->U8();
  node.read_only = flags & 1;
  node.flat = flags & 2;
  for (std::uint32_t left = in->Count(13); left > 0; --left) {
    Run run{in->U32(), in->U32(), in->U32(), false};
    run.pointer = in->U8() != 0;
    node.runs.push_back(run);
  }
  for (std::uint32_t left = in->Count(9); left > 0; --left) {
    Load load;
    load.word = in->U32();
    const std::uint8_t kind = in->U8();
    load.kind = static_cast<Kind>(kind);
    for (std::uint32_t hops = in->Count(9); hops > 0; --hops) {
      Load::Hop hop;
      hop.dereference = in->U8() != 0;
      hop.local_offset = in->U32();
      hop.frame_offset = in->U32();
      load.hops.push_back(hop);
    }
    node.loads.push_back(std::move(load));
  }
  if (flags & 4) {
    std::vector<Expression::Instruction> code;
    for (std::uint32_t left = in->Count(9); left > 0; --left) {
      const auto op = static_cast<Expression::Op>(in->U8());
      code.push_back({op, static_cast<std::int64_t>(in->U64())});
    }
    auto func = Expression::FromInstructions(std::move(code), node.loads.size());
    if (func)
      node.func = std::move(*func);
    else
      in->Reject();
  }
  return node;
}

bool Sound(const Load& load, const Plan& plan) {
  if (load.word >= plan.words || load.hops.empty()) return false;
  if (!IsIntegerKind(load.kind) && load.kind != Kind::kPointer) return false;
  // A word is 8 bytes; what lies beside it is none of the load's business. Behind a pointer the caller answers for it.
  const auto stays = [](const Load::Hop& hop) { return !hop.dereference && hop.local_offset == 0 && hop.frame_offset == 0; };
  return stays(load.hops[0]) &&
         std::all_of(load.hops.begin() + 1, load.hops.end(), [](const Load::Hop& hop) { return hop.dereference; });
}

bool Sound(const Plan& plan, std::size_t index) {
  const Node& node = plan.nodes[index];
  if (node.parent != Node::kRoot) {
    if (node.parent < 0 || static_cast<std::size_t>(node.parent) >= index) return false;
    const Node& parent = plan.nodes[static_cast<std::size_t>(node.parent)];
    if (node.local_offset > parent.local_size || parent.local_size - node.local_offset < plan.local_pointer ||
        node.frame_offset > parent.frame_size || parent.frame_size - node.frame_offset < plan.frame_pointer)
      return false;
  }
  if (node.word >= plan.words || node.local_size == 0 || node.frame_size == 0) return false;
  if (node.align == 0 || node.align > 4096 || (node.align & (node.align - 1)) != 0) return false;
  if (node.count > kMaxExtentBytes / std::max(node.local_size, node.frame_size)) return false;
  const std::uint32_t unit = node.extent == Extent::kTerminated8 ? 1 : node.extent == Extent::kTerminated16 ? 2 : 0;
  if (unit != 0 && (node.local_size != unit || node.frame_size != unit)) return false;
  if (node.flat && node.local_size != node.frame_size) return false;
  if (node.extent == Extent::kComputed && (node.loads.empty() || (!node.func && node.loads.size() != 1))) return false;
  for (const Run& run : node.runs) {
    const std::uint32_t here = run.pointer ? plan.local_pointer : run.bytes;
    if (run.local_offset > node.local_size || node.local_size - run.local_offset < here) return false;
    const std::uint32_t wide = run.pointer ? plan.frame_pointer : run.bytes;
    if (run.frame_offset > node.frame_size || node.frame_size - run.frame_offset < wide) return false;
  }
  return std::all_of(node.loads.begin(), node.loads.end(), [&plan](const Load& load) { return Sound(load, plan); });
}

}  // namespace

Expected<Binding> MakeBinding(const Signature& signature, Abi abi, bool is_callback) {
  const auto refuse = [](const std::string& where, const Type& type) {
    return Fail(ErrorCode::kUnsupported,
                where + " is a " + type.Spell() + " by value, which this version cannot pass: pass a pointer to it");
  };
  for (std::size_t i = 0; i < signature.arguments.size(); ++i)
    if (IsAggregate(signature.arguments[i].kind())) return refuse("argument " + std::to_string(i), signature.arguments[i]);
  if (IsAggregate(signature.result.kind())) return refuse("the result", signature.result);
  auto call = PassCall(signature, abi);
  if (!call) return tl::unexpected(call.error());
  Binding binding{.convention = signature.convention, .result = call->result, .arguments = std::move(call->arguments), .plan = {}};
  auto plan = CompilePlan(signature, abi, abi, is_callback ? Phase::kBefore : Phase::kAfter);
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
  out->U32(static_cast<std::uint32_t>(binding.plan.nodes.size()));
  for (const Node& node : binding.plan.nodes) WriteNode(node, out);
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
  bool sound = binding.convention <= Convention::kThiscall && Sound(binding.result, pointer_size) && SoundArguments(binding, pointer_size);
  Plan& plan = binding.plan;
  plan.local_pointer = plan.frame_pointer = static_cast<std::uint8_t>(pointer_size);
  plan.words = static_cast<std::uint32_t>(binding.arguments.size() + 1);
  std::vector<int> depths;
  for (std::uint32_t left = in->Count(40); left > 0 && in->ok(); --left) {
    plan.nodes.push_back(ReadNode(in));
    const std::size_t index = plan.nodes.size() - 1;
    sound = sound && Sound(plan, index);
    if (!sound) break;
    const std::int32_t parent = plan.nodes[index].parent;
    depths.push_back(parent == Node::kRoot ? 0 : depths[static_cast<std::size_t>(parent)] + 1);
    // Plans are carried out by recursion.
    if (depths.back() > kMaxPointerDepth) {
      sound = false;
      break;
    }
    (parent == Node::kRoot ? plan.roots : plan.nodes[static_cast<std::size_t>(parent)].children)
        .push_back(static_cast<std::uint32_t>(index));
  }
  if (!sound || !in->ok() || binding.arguments.size() > kMaxArguments)
    return Fail(ErrorCode::kCorrupt, "a binding that came over the wire is malformed");
  return binding;
}

}  // namespace bridge
