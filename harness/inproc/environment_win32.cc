// SPDX-License-Identifier: MIT
#include "harness/inproc/environment.h"

#include <cpuid.h>
#include <windows.h>

#include <cstring>

namespace spanproof {
namespace {

template <typename Function>
Function FromNtdll(const char* name) {
  return reinterpret_cast<Function>(reinterpret_cast<void*>(GetProcAddress(GetModuleHandleW(L"ntdll.dll"), name)));
}

}  // namespace

std::string WineVersion() {
  using GetVersion = const char*(__cdecl*)();
  const auto get = FromNtdll<GetVersion>("wine_get_version");
  if (get == nullptr) return {};
  const char* version = get();
  // A Wine that hides its number is still no native Windows.
  return version == nullptr || *version == '\0' ? "unknown" : version;
}

std::string OsVersion() {
  if (!WineVersion().empty()) return "wine";
  using GetVersion = LONG(WINAPI*)(OSVERSIONINFOW*);
  OSVERSIONINFOW info = {};
  info.dwOSVersionInfoSize = sizeof info;
  // Not GetVersionEx, which answers by the program's manifest.
  const auto get = FromNtdll<GetVersion>("RtlGetVersion");
  if (get == nullptr || get(&info) != 0) return "windows-unknown";
  return "windows-" + std::to_string(info.dwMajorVersion) + "." + std::to_string(info.dwMinorVersion) + "." +
         std::to_string(info.dwBuildNumber);
}

std::string CpuName() {
  unsigned brand[12] = {};
  if (__get_cpuid_max(0x80000000u, nullptr) < 0x80000004u) return "unknown";
  for (unsigned i = 0; i < 3; ++i) {
    unsigned* part = brand + 4 * i;
    __get_cpuid(0x80000002u + i, part, part + 1, part + 2, part + 3);
  }
  char text[sizeof brand + 1] = {};
  std::memcpy(text, brand, sizeof brand);
  std::string name = text;
  const std::size_t first = name.find_first_not_of(' ');
  const std::size_t last = name.find_last_not_of(' ');
  return first == std::string::npos ? "unknown" : name.substr(first, last - first + 1);
}

}  // namespace spanproof
