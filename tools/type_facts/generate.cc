// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <random>
#include <set>

#include "tools/type_facts/described.h"

namespace type_facts {
namespace {

constexpr int kDeepest = 3;  // structs within structs

constexpr std::array kScalars = {
    "bool", "char", "int8_t", "uint8_t", "int16_t", "uint16_t", "int", "unsigned int", "int64_t", "uint64_t",
    "long", "unsigned long", "size_t", "wchar_t", "float", "double", "long double", "void*", "int*"};

struct BitType {
  const char* spelling;
  int bits;
};
constexpr std::array kBitTypes = {BitType{"bool", 1},           BitType{"int8_t", 8},   BitType{"uint8_t", 8},
                                  BitType{"int16_t", 16},       BitType{"uint16_t", 16}, BitType{"int", 32},
                                  BitType{"unsigned int", 32},  BitType{"int64_t", 64},  BitType{"uint64_t", 64},
                                  BitType{"unsigned long", 32}, BitType{"wchar_t", 16}};

class Generator {
 public:
  explicit Generator(unsigned seed) : random_(seed) {}

  std::vector<Described> Run(int count) {
    for (int i = 0; i < count; ++i) {
      std::string digits = std::to_string(i);
      digits.insert(0, 3 - std::min<std::size_t>(3, digits.size()), '0');
      const auto [type, depth] = One("G" + digits);
      all_.push_back(type);
      depth_.push_back(depth);
    }
    return all_;
  }

 private:
  // The standard's distributions differ between libraries; a remainder does not.
  int Below(int limit) { return static_cast<int>(random_() % static_cast<unsigned>(limit)); }
  bool Percent(int chance) { return Below(100) < chance; }
  int PowerOfTwo(int most) { return 1 << Below(most + 1); }

  std::pair<Described, int> One(const std::string& name) {
    Described type;
    type.name = name;
    type.is_union = Percent(20);
    if (Percent(35)) type.pack = PowerOfTwo(4);
    if (Percent(20)) type.align = PowerOfTwo(6);
    int depth = 0;
    std::set<std::string> names;
    const auto next = [&] { return "m" + name.substr(1) + "_" + std::to_string(names.size()); };
    const auto named = [&](std::string spelling, std::optional<int> bits = std::nullopt) {
      type.members.push_back({next(), std::move(spelling), bits});
      names.insert(type.members.back().name);
    };
    const int wanted = 1 + Below(7);
    // Types that are about bit-fields, and types that are not.
    const int field_chance = Percent(60) ? 55 : 0;
    while (static_cast<int>(names.size()) < wanted) {
      if (Percent(field_chance)) {
        BitFields(&type, named);
        continue;
      }
      const int what = Below(100);
      if (what < 55) {
        named(kScalars[static_cast<std::size_t>(Below(kScalars.size()))]);
      } else if (what < 70) {
        std::string spelling = kScalars[static_cast<std::size_t>(Below(kScalars.size()))];
        for (int dimensions = 1 + Below(2); dimensions > 0; --dimensions) spelling += "[" + std::to_string(1 + Below(5)) + "]";
        named(std::move(spelling));
      } else if (what < 76) {
        named(name + "*");
      } else if (!all_.empty()) {
        const std::size_t inner = static_cast<std::size_t>(Below(static_cast<int>(all_.size())));
        if (depth_[inner] >= kDeepest || EndsFlexible(all_[inner])) continue;
        if (what >= 90) {
          if (!MayBeAnonymous(all_[inner], &names)) continue;
          type.members.push_back({"", all_[inner].name, std::nullopt});
        } else {
          named(all_[inner].name + (Percent(30) ? "[" + std::to_string(1 + Below(3)) + "]" : ""));
        }
        depth = std::max(depth, depth_[inner] + 1);
      }
    }
    if (!type.is_union && Percent(8)) named(std::string(kScalars[static_cast<std::size_t>(Below(kScalars.size()))]) + "[]");
    return {type, depth};
  }

  // A run of one to four, of mostly one type.
  template <typename Named>
  void BitFields(Described* type, const Named& named) {
    BitType of = kBitTypes[static_cast<std::size_t>(Below(kBitTypes.size()))];
    for (int run = 1 + Below(4); run > 0; --run) {
      if (Percent(30)) of = kBitTypes[static_cast<std::size_t>(Below(kBitTypes.size()))];
      const int width = Percent(15) ? of.bits : 1 + Below(of.bits);
      if (Percent(10)) type->members.push_back({"", of.spelling, Percent(50) ? 0 : width});
      named(of.spelling, width);
    }
  }

  static bool EndsFlexible(const Described& type) { return type.members.back().type.ends_with("[]"); }

  bool MayBeAnonymous(const Described& type, std::set<std::string>* names) const {
    const auto flat = Flat(type, all_);
    const bool clash = std::any_of(flat.begin(), flat.end(), [&](const FlatMember& one) { return names->contains(one.name); });
    if (clash) return false;
    for (const FlatMember& one : flat) names->insert(one.name);
    return true;
  }

  std::mt19937 random_;
  std::vector<Described> all_;
  std::vector<int> depth_;
};

}  // namespace

std::vector<Described> Generate(int count, unsigned seed) { return Generator(seed).Run(count); }

}  // namespace type_facts
