// SPDX-License-Identifier: MIT
#include "bridge/core/plan.h"

#include <algorithm>

#include "bridge/core/plan_path.h"

namespace bridge {

bool Node::operator==(const Node& other) const {
  return parent == other.parent && word == other.word && local_offset == other.local_offset &&
         frame_offset == other.frame_offset && same_as == other.same_as && inlined == other.inlined &&
         by_value == other.by_value && extent == other.extent && count == other.count &&
         local_size == other.local_size && frame_size == other.frame_size && align == other.align &&
         read_only == other.read_only && flat == other.flat && runs == other.runs &&
         children == other.children && slots == other.slots && same == other.same && loads == other.loads &&
         func.has_value() == other.func.has_value() && (!func || func->code() == other.func->code());
}

namespace {

constexpr std::size_t kMaxNodes = 4096;  // pointers to follow in one signature

class Compiler final : public ElementVisitor {
 public:
  Compiler(const Signature& signature, Abi local, Abi frame, Phase phase)
      : signature_(signature), local_(local), frame_(frame), phase_(phase), used_(signature.memsync.size()) {}

  Expected<Plan> Compile() {
    plan_.local_pointer = static_cast<std::uint8_t>(PointerSize(local_));
    plan_.frame_pointer = static_cast<std::uint8_t>(PointerSize(frame_));
    plan_.words = static_cast<std::uint32_t>(signature_.arguments.size() + 1);
    if (signature_.arguments.size() > kMaxArguments)
      return Fail(ErrorCode::kInvalidArgument, "a function takes at most 255 arguments: pass some of them in a struct");
    for (const Memsync& directive : signature_.memsync)
      if (auto sound = CheckDirective(signature_, directive, local_, frame_); !sound) return tl::unexpected(sound.error());
    for (std::size_t i = 0; i < signature_.arguments.size(); ++i)
      if (auto done = Root(static_cast<int>(i), signature_.arguments[i]); !done) return tl::unexpected(done.error());
    if (auto done = Root(Path::kResult, signature_.result); !done) return tl::unexpected(done.error());
    return std::move(plan_);
  }

  const std::vector<bool>& used() const { return used_; }

  // Of an element's walk: a pointer inside it.
  Expected<bool> Pointer(const Type& type, Spot at, const Path& path) override {
    const std::int32_t holder = open_.back();
    // Where the element is the pointer itself (T**), a directive calls the pointee [n,-1].
    Path inner = path;
    if (Of(holder).depth == path.segments.size()) inner.segments.emplace_back(std::int64_t{-1});
    const std::size_t before = plan_.nodes.size();
    if (auto done = Follow(holder, at, type, inner); !done) return tl::unexpected(done.error());
    return plan_.nodes.size() != before;
  }

  Expected<void> Flexible(const Type& type, Spot at, const Path& path) override {
    const Memsync* directive = Find(path);
    if (!directive || (late_ > 0) != (phase_ == Phase::kAfter)) return {};
    const std::int32_t holder = open_.back();
    const Node& outer = plan_.nodes[static_cast<std::size_t>(holder)];
    if (outer.extent != Extent::kFixed || outer.count != 1 || outer.local_size != at.local_offset)
      return BadPath(path, "only a single struct can be followed by its array: declare a pointer to one");
    Node node;
    node.parent = holder;
    node.word = outer.word;
    node.local_offset = at.local_offset;
    node.frame_offset = at.frame_offset;
    node.inlined = true;
    node.read_only = outer.read_only;
    return Elements(std::move(node), {}, type.element(), path, directive);
  }

 private:
  // What the compiler knows of a node beside what the plan says.
  struct Known {
    std::size_t depth = 0;           // segments of its path
    const void* element = nullptr;   // identity of its elements' type, where that is a struct or union
    bool alone = false;              // no directive names it or anything behind it
    bool general = false;            // alone, or only text lies behind it, which says its own length: true of each such element
    bool late = false;
    bool open = true;                // being compiled
    bool recursive = false;          // leads back to a node that was open
  };
  Known& Of(std::int32_t index) { return known_[static_cast<std::size_t>(index)]; }

