// SPDX-License-Identifier: MIT
#include "harness/run/declarations.h"

namespace spanproof {
namespace {

TracedPrototype PrototypeOf(const TypeTable& types, const Prototype& prototype) {
  TracedPrototype traced{prototype.convention, types.Spell(prototype.result), {}, prototype.memsync};
  for (const TypeId argument : prototype.arguments) {
    traced.arguments.push_back(types.Spell(argument));
  }
  if (prototype.variadic) {
    traced.arguments.emplace(traced.arguments.begin() + *prototype.variadic, kEllipsis);
  }
  return traced;
}

}  // namespace

TracedDeclarations DeclarationsOf(const CaseFile& file) {
  TracedDeclarations declarations;
  declarations.file = file.path.filename().string();
  for (const ModuleSpec& module : file.modules) {
    declarations.modules.emplace_back(module.name, module.file);
  }
  for (TypeId id = 0; id < file.types.size(); ++id) {
    const Type& type = file.types[id];
    if (!type.defined) continue;
    if (type.kind == Kind::kStruct || type.kind == Kind::kUnion) {
      TracedStruct traced{type.name, {}, type.pack, type.kind == Kind::kUnion, type.align};
      for (const Field& field : type.fields) {
        const std::string width = field.bits ? " : " + std::to_string(*field.bits) : "";
        traced.fields.emplace_back(field.name, file.types.Spell(field.type) + width);
      }
      declarations.structs.push_back(std::move(traced));
    } else if (type.kind == Kind::kFunction) {
      declarations.prototypes.emplace_back(type.name, PrototypeOf(file.types, type.prototype));
    }
  }
  for (const FunctionSpec& function : file.functions) {
    declarations.functions.push_back({function.name, function.module, function.symbol,
                                      PrototypeOf(file.types, function.prototype)});
  }
  for (const DataSpec& data : file.data) {
    declarations.data.push_back({data.name, data.module, data.symbol, file.types.Spell(data.type)});
  }
  return declarations;
}

std::vector<TracedObject> ObjectsOf(const CaseFile& file, const Case& spec) {
  std::vector<TracedObject> objects;
  for (const ObjectSpec& object : spec.objects) {
    objects.push_back({object.name, file.types.Spell(object.type), object.initial, object.retained});
  }
  return objects;
}

std::vector<TracedCallback> CallbacksOf(const CaseFile& file, const Case& spec) {
  std::vector<TracedCallback> callbacks;
  for (const CallbackSpec& callback : spec.callbacks) {
    callbacks.push_back({callback.name, file.types.Spell(callback.prototype), callback.on_raise});
  }
  return callbacks;
}

}  // namespace spanproof
