// SPDX-License-Identifier: MIT
#include "bridge/host/export_names.h"

#include <windows.h>

#include <gtest/gtest.h>

#include <algorithm>

namespace bridge::host {
namespace {

TEST(ExportNames, DecorationsAreTakenOff) {
  for (const char* name : {"f", "_f", "f@8", "_f@8", "@f@8", "f@@16"}) EXPECT_EQ(Undecorated(name), "f") << name;
  for (const char* name : {"", "?f@@YAHXZ", "@", "f@x", "_"}) EXPECT_EQ(Undecorated(name), name);
}

TEST(ExportNames, VectorcallIsToldByItsTwoSigns) {
  EXPECT_TRUE(IsVectorcall("f@@16"));
  for (const char* name : {"f@16", "?f@@YAHXZ", "?f@@16", "@@8", "f@@"}) EXPECT_FALSE(IsVectorcall(name)) << name;
}

TEST(ExportNames, AdviceNamesWhatIsThere) {
  EXPECT_EQ(AdviseOnSymbol("f", {{"g", ""}, {"@f@8", ""}, {"f@@8", ""}}), "; it is exported as '@f@8', 'f@@8': bind that name");
  EXPECT_EQ(AdviseOnSymbol("_f@8", {{"f", ""}}), "; it is exported as 'f': bind that name");
  EXPECT_EQ(AdviseOnSymbol("f", {{"?f@@YAHXZ", ""}}), "; it is exported as '?f@@YAHXZ': bind that name");
  EXPECT_EQ(AdviseOnSymbol("f", {{"f", "other.g"}}), "; it leads to 'other.g', which was not found: load that DLL first, or it has no such name");
  EXPECT_EQ(AdviseOnSymbol("bubblesrt", {{"bubblesort", ""}, {"quicksort", ""}}), " (did you mean 'bubblesort'?)");
  EXPECT_EQ(AdviseOnSymbol("other", {{"bubblesort", ""}, {"quicksort", ""}}), " (there is 'bubblesort', 'quicksort')");
  EXPECT_EQ(AdviseOnSymbol("other", std::vector<Export>(9, {"bubblesort", ""})), "");
  EXPECT_EQ(AdviseOnSymbol("other", {}), "; it exports no names");
}

TEST(ExportNames, TheNamesOfAModuleAreReadFromItsHeaders) {
  const std::vector<Export> exports = ReadExports(GetModuleHandleW(L"kernel32.dll"));
  EXPECT_GT(exports.size(), 500u);
  const auto has = [&](const char* name) {
    return std::any_of(exports.begin(), exports.end(), [name](const Export& one) { return one.name == name; });
  };
  EXPECT_TRUE(has("LoadLibraryA"));
  EXPECT_FALSE(has("NoSuchFunction"));
  EXPECT_TRUE(std::any_of(exports.begin(), exports.end(), [](const Export& one) { return !one.forwarder.empty(); }));
}

}  // namespace
}  // namespace bridge::host
