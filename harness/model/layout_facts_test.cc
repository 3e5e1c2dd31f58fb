// SPDX-License-Identifier: MIT
// The harness's layouts against those of compilers: the fixture type_facts
// (tools/type_facts) has asked them and left types.json and a fact file for each
// ABI in the build tree.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "harness/model/type.h"
#include "harness/model/type_json.h"

namespace spanproof {

void PrintTo(Abi abi, std::ostream* out) { *out << Name(abi); }

namespace {

// The compilers' types have Windows' long and wchar_t on Linux too.
std::string FileOf(Abi abi) { return abi == Abi::kSysv64Windows ? "sysv64" : std::string(Name(abi)); }

std::string Hex(const std::vector<unsigned char>& bytes) {
  std::ostringstream text;
  for (const unsigned char byte : bytes) text << std::hex << (byte >> 4) << (byte & 15);
  return text.str();
}

// What a fact file says of one type, made from this room's layouts.
std::string Facts(const TypeTable& types, TypeId id, Abi abi) {
  const auto layout = LayoutOf(types, id, abi);
  const auto members = PlacedMembers(types, id, abi);
  if (!layout || !members) return "no layout: " + (layout ? members.error() : layout.error()).message + "\n";
  std::ostringstream text;
  text << "type " << types.Spell(id) << ' ' << layout->size << ' ' << layout->align << '\n';
  for (const auto& member : *members) {
    if (!member.bits) {
      text << "member " << member.name << ' ' << member.place.offset << '\n';
      continue;
    }
    std::vector<unsigned char> ones(layout->size);
    for (unsigned i = 0; i < *member.bits; ++i) {
      const std::uint64_t bit = member.place.offset * 8 + member.place.bit + i;
      if (bit / 8 < ones.size()) ones[bit / 8] |= static_cast<unsigned char>(1u << bit % 8);
    }
    text << "bits " << member.name << ' ' << Hex(ones) << '\n';
  }
  return text.str();
}

class LayoutFacts : public testing::TestWithParam<Abi> {};

TEST_P(LayoutFacts, AreThoseOfTheCompiler) {
  const Abi abi = GetParam();
  const std::string name = FileOf(abi);
  const char* tree = std::getenv("SPANPROOF_TEST_TREE");
  const std::string folder = std::string(tree == nullptr ? "." : tree) + "/type_facts/";
  if (std::ifstream why(folder + name + ".skipped"); why) GTEST_SKIP() << why.rdbuf();
  std::ifstream facts(folder + name + ".facts");
  std::ifstream described(folder + "types.json");
  ASSERT_TRUE(facts && described) << folder << name << ".facts: tools/type_facts/collect.sh writes it";
  TypeTable types;
  const auto decoded = DecodeTypes(nlohmann::json::parse(described), &types);
  ASSERT_TRUE(decoded) << decoded.error().message;

  std::map<std::string, std::string> wanted;
  std::string type;
  for (std::string line; std::getline(facts, line);) {
    if (line.starts_with("type ")) type = line.substr(5, line.find(' ', 5) - 5);
    wanted[type] += line + "\n";
  }
  EXPECT_GE(wanted.size(), 300u);
  for (const auto& [spelling, text] : wanted) {
    const auto id = types.Parse(spelling);
    ASSERT_TRUE(id) << id.error().message;
    EXPECT_EQ(Facts(types, *id, abi), text);
  }
}

INSTANTIATE_TEST_SUITE_P(Abis, LayoutFacts,
                         testing::Values(Abi::kWin64Msvc, Abi::kWin64Gnu, Abi::kWin32Msvc, Abi::kWin32Gnu,
                                         Abi::kSysv64Windows),
                         [](const auto& info) {
                           std::string name = FileOf(info.param);
                           for (char& c : name) c = c == '-' ? '_' : c;
                           return name;
                         });

}  // namespace
}  // namespace spanproof
