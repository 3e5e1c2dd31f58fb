// SPDX-License-Identifier: MIT
#include "tools/type_facts/described.h"

namespace type_facts {

std::vector<Described> Constructs() {
  std::vector<Described> all;
  const auto add = [&](const char* about, Described type) {
    type.about = about;
    all.push_back(std::move(type));
  };
  add("`long double`", {"LongDouble", false, 0, 0, {{"a", "char"}, {"b", "long double"}}});
  add("a pointer", {"Pointer", false, 0, 0, {{"a", "char"}, {"b", "void*"}, {"c", "char"}}});
  add("`double` and 64-bit integers", {"Eight", false, 0, 0, {{"a", "char"}, {"b", "double"}, {"c", "char"}, {"d", "int64_t"}}});
  add("`align` on a type", {"Aligned16", false, 0, 16, {{"a", "char"}}});
  add("`pack` over a member that is aligned",
      {"PackedAligned", false, 1, 0, {{"a", "char"}, {"b", "Aligned16"}}});
  add("`pack` and `align` on one type", {"PackAndAlign", false, 1, 8, {{"a", "char"}, {"b", "int"}}});
  add("a packed and aligned type inside a packed one",
      {"PackedOutside", false, 2, 0, {{"a", "char"}, {"b", "PackAndAlign"}, {"c", "char"}}});
  add("an array of aligned types inside `pack`", {"PackedArray", false, 1, 0, {{"a", "char"}, {"b", "Aligned16[2]"}, {"c", "char"}}});
  add("bit-fields of one type", {"OneUnit", false, 0, 0, {{"a", "int", 3}, {"b", "unsigned int", 5}, {"c", "int", 30}}});
  add("a bit-field after one of another size",
      {"OtherSize", false, 0, 0, {{"a", "uint8_t", 3}, {"b", "unsigned int", 5}, {"c", "int16_t", 4}}});
  add("a bit-field after an ordinary member", {"AfterMember", false, 0, 0, {{"a", "char"}, {"b", "int", 5}}});
  add("an ordinary member after a bit-field", {"MemberAfter", false, 0, 0, {{"a", "int", 5}, {"b", "char"}}});
  add("`bool` among `char` bit-fields", {"Bools", false, 0, 0, {{"a", "bool", 1}, {"b", "uint8_t", 3}, {"c", "bool", 1}}});
  add("`long` among `int` bit-fields", {"Longs", false, 0, 0, {{"a", "int", 3}, {"b", "unsigned long", 7}, {"c", "int", 22}}});
  add("64-bit bit-fields", {"Wide", false, 0, 0, {{"a", "int64_t", 40}, {"b", "int64_t", 24}, {"c", "int64_t", 1}}});
  add("a bit-field as wide as its type", {"Full", false, 0, 0, {{"a", "int", 1}, {"b", "int", 32}, {"c", "int", 1}}});
  add("an unnamed bit-field", {"Unnamed", false, 0, 0, {{"a", "char", 1}, {"", "int", 3}, {"b", "char", 1}}});
  add("width 0 between bit-fields", {"Zero", false, 0, 0, {{"a", "int", 3}, {"", "int", 0}, {"b", "int", 3}}});
  add("width 0 of a wider type", {"ZeroWider", false, 0, 0, {{"a", "char", 3}, {"", "int64_t", 0}, {"b", "char", 3}}});
  add("width 0 of a narrower type", {"ZeroNarrower", false, 0, 0, {{"a", "int", 3}, {"", "char", 0}, {"b", "int", 3}}});
  add("width 0 after an ordinary member", {"ZeroAfterMember", false, 0, 0, {{"a", "char"}, {"", "int", 0}, {"b", "char"}}});
  add("width 0 at the start", {"ZeroFirst", false, 0, 0, {{"", "int", 0}, {"a", "char"}, {"b", "int", 2}}});
  add("width 0 at the end", {"ZeroLast", false, 0, 0, {{"a", "char"}, {"b", "char", 2}, {"", "int", 0}}});
  add("width 0 twice", {"ZeroTwice", false, 0, 0, {{"a", "char", 3}, {"", "char", 0}, {"", "int", 0}, {"b", "char"}}});
  add("width 0 inside `pack`", {"ZeroPacked", false, 1, 0, {{"a", "char", 3}, {"", "int", 0}, {"b", "char", 3}, {"c", "char"}}});
  add("bit-fields inside `pack(1)`", {"PackedBits", false, 1, 0, {{"a", "char"}, {"b", "int", 7}, {"c", "int", 30}, {"d", "char"}}});
  add("bit-fields inside `pack(2)`", {"PackedBits2", false, 2, 0, {{"a", "char"}, {"b", "int64_t", 60}, {"c", "int64_t", 9}, {"d", "char"}}});
  add("bit-fields inside a `pack` that lowers nothing", {"PackedBits8", false, 8, 0, {{"a", "char"}, {"b", "int", 30}, {"c", "int", 7}}});
  add("runs of other sizes inside `pack(1)`",
      {"PackedRuns", false, 1, 0, {{"a", "int16_t", 3}, {"b", "int", 5}, {"c", "char", 2}, {"d", "int", 32}}});
  add("a bit-field in a union", {"UnionBits", true, 0, 0, {{"a", "int", 3}, {"b", "char"}}});
  add("a wide bit-field in a union", {"UnionWide", true, 0, 0, {{"a", "int64_t", 33}, {"b", "char"}}});
  add("a bit-field in a packed union", {"UnionPacked", true, 1, 0, {{"a", "int", 3}, {"b", "char"}}});
  add("a union with a bit-field, inside a struct", {"UnionInside", false, 0, 0, {{"a", "char"}, {"b", "UnionBits"}, {"c", "char"}}});
  add("an unnamed bit-field in a union", {"UnionUnnamed", true, 0, 0, {{"", "int", 9}, {"a", "char"}}});
  add("width 0 in a union", {"UnionZero", true, 0, 0, {{"a", "char", 3}, {"", "int", 0}, {"b", "char"}}});
  add("`align` on a type that ends with a bit-field", {"AlignedBits", false, 0, 8, {{"a", "int", 3}}});
  add("a union with a narrow bit-field and an int",
      {"Inner", true, 0, 0, {{"inner_int", "int"}, {"inner_bits", "int", 4}, {"inner_char", "char"}}});
  add("an anonymous union", {"Anonymous", false, 0, 0, {{"a", "char"}, {"", "Inner"}, {"b", "int", 3}}});
  add("a flexible array", {"Flexible", false, 0, 0, {{"a", "int"}, {"b", "char"}, {"c", "char[]"}}});
  add("a flexible array of a wider type", {"FlexibleWider", false, 0, 0, {{"a", "char"}, {"b", "double[]"}}});
  add("a flexible array after a bit-field", {"FlexibleBits", false, 0, 0, {{"a", "int", 3}, {"b", "char[]"}}});
  return all;
}

}  // namespace type_facts