  Expected<void> Root(int root, const Type& type) {
    Path path;
    path.root = root;
    if (type.kind() == Kind::kPointer) return Follow(Node::kRoot, {}, type, path);
    if (IsAggregate(type) && root != Path::kResult && phase_ == Phase::kBefore) return ByValue(type, path);
    return {};
  }

  Expected<void> ByValue(const Type& type, const Path& path) {
    const auto index = static_cast<std::size_t>(path.root);
    auto passed = PassArgument(type, signature_.convention, frame_, signature_.variadic && index >= *signature_.variadic);
    if (!passed) {
      passed.error().message = "argument " + std::to_string(index) + ": " + passed.error().message;
      return tl::unexpected(std::move(passed.error()));
    }
    Node node;
    node.word = static_cast<std::uint32_t>(index);
    node.by_value = passed->travel;
    node.read_only = true;  // the callee's copy is the callee's
    return Elements(std::move(node), {}, type, path, nullptr);
  }

  // Adds the node of one pointer, then those inside what it points at.
  Expected<void> Follow(std::int32_t parent, Spot at, const Type& type, const Path& path) {
    const Memsync* directive = Find(path);
    if (!directive && (type.element().kind() == Kind::kVoid || type.element().kind() == Kind::kFunction)) return {};
    const bool late = (directive && UsesResult(*directive)) || path.root == Path::kResult;
    // A pointer inside something late is late as well; something early inside something late cannot be.
    if ((late || late_ > 0) != (phase_ == Phase::kAfter)) {
      if (late) return {};  // handled by the other phase's plan
      // Early pointers still lead to late ones below them: walk on without a node only for paths that need it.
      if (!LeadsToLate(path)) return {};
    }
    Node node;
    node.parent = parent;
    node.local_offset = at.local_offset;
    node.frame_offset = at.frame_offset;
    node.word = static_cast<std::uint32_t>(path.root == Path::kResult ? signature_.arguments.size() : static_cast<std::size_t>(path.root));
    node.read_only = type.read_only() || (parent == Node::kRoot && path.root >= 0 &&
                                          static_cast<std::size_t>(path.root) < signature_.read_only.size() &&
                                          signature_.read_only[static_cast<std::size_t>(path.root)]);
    const Type element = !directive ? type.element()
                         : directive->null ? (directive->unic ? kChar16 : kUint8)
                                           : directive->type;
    if (late) ++late_;
    auto done = Elements(std::move(node), type, element, path, directive);
    if (late) --late_;
    return done;
  }

  // Completes and adds a node, and those of pointers inside its elements.
  Expected<void> Elements(Node node, const Type& pointer, const Type& element, const Path& path, const Memsync* directive) {
    if (open_.size() > static_cast<std::size_t>(kMaxPointerDepth)) return BadPath(path, "pointers are nested deeper than 16: declare void* where nobody need follow further");
    if (plan_.nodes.size() == kMaxNodes)
      return BadPath(path, "there are more than 4096 pointers to follow: give them a length");
    Known known{.depth = path.segments.size(), .late = late_ > 0};
    if (IsAggregate(element)) known.element = element.identity();
    known.alone = std::none_of(signature_.memsync.begin(), signature_.memsync.end(),
                               [&path](const Memsync& each) { return LeadsThrough(each.pointer, path); });
    known.general = std::none_of(signature_.memsync.begin(), signature_.memsync.end(), [&path](const Memsync& each) {
      return LeadsThrough(each.pointer, path) && (!each.null || Names(each.pointer, path));
    });
    if (pointer.kind() == Kind::kPointer && known.alone && known.element != nullptr) {
      node.same_as = Seen(known, node.read_only);
      if (node.same_as != Node::kNone) return Add(std::move(node), known), Expected<void>{};
    }
    auto local = ElementLayout(element, local_), frame = ElementLayout(element, frame_);
    if (!local || !frame) return BadPath(path, "its elements have no size: " + (local ? frame : local).error().message);
    if (local->size == 0 || frame->size == 0) return BadPath(path, "its elements have no size");
    if (local->size > UINT32_MAX) return BadPath(path, "its elements are larger than 4 GB: give a smaller type and a length");
    node.local_size = static_cast<std::uint32_t>(local->size);
    node.frame_size = static_cast<std::uint32_t>(frame->size);
    node.align = static_cast<std::uint32_t>(frame->align);
    if (directive) {
      if (FlexibleMember(element) != nullptr)
        return BadPath(path, WithArticle(element) + " ends in an array of its own, so that there can be only one: drop the "
                             "'type' to count bytes, or give the array's path");
      if (auto sized = Size(*directive, &node); !sized) return sized;
    }
    const std::int32_t index = Add(std::move(node), known);
    open_.push_back(index);
    std::vector<Run> runs;
    auto walked = WalkElement(element, {}, path, local_, frame_, this, &runs);
    open_.pop_back();
    Of(index).open = false;
    if (!walked) return walked;
    SetRuns(&plan_.nodes[static_cast<std::size_t>(index)], runs);
    return {};
  }

