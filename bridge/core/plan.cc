// SPDX-License-Identifier: MIT
#include "bridge/core/plan.h"

#include <algorithm>

#include "bridge/core/nearest.h"

namespace bridge {

bool Node::operator==(const Node& other) const {
  return parent == other.parent && word == other.word && local_offset == other.local_offset &&
         frame_offset == other.frame_offset && extent == other.extent && count == other.count &&
         local_size == other.local_size && frame_size == other.frame_size && align == other.align &&
         read_only == other.read_only && flat == other.flat && runs == other.runs &&
         children == other.children && loads == other.loads &&
         func.has_value() == other.func.has_value() && (!func || func->code() == other.func->code());
}

namespace {

constexpr std::size_t kMaxNodes = 4096;  // pointers to follow in one signature
constexpr std::size_t kMaxRuns = 65536;  // pieces of one element

// An opaque pointer too: that is how size_t is described.
bool IsInteger(const Type& type) {
  const bool opaque = type.kind() == Kind::kPointer && type.element().kind() == Kind::kVoid;
  return opaque || IsIntegerKind(type.kind());
}

// Where a path ends: its type, and how to get there on both sides.
struct Place {
  Type type;
  std::vector<Load::Hop> hops;
};

class Compiler {
 public:
  Compiler(const Signature& signature, Abi local, Abi frame, Phase phase)
      : signature_(signature), local_(local), frame_(frame), phase_(phase), used_(signature.memsync.size()) {}

  Expected<Plan> Compile() {
    plan_.local_pointer = static_cast<std::uint8_t>(PointerSize(local_));
    plan_.frame_pointer = static_cast<std::uint8_t>(PointerSize(frame_));
    plan_.words = static_cast<std::uint32_t>(signature_.arguments.size() + 1);
    if (signature_.arguments.size() > kMaxArguments)
      return Fail(ErrorCode::kInvalidArgument, "a function takes at most 255 arguments");
    for (const Memsync& directive : signature_.memsync)
      if (auto sound = CheckDirective(directive); !sound) return tl::unexpected(sound.error());
    for (std::size_t i = 0; i < signature_.arguments.size(); ++i)
      if (auto done = Root(static_cast<int>(i), signature_.arguments[i]); !done) return tl::unexpected(done.error());
    if (auto done = Root(Path::kResult, signature_.result); !done) return tl::unexpected(done.error());
    return std::move(plan_);
  }

  const std::vector<bool>& used() const { return used_; }

 private:
  tl::unexpected<Error> Bad(const Path& path, const std::string& why) const {
    return Fail(ErrorCode::kInvalidArgument, "memsync: path " + path.Spell() + ": " + why);
  }

  // Follows a path through the types; lengths and pointers alike.
  Expected<Place> Resolve(const Path& path) const {
    if (path.malformed) return Bad(path, "a path starts with an argument's index or with \"r\"");
    if (path.root >= static_cast<int>(signature_.arguments.size()))
      return Bad(path, "there are " + std::to_string(signature_.arguments.size()) + " arguments, counted from 0");
    Place place{path.root == Path::kResult ? signature_.result : signature_.arguments[path.root], {{}}};
    for (const PathSegment& segment : path.segments)
      if (auto moved = Follow(path, segment, &place); !moved) return tl::unexpected(moved.error());
    return place;
  }

