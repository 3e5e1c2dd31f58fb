// SPDX-License-Identifier: MIT
#include "tools/type_facts/c_source.h"

#include <ostream>

namespace type_facts {
namespace {

// Windows' widths on Linux too, as the bridge's client describes its memory.
constexpr const char* kPreamble = R"(/* Written by type_facts. */
typedef _Bool C_bool;
typedef signed char C_int8_t;
typedef unsigned char C_uint8_t;
typedef short C_int16_t;
typedef unsigned short C_uint16_t;
typedef long long C_int64_t;
typedef unsigned long long C_uint64_t;
typedef __SIZE_TYPE__ C_size_t;
typedef unsigned short C_wchar_t;
#ifdef _WIN32
typedef long C_long;
typedef unsigned long C_unsigned_long;
#else
typedef int C_long;
typedef unsigned int C_unsigned_long;
#endif
#ifdef _MSC_VER
#define ALIGNED(n) __declspec(align(n))
#else
#define ALIGNED(n) __attribute__((aligned(n)))
#endif
)";

std::string CBase(const std::string& base, const std::vector<Described>& types) {
  if (const Described* type = Find(types, base)) return (type->is_union ? "union " : "struct ") + base;
  for (const char* own : {"char", "int", "unsigned int", "float", "double", "long double", "void"})
    if (base == own) return base;
  std::string name = "C_" + base;
  for (char& c : name)
    if (c == ' ') c = '_';
  return name;
}

std::string Declarator(const Member& member, const std::string& base_in_c) {
  const std::string base = BaseOf(member.type);
  const std::size_t dimensions = std::min(member.type.find('['), member.type.size());
  std::string text = base_in_c + member.type.substr(base.size(), dimensions - base.size());
  if (!member.name.empty()) text += " " + member.name;
  text += member.type.substr(dimensions);
  if (member.bits) text += " : " + std::to_string(*member.bits);
  return text;
}

void Define(const Described& type, const std::vector<Described>& types, std::ostream& out) {
  if (type.pack) out << "#pragma pack(push, " << type.pack << ")\n";
  out << (type.is_union ? "union " : "struct ");
  if (type.align) out << "ALIGNED(" << type.align << ") ";
  out << type.name << " {\n";
  for (const Member& member : type.members)
    out << "  " << Declarator(member, CBase(BaseOf(member.type), types)) << ";\n";
  out << "};\n";
  if (type.pack) out << "#pragma pack(pop)\n";
}

void WriteType(const Described& type, std::ostream& out) {
  out << "{\"fields\": [";
  for (std::size_t i = 0; i < type.members.size(); ++i) {
    const Member& member = type.members[i];
    out << (i ? ", " : "") << "[\"" << member.name << "\", \"" << member.type << '"';
    if (member.bits) out << ", " << *member.bits;
    out << ']';
  }
  out << ']';
  if (type.pack) out << ", \"pack\": " << type.pack;
  if (type.align) out << ", \"align\": " << type.align;
  if (type.is_union) out << ", \"union\": true";
  out << '}';
}

}  // namespace

void WriteC(const std::vector<Described>& types, std::ostream& out) {
  out << kPreamble;
  std::size_t numbers = 0;
  for (const Described& type : types) {
    Define(type, types, out);
    numbers += 3;
    for (const FlatMember& member : Flat(type, types)) numbers += !member.bits;
  }
  // One object holds it all, and says itself where its parts are.
  out << "struct All {\n  unsigned numbers[" << numbers << "];\n";
  for (const Described& type : types)
    for (const FlatMember& member : Flat(type, types))
      if (member.bits) out << "  " << CBase(type.name, types) << ' ' << type.name << '_' << member.name << ";\n";
  out << "};\n__attribute__((section(\"facts\"), used)) const struct All all = {{\n";
  for (const Described& type : types) {
    const std::string name = CBase(type.name, types);
    std::string first;
    out << "  sizeof(" << name << "), _Alignof(" << name << "),";
    for (const FlatMember& member : Flat(type, types)) {
      if (member.bits) first = first.empty() ? type.name + "_" + member.name : first;
      else out << " __builtin_offsetof(" << name << ", " << member.name << "),";
    }
    out << (first.empty() ? " 0" : " __builtin_offsetof(struct All, " + first + ")") << ",\n";
  }
  out << "},\n";
  for (const Described& type : types)
    for (const FlatMember& member : Flat(type, types))
      if (member.bits) out << "  ." << type.name << '_' << member.name << " = {." << member.name << " = -1},\n";
  out << "};\n";
}

void WriteJson(const std::vector<Described>& types, std::ostream& out) {
  out << "{\"structs\": {\n";
  for (std::size_t i = 0; i < types.size(); ++i) {
    out << "  \"" << types[i].name << "\": ";
    WriteType(types[i], out);
    out << (i + 1 < types.size() ? ",\n" : "\n");
  }
  out << "}}\n";
}

std::string OneLine(const Described& type) {
  std::string text;
  if (type.pack) text += "pack(" + std::to_string(type.pack) + ") ";
  text += type.is_union ? "union" : "struct";
  if (type.align) text += " alignas(" + std::to_string(type.align) + ")";
  text += " {";
  for (const Member& member : type.members) text += " " + Declarator(member, BaseOf(member.type)) + ";";
  return text + " }";
}

}  // namespace type_facts