  std::int32_t Add(Node node, const Known& known) {
    const auto index = static_cast<std::int32_t>(plan_.nodes.size());
    auto& siblings = node.parent == Node::kRoot ? plan_.roots : plan_.nodes[static_cast<std::size_t>(node.parent)].children;
    siblings.push_back(static_cast<std::uint32_t>(index));
    plan_.recursive = plan_.recursive || node.same_as != Node::kNone;
    plan_.nodes.push_back(std::move(node));
    known_.push_back(known);
    return index;
  }

  // The node that describes such elements already, where their type points at itself.
  std::int32_t Seen(const Known& wanted, bool read_only) {
    for (std::size_t i = 0; i < known_.size(); ++i) {
      const Known& one = known_[i];
      const Node& node = plan_.nodes[i];
      if (one.element != wanted.element || !one.general || one.late != wanted.late || (!one.open && !one.recursive) ||
          node.read_only != read_only || node.same_as != Node::kNone || node.by_value || node.inlined)
        continue;
      for (std::int32_t open : open_) Of(open).recursive = true;
      return static_cast<std::int32_t>(i);
    }
    return Node::kNone;
  }

  void SetRuns(Node* node, const std::vector<Run>& runs) {
    std::vector<std::uint32_t> followed;
    for (std::uint32_t child : node->children) followed.push_back(plan_.nodes[child].local_offset);
    for (const Run& run : runs)
      if (run.pointer) node->opaque.push_back({run.local_offset, run.frame_offset});
    node->runs = MergeRuns(runs, followed, plan_.local_pointer == plan_.frame_pointer);
    node->flat = node->children.empty() && node->local_size == node->frame_size && node->runs.size() == 1 &&
                 node->runs[0].local_offset == 0 && node->runs[0].frame_offset == 0 && !node->runs[0].pointer &&
                 node->runs[0].bits == 0;
    if (node->flat) node->runs.clear();
    FinishNode(plan_, node);
  }

  Expected<void> Size(const Memsync& directive, Node* node) {
    if (directive.null) {
      node->extent = directive.unic ? Extent::kTerminated16 : Extent::kTerminated8;
      return {};
    }
    node->extent = Extent::kComputed;
    for (const Path& path : directive.length) {
      auto place = ResolvePath(signature_, path, local_, frame_);
      if (!place) return tl::unexpected(place.error());
      if (place->bit_field) return BadPath(path, "a length cannot be read out of a bit-field: pass it as an argument too");
      if (!IsLength(place->type)) return BadPath(path, "a length is an integer, this is " + WithArticle(place->type));
      node->loads.push_back(Load{
          static_cast<std::uint32_t>(path.root == Path::kResult ? signature_.arguments.size() : static_cast<std::size_t>(path.root)),
          place->type.kind(), std::move(place->hops)});
    }
    if (directive.func.empty()) return {};
    auto func = Expression::Parse(directive.func, directive.length.size());
    if (!func) return tl::unexpected(func.error());
    node->func = std::move(*func);
    return {};
  }