  Expected<void> Follow(const Path& path, const PathSegment& segment, Place* place) const {
    const auto* index = std::get_if<std::int64_t>(&segment);
    const bool wants_pointee = index == nullptr || *index < 0 || place->type.kind() == Kind::kPointer;
    if (wants_pointee && (place->type.kind() == Kind::kPointer)) {
      place->type = Type(place->type.element());
      place->hops.push_back({.dereference = true});
      if (index && *index < 0) return {};
    } else if (index && *index < 0) {
      return Bad(path, "a " + place->type.Spell() + " cannot be dereferenced");
    }
    if (index) {
      if (!wants_pointee && place->type.kind() != Kind::kArray)
        return Bad(path, "a " + place->type.Spell() + " has no elements");
      const Type element = place->type.kind() == Kind::kArray ? place->type.element() : place->type;
      auto local = LayoutOf(element, local_), frame = LayoutOf(element, frame_);
      if (!local || !frame) return Bad(path, "a " + place->type.Spell() + " has no elements");
      if (place->type.kind() == Kind::kArray && static_cast<std::uint64_t>(*index) >= place->type.count())
        return Bad(path, "index " + std::to_string(*index) + " is beyond " + place->type.Spell());
      place->hops.back().local_offset += static_cast<std::uint32_t>(static_cast<std::uint64_t>(*index) * local->size);
      place->hops.back().frame_offset += static_cast<std::uint32_t>(static_cast<std::uint64_t>(*index) * frame->size);
      place->type = element;
      return {};
    }
    const std::string& name = std::get<std::string>(segment);
    std::vector<std::string> names;
    for (std::size_t i = 0; i < place->type.members().size(); ++i) {
      const Type::Member member = place->type.members()[i];
      names.push_back(member.name);
      if (member.name != name) continue;
      auto local = MemberOffsets(place->type, local_), frame = MemberOffsets(place->type, frame_);
      if (!local) return tl::unexpected(local.error());
      place->hops.back().local_offset += static_cast<std::uint32_t>((*local)[i]);
      place->hops.back().frame_offset += static_cast<std::uint32_t>((*frame)[i]);
      place->type = member.type;
      return {};
    }
    return Bad(path, "'" + place->type.Spell() + "' has no member '" + name + "'" + SuggestName(name, names));
  }

  Expected<void> CheckDirective(const Memsync& directive) const {
    auto pointer = Resolve(directive.pointer);
    if (!pointer) return tl::unexpected(pointer.error());
    if (pointer->type.kind() != Kind::kPointer)
      return Bad(directive.pointer, "is a " + pointer->type.Spell() + ", not a pointer");
    if (directive.null && (!directive.length.empty() || !directive.func.empty()))
      return Bad(directive.pointer, "'null' finds the length itself: drop 'length' and 'func', or 'null'");
    if (!directive.null && directive.unic)
      return Bad(directive.pointer, "'unic' belongs to 'null': a counted buffer of wide text has type char16");
    if (!directive.null && directive.length.empty())
      return Bad(directive.pointer, "no length: give 'length', or 'null' for terminated text");
    if (directive.pointer.root != Path::kResult && directive.pointer.segments.empty() && UsesResult(directive))
      return Bad(directive.pointer, "the length of an argument's memory has to be known before the call, not from its result");
    if (directive.func.empty() && directive.length.size() > 1)
      return Bad(directive.pointer, "several lengths need a 'func', for example \"lambda x, y: x * y\"");
    return {};
  }

  static bool UsesResult(const Memsync& directive) {
    return directive.pointer.root == Path::kResult ||
           std::any_of(directive.length.begin(), directive.length.end(),
                       [](const Path& path) { return path.root == Path::kResult; });
  }

  Expected<void> Root(int root, const Type& type) {
    Path path;
    path.root = root;
    if (type.kind() != Kind::kPointer) return {};
    return Pointer(Node::kRoot, {}, type, path, 0);
  }

