// SPDX-License-Identifier: MIT
#include "bridge/host/missing_dlls.h"

#include <gtest/gtest.h>
#include <windows.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace bridge::host {
namespace {

std::wstring OwnPath() {
  WCHAR path[MAX_PATH];
  return {path, GetModuleFileNameW(nullptr, path, MAX_PATH)};
}

std::vector<std::uint8_t> OwnFile() {
  std::ifstream file(std::filesystem::path(OwnPath()), std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

bool Has(const std::vector<std::string>& names, std::string wanted) {
  return std::any_of(names.begin(), names.end(), [&](const std::string& name) { return _stricmp(name.c_str(), wanted.c_str()) == 0; });
}

TEST(MissingDlls, ImportsAreReadFromTheFile) {
  const std::vector<std::string> names = ImportedDlls(OwnFile());
  EXPECT_TRUE(Has(names, "kernel32.dll"));
  EXPECT_TRUE(Has(names, "msvcrt.dll"));
}

TEST(MissingDlls, AFileThatIsCutOffAnywhereIsReadToItsEnd) {
  const std::vector<std::uint8_t> whole = OwnFile();
  for (std::size_t size = 0; size < std::min<std::size_t>(whole.size(), 4096); ++size) {
    // A copy of just that size, so that a read behind it can be seen.
    const std::vector<std::uint8_t> part(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_TRUE(ImportedDlls(part).empty()) << size;
  }
}

TEST(MissingDlls, NothingIsMissingFromAProgramThatRuns) { EXPECT_TRUE(MissingDlls(OwnPath()).empty()); }

// This program, with the name of a DLL that it imports changed in a copy.
TEST(MissingDlls, WhatIsMissingIsNamed) {
  std::vector<std::uint8_t> bytes = OwnFile();
  const std::string name = "msvcrt.dll";
  bool changed = false;
  for (auto at = bytes.begin(); static_cast<std::size_t>(bytes.end() - at) > name.size(); ++at) {
    const bool same = std::equal(name.begin(), name.end(), at, [](char wanted, std::uint8_t byte) { return wanted == std::tolower(byte); });
    if (same && at[static_cast<std::ptrdiff_t>(name.size())] == 0) *at = 'q', changed = true;
  }
  ASSERT_TRUE(changed);
  const std::filesystem::path copy = std::filesystem::path(OwnPath()).replace_filename(L"missing_dlls_test_copy.bin");
  std::ofstream(copy, std::ios::binary).write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  const std::vector<std::string> missing = MissingDlls(copy.wstring());
  std::filesystem::remove(copy);
  ASSERT_EQ(missing.size(), 1u);
  EXPECT_STRCASEEQ(missing[0].c_str(), "qsvcrt.dll");
}

}  // namespace
}  // namespace bridge::host