  const Memsync* Find(const Path& path) {
    for (std::size_t i = 0; i < signature_.memsync.size(); ++i)
      if (Names(signature_.memsync[i].pointer, path)) return used_[i] = true, &signature_.memsync[i];
    return nullptr;
  }

  bool LeadsToLate(const Path& path) const {
    return std::any_of(signature_.memsync.begin(), signature_.memsync.end(), [&](const Memsync& directive) {
      return UsesResult(directive) && LeadsThrough(directive.pointer, path) && !Names(directive.pointer, path);
    });
  }

  const Signature& signature_;
  const Abi local_, frame_;
  const Phase phase_;
  Plan plan_;
  std::vector<Known> known_;         // by node
  std::vector<std::int32_t> open_;   // nodes that are being compiled, outermost first
  std::vector<bool> used_;
  int late_ = 0;                     // how many open nodes need the result
};

}  // namespace

Expected<Plan> CompilePlan(const Signature& signature, Abi local, Abi frame, Phase phase) {
  Compiler compiler(signature, local, frame, phase);
  auto plan = compiler.Compile();
  if (!plan || signature.memsync.empty()) return plan;
  // A directive may belong to the other phase; one that neither reaches is a mistake.
  Compiler other(signature, local, frame, phase == Phase::kBefore ? Phase::kAfter : Phase::kBefore);
  if (auto checked = other.Compile(); !checked) return checked;
  for (std::size_t i = 0; i < signature.memsync.size(); ++i)
    if (!compiler.used()[i] && !other.used()[i])
      return Fail(ErrorCode::kInvalidArgument, "memsync: pointer " + signature.memsync[i].pointer.Spell() +
                                                   " is never reached: give the path of one pointer, once");
  return plan;
}

Expected<Plan> CompileResult(const Type& type, Abi local, Abi frame, std::vector<Spot>* pointers) {
  Path path;
  path.root = Path::kResult;
  auto runs = OpaqueRuns(type, path, local, frame);
  if (!runs) return tl::unexpected(runs.error());
  auto here = LayoutOf(type, local), there = LayoutOf(type, frame);
  if (!here || !there) return tl::unexpected((here ? there : here).error());
  Plan plan;
  plan.local_pointer = static_cast<std::uint8_t>(PointerSize(local));
  plan.frame_pointer = static_cast<std::uint8_t>(PointerSize(frame));
  for (const Run& run : *runs)
    if (run.pointer) pointers->push_back({run.local_offset, run.frame_offset});
  Node& node = plan.nodes.emplace_back();
  node.local_size = static_cast<std::uint32_t>(here->size);
  node.frame_size = static_cast<std::uint32_t>(there->size);
  node.align = static_cast<std::uint32_t>(there->align);
  node.flat = false;
  node.runs = MergeRuns(*runs, {}, plan.local_pointer == plan.frame_pointer);
  FinishNode(plan, &node);
  return plan;
}

void FinishNode(const Plan& plan, Node* node) {
  const bool same_pointers = plan.local_pointer == plan.frame_pointer;
  node->slots.clear();
  for (std::uint32_t child : node->children)
    node->slots.push_back({plan.nodes[child].local_offset, plan.nodes[child].frame_offset});
  node->same = node->local_size == node->frame_size && (same_pointers || node->children.empty()) &&
               std::all_of(node->runs.begin(), node->runs.end(), [&](const Run& run) {
                 return run.local_offset == run.frame_offset && run.bits == 0 && (same_pointers || !run.pointer);
               }) &&
               std::all_of(node->slots.begin(), node->slots.end(),
                           [](const Spot& slot) { return slot.local_offset == slot.frame_offset; });
}

}  // namespace bridge