  // Adds the node of one pointer, then those inside what it points at.
  Expected<void> Pointer(std::int32_t parent, Load::Hop at, const Type& type, const Path& path, int depth) {
    const Memsync* directive = Find(path);
    if (!directive && (type.element().kind() == Kind::kVoid || type.element().kind() == Kind::kFunction)) return {};
    if (depth > kMaxPointerDepth) return Bad(path, "pointers are nested deeper than 16");
    const bool late = (directive && UsesResult(*directive)) || path.root == Path::kResult;
    // A pointer inside something late is late as well; something early inside something late cannot be.
    if ((late || inside_late_ > 0) != (phase_ == Phase::kAfter)) {
      if (late) return {};  // handled by the other phase's plan
      // Early pointers still lead to late ones below them: walk on without a node only for paths that need it.
      if (!LeadsToLate(path)) return {};
    }
    const Type element = !directive ? type.element()
                         : directive->null ? (directive->unic ? kChar16 : kUint8)
                                           : directive->type;
    auto local = LayoutOf(element, local_), frame = LayoutOf(element, frame_);
    if (!local) return Bad(path, "its elements have no size: " + local.error().message);
    if (local->size == 0 || frame->size == 0) return Bad(path, "its elements have no size");
    if (local->size > UINT32_MAX) return Bad(path, "its elements are larger than 4 GB: give a smaller type and a length");
    if (plan_.nodes.size() == kMaxNodes) return Bad(path, "there are more than 4096 pointers to follow: give them a length");
    Node node;
    node.parent = parent;
    node.local_offset = at.local_offset;
    node.frame_offset = at.frame_offset;
    node.word = static_cast<std::uint32_t>(path.root == Path::kResult ? signature_.arguments.size() : path.root);
    node.local_size = static_cast<std::uint32_t>(local->size);
    node.frame_size = static_cast<std::uint32_t>(frame->size);
    node.align = static_cast<std::uint32_t>(frame->align);
    node.read_only = type.read_only() || (parent == Node::kRoot && path.root >= 0 &&
                                          static_cast<std::size_t>(path.root) < signature_.read_only.size() &&
                                          signature_.read_only[path.root]);
    if (directive)
      if (auto sized = Size(*directive, &node); !sized) return sized;
    const auto index = static_cast<std::int32_t>(plan_.nodes.size());
    (parent == Node::kRoot ? plan_.roots : plan_.nodes[parent].children).push_back(static_cast<std::uint32_t>(index));
    plan_.nodes.push_back(std::move(node));
    if (late) ++inside_late_;
    auto inside = Inside(index, {}, element, path, depth + 1);
    if (late) --inside_late_;
    if (!inside) return inside;
    Node& done = plan_.nodes[index];
    MergeRuns(&done);
    return {};
  }

  // The members of an element: runs for data, nodes for pointers to follow.
  Expected<void> Inside(std::int32_t index, Load::Hop at, const Type& type, const Path& path, int depth) {
    switch (type.kind()) {
      case Kind::kStruct: {
        auto local = MemberOffsets(type, local_), frame = MemberOffsets(type, frame_);
        if (!local || !frame) return tl::unexpected((local ? frame : local).error());
        for (std::size_t i = 0; i < type.members().size(); ++i) {
          Path inner = path;
          inner.segments.emplace_back(type.members()[i].name);
          const Load::Hop place{false, at.local_offset + static_cast<std::uint32_t>((*local)[i]),
                                at.frame_offset + static_cast<std::uint32_t>((*frame)[i])};
          if (auto done = Inside(index, place, type.members()[i].type, inner, depth); !done) return done;
        }
        return {};
      }
      case Kind::kArray: {
        auto local = LayoutOf(type.element(), local_), frame = LayoutOf(type.element(), frame_);
        if (!local || !frame) return tl::unexpected((local ? frame : local).error());
        if (!HoldsPointer(type.element()) && *local == *frame)
          return AddRun(index, at, static_cast<std::uint32_t>(local->size * type.count()), false), Expected<void>{};
        if (plan_.nodes[index].runs.size() + type.count() > kMaxRuns)
          return Bad(path, "an array of more than 65536 pointers or structs inside a struct: give a pointer to it a length");
        for (std::uint64_t i = 0; i < type.count(); ++i) {
          Path inner = path;
          inner.segments.emplace_back(static_cast<std::int64_t>(i));
          const Load::Hop place{false, at.local_offset + static_cast<std::uint32_t>(i * local->size),
                                at.frame_offset + static_cast<std::uint32_t>(i * frame->size)};
          if (auto done = Inside(index, place, type.element(), inner, depth); !done) return done;
        }
        return {};
      }
      case Kind::kPointer: {
        // The pointer that a directive names as [n,-1] is the pointee itself.
        Path inner = path;
        if (IsPointee(index, path)) inner.segments.emplace_back(std::int64_t{-1});
        const std::size_t before = plan_.nodes.size();
        if (auto done = Pointer(index, at, type, inner, depth); !done) return done;
        if (plan_.nodes.size() == before) AddRun(index, at, PointerSize(local_), true);
        return {};
      }
      default: {
        auto local = LayoutOf(type, local_), frame = LayoutOf(type, frame_);
        if (!local || !frame) return tl::unexpected((local ? frame : local).error());
        if (type.kind() == Kind::kUnion && *local != *frame)
          return Bad(path, "the union " + type.Spell() + " is laid out differently on both sides, and nobody knows which of its "
                           "members counts");
        AddRun(index, at, static_cast<std::uint32_t>(local->size), type.kind() == Kind::kFunction);
        return {};
      }
    }
  }

