// SPDX-License-Identifier: MIT
#include "harness/testee/sdk/local_path.h"

#include <windows.h>

namespace spanproof {
namespace {

// Wine's own translation, which knows the prefix's drives.
// https://gitlab.winehq.org/wine/wine/-/blob/master/dlls/kernel32/path.c
std::wstring DosName(const std::string& unix_path) {
  using Translate = WCHAR*(__cdecl*)(const char*);
  const auto translate = reinterpret_cast<Translate>(reinterpret_cast<void*>(
      GetProcAddress(GetModuleHandleW(L"kernel32.dll"), "wine_get_dos_file_name")));
  if (translate == nullptr) return {};
  WCHAR* name = translate(unix_path.c_str());
  if (name == nullptr) return {};
  std::wstring out = name;
  HeapFree(GetProcessHeap(), 0, name);
  return out;
}

}  // namespace

std::filesystem::path LocalPath(const std::string& utf8) {
  if (utf8.starts_with('/')) {
    if (std::wstring dos = DosName(utf8); !dos.empty()) return dos;
  }
  const int length = static_cast<int>(utf8.size());
  std::wstring wide(static_cast<std::size_t>(MultiByteToWideChar(CP_UTF8, 0, utf8.data(), length, nullptr, 0)), L'\0');
  MultiByteToWideChar(CP_UTF8, 0, utf8.data(), length, wide.data(), static_cast<int>(wide.size()));
  return wide;
}

}  // namespace spanproof
