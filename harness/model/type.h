// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "harness/model/error.h"

namespace spanproof {

// Never "the platform's": every layout is asked for by name. kSysv64Windows is
// that of a 64-bit Linux program that describes Windows types: it lays out as
// sysv64 does, with the Windows widths of long (4) and wchar_t (2).
enum class Abi : std::uint8_t { kWin64Gnu, kWin64Msvc, kWin32Gnu, kWin32Msvc, kSysv64, kSysv64Windows };

// kVectorcall can be said, so that refusing it by name can be a case; nobody calls it.
enum class Convention : std::uint8_t { kCdecl, kStdcall, kFastcall, kThiscall, kVectorcall };

enum class Kind : std::uint8_t {
  kVoid,
  kBool,
  kChar,   // char: one byte of text
  kWchar,  // wchar_t: UTF-16 unit on Windows ABIs, 4 bytes on sysv64
  kInt8, kUint8, kInt16, kUint16, kInt32, kUint32, kInt64, kUint64,
  kLong, kUlong,      // 4 bytes on Windows, 8 on sysv64
  kSize, kPtrdiff,    // pointer width (size_t, uintptr_t / ptrdiff_t, intptr_t)
  kFloat, kDouble, kLongDouble,
  kPointer, kFunction, kStruct, kUnion, kArray,
};

using TypeId = std::uint32_t;  // an index into the TypeTable that made it

// A memsync path [root, segments...] as in zugbruecke (seed 0): the root is an
// argument's index or 'r' for the result; a segment is a field's name, a
// negative int (dereference) or an element's index.
struct Path {
  static constexpr int kResult = -1;
  int root = 0;  // argument index, or kResult
  std::vector<std::variant<std::int64_t, std::string>> segments;

  bool operator==(const Path&) const = default;
};
std::string Spell(const Path& path);  // as JSON: [0,"data"], ["r"]

// One memsync directive. `null`: up to and with the terminator; `unic`: the
// unit is wchar_t. Otherwise bytes = (length, or func of the lengths) x
// sizeof(type); type defaults to unsigned char.
struct Directive {
  Path pointer;
  std::vector<Path> length;
  std::string func;  // "lambda x, y: x * y"; empty: the single length itself
  std::string type;  // a type string; empty: the default
  bool null = false;
  bool unic = false;

  bool operator==(const Directive&) const = default;
};

// With `variadic` set, so many arguments are declared and the others stand for
// "...": each shape of call is a prototype of its own. `unchecked` is the JSON of
// memsync directives, with their mistakes, for a testee to refuse; `memsync` is then empty.
struct Prototype {
  Convention convention = Convention::kCdecl;
  TypeId result = 0;
  std::vector<TypeId> arguments;
  std::vector<Directive> memsync;
  std::optional<std::uint32_t> variadic = {};
  std::string unchecked = {};

  bool operator==(const Prototype&) const = default;
};

// An empty name: an unnamed bit-field, or an anonymous struct or union, whose
// members count as members of what holds it. Width 0 ends a bit-field's unit.
struct Field {
  std::string name;
  TypeId type = 0;
  std::optional<std::uint8_t> bits = {};  // width of a bit-field; absent: an ordinary member

  bool operator==(const Field&) const = default;
};

struct Type {
  Kind kind = Kind::kVoid;
  std::string name;             // struct, union and named function types
  TypeId element = 0;           // kPointer: pointee; kArray: element
  std::uint64_t count = 0;      // kArray; 0: a flexible one, which ends a struct
  bool defined = true;          // false: declared only, kStruct, kUnion, kFunction
  std::vector<Field> fields;    // kStruct, kUnion
  std::uint32_t pack = 0;       // #pragma pack(n); 0: the ABI's own
  std::uint32_t align = 0;      // alignas(n) of the whole; 0: by its members
  Prototype prototype;          // kFunction
};

// How a struct or union is laid out, beside its members.
struct Shape {
  std::uint32_t pack = 0;
  std::uint32_t align = 0;
  bool is_union = false;
};

struct Layout {
  std::uint64_t size = 0;
  std::uint64_t align = 1;

