// SPDX-License-Identifier: MIT
#include "harness/model/reached.h"

#include <algorithm>

#include "harness/model/nearest.h"
#include "harness/model/value_json.h"

namespace spanproof {
namespace {

tl::unexpected<Error> Nowhere(const Path& path, const std::string& why) {
  return Fail(ErrorCode::kInvalidArgument, "path " + Spell(path) + " " + why);
}

Expected<TypeId> MemberType(const TypeTable& types, TypeId at, const std::string& name, const Path& path) {
  if (types[at].kind == Kind::kPointer) at = types[at].element;
  const Type& type = types[at];
  if (type.kind != Kind::kStruct && type.kind != Kind::kUnion) {
    return Nowhere(path, "takes member \"" + name + "\" of \"" + types.Spell(at) + "\", which has none");
  }
  std::vector<std::string> names;
  const auto members = NamedMembers(types, at);
  if (!members) return Nowhere(path, "cannot be followed: " + members.error().message);
  for (const auto& member : *members) {
    if (member.name == name) return member.type;
    names.push_back(member.name);
  }
  return Nowhere(path, "names no member of \"" + type.name + "\": \"" + name + "\"" + DidYouMean(name, names));
}

Expected<TypeId> Element(const TypeTable& types, TypeId at, const Path& path) {
  const Kind kind = types[at].kind;
  if (kind != Kind::kPointer && kind != Kind::kArray) {
    return Nowhere(path, "takes an element of \"" + types.Spell(at) + "\", which has none");
  }
  return types[at].element;
}

}  // namespace

Expected<ReachedType> TypeReached(TypeTable* types, const Prototype& prototype, const Path& path) {
  TypeId at = prototype.result;
  if (path.root != Path::kResult) {
    if (static_cast<std::size_t>(path.root) >= prototype.arguments.size()) {
      return Nowhere(path, "names an argument that is not there");
    }
    at = prototype.arguments[static_cast<std::size_t>(path.root)];
  }
  for (const auto& segment : path.segments) {
    const auto* name = std::get_if<std::string>(&segment);
    auto next = name != nullptr ? MemberType(*types, at, *name, path) : Element(*types, at, path);
    if (!next) return tl::unexpected(next.error());
    at = *next;
  }
  auto element = Element(*types, at, path);
  if (!element) return tl::unexpected(element.error());

  ReachedType reached{*element, nullptr};
  const auto named = std::find_if(prototype.memsync.begin(), prototype.memsync.end(),
                                  [&](const Directive& d) { return d.pointer == path; });
  if (named == prototype.memsync.end()) return reached;
  reached.directive = &*named;
  std::string spelling = named->type;
  if (spelling.empty()) spelling = !named->null ? "unsigned char" : named->unic ? "wchar_t" : "char";
  auto type = types->Parse(spelling);
  if (!type) return tl::unexpected(type.error());
  reached.element = *type;
  return reached;
}

Expected<void> CheckDirectives(TypeTable* types, const Prototype& prototype) {
  for (const Directive& directive : prototype.memsync) {
    if (const auto sound = CheckDirective(directive); !sound) return sound;
    if (const auto reached = TypeReached(types, prototype, directive.pointer); !reached) {
      return tl::unexpected(reached.error());
    }
  }
  return {};
}

}  // namespace spanproof
