// SPDX-License-Identifier: MIT
#include "bridge/core/plan_wire.h"

#include <algorithm>

namespace bridge {
namespace {

constexpr int kTravelShift = 4;  // in a node's flags: how it travels, plus one, where it is an aggregate by value

void WriteNode(const Node& node, WireWriter* out) {
  out->U32(static_cast<std::uint32_t>(node.parent));
  out->U32(node.word);
  out->U32(node.local_offset);
  out->U32(node.frame_offset);
  out->U32(static_cast<std::uint32_t>(node.same_as));
  out->U8(static_cast<std::uint8_t>(node.extent));
  out->U64(node.count);
  out->U32(node.local_size);
  out->U32(node.frame_size);
  out->U32(node.align);
  out->U8(static_cast<std::uint8_t>((node.read_only ? 1 : 0) | (node.flat ? 2 : 0) | (node.func ? 4 : 0) | (node.inlined ? 8 : 0) |
                                    (node.by_value ? (static_cast<int>(*node.by_value) + 1) << kTravelShift : 0)));
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
  node.same_as = static_cast<std::int32_t>(in->U32());
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
  node.inlined = flags & 8;
  if (const int travel = flags >> kTravelShift; travel != 0) node.by_value = static_cast<Travel>(travel - 1);
  for (std::uint32_t left = in->Count(13); left > 0; --left) {
    Run run;
    run.local_offset = in->U32();
    run.frame_offset = in->U32();
    run.bytes = in->U32();
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
  const std::uint32_t bytes = load.hops.size() > 1 ? plan.frame_pointer : ScalarBytes(load.kind, plan.frame_pointer);
  const Load::Hop& first = load.hops[0];
  return !first.dereference && first.local_offset == first.frame_offset && first.local_offset <= 8 - bytes &&
         std::all_of(load.hops.begin() + 1, load.hops.end(), [](const Load::Hop& hop) { return hop.dereference; });
}

bool SoundPlace(const Plan& plan, std::size_t index) {
  const Node& node = plan.nodes[index];
  if (node.parent == Node::kRoot) return !node.inlined;
  if (node.parent < 0 || static_cast<std::size_t>(node.parent) >= index) return false;
  const Node& parent = plan.nodes[static_cast<std::size_t>(node.parent)];
  if (parent.same_as != Node::kNone || node.local_offset > parent.local_size || node.frame_offset > parent.frame_size) return false;
  if (node.inlined) return parent.extent == Extent::kFixed && parent.count == 1 && !parent.inlined;
  return parent.local_size - node.local_offset >= plan.local_pointer && parent.frame_size - node.frame_offset >= plan.frame_pointer;
}

bool SoundReference(const Plan& plan, std::size_t index) {
  const Node& node = plan.nodes[index];
  if (node.same_as == Node::kNone) return true;
  if (node.same_as < 0 || static_cast<std::size_t>(node.same_as) >= index || node.inlined) return false;
  const Node& target = plan.nodes[static_cast<std::size_t>(node.same_as)];
  return target.same_as == Node::kNone && !target.inlined && !target.by_value;
}

bool SoundByValue(const Node& node) {
  return !node.by_value || (*node.by_value <= Travel::kStack && node.parent == Node::kRoot && node.extent == Extent::kFixed && node.count == 1 &&
                            node.same_as == Node::kNone && node.read_only && node.local_size == node.frame_size);
}

bool Sound(const Plan& plan, std::size_t index) {
  const Node& node = plan.nodes[index];
  if (!SoundPlace(plan, index) || !SoundReference(plan, index) || !SoundByValue(node)) return false;
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

void WritePlan(const Plan& plan, WireWriter* out) {
  out->U32(static_cast<std::uint32_t>(plan.nodes.size()));
  for (const Node& node : plan.nodes) WriteNode(node, out);
}

bool ReadPlan(WireReader* in, Plan* plan) {
  std::vector<int> depths;
  for (std::uint32_t left = in->Count(44); left > 0 && in->ok(); --left) {
    plan->nodes.push_back(ReadNode(in));
    const std::size_t index = plan->nodes.size() - 1;
    if (!Sound(*plan, index)) return false;
    const std::int32_t parent = plan->nodes[index].parent;
    depths.push_back(parent == Node::kRoot ? 0 : depths[static_cast<std::size_t>(parent)] + 1);
    if (depths.back() > kMaxPointerDepth) return false;
    plan->recursive = plan->recursive || plan->nodes[index].same_as != Node::kNone;
    (parent == Node::kRoot ? plan->roots : plan->nodes[static_cast<std::size_t>(parent)].children)
        .push_back(static_cast<std::uint32_t>(index));
  }
  for (Node& node : plan->nodes) FinishNode(*plan, &node);
  return in->ok();
}

}  // namespace bridge
