// SPDX-License-Identifier: MIT
#include "bridge/core/plan_path.h"

#include <algorithm>

namespace bridge {
namespace {

class Follower {
 public:
  Follower(const Path& path, Abi local, Abi frame) : path_(path), local_(local), frame_(frame) {}

  Expected<void> Step(const PathSegment& segment, Place* place) const {
    if (place->bit_field) return BadPath(path_, "a bit-field holds nothing to go on to: end the path before it");
    place->flexible = false;
    if (const auto* name = std::get_if<std::string>(&segment)) return Member(*name, place);
    const std::int64_t index = std::get<std::int64_t>(segment);
    if (index >= 0) return Element(static_cast<std::uint64_t>(index), place);
    if (place->type.kind() == Kind::kPointer) return Dereference(place), Expected<void>{};
    if (place->type.kind() == Kind::kArray) return Element(0, place);  // each of them; as a place, the first
    return BadPath(path_, WithArticle(place->type) + " cannot be dereferenced: end the path before it");
  }

 private:
  static void Dereference(Place* place) {
    place->type = Type(place->type.element());
    place->hops.push_back({.dereference = true});
  }

  static void Move(Place* place, std::uint64_t local, std::uint64_t frame) {
    place->hops.back().local_offset += static_cast<std::uint32_t>(local);
    place->hops.back().frame_offset += static_cast<std::uint32_t>(frame);
  }

  Expected<void> Element(std::uint64_t index, Place* place) const {
    const bool behind = place->type.kind() == Kind::kPointer;
    const Type whole = place->type;
    if (behind) Dereference(place);
    if (!behind && place->type.kind() != Kind::kArray)
      return BadPath(path_, WithArticle(whole) + " has no elements: end the path before it");
    const Type element = place->type.kind() == Kind::kArray ? place->type.element() : place->type;
    auto local = LayoutOf(element, local_), frame = LayoutOf(element, frame_);
    if (!local || !frame) return BadPath(path_, WithArticle(whole) + " has no elements");
    if (place->type.kind() == Kind::kArray && place->type.count() != 0 && index >= place->type.count())
      return BadPath(path_, "index " + std::to_string(index) + " is beyond " + place->type.Spell() + ": write 0 to " +
                                std::to_string(place->type.count() - 1) + ", or -1 for each");
    Move(place, index * local->size, index * frame->size);
    place->type = element;
    return {};
  }

  Expected<void> Member(const std::string& name, Place* place) const {
    const bool behind = place->type.kind() == Kind::kPointer;
    if (behind) Dereference(place);
    const Type whole = place->type;
    if (!IsAggregate(whole))
      return BadPath(path_, WithArticle(whole) + " has no members, and '" + name + "' is none of it: end the path before it");
    auto local = FindMember(whole, name, local_), frame = FindMember(whole, name, frame_);
    if (!local || !frame) return BadPath(path_, (local ? frame : local).error().message);
    Move(place, local->at.offset, frame->at.offset);
    place->type = local->type;
    place->bit_field = local->at.bits != 0;
    const Type::Member* last = FlexibleMember(whole);
    place->flexible = last != nullptr && last->name == name && place->hops.size() > 1;
    return {};
  }

  const Path& path_;
  const Abi local_, frame_;
};

// Without the -1 that a member's name implies.
std::vector<PathSegment> Plain(const std::vector<PathSegment>& segments) {
  std::vector<PathSegment> plain;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const auto* index = std::get_if<std::int64_t>(&segments[i]);
    const bool implied = index && *index < 0 && i + 1 < segments.size() && std::holds_alternative<std::string>(segments[i + 1]);
    if (!implied) plain.push_back(segments[i]);
  }
  return plain;
}

bool Fits(const PathSegment& pattern, const PathSegment& segment) {
  if (pattern == segment) return true;
  const auto *each = std::get_if<std::int64_t>(&pattern), *index = std::get_if<std::int64_t>(&segment);
  return each && index && *each < 0;
}

tl::unexpected<Error> Malformed(const Path& path) {
  return BadPath(path, "a path starts with an argument's index or with \"r\"");
}

}  // namespace