  bool operator==(const Layout&) const = default;
};

// Holds every type that a case file or a protocol session names. Ids stay
// valid for the table's life. Not thread-safe.
class TypeTable {
 public:
  TypeTable();

  // C-like spellings: "int", "unsigned short", "int16_t", "float*", "char**",
  // "Image*", "int[10]", "filter_t" (a named function type; passed as a pointer);
  // "int[]", a flexible array, for a struct's last member.
  Expected<TypeId> Parse(std::string_view spelling);

  // Declares first so that structs may point at themselves; defining twice
  // with another content is kInvalidArgument.
  Expected<TypeId> DefineStruct(std::string name, std::vector<Field> fields, const Shape& shape);
  Expected<TypeId> DefineStruct(std::string name, std::vector<Field> fields,
                                std::uint32_t pack = 0, bool is_union = false);
  Expected<TypeId> DeclareStruct(std::string name);
  Expected<TypeId> DefineFunction(std::string name, Prototype prototype);
  Expected<TypeId> DeclareFunction(std::string name);

  // References stay valid while the table grows.
  const Type& operator[](TypeId id) const { return types_[id]; }
  TypeId size() const { return static_cast<TypeId>(types_.size()); }
  std::string Spell(TypeId id) const;

  TypeId PointerTo(TypeId element);
  TypeId ArrayOf(TypeId element, std::uint64_t count);

 private:
  Expected<TypeId> Declare(std::string name, Kind kind);
  Expected<void> CheckFields(const std::string& name, const std::vector<Field>& fields, bool is_union) const;
  TypeId Intern(std::string spelling, Type type);

  std::deque<Type> types_;
  std::map<std::string, TypeId, std::less<>> by_spelling_;
};

// All spellings of a scalar or void, the one that Spell writes first.
std::vector<std::string_view> Spellings(Kind kind);

bool IsScalar(Kind kind);     // arithmetic: bool to long double
bool IsFloating(Kind kind);   // float, double, long double
bool IsSigned(Kind kind);     // of integers; plain char is, as Windows' compilers have it
bool IsAddress(Kind kind);    // pointers and functions, which travel as pointers
bool IsAggregate(Kind kind);  // struct or union

// Size and alignment in bytes under `abi`; kUnsupported for void and incomplete
// structs, kInvalidArgument for what no compiler takes.
Expected<Layout> LayoutOf(const TypeTable& types, TypeId id, Abi abi);

// Where a member begins: a byte and, of a bit-field, its lowest bit in it.
struct FieldPlace {
  std::uint64_t offset = 0;
  std::uint8_t bit = 0;

  bool operator==(const FieldPlace&) const = default;
};

// One for each of the type's `fields`, unnamed ones included.
Expected<std::vector<FieldPlace>> FieldPlaces(const TypeTable& types, TypeId id, Abi abi);
Expected<std::vector<std::uint64_t>> FieldOffsets(const TypeTable& types, TypeId id, Abi abi);

// A member as values have it: those of anonymous members stand beside the others,
// unnamed bit-fields are left out.
struct NamedMember {
  std::string name;
  TypeId type = 0;
  std::optional<std::uint8_t> bits = {};
  bool choice = false;  // one of a union's: a value may leave it out
  FieldPlace place = {};
};

// Those of a struct or union, in order. NamedMembers leaves `place` at zero.
Expected<std::vector<NamedMember>> NamedMembers(const TypeTable& types, TypeId id);
Expected<std::vector<NamedMember>> PlacedMembers(const TypeTable& types, TypeId id, Abi abi);

// The element type of the flexible array that a struct ends with; none: nullopt.
std::optional<TypeId> FlexibleElement(const TypeTable& types, TypeId id);

std::uint64_t PointerSize(Abi abi);

// What stands among a signature's arguments before those that it does not declare.
inline constexpr std::string_view kEllipsis = "...";

std::string_view Name(Abi abi);                // "win64-gnu"
std::string_view Name(Convention convention);  // "cdecl"
Expected<Abi> ParseAbi(std::string_view name);
Expected<Convention> ParseConvention(std::string_view name);

}  // namespace spanproof
