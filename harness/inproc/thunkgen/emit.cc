// SPDX-License-Identifier: MIT
#include "harness/inproc/thunkgen/emit.h"

#include "harness/inproc/signature.h"

namespace spanproof {
namespace {

// Callbacks of one signature that can be alive at once.
constexpr int kPool = 16;

std::string_view Keyword(Convention convention) {
  switch (convention) {
    case Convention::kCdecl: return "__attribute__((cdecl))";
    case Convention::kStdcall: return "__attribute__((stdcall))";
    case Convention::kFastcall: return "__attribute__((fastcall))";
    case Convention::kThiscall: return "__attribute__((thiscall))";
    case Convention::kVectorcall: break;
  }
  return "";
}

std::string List(const std::vector<std::string>& parts) {
  std::string out;
  for (const std::string& part : parts) out += (out.empty() ? "" : ", ") + part;
  return out.empty() ? "void" : out;
}

}  // namespace

void ThunkSet::Add(const TypeTable& types, const Prototype& prototype, bool callback) {
  const auto key = SignatureOf(types, prototype);
  // A callback of any number of arguments has none that it could read.
  if (!key || !CheckCallable(types, prototype) || (callback && prototype.variadic)) return;
  const auto parameter = [&](TypeId id) { return Parameter{c_types_.Declare(types, id), IsAggregate(types[id].kind)}; };
  const auto [at, added] = signatures_.try_emplace(*key);
  Signature& signature = at->second;
  if (added) {
    signature.convention = prototype.convention;
    signature.variadic = prototype.variadic;
    signature.result = parameter(prototype.result);
    for (const TypeId argument : prototype.arguments) signature.arguments.push_back(parameter(argument));
  }
  (callback ? signature.calls_back : signature.called) = true;
}

void ThunkSet::Add(const CaseFile& file) {
  for (const FunctionSpec& function : file.functions) Add(file.types, function.prototype, false);
  for (TypeId id = 0; id < file.types.size(); ++id) {
    const Type& type = file.types[id];
    if (type.kind == Kind::kFunction && type.defined) Add(file.types, type.prototype, true);
  }
}

// Takes the arguments out of their slots, calls, puts the result into its own.
std::string ThunkSet::EmitCall(const std::string& n, const Signature& signature) {
  std::string out = "static void call_" + n +
                    "(SpanproofFunction function, const SpanproofSlot *arguments, SpanproofSlot *result) {\n";
  std::vector<std::string> declared, names;
  for (std::size_t i = 0; i < signature.arguments.size(); ++i) {
    const auto& [c_type, aggregate] = signature.arguments[i];
    const std::string at = std::to_string(i), name = "a" + at;
    if (signature.variadic == i) declared.emplace_back(kEllipsis);
    if (!signature.variadic || i < *signature.variadic) declared.push_back(c_type);
    names.push_back(name);
    out += "  " + c_type + " " + name + ";\n";
    out += "  memcpy(&" + name + ", arguments[" + at + "]." + (aggregate ? "aggregate" : "words") + ", sizeof " + name + ");\n";
  }
  if (signature.variadic == signature.arguments.size()) declared.emplace_back(kEllipsis);
  const auto& [c_type, aggregate] = signature.result;
  const bool returns = c_type != "void";
  out += "  (void)arguments;\n  (void)result;\n  ";
  if (returns) out += c_type + " r = ";
  out += "((" + c_type + "(" + std::string(Keyword(signature.convention)) + " *)(" + List(declared) + "))function)(" +
         (names.empty() ? "" : List(names)) + ");\n";
  if (aggregate) {
    out += "  memcpy((void *)result->aggregate, &r, sizeof r);\n";
  } else if (returns) {
    out += "  memcpy(result->words, &r, sizeof r);\n";
  }
  return out + "}\n";
}

// One function that does the work, and a pool of those that know their number.
std::string ThunkSet::EmitEntries(const std::string& n, const Signature& signature, int first_entry) {
  const auto& [c_type, aggregate] = signature.result;
  const bool returns = c_type != "void";
  std::string out, entries, filled;
  std::vector<std::string> parameters, names = {""};
  for (std::size_t i = 0; i < signature.arguments.size(); ++i) {
    const std::string at = std::to_string(i), name = "a" + at;
    parameters.push_back(signature.arguments[i].c_type + " " + name);
    names.push_back(name);
    filled += signature.arguments[i].aggregate ? "  arguments[" + at + "].aggregate = &" + name + ";\n"
                                               : "  memcpy(arguments[" + at + "].words, &" + name + ", sizeof " + name + ");\n";
  }
  std::vector<std::string> with_entry = parameters;
  with_entry.insert(with_entry.begin(), "uint32_t entry");
  const std::string count = std::to_string(parameters.size());
  out += "static " + c_type + " enter_" + n + "(" + List(with_entry) + ") {\n";
  out += "  SpanproofSlot arguments[" + std::string(parameters.empty() ? "1" : count) + "], result;\n";
  out += "  memset(arguments, 0, sizeof arguments);\n  memset(&result, 0, sizeof result);\n" + filled;
  if (returns) out += "  " + c_type + " r;\n  memset(&r, 0, sizeof r);\n";
  if (aggregate) out += "  result.aggregate = &r;\n";
  out += "  dispatch(entry, arguments, " + count + ", &result);\n";
  if (returns && !aggregate) out += "  memcpy(&r, result.words, sizeof r);\n";
  if (returns) out += "  return r;\n";
  out += "}\n";
  for (int k = 0; k < kPool; ++k) {
    const std::string name = "entry_" + n + "_" + std::to_string(k);
    names[0] = std::to_string(first_entry + k);
    out += "static " + c_type + " " + std::string(Keyword(signature.convention)) + " " + name + "(" + List(parameters) +
           ") { " + (returns ? "return " : "") + "enter_" + n + "(" + List(names) + "); }\n";
    entries += "  (SpanproofFunction)" + name + ",\n";
  }
  return out + "static const SpanproofFunction entries_" + n + "[] = {\n" + entries + "};\n";
}

std::string ThunkSet::EmitC() const {
  std::string out =
      "/* Made by spanproof-thunkgen from the case files; do not edit. */\n"
      "#include <string.h>\n\n"
      "#include \"harness/inproc/thunk_table.h\"\n\n"
      "static SpanproofDispatch dispatch;\n\n" +
      c_types_.definitions();
  std::string table;
  int number = 0;
  int first_entry = 0;
  for (const auto& [key, signature] : signatures_) {
    const std::string n = std::to_string(number++);
    out += "/* " + key + " */\n";
    if (signature.called) out += EmitCall(n, signature);
    if (signature.calls_back) out += EmitEntries(n, signature, first_entry);
    out += '\n';
    table += "  {\"" + key + "\", " + (signature.called ? "call_" + n : "0") + ", " +
             (signature.calls_back ? "entries_" + n : "0") + ", " + std::to_string(signature.calls_back ? kPool : 0) +
             ", " + std::to_string(first_entry) + "},\n";
    if (signature.calls_back) first_entry += kPool;
  }
  out += "static const SpanproofSignature signatures[] = {\n" + table + "  {0, 0, 0, 0, 0},\n};\n";
  out += "static const SpanproofThunkTable thunks = {SPANPROOF_THUNKS_VERSION, " + std::to_string(number) + ", " +
         std::to_string(first_entry) + ", signatures};\n\n";
  out += "__declspec(dllexport) const SpanproofThunkTable *spanproof_thunks(SpanproofDispatch to) {\n"
         "  dispatch = to;\n  return &thunks;\n}\n";
  return out;
}

}  // namespace spanproof
