// SPDX-License-Identifier: MIT
#include "harness/model/case_types.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "harness/model/nearest.h"
#include "harness/model/reached.h"
#include "harness/model/type_json.h"
#include "harness/model/value_json.h"

namespace spanproof {
namespace {

using nlohmann::json;

// Types named in the file carry the convention's suffix wherever they are spelled.
std::string Suffixed(const std::string& spelling, const std::vector<std::string>& own,
                     const CaseNames& names) {
  std::string out;
  std::string word;
  const auto flush = [&] {
    out += std::find(own.begin(), own.end(), word) != own.end() ? names.Own(word) : word;
    word.clear();
  };
  for (const char c : spelling) {
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_') {
      word += c;
    } else {
      flush();
      out += c;
    }
  }
  flush();
  return out;
}

class Declarations {
 public:
  Declarations(const CaseNames& names, CaseFile* file) : names_(names), file_(file) {}

  void Read(const Node& root) {
    if (const auto modules = root.Find("modules")) ReadModules(*modules);
    if (const auto types = root.Find("types")) ReadTypes(*types);
    if (const auto functions = root.Find("functions")) ReadFunctions(*functions);
  }

 private:
  void ReadModules(const Node& node) {
    for (const auto& [name, value] : node.Members()) {
      std::string module_file = ModuleFile(value, names_);
      modules_.push_back(name);
      file_->modules.push_back({names_.Own(name), std::move(module_file)});
    }
  }

  TypeId ParseType(const Node& node) {
    const auto id = file_->types.Parse(Suffixed(node.Text(), own_types_, names_));
    if (!id) node.Bad(id.error().message);
    return *id;
  }

  Prototype ReadPrototype(const Node& node) {
    Prototype prototype;
    prototype.convention = names_.convention;
    if (const auto convention = node.Find("convention")) {
      const auto parsed = ParseConvention(convention->Text());
      if (!parsed) convention->Bad(parsed.error().message);
      if (!names_.suffix.empty()) convention->Bad("the file's \"conventions\" set it already; leave one out");
      prototype.convention = *parsed;
    }
    for (const Node& argument : node.At("args").Elements()) {
      if (argument.Text() == kEllipsis) {
        if (prototype.variadic) argument.Bad("\"...\" stands twice; keep the first, the others are not declared");
        if (prototype.arguments.empty()) argument.Bad("\"...\" needs an argument before it");
        prototype.variadic = static_cast<std::uint32_t>(prototype.arguments.size());
        continue;
      }
      const TypeId id = ParseType(argument);
      const Kind kind = file_->types[id].kind;
      if (kind == Kind::kVoid || kind == Kind::kArray) argument.Bad("cannot be an argument; write a pointer");
      prototype.arguments.push_back(id);
    }
    prototype.result = ParseType(node.At("result"));
    if (file_->types[prototype.result].kind == Kind::kArray) node.At("result").Bad("cannot be a result; write a pointer");
    if (node.Flag("unchecked")) {
      prototype.unchecked = Unchecked(node.At("memsync"));
    } else if (const auto memsync = node.Find("memsync")) {
      for (const Node& element : memsync->Elements()) prototype.memsync.push_back(ReadDirective(element));
    }
    return prototype;
  }

  Directive ReadableDirective(const Node& node) {
    auto directive = DecodeDirective(node.json());
    if (!directive) node.Bad(directive.error().message);
    return std::move(*directive);
  }

  Directive ReadDirective(const Node& node) {
    auto directive = ReadableDirective(node);
    if (const auto sound = CheckDirective(directive); !sound) node.Bad(sound.error().message);
    if (!directive.type.empty()) directive.type = Suffixed(directive.type, own_types_, names_);
    return directive;
  }

  // Directives as they stand, for the testee to judge.
  std::string Unchecked(const Node& memsync) {
    json directives = json::array();
    for (const Node& element : memsync.Elements()) {
      json& directive = directives.emplace_back(element.json());
      if (const auto type = element.Find("type")) directive["type"] = Suffixed(type->Text(), own_types_, names_);
    }
    return directives.dump();
  }

  // Directives are checked against the types once all of these are known.
  void CheckPaths(const Node& node, const Prototype& prototype) {
    const auto sound = CheckDirectives(&file_->types, prototype);
    if (!sound) node.At("memsync").Bad(sound.error().message);
  }

  void Declare(const Node& node, Expected<TypeId> declared) {
    if (!declared) node.Bad(declared.error().message);
  }

