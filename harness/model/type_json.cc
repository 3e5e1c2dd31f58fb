// SPDX-License-Identifier: MIT
#include "harness/model/type_json.h"

#include <nlohmann/json.hpp>

#include "harness/model/value_json.h"

namespace spanproof {
namespace {

using nlohmann::json;

constexpr std::size_t kMostArguments = 256;
constexpr std::size_t kMostDirectives = 64;
constexpr unsigned kWidestBitField = 64;
constexpr unsigned kLargestAlign = 4096;

tl::unexpected<Error> Bad(std::string why) {
  return Fail(ErrorCode::kInvalidArgument, std::move(why));
}

Expected<TypeId> ParseMember(const json& in, TypeTable* types, const std::string& what) {
  const auto* text = in.get_ptr<const json::string_t*>();
  if (text == nullptr) return Bad(what + " is no type string");
  auto id = types->Parse(*text);
  if (!id) return Bad(what + ": " + id.error().message);
  return id;
}

Expected<void> DefineStruct(const std::string& name, const json& in, TypeTable* types) {
  if (!in.is_object() || !in.contains("fields") || !in["fields"].is_array()) {
    return Bad("struct \"" + name + "\" needs \"fields\", a list of [name, type] or [name, type, bits]");
  }
  std::vector<Field> fields;
  for (const json& pair : in["fields"]) {
    if (!pair.is_array() || pair.size() < 2 || pair.size() > 3 || !pair[0].is_string()) {
      return Bad("a field of \"" + name + "\" is no [name, type] or [name, type, bits]");
    }
    const auto field_name = pair[0].get<std::string>();
    auto type = ParseMember(pair[1], types, "type of \"" + name + "." + field_name + "\"");
    if (!type) return tl::unexpected(type.error());
    Field& field = fields.emplace_back(Field{field_name, *type});
    if (pair.size() == 2) continue;
    if (!pair[2].is_number_unsigned() || pair[2] > kWidestBitField) {
      return Bad("the width of \"" + name + "." + field_name + "\" is no number up to 64");
    }
    field.bits = pair[2].get<std::uint8_t>();
  }
  Shape shape;
  for (const auto& [key, number] : {std::pair{"pack", &shape.pack}, std::pair{"align", &shape.align}}) {
    const auto at = in.find(key);
    if (at == in.end()) continue;
    if (!at->is_number_unsigned() || *at > kLargestAlign) {
      return Bad(std::string(key) + " of \"" + name + "\" is no power of two");
    }
    *number = at->get<std::uint32_t>();
  }
  if (const auto at = in.find("union"); at != in.end()) {
    if (!at->is_boolean()) return Bad("union of \"" + name + "\" is true or false");
    shape.is_union = at->get<bool>();
  }
  const auto id = types->DefineStruct(name, std::move(fields), shape);
  if (!id) return tl::unexpected(id.error());
  return {};
}

Expected<const json*> Section(const json& in, const char* name) {
  static const json kEmpty = json::object();
  const auto at = in.find(name);
  if (at == in.end()) return &kEmpty;
  if (!at->is_object()) return Bad(std::string("\"") + name + "\" is no object of names");
  return &*at;
}

}  // namespace

json EncodePrototype(const TypeTable& types, const Prototype& prototype) {
  json args = json::array();
  for (std::size_t i = 0; i < prototype.arguments.size(); ++i) {
    if (prototype.variadic == i) args.push_back(kEllipsis);
    args.push_back(types.Spell(prototype.arguments[i]));
  }
  if (prototype.variadic == prototype.arguments.size()) args.push_back(kEllipsis);
  json out = {{"convention", std::string(Name(prototype.convention))},
              {"args", std::move(args)},
              {"result", types.Spell(prototype.result)}};
  if (!prototype.memsync.empty()) {
    json memsync = json::array();
    for (const Directive& directive : prototype.memsync) memsync.push_back(EncodeDirective(directive));
    out["memsync"] = std::move(memsync);
  }
  if (!prototype.unchecked.empty()) out["memsync"] = json::parse(prototype.unchecked);
  return out;
}

Expected<Prototype> DecodePrototype(const json& in, TypeTable* types) {
  if (!in.is_object() || !in.contains("args") || !in["args"].is_array() ||
      in["args"].size() > kMostArguments || !in.contains("result")) {
    return Bad("a signature needs \"args\", a list of at most 256 types, and \"result\"");
  }
  Prototype prototype;
  if (const auto at = in.find("convention"); at != in.end()) {
    if (!at->is_string()) return Bad("\"convention\" is no text");
    auto convention = ParseConvention(at->get_ref<const std::string&>());
    if (!convention) return tl::unexpected(convention.error());
    prototype.convention = *convention;
  }
  for (std::size_t i = 0; i < in["args"].size(); ++i) {
    const std::size_t number = prototype.arguments.size();
    if (in["args"][i] == kEllipsis) {
      if (prototype.variadic) return Bad("\"...\" stands twice");
      if (number == 0) return Bad("\"...\" needs an argument before it");
      prototype.variadic = static_cast<std::uint32_t>(number);
      continue;
    }
    auto type = ParseMember(in["args"][i], types, "argument " + std::to_string(number));
    if (!type) return tl::unexpected(type.error());
    if ((*types)[*type].kind == Kind::kVoid || (*types)[*type].kind == Kind::kArray) {
      return Bad("argument " + std::to_string(number) + " cannot be \"" + types->Spell(*type) +
                 "\"; pass a pointer");
    }
    prototype.arguments.push_back(*type);
  }
  auto result = ParseMember(in["result"], types, "result");
  if (!result) return tl::unexpected(result.error());
  prototype.result = *result;
  if (const auto at = in.find("memsync"); at != in.end()) {
    if (!at->is_array() || at->size() > kMostDirectives) return Bad("\"memsync\" is no list of directives");
    for (const json& element : *at) {
      auto directive = DecodeDirective(element);
      if (!directive) return tl::unexpected(directive.error());
      prototype.memsync.push_back(std::move(*directive));
    }
  }
  return prototype;
}

json EncodeTypes(const TypeTable& types) {
  json structs = json::object();
  json prototypes = json::object();
  for (TypeId id = 0; id < types.size(); ++id) {
    const Type& type = types[id];
    if (!type.defined) continue;
    if (type.kind == Kind::kFunction) {
      prototypes[type.name] = EncodePrototype(types, type.prototype);
    } else if (type.kind == Kind::kStruct || type.kind == Kind::kUnion) {
      json fields = json::array();
      for (const Field& field : type.fields) {
        json& one = fields.emplace_back(json::array({field.name, types.Spell(field.type)}));
        if (field.bits) one.push_back(*field.bits);
      }
      json definition = {{"fields", std::move(fields)}};
      if (type.pack != 0) definition["pack"] = type.pack;
      if (type.align != 0) definition["align"] = type.align;
      if (type.kind == Kind::kUnion) definition["union"] = true;
      structs[type.name] = std::move(definition);
    }
  }
  return {{"structs", std::move(structs)}, {"prototypes", std::move(prototypes)}};
}

Expected<void> DecodeTypes(const json& in, TypeTable* types) {
  const auto structs = Section(in, "structs");
  const auto prototypes = Section(in, "prototypes");
  if (!structs) return tl::unexpected(structs.error());
  if (!prototypes) return tl::unexpected(prototypes.error());
  for (const auto& [name, unused] : (*structs)->items()) {
    if (auto id = types->DeclareStruct(name); !id) return tl::unexpected(id.error());
  }
  for (const auto& [name, unused] : (*prototypes)->items()) {
    if (auto id = types->DeclareFunction(name); !id) return tl::unexpected(id.error());
  }
  for (const auto& [name, definition] : (*structs)->items()) {
    if (auto done = DefineStruct(name, definition, types); !done) return done;
  }
  for (const auto& [name, definition] : (*prototypes)->items()) {
    auto prototype = DecodePrototype(definition, types);
    if (!prototype) return Bad("prototype \"" + name + "\": " + prototype.error().message);
    if (auto id = types->DefineFunction(name, std::move(*prototype)); !id) return tl::unexpected(id.error());
  }
  return {};
}

}  // namespace spanproof
