// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "harness/cli/commands.h"
#include "harness/model/type.h"
#include "harness/model/value.h"

namespace spanproof {
namespace {

constexpr std::array kAbis = {Abi::kWin64Msvc, Abi::kWin64Gnu, Abi::kWin32Msvc, Abi::kWin32Gnu, Abi::kSysv64};

// What other worlds call a type. Typecodes are those of Python's modules array
// and struct; "-" where there is none.
struct Names {
  std::string_view type;  // in cases; empty: that of the kind
  Kind kind;
  std::string_view c;
  std::string_view ctypes;
  std::string_view array_code;
  std::string_view struct_code;
};
constexpr std::array kNames = {
    Names{"", Kind::kBool, "_Bool", "c_bool", "-", "?"},
    Names{"", Kind::kChar, "char", "c_char", "-", "c"},
    Names{"", Kind::kInt8, "signed char", "c_byte, c_int8", "b", "b"},
    Names{"", Kind::kUint8, "unsigned char", "c_ubyte, c_uint8", "B", "B"},
    Names{"", Kind::kWchar, "wchar_t", "c_wchar", "u", "-"},
    Names{"", Kind::kInt16, "short", "c_short, c_int16", "h", "h"},
    Names{"", Kind::kUint16, "unsigned short", "c_ushort, c_uint16", "H", "H"},
    Names{"", Kind::kInt32, "int", "c_int, c_int32", "i", "i"},
    Names{"", Kind::kUint32, "unsigned int", "c_uint, c_uint32", "I", "I"},
    Names{"", Kind::kLong, "long", "c_long", "l", "l"},
    Names{"", Kind::kUlong, "unsigned long", "c_ulong", "L", "L"},
    Names{"", Kind::kInt64, "long long", "c_longlong, c_int64", "q", "q"},
    Names{"", Kind::kUint64, "unsigned long long", "c_ulonglong, c_uint64", "Q", "Q"},
    Names{"", Kind::kSize, "size_t", "c_size_t", "-", "N"},
    Names{"", Kind::kPtrdiff, "ptrdiff_t", "c_ssize_t", "-", "n"},
    Names{"", Kind::kFloat, "float", "c_float", "f", "f"},
    Names{"", Kind::kDouble, "double", "c_double", "d", "d"},
    Names{"", Kind::kLongDouble, "long double", "c_longdouble", "-", "-"},
    Names{"void*", Kind::kPointer, "void *", "c_void_p", "-", "P"},
    Names{"char*", Kind::kPointer, "char *", "c_char_p", "-", "P"},
    Names{"wchar_t*", Kind::kPointer, "wchar_t *", "c_wchar_p", "-", "P"},
    Names{"int*", Kind::kPointer, "int *", "POINTER(c_int)", "-", "P"},
    Names{"int[10]", Kind::kArray, "int [10]", "c_int * 10", "-", "10i"},
};

using Row = std::vector<std::string>;

std::string Joined(const std::vector<std::string>& parts) {
  std::string out;
  for (const std::string& part : parts) out += (out.empty() ? "" : ", ") + part;
  return out;
}

// One tag, or all there are, in the order of kAbis.
std::string TagsOf(const TypeTable& types, TypeId id) {
  const Type& type = types[id];
  if (IsAddress(type.kind)) return "ptr";
  const TypeId scalar = type.kind == Kind::kArray ? type.element : id;
  std::vector<std::string> tags;
  for (const Abi abi : kAbis) {
    const auto value = ForAbi(Value{Scalar{types[scalar].kind, 0, 0}}, abi);
    auto width = value ? std::get<Scalar>(value->data).width : std::uint8_t{0};
    if (width == 0) width = static_cast<std::uint8_t>(LayoutOf(types, scalar, abi)->size);
    std::string tag(Tag(types[scalar].kind, width));
    if (type.kind == Kind::kArray) tag += "[" + std::to_string(type.count) + "]";
    if (std::find(tags.begin(), tags.end(), tag) == tags.end()) tags.push_back(std::move(tag));
  }
  return Joined(tags);
}

Expected<std::vector<Row>> Table() {
  TypeTable types;
  std::vector<Row> rows = {{"type", "also written", "C", "ctypes", "array", "struct", "tag"}};
  for (const Abi abi : kAbis) rows[0].emplace_back(Name(abi));
  for (const Names& names : kNames) {
    const std::vector<std::string_view> spellings = Spellings(names.kind);
    const auto id = types.Parse(names.type.empty() ? spellings.front() : names.type);
    if (!id) return tl::unexpected(id.error());
    std::vector<std::string> others;
    for (const std::string_view spelling : spellings) {
      if (spelling != types.Spell(*id)) others.emplace_back(spelling);
    }
    Row row = {types.Spell(*id), Joined(others), std::string(names.c), std::string(names.ctypes),
               std::string(names.array_code), std::string(names.struct_code), TagsOf(types, *id)};
    for (const Abi abi : kAbis) {
      const auto layout = LayoutOf(types, *id, abi);
      if (!layout) return tl::unexpected(layout.error());
      row.push_back(layout->size == layout->align ? std::to_string(layout->size)
                                                  : fmt::format("{}/{}", layout->size, layout->align));
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

void PrintText(const std::vector<Row>& rows) {
  std::vector<std::size_t> widths(rows[0].size());
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  for (const Row& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) line += fmt::format("{:<{}}  ", row[i], widths[i]);
    fmt::print("{}\n", line.substr(0, line.find_last_not_of(' ') + 1));
  }
}

constexpr std::string_view kAbove =
    "<!-- Made by `spanproof types --markdown`; a test holds it against that. -->\n"
    "# Types\n\n"
    "What a case file calls a type, and what it is elsewhere. Sizes are bytes; where the alignment is another number it\n"
    "stands after a stroke. The widths are those of the ABI that is named and not of the machine that looks: on Windows\n"
    "`long` has 4 bytes and `wchar_t` 2, wherever the caller runs. Typecodes are the letters of Python's modules `array` and\n"
    "`struct`; like the names of `ctypes` they have the widths of the Python that reads them. A tag names a value's form in the protocol\n"
    "([TESTEE.md](../harness/TESTEE.md)); where there are several, the ABIs differ.\n\n";
constexpr std::string_view kBelow =
    "\nStructs, unions, bit-fields, flexible arrays and callbacks are written as [README.md](README.md) says. An array is an argument\n"
    "only behind a pointer. Plain `char` is signed, as Windows' compilers have it.\n";

void PrintMarkdown(const std::vector<Row>& rows) {
  fmt::print("{}", kAbove);
  for (std::size_t r = 0; r < rows.size(); ++r) {
    std::string line = "|";
    for (std::size_t i = 0; i < rows[r].size(); ++i) {
      const std::string& cell = rows[r][i];
      const bool code = r > 0 && i < 7 && !cell.empty() && cell != "-";
      line += code ? fmt::format(" `{}` |", cell) : fmt::format(" {} |", cell);
    }
    fmt::print("{}\n", line);
    if (r == 0) {
      std::string rule = "|";
      for (std::size_t i = 0; i < rows[r].size(); ++i) rule += " --- |";
      fmt::print("{}\n", rule);
    }
  }
  fmt::print("{}", kBelow);
}

}  // namespace

int ListTypes(bool markdown) {
  const auto rows = Table();
  if (!rows) return Complain(rows.error());
  markdown ? PrintMarkdown(*rows) : PrintText(*rows);
  return 0;
}

}  // namespace spanproof