  void ReadTypes(const Node& node) {
    const auto members = node.Members();
    if (!names_.suffix.empty()) {
      for (const auto& [name, value] : members) own_types_.push_back(name);
    }
    for (const auto& [name, value] : members) {
      const bool function = value.Has("callback");
      Declare(value, function ? file_->types.DeclareFunction(names_.Own(name))
                              : file_->types.DeclareStruct(names_.Own(name)));
    }
    for (const auto& [name, value] : members) {
      if (!value.Has("callback")) ReadStruct(name, value);
    }
    // What only the whole shows: a struct in itself, members of one name.
    for (const auto& [name, value] : members) {
      if (value.Has("callback")) continue;
      const TypeId id = *file_->types.DeclareStruct(names_.Own(name));
      if (const auto layout = LayoutOf(file_->types, id, Abi::kWin64Gnu); !layout) value.Bad(layout.error().message);
      if (const auto flat = NamedMembers(file_->types, id); !flat) value.Bad(flat.error().message);
    }
    for (const auto& [name, value] : members) {
      if (!value.Has("callback")) continue;
      value.AllowOnly({"callback", "about"});
      const Node callback = value.At("callback");
      callback.AllowOnly({"args", "result", "memsync", "unchecked", "convention"});
      Prototype prototype = ReadPrototype(callback);
      // Testees read all callback types at once: what they cannot read is no single case's error.
      if (callback.Flag("unchecked")) {
        for (const Node& element : callback.At("memsync").Elements()) ReadableDirective(element);
      }
      CheckPaths(callback, prototype);
      Declare(value, file_->types.DefineFunction(names_.Own(name), std::move(prototype)));
    }
  }

  void ReadStruct(const std::string& name, const Node& node) {
    node.AllowOnly({"struct", "union", "pack", "align", "about"});
    const bool is_union = node.Has("union");
    if (is_union == node.Has("struct")) node.Bad("needs one of \"struct\", \"union\" and \"callback\"");
    std::vector<Field> fields;
    for (const Node& pair : node.At(is_union ? "union" : "struct").Elements()) {
      const auto parts = pair.Elements();
      if (parts.size() != 2 && parts.size() != 3) {
        pair.Bad("must be [\"name\", \"type\"], or [\"name\", \"type\", bits] for a bit-field");
      }
      Field& field = fields.emplace_back(Field{parts[0].Text(), ParseType(parts[1])});
      if (parts.size() == 3) field.bits = static_cast<std::uint8_t>(parts[2].Number(64));
    }
    Shape shape;
    if (const auto pack = node.Find("pack")) shape.pack = static_cast<std::uint32_t>(pack->Number(16));
    if (const auto align = node.Find("align")) shape.align = static_cast<std::uint32_t>(align->Number(4096));
    shape.is_union = is_union;
    Declare(node, file_->types.DefineStruct(names_.Own(name), std::move(fields), shape));
  }

  void ReadFunctions(const Node& node) {
    for (const auto& [name, value] : node.Members()) {
      value.AllowOnly({"module", "symbol", "args", "result", "memsync", "unchecked", "convention", "about"});
      FunctionSpec function;
      function.name = names_.Own(name);
      // Without a module it is code at an address, which a step says.
      if (const auto module = value.Find("module")) {
        if (std::find(modules_.begin(), modules_.end(), module->Text()) == modules_.end()) {
          module->Bad("no module \"" + module->Text() + "\" under \"modules\"" + DidYouMean(module->Text(), modules_));
        }
        function.module = names_.Own(module->Text());
        function.symbol = value.TextOr("symbol", name);
      } else if (value.Has("symbol")) {
        value.Bad("has a \"symbol\" but no \"module\"");
      }
      function.prototype = ReadPrototype(value);
      CheckPaths(value, function.prototype);
      file_->functions.push_back(std::move(function));
    }
  }

  const CaseNames& names_;
  CaseFile* file_;
  std::vector<std::string> own_types_;
  std::vector<std::string> modules_;
};

}  // namespace

std::string ModuleFile(const Node& node, const CaseNames& names) {
  std::string file = node.Text();
  const std::string placeholder = "{convention}";
  if (const auto at = file.find(placeholder); at != std::string::npos) {
    if (names.suffix.empty()) node.Bad("uses {convention}, but the file has no \"conventions\"");
    file.replace(at, placeholder.size(), Name(names.convention));
  }
  if (file.empty()) node.Bad("names no file");
  return file;
}

void ReadDeclarations(const Node& root, const CaseNames& names, CaseFile* file) {
  Declarations(names, file).Read(root);
}

}  // namespace spanproof