  // True where the element of node `index` is the pointer itself (T**), so that
  // its path needs a -1, and not a member that happens to stand first.
  bool IsPointee(std::int32_t index, const Path& path) const { return paths_depth_[index] == path.segments.size(); }

  static bool HoldsPointer(const Type& type) {
    if (type.kind() == Kind::kPointer || type.kind() == Kind::kFunction) return true;
    if (type.kind() == Kind::kArray) return HoldsPointer(type.element());
    return std::any_of(type.members().begin(), type.members().end(),
                       [](const Type::Member& member) { return HoldsPointer(member.type); });
  }

  void AddRun(std::int32_t index, Load::Hop at, std::uint32_t bytes, bool pointer) {
    plan_.nodes[index].runs.push_back({at.local_offset, at.frame_offset, bytes, pointer});
  }

  void MergeRuns(Node* node) const {
    std::vector<Run> merged;
    for (Run run : node->runs) {
      if (plan_.local_pointer == plan_.frame_pointer) run.pointer = false;
      if (!merged.empty() && !run.pointer && !merged.back().pointer &&
          run.local_offset - run.frame_offset == merged.back().local_offset - merged.back().frame_offset &&
          run.local_offset >= merged.back().local_offset + merged.back().bytes &&
          !PointerBetween(*node, merged.back().local_offset + merged.back().bytes, run.local_offset)) {
        merged.back().bytes = run.local_offset + run.bytes - merged.back().local_offset;
      } else {
        merged.push_back(run);
      }
    }
    node->runs = std::move(merged);
    node->flat = node->children.empty() && node->local_size == node->frame_size && node->runs.size() == 1 &&
                 node->runs[0].local_offset == 0 && node->runs[0].frame_offset == 0 && !node->runs[0].pointer;
    if (node->flat) node->runs.clear();
  }

  bool PointerBetween(const Node& node, std::uint32_t begin, std::uint32_t end) const {
    return std::any_of(node.children.begin(), node.children.end(), [&](std::uint32_t child) {
      return plan_.nodes[child].local_offset >= begin && plan_.nodes[child].local_offset < end;
    });
  }

  Expected<void> Size(const Memsync& directive, Node* node) {
    if (directive.null) {
      node->extent = directive.unic ? Extent::kTerminated16 : Extent::kTerminated8;
      return {};
    }
    node->extent = Extent::kComputed;
    for (const Path& path : directive.length) {
      auto place = Resolve(path);
      if (!place) return tl::unexpected(place.error());
      if (!IsInteger(place->type)) return Bad(path, "a length is an integer, this is a " + place->type.Spell());
      node->loads.push_back(Load{
          static_cast<std::uint32_t>(path.root == Path::kResult ? signature_.arguments.size() : path.root),
          place->type.kind(), std::move(place->hops)});
    }
    if (directive.func.empty()) return {};
    auto func = Expression::Parse(directive.func, directive.length.size());
    if (!func) return tl::unexpected(func.error());
    node->func = std::move(*func);
    return {};
  }

  const Memsync* Find(const Path& path) {
    paths_depth_.resize(plan_.nodes.size() + 1);
    paths_depth_[plan_.nodes.size()] = path.segments.size();
    for (std::size_t i = 0; i < signature_.memsync.size(); ++i)
      if (signature_.memsync[i].pointer == path) return used_[i] = true, &signature_.memsync[i];
    return nullptr;
  }

  bool LeadsToLate(const Path& path) const {
    return std::any_of(signature_.memsync.begin(), signature_.memsync.end(), [&](const Memsync& directive) {
      const Path& other = directive.pointer;
      return UsesResult(directive) && other.root == path.root && other.segments.size() > path.segments.size() &&
             std::equal(path.segments.begin(), path.segments.end(), other.segments.begin());
    });
  }

  const Signature& signature_;
  const Abi local_, frame_;
  const Phase phase_;
  Plan plan_;
  std::vector<bool> used_;
  std::vector<std::size_t> paths_depth_;  // by node: segments of its path
  int inside_late_ = 0;
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

}  // namespace bridge
