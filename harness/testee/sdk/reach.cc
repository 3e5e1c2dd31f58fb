// SPDX-License-Identifier: MIT
#include "harness/testee/sdk/reach.h"

#include <algorithm>
#include <cstring>

#include "harness/model/reached.h"
#include "harness/testee/sdk/expression.h"

namespace spanproof {
namespace {

// A text without an end, or a length gone wild, must not fill the machine.
constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 30;

std::uint64_t Bits(const std::uint8_t* at, std::uint64_t width) {
  std::uint64_t bits = 0;
  for (std::uint64_t i = std::min<std::uint64_t>(width, 8); i-- > 0;) bits = bits << 8 | at[i];
  return bits;
}

tl::unexpected<Error> Nowhere(const Path& path, const std::string& why) {
  return Fail(ErrorCode::kInvalidArgument, "path " + Spell(path) + " " + why);
}

}  // namespace

std::uint8_t* Reach::Target(const Spot& spot) const {
  if (spot.at == nullptr) return nullptr;
  if ((*types_)[spot.type].kind == Kind::kArray) return const_cast<std::uint8_t*>(spot.at);
  return reinterpret_cast<std::uint8_t*>(static_cast<std::uintptr_t>(Bits(spot.at, PointerSize(view_.memory))));
}

Expected<Reach::Spot> Reach::Follow(Spot spot) const {
  const Type& type = (*types_)[spot.type];
  if (type.kind != Kind::kPointer) return spot;
  return Spot{type.element, Target(spot)};
}

Expected<Reach::Spot> Reach::MemberAt(Spot spot, const std::string& name) const {
  spot = *Follow(spot);
  const auto members = PlacedMembers(*types_, spot.type, view_.memory);
  if (!members) return tl::unexpected(members.error());
  for (const NamedMember& member : *members) {
    if (member.name != name) continue;
    return Spot{member.type, spot.at == nullptr ? nullptr : spot.at + member.place.offset, member.bits, member.place.bit};
  }
  return Fail(ErrorCode::kInvalidArgument, "\"" + types_->Spell(spot.type) + "\" has no member \"" + name + "\"");
}

Expected<Reach::Spot> Reach::Element(Spot spot, std::int64_t index) const {
  const Type& type = (*types_)[spot.type];
  if (type.kind != Kind::kPointer && type.kind != Kind::kArray) {
    return Fail(ErrorCode::kInvalidArgument, "\"" + types_->Spell(spot.type) + "\" has no elements");
  }
  const auto layout = LayoutOf(*types_, type.element, view_.memory);
  if (!layout) return tl::unexpected(layout.error());
  if (index < 0) index = 0;  // a plain dereference
  std::uint8_t* first = Target(spot);
  return Spot{type.element, first == nullptr ? nullptr : first + static_cast<std::uint64_t>(index) * layout->size};
}

Expected<Reach::Spot> Reach::Walk(const Path& path) const {
  if (path.root == Path::kResult || static_cast<std::size_t>(path.root) >= arguments_.size()) {
    return Nowhere(path, "begins at something that a callback's entry does not have");
  }
  const auto root = static_cast<std::size_t>(path.root);
  const Slot& slot = arguments_[root];
  Spot spot{prototype_.arguments[root], static_cast<const std::uint8_t*>(slot.aggregate)};
  if (spot.at == nullptr) spot.at = reinterpret_cast<const std::uint8_t*>(slot.words);
  for (const auto& segment : path.segments) {
    const auto* name = std::get_if<std::string>(&segment);
    auto next = name != nullptr ? MemberAt(spot, *name) : Element(spot, std::get<std::int64_t>(segment));
    if (!next) return Nowhere(path, "leads nowhere: " + next.error().message);
    spot = *next;
  }
  return spot;
}

Expected<std::int64_t> Reach::Length(const Path& path) const {
  const auto spot = Walk(path);
  if (!spot) return tl::unexpected(spot.error());
  const Kind kind = (*types_)[spot->type].kind;
  if (!IsScalar(kind) || IsFloating(kind)) {
    return Nowhere(path, "is no whole number, so it cannot be a length");
  }
  if (spot->at == nullptr) return Nowhere(path, "lies behind a null pointer");
  // The lower bytes, where the memory has more.
  const std::uint64_t width = view_.ValueWidth(spot->type);
  std::uint64_t bits = Bits(spot->at, width);
  if (spot->bits) bits = view_.LoadBits(spot->type, spot->at, spot->bit, *spot->bits)->bits;
  if (IsSigned(kind) && width < 8 && (bits >> (width * 8 - 1) & 1) != 0) {
    bits |= ~std::uint64_t{0} << (width * 8);
  }
  return static_cast<std::int64_t>(bits);
}

Expected<std::uint64_t> Reach::Count(const Directive& directive, TypeId element, const std::uint8_t* at) const {
  const auto layout = LayoutOf(*types_, element, view_.memory);
  if (!layout) return tl::unexpected(layout.error());
  const std::uint64_t unit = layout->size;
  if (directive.null) {
    for (std::uint64_t count = 0; count < kMostBytes / unit; ++count) {
      if (std::all_of(at + count * unit, at + (count + 1) * unit, [](std::uint8_t b) { return b == 0; })) return count + 1;
    }
    return Nowhere(directive.pointer, "reaches a text without an end");
  }
  std::vector<std::int64_t> lengths;
  for (const Path& path : directive.length) {
    const auto length = Length(path);
    if (!length) return tl::unexpected(length.error());
    lengths.push_back(*length);
  }
  Expected<std::int64_t> count = lengths.empty() ? 0 : lengths.front();
  if (!directive.func.empty()) count = EvaluateFunc(directive.func, lengths);
  if (!count) return tl::unexpected(count.error());
  if (*count < 0 || static_cast<std::uint64_t>(*count) > kMostBytes / unit) {
    return Nowhere(directive.pointer, "has a length of " + std::to_string(*count) + " elements");
  }
  return static_cast<std::uint64_t>(*count);
}

Expected<std::vector<Region>> Reach::All() const {
  std::vector<Region> regions;
  const auto& directives = prototype_.memsync;
  for (std::size_t i = 0; i < arguments_.size(); ++i) {
    const Path path{static_cast<int>(i), {}};
    const bool directed = std::any_of(directives.begin(), directives.end(),
                                      [&](const Directive& d) { return d.pointer == path; });
    const Type& type = (*types_)[prototype_.arguments[i]];
    // Pointers to void and to unknown structs say nothing of what they reach.
    if (directed || type.kind != Kind::kPointer || !LayoutOf(*types_, type.element, view_.memory)) {
      continue;
    }
    auto region = At(path);
    if (!region) return tl::unexpected(region.error());
    if (region->at != nullptr) regions.push_back(std::move(*region));
  }
  for (const Directive& directive : directives) {
    if (directive.pointer.root == Path::kResult) continue;
    const auto reached = TypeReached(types_, prototype_, directive.pointer);
    if (!reached) return tl::unexpected(reached.error());
    const auto spot = Walk(directive.pointer);
    if (!spot) return tl::unexpected(spot.error());
    std::uint8_t* at = Target(*spot);
    if (at == nullptr) continue;
    const auto count = Count(directive, reached->element, at);
    if (!count) return tl::unexpected(count.error());
    regions.push_back({directive.pointer, reached->element, *count, at});
  }
  return regions;
}

Expected<Region> Reach::At(const Path& path) const {
  const auto spot = Walk(path);
  if (!spot) return tl::unexpected(spot.error());
  if (spot->bits) return Nowhere(path, "is a bit-field; name the struct that holds it");
  const Type& type = (*types_)[spot->type];
  // A path may also name an element or member itself, not a pointer to it.
  if (type.kind != Kind::kPointer) return Region{path, spot->type, std::nullopt, const_cast<std::uint8_t*>(spot->at)};
  return Region{path, type.element, std::nullopt, Target(*spot)};
}

}  // namespace spanproof
