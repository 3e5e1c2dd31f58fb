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
  if (!key) return;
  Signature& signature = signatures_[*key];
  signature.convention = prototype.convention;
  signature.result = PassingOf(types, prototype.result)->c_type;
  signature.arguments.clear();
  for (const TypeId argument : prototype.arguments) {
    signature.arguments.emplace_back(PassingOf(types, argument)->c_type);
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

std::string ThunkSet::EmitC() const {
  std::string out =
      "/* Made by spanproof-thunkgen from the case files; do not edit. */\n"
      "#include <string.h>\n\n"
      "#include \"harness/inproc/thunk_table.h\"\n\n"
      "static SpanproofDispatch dispatch;\n\n";
  std::string table;
  int number = 0;
  int first_entry = 0;
  for (const auto& [key, signature] : signatures_) {
    const std::string n = std::to_string(number++);
    const std::string keyword(Keyword(signature.convention));
    const bool returns = signature.result != "void";
    out += "/* " + key + " */\n";
    if (signature.called) {
      out += "static void call_" + n + "(SpanproofFunction function, const SpanproofSlot *arguments, SpanproofSlot *result) {\n";
      std::vector<std::string> names;
      for (std::size_t i = 0; i < signature.arguments.size(); ++i) {
        const std::string name = "a" + std::to_string(i);
        names.push_back(name);
        out += "  " + signature.arguments[i] + " " + name + ";\n";
        out += "  memcpy(&" + name + ", arguments[" + std::to_string(i) + "].words, sizeof " + name + ");\n";
      }
      out += "  (void)arguments;\n  memset(result, 0, sizeof *result);\n  ";
      if (returns) out += signature.result + " r = ";
      out += "((" + signature.result + "(" + keyword + " *)(" + List(signature.arguments) + "))function)(" +
             (names.empty() ? "" : List(names)) + ");\n";
      if (returns) out += "  memcpy(result->words, &r, sizeof r);\n";
      out += "}\n";
    }
    if (signature.calls_back) {
      std::vector<std::string> parameters;
      std::vector<std::string> names = {std::to_string(0)};
      for (std::size_t i = 0; i < signature.arguments.size(); ++i) {
        parameters.push_back(signature.arguments[i] + " a" + std::to_string(i));
        names.push_back("a" + std::to_string(i));
      }
      std::vector<std::string> with_entry = parameters;
      with_entry.insert(with_entry.begin(), "uint32_t entry");
      const std::string count = std::to_string(signature.arguments.size());
      out += "static " + signature.result + " enter_" + n + "(" + List(with_entry) + ") {\n";
      out += "  SpanproofSlot arguments[" + std::string(parameters.empty() ? "1" : count) + "], result;\n";
      out += "  memset(arguments, 0, sizeof arguments);\n  memset(&result, 0, sizeof result);\n";
      for (std::size_t i = 0; i < parameters.size(); ++i) {
        const std::string a = std::to_string(i);
        out += "  memcpy(arguments[" + a + "].words, &a" + a + ", sizeof a" + a + ");\n";
      }
      out += "  dispatch(entry, arguments, " + count + ", &result);\n";
      if (returns) out += "  " + signature.result + " r;\n  memcpy(&r, result.words, sizeof r);\n  return r;\n";
      out += "}\n";
      std::string entries;
      for (int k = 0; k < kPool; ++k) {
        const std::string name = "entry_" + n + "_" + std::to_string(k);
        names[0] = std::to_string(first_entry + k);
        out += "static " + signature.result + " " + keyword + " " + name + "(" + List(parameters) + ") { " +
               (returns ? "return " : "") + "enter_" + n + "(" + List(names) + "); }\n";
        entries += "  (SpanproofFunction)" + name + ",\n";
      }
      out += "static const SpanproofFunction entries_" + n + "[] = {\n" + entries + "};\n";
    }
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
