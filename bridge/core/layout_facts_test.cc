// SPDX-License-Identifier: MIT
// This room's layouts against those of compilers, type by type: the fixture
// type_facts (tools/type_facts) has laid the facts into the build tree.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "bridge/core/type.h"

namespace bridge {

void PrintTo(Abi abi, std::ostream* out) { *out << Name(abi); }

namespace {

using nlohmann::json;

std::string Folder() {
  const char* tree = std::getenv("SPANPROOF_TEST_TREE");
  return std::string(tree ? tree : ".") + "/type_facts/";
}

// Case files' spellings (suites/README.md) as this room's types.
class Reader {
 public:
  explicit Reader(json structs) : structs_(std::move(structs)) {}

  Type Named(const std::string& name) {
    if (const auto known = defined_.find(name); known != defined_.end()) return known->second;
    const json& in = structs_.at(name);
    const Type handle = Type::Declare(name, in.value("union", false) ? Kind::kUnion : Kind::kStruct);
    handles_.emplace(name, handle);
    std::vector<Type::Member> members;
    for (const json& field : in.at("fields")) {
      Type::Member member{field[0], Spelled(field[1])};
      if (field.size() == 3) member.bits = field[2].get<std::uint8_t>();
      members.push_back(std::move(member));
    }
    return defined_[name] = Type::Define(handle, std::move(members), in.value("pack", 0u), in.value("align", 0u));
  }

 private:
  Type Spelled(const std::string& spelling) {
    std::size_t suffix = std::min(spelling.find_first_of("*["), spelling.size());
    const std::string base = spelling.substr(0, suffix);
    const bool pointer = spelling[suffix] == '*';
    Type type = !pointer ? Base(base) : Type::Pointer(handles_.contains(base) ? handles_.at(base) : kVoid);
    suffix += pointer;
    std::vector<std::uint64_t> counts;
    for (std::size_t at = suffix; at < spelling.size(); at = spelling.find(']', at) + 1)
      counts.push_back(std::strtoull(spelling.c_str() + at + 1, nullptr, 10));  // "[]": 0
    for (auto count = counts.rbegin(); count != counts.rend(); ++count) type = Type::Array(type, *count);
    return type;
  }

  Type Base(const std::string& name) {
    static const std::map<std::string, Type> kBases = {
        {"bool", Type(Kind::kBool)}, {"char", kInt8}, {"int8_t", kInt8}, {"uint8_t", kUint8}, {"int16_t", kInt16},
        {"uint16_t", kUint16}, {"int", kInt32}, {"unsigned int", kUint32}, {"int64_t", kInt64}, {"uint64_t", kUint64},
        {"long", kInt32}, {"unsigned long", kUint32}, {"size_t", Type::Pointer(kVoid)}, {"wchar_t", kChar16},
        {"float", kFloat}, {"double", kDouble}, {"long double", kLongDouble}};
    const auto base = kBases.find(name);
    return base != kBases.end() ? base->second : Named(name);
  }

  const json structs_;
  std::map<std::string, Type> handles_, defined_;
};

std::string OnlyThisFieldIsOnes(const Type& type, const std::string& name, std::uint64_t size, Abi abi) {
  const auto member = FindMember(type, name, abi);
  if (!member) return member.error().message;
  if (member->at.bits == 0 || member->at.offset + member->at.bytes() > size) return "no bit-field inside the object";
  std::vector<unsigned char> object(size);
  WriteBits(object.data(), member->at, ~std::uint64_t{0});
  EXPECT_EQ(ReadBits(object.data(), member->at),
            member->at.is_signed || member->at.bits == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << member->at.bits) - 1);
  std::string hex;
  for (const unsigned char byte : object) hex += {"0123456789abcdef"[byte >> 4], "0123456789abcdef"[byte & 15]};
  return hex;
}

class LayoutFacts : public testing::TestWithParam<Abi> {};

TEST_P(LayoutFacts, AreThoseOfTheCompiler) {
  const Abi abi = GetParam();
  const std::string stem = Folder() + std::string(Name(abi));
  if (std::ifstream why(stem + ".skipped"); why) GTEST_SKIP() << why.rdbuf();
  std::ifstream facts(stem + ".facts"), types(Folder() + "types.json");
  ASSERT_TRUE(facts && types) << stem << ".facts: the fixture type_facts writes it (tools/type_facts/collect.sh)";
  Reader reader(json::parse(types).at("structs"));
  int compared = 0;
  Type type;
  Layout layout;
  for (std::string line; std::getline(facts, line);) {
    std::istringstream words(line);
    std::string what, name, fact;
    words >> what >> name >> fact;
    if (what == "type") {
      ++compared;
      type = reader.Named(name);
      const auto ours = LayoutOf(type, abi);
      ASSERT_TRUE(ours) << name << ": " << ours.error().message;
      layout = *ours;
      EXPECT_EQ(name + ' ' + std::to_string(layout.size) + ' ' + std::to_string(layout.align), line.substr(5));
    } else if (what == "member") {
      const auto member = FindMember(type, name, abi);
      ASSERT_TRUE(member) << member.error().message;
      EXPECT_EQ(std::to_string(member->at.offset), fact) << type.Spell() << '.' << name;
    } else {
      EXPECT_EQ(OnlyThisFieldIsOnes(type, name, layout.size, abi), fact) << type.Spell() << '.' << name;
    }
  }
  EXPECT_GE(compared, 300);
}

INSTANTIATE_TEST_SUITE_P(Abis, LayoutFacts,
                         testing::Values(Abi::kWin64Msvc, Abi::kWin64Gnu, Abi::kWin32Msvc, Abi::kWin32Gnu, Abi::kSysv64),
                         [](const auto& info) {
                           std::string name(Name(info.param));
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace bridge
