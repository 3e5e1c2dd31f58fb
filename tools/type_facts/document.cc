// SPDX-License-Identifier: MIT
#include "tools/type_facts/document.h"

#include <algorithm>
#include <functional>
#include <map>
#include <ostream>

#include "tools/type_facts/c_source.h"

namespace type_facts {
namespace {

using Layouts = std::map<std::string, Facts>;  // by the type's name
using Cause = std::function<bool(const Described&)>;

bool HoldsByValue(const Member& member) { return member.type.find('*') == std::string::npos; }

// Whether a type or something inside it shows a cause.
bool Shows(const Described& type, const std::vector<Described>& all, const Cause& cause) {
  return cause(type) || std::any_of(type.members.begin(), type.members.end(), [&](const Member& member) {
           const Described* inner = HoldsByValue(member) ? Find(all, BaseOf(member.type)) : nullptr;
           return inner && Shows(*inner, all, cause);
         });
}

bool AnyMember(const Described& type, const std::function<bool(const Member&)>& holds) {
  return std::any_of(type.members.begin(), type.members.end(), holds);
}

bool UnionBits(const Described& type) {
  return type.is_union && AnyMember(type, [](const Member& member) { return member.bits.has_value(); });
}
bool PackedZero(const Described& type) {
  return type.pack && AnyMember(type, [](const Member& member) { return member.bits == 0; });
}
bool LongDouble(const Described& type) {
  return AnyMember(type, [](const Member& member) { return BaseOf(member.type) == "long double" && HoldsByValue(member); });
}

// "8/4: a 0, b bits 16-18", size/alignment first; `beside`: only what differs from it.
std::string Cell(const Described& type, const std::vector<Described>& all, const Layouts& layouts,
                 const Facts* beside = nullptr) {
  const Facts& facts = layouts.at(type.name);
  std::string text = std::to_string(facts.size) + "/" + std::to_string(facts.align);
  const char* between = ": ";
  for (const FlatMember& member : Flat(type, all)) {
    std::string at;
    if (!member.bits) {
      at = " " + std::to_string(facts.offsets.at(member.name));
      if (beside && beside->offsets.at(member.name) == facts.offsets.at(member.name)) continue;
    } else {
      const BitRange bits = BitsOf(facts.patterns.at(member.name));
      at = bits.first == bits.last ? " bit " + std::to_string(bits.first)
                                   : " bits " + std::to_string(bits.first) + "-" + std::to_string(bits.last);
      if (beside && BitsOf(beside->patterns.at(member.name)) == bits) continue;
    }
    text += between + member.name + at;
    between = ", ";
  }
  return text;
}

class Document {
 public:
  Document(const Types& types, const std::string& folder, std::ostream& out)
      : constructs_(types.constructs), generated_(types.generated), all_(types.All()), out_(out) {
    for (const char* abi : {"win64-gnu", "win64-msvc", "win32-gnu", "win32-msvc", "sysv64", "clang-win64-gnu", "clang-win32-gnu"}) {
      const auto facts = ReadSection(all_, ReadWhole(folder + "/" + abi + ".section"));
      for (std::size_t i = 0; i < all_.size(); ++i) facts_[abi][all_[i].name] = facts[i];
    }
  }

  void Write() {
    out_ << "# Where compilers lay types out differently\n\n"
            "Written by `cmake --build build/release --target abis_document` from what the compilers say (constant data read out of object\n"
            "files; nothing is run); the test `type_facts.the_document_is_current` holds it against them. The ABIs: win64-gnu and win32-gnu are\n"
            "gcc's of MinGW-w64, win64-msvc and win32-msvc those of clang's `*-pc-windows-msvc` targets, sysv64 gcc's on Linux. A cell says\n"
            "size/alignment in bytes, then where each member stands: its offset, or the bits of a bit-field counted from the object's start.\n"
            "The types are "
         << constructs_.size() << " constructs chosen by hand and " << generated_.size()
         << " that a generator made of members, `pack`, `align`, bit-fields, unions, nesting,\n"
            "arrays, anonymous and flexible members (`tools/type_facts`). `bridge/core` and `harness/model` are each held against all of them,\n"
            "member by member, on every ABI.\n";
    out_ << "\n## gnu and msvc\n\n"
            "For a DLL that Microsoft's compiler built, say msvc; for one that MinGW built, gnu. Only these constructs tell them apart:\n\n";
    Table({"win64-gnu", "win64-msvc", "win32-gnu", "win32-msvc"}, {{"win64-gnu", "win64-msvc"}, {"win32-gnu", "win32-msvc"}});
    out_ << "\nOf the generated types, by cause (a type with several is counted under each):\n\n";
    const std::vector<std::pair<std::string, Cause>> microsoft = {
        {"`long double` is 8 bytes with msvc, 16 with win64-gnu, 12 with win32-gnu", LongDouble},
        {"a bit-field in a union takes its whole type with msvc, the bytes that it touches with gnu; msvc does not align the union to it", UnionBits},
        {"`pack` does not lower what `align` asked for inside, with msvc",
         [&](const Described& type) {
           return type.pack && AnyMember(type, [&](const Member& member) {
                    const Described* inner = HoldsByValue(member) ? Find(all_, BaseOf(member.type)) : nullptr;
                    return inner && Shows(*inner, all_, [](const Described& one) { return one.align != 0; });
                  });
         }}};
    Causes(microsoft, {{"win64-gnu", "win64-msvc"}, {"win32-gnu", "win32-msvc"}});
    out_ << "\n## gcc and clang, both for MinGW\n\n"
            "The gnu ABIs are gcc's. A DLL that clang built for MinGW (`--target=x86_64-w64-mingw32`) differs in:\n\n";
    const Pairs mingw = {{"win64-gnu", "clang-win64-gnu"}, {"win32-gnu", "clang-win32-gnu"}};
    Table({"win64-gnu", "clang-win64-gnu", "win32-gnu", "clang-win32-gnu"}, mingw);
    out_ << "\nOf the generated types, by cause:\n\n";
    Causes({{"a bit-field in a union takes its whole type with clang", UnionBits},
            {"clang aligns for a field of width 0 inside `pack` as if there were no `pack`", PackedZero}}, mingw);
    out_ << "\nThese differ by themselves, and not because they hold one that does (clang's cell: only what is different):\n\n";
    Roots(mingw);
    out_ << "\n## Windows and Linux\n\n"
            "What the bridge converts between a DLL's memory and its client's, beside pointers on win32 (here win64-gnu and sysv64; `long` and\n"
            "`wchar_t` are Windows' on both sides):\n\n";
    Table({"win64-gnu", "sysv64"}, {{"win64-gnu", "sysv64"}});
  }

