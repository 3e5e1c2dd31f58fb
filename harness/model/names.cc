// SPDX-License-Identifier: MIT
#include <array>
#include <utility>
#include <vector>

#include "harness/model/nearest.h"
#include "harness/model/record.h"
#include "harness/model/type.h"

namespace spanproof {
namespace {

constexpr std::array<std::pair<Abi, std::string_view>, 6> kAbis = {{
    {Abi::kWin64Gnu, "win64-gnu"},
    {Abi::kWin64Msvc, "win64-msvc"},
    {Abi::kWin32Gnu, "win32-gnu"},
    {Abi::kWin32Msvc, "win32-msvc"},
    {Abi::kSysv64, "sysv64"},
    {Abi::kSysv64Windows, "sysv64-windows"},
}};

constexpr std::array<std::pair<Convention, std::string_view>, 5> kConventions = {{
    {Convention::kCdecl, "cdecl"},
    {Convention::kStdcall, "stdcall"},
    {Convention::kFastcall, "fastcall"},
    {Convention::kThiscall, "thiscall"},
    {Convention::kVectorcall, "vectorcall"},
}};

constexpr std::array<std::pair<Outcome, std::string_view>, 11> kOutcomes = {{
    {Outcome::kPass, "pass"},
    {Outcome::kFail, "fail"},
    {Outcome::kCrash, "crash"},
    {Outcome::kTimeout, "timeout"},
    {Outcome::kUnsupported, "unsupported"},
    {Outcome::kSkipped, "skipped"},
    {Outcome::kNotRun, "not-run"},
    {Outcome::kMissing, "missing"},
    {Outcome::kHarnessError, "harness-error"},
    {Outcome::kKnownFail, "known-fail"},
    {Outcome::kUnexpectedPass, "unexpected-pass"},
}};

template <typename Table, typename Key>
std::string_view NameIn(const Table& table, Key key) {
  for (const auto& [value, name] : table) {
    if (value == key) return name;
  }
  return "unknown";
}

template <typename Key, typename Table>
Expected<Key> ParseIn(const Table& table, std::string_view text, const char* what) {
  std::vector<std::string> names;
  for (const auto& [value, name] : table) {
    if (name == text) return value;
    names.emplace_back(name);
  }
  return Fail(ErrorCode::kInvalidArgument, "\"" + std::string(text.substr(0, 64)) + "\" is no " +
                                               what + DidYouMean(text, names));
}

}  // namespace

std::string_view Name(Abi abi) { return NameIn(kAbis, abi); }
std::string_view Name(Convention convention) { return NameIn(kConventions, convention); }
std::string_view Name(Outcome outcome) { return NameIn(kOutcomes, outcome); }

Expected<Abi> ParseAbi(std::string_view name) { return ParseIn<Abi>(kAbis, name, "ABI"); }
Expected<Convention> ParseConvention(std::string_view name) {
  return ParseIn<Convention>(kConventions, name, "calling convention");
}

}  // namespace spanproof
