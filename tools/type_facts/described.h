// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace type_facts {

// A struct or union as a case file says it (suites/README.md). Types are
// spellings: "int", "long*", "uint8_t[2][3]", "G007", "G007*", "float[]".
struct Member {
  std::string name;  // empty: an anonymous member or an unnamed bit-field
  std::string type;
  std::optional<int> bits = std::nullopt;
};

struct Described {
  std::string name;
  bool is_union = false;
  int pack = 0;   // 0: not said
  int align = 0;  // 0: not said
  std::vector<Member> members;
  std::string about = {};  // of a construct: what it shows, for the document
};

// Constructs in which compilers differ, or were thought to; chosen by hand.
std::vector<Described> Constructs();

// `count` types over members, pack, align, bit-fields, unions, nesting, arrays,
// anonymous and flexible members. The same numbers give the same types anywhere.
std::vector<Described> Generate(int count, unsigned seed);

// The names that are members of `type` for C: those of anonymous members too.
struct FlatMember {
  std::string name;
  bool bits = false;
};
std::vector<FlatMember> Flat(const Described& type, const std::vector<Described>& all);

const Described* Find(const std::vector<Described>& all, const std::string& name);

// What stands before the suffixes: "G007" of "G007*".
std::string BaseOf(const std::string& spelling);

}  // namespace type_facts