 private:
  using Pairs = std::vector<std::pair<std::string, std::string>>;

  bool Differs(const Described& type, const Pairs& pairs) const {
    return std::any_of(pairs.begin(), pairs.end(), [&](const auto& pair) {
      return facts_.at(pair.first).at(type.name) != facts_.at(pair.second).at(type.name);
    });
  }

  // Constructs that differ, and the names of those that were looked at and do not.
  void Table(const std::vector<std::string>& abis, const Pairs& pairs) {
    Head("construct", abis);
    std::string same;
    for (const Described& type : constructs_) {
      if (!Differs(type, pairs)) {
        same += (same.empty() ? "" : "; ") + type.about;
        continue;
      }
      out_ << "| " << type.about << " | `" << type.name << ": " << OneLine(type) << "` |";
      for (const std::string& abi : abis) out_ << ' ' << Cell(type, all_, facts_.at(abi)) << " |";
      out_ << '\n';
    }
    out_ << "\nNo difference in: " << same << ".\n";
  }

  void Head(const char* first, const std::vector<std::string>& abis) {
    out_ << "| " << first << " | C |";
    for (const std::string& abi : abis) out_ << ' ' << abi << " |";
    out_ << "\n| --- | --- |";
    for (std::size_t i = 0; i < abis.size(); ++i) out_ << " --- |";
    out_ << '\n';
  }

  void Causes(const std::vector<std::pair<std::string, Cause>>& causes, const Pairs& pairs) {
    out_ << "| cause | types with win64 | with win32 |\n| --- | --- | --- |\n";
    const auto count = [&](const auto& pair, const Cause& wanted) {
      return std::count_if(generated_.begin(), generated_.end(),
                           [&](const Described& type) { return Differs(type, {pair}) && wanted(type); });
    };
    for (const auto& [text, cause] : causes) {
      const Cause inside = [&](const Described& type) { return Shows(type, all_, cause); };
      out_ << "| " << text << " | " << count(pairs[0], inside) << " | " << count(pairs[1], inside) << " |\n";
    }
    const Cause none = [&](const Described& type) {
      return std::none_of(causes.begin(), causes.end(), [&](const auto& cause) { return Shows(type, all_, cause.second); });
    };
    out_ << "| any other | " << count(pairs[0], none) << " | " << count(pairs[1], none) << " |\n";
    const Cause any = [](const Described&) { return true; };
    out_ << "| all that differ, of " << generated_.size() << " | " << count(pairs[0], any) << " | " << count(pairs[1], any) << " |\n";
  }

  void Roots(const Pairs& pairs) {
    out_ << "| type | C | gcc | clang |\n| --- | --- | --- | --- |\n";
    for (const Described& type : generated_) {
      const bool inherits = AnyMember(type, [&](const Member& member) {
        const Described* inner = HoldsByValue(member) ? Find(all_, BaseOf(member.type)) : nullptr;
        return inner && Differs(*inner, pairs);
      });
      if (inherits || !Differs(type, pairs)) continue;
      const auto& pair = Differs(type, {pairs[0]}) ? pairs[0] : pairs[1];
      const Facts& gcc = facts_.at(pair.first).at(type.name);
      out_ << "| " << type.name << (pair == pairs[0] ? "" : " (win32 only)") << " | `" << OneLine(type) << "` | "
           << Cell(type, all_, facts_.at(pair.first)) << " | " << Cell(type, all_, facts_.at(pair.second), &gcc) << " |\n";
    }
  }

  const std::vector<Described> constructs_, generated_, all_;
  std::ostream& out_;
  std::map<std::string, Layouts> facts_;  // by ABI
};

}  // namespace

std::vector<Described> Types::All() const {
  std::vector<Described> all = constructs;
  all.insert(all.end(), generated.begin(), generated.end());
  return all;
}

void WriteDocument(const Types& types, const std::string& folder, std::ostream& out) { Document(types, folder, out).Write(); }

}  // namespace type_facts