Expected<Place> ResolvePath(const Signature& signature, const Path& path, Abi local, Abi frame) {
  if (path.malformed) return Malformed(path);
  if (path.root >= static_cast<int>(signature.arguments.size()))
    return BadPath(path, "there are " + std::to_string(signature.arguments.size()) + " arguments, counted from 0");
  Place place{path.root == Path::kResult ? signature.result : signature.arguments[static_cast<std::size_t>(path.root)], {{}}};
  if (IsAggregate(place.type)) place.hops.push_back({.dereference = true});  // by value: its word is an address
  const Follower follower(path, local, frame);
  for (const PathSegment& segment : path.segments)
    if (auto moved = follower.Step(segment, &place); !moved) return tl::unexpected(moved.error());
  return place;
}

bool IsLength(const Type& type) {
  const bool opaque = type.kind() == Kind::kPointer && type.element().kind() == Kind::kVoid;
  return opaque || IsIntegerKind(type.kind());
}

bool UsesResult(const Memsync& directive) {
  return directive.pointer.root == Path::kResult ||
         std::any_of(directive.length.begin(), directive.length.end(),
                     [](const Path& path) { return path.root == Path::kResult; });
}

Expected<void> CheckDirective(const Signature& signature, const Memsync& directive, Abi local, Abi frame) {
  for (const Path& path : directive.length)
    if (path.malformed) return Malformed(path);
  const auto bad = [&directive](const std::string& why) { return BadPath(directive.pointer, why); };
  auto pointer = ResolvePath(signature, directive.pointer, local, frame);
  if (!pointer) return tl::unexpected(pointer.error());
  if (pointer->type.kind() == Kind::kFunction)
    return bad("is a function pointer, which needs no memory: drop the directive, and give one to the prototype where its "
               "arguments need it");
  if (pointer->type.kind() != Kind::kPointer && !pointer->flexible) {
    const std::string spelling = pointer->type.Spell();
    const bool data = IsAggregate(pointer->type) || pointer->type.kind() == Kind::kArray;
    return bad("is " + WithArticle(pointer->type) + ", not a pointer: " +
               (data ? "what is passed or held by value crosses without a directive; for memory behind it declare a pointer"
                     : "declare " + spelling + "* where the function takes an address"));
  }
  if (directive.null && (!directive.length.empty() || !directive.func.empty()))
    return bad("'null' finds the length itself: drop 'length' and 'func', or 'null'");
  if (!directive.null && directive.unic)
    return bad("'unic' belongs to 'null': a counted buffer of wide text has type char16");
  if (!directive.null && directive.length.empty()) return bad("no length: give 'length', or 'null' for terminated text");
  if (directive.pointer.root != Path::kResult && directive.pointer.segments.empty() && UsesResult(directive))
    return bad("the length of an argument's memory has to be known before the call, not from its result: take it from an argument");
  if (directive.func.empty() && directive.length.size() > 1)
    return bad("several lengths need a 'func', for example \"lambda x, y: x * y\"");
  if (!UsesResult(directive)) return {};
  if (IsAggregate(signature.result))
    return bad("a result by value comes back as it is, its pointers as addresses in the DLL's memory: read what lies behind "
               "them after the call, or let the function take a pointer to the struct");
  if (directive.pointer.root != Path::kResult && IsAggregate(signature.arguments[static_cast<std::size_t>(directive.pointer.root)]))
    return bad("the memory behind an argument by value has to be known before the call, not from its result: take the length from an argument");
  return {};
}

bool Names(const Path& pattern, const Path& path) {
  const auto named = Plain(pattern.segments), met = Plain(path.segments);
  return pattern.root == path.root && named.size() == met.size() && std::equal(named.begin(), named.end(), met.begin(), Fits);
}

bool LeadsThrough(const Path& pattern, const Path& path) {
  if (pattern.root != path.root) return false;
  const auto named = Plain(pattern.segments);
  auto met = Plain(path.segments);
  // The -1 of a pointer to a pointer to a struct is implied by the member's name behind it.
  while (!met.empty() && met.back() == PathSegment(std::int64_t{-1}) && (named.size() < met.size() || !Fits(named[met.size() - 1], met.back())))
    met.pop_back();
  return named.size() >= met.size() && std::equal(met.begin(), met.end(), named.begin(),
                                                  [](const PathSegment& segment, const PathSegment& each) { return Fits(each, segment); });
}

}  // namespace bridge
