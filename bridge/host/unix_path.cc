// SPDX-License-Identifier: MIT
#include "bridge/host/unix_path.h"

#include <windows.h>

#include <algorithm>

namespace bridge::host {

std::wstring Widen(std::string_view utf8) {
  const int size = static_cast<int>(utf8.size());
  std::wstring wide(static_cast<std::size_t>(MultiByteToWideChar(CP_UTF8, 0, utf8.data(), size, nullptr, 0)), L'\0');
  MultiByteToWideChar(CP_UTF8, 0, utf8.data(), size, wide.data(), static_cast<int>(wide.size()));
  return wide;
}

std::string Narrow(std::wstring_view wide) {
  const int size = static_cast<int>(wide.size());
  std::string text(
      static_cast<std::size_t>(WideCharToMultiByte(CP_UTF8, 0, wide.data(), size, nullptr, 0, nullptr, nullptr)), '\0');
  WideCharToMultiByte(CP_UTF8, 0, wide.data(), size, text.data(), static_cast<int>(text.size()), nullptr, nullptr);
  return text;
}

Expected<void*> OpenUnixPath(std::string_view unix_path, std::uint32_t access) {
  std::wstring path = L"\\\\?\\unix" + Widen(unix_path);
  std::replace(path.begin(), path.end(), L'/', L'\\');
  HANDLE handle = CreateFileW(path.c_str(), access, FILE_SHARE_READ | FILE_SHARE_WRITE, nullptr, OPEN_EXISTING, 0, nullptr);
  if (handle == INVALID_HANDLE_VALUE)
    return Fail(ErrorCode::kNotFound, "cannot open " + std::string(unix_path) + ", Windows error " + std::to_string(GetLastError()),
                GetLastError());
  return handle;
}

std::wstring DosPath(std::string_view path) {
  if (!path.starts_with('/')) return Widen(path);
  // Exported by Wine's kernel32 only; on Windows no Unix path arrives here.
  using GetDosFileName = WCHAR*(__cdecl*)(LPCSTR);
  const auto convert = reinterpret_cast<GetDosFileName>(
      reinterpret_cast<void*>(GetProcAddress(GetModuleHandleW(L"kernel32.dll"), "wine_get_dos_file_name")));
  if (convert != nullptr) {
    if (WCHAR* dos = convert(std::string(path).c_str())) {
      std::wstring result(dos);
      HeapFree(GetProcessHeap(), 0, dos);
      // Wine's function leaves a dot at the end out, which tells LoadLibrary to add no ".dll".
      if (path.ends_with('.') && !result.ends_with(L'.')) result += L'.';
      return result;
    }
  }
  std::wstring result = L"Z:" + Widen(path);
  std::replace(result.begin(), result.end(), L'/', L'\\');
  return result;
}

}  // namespace bridge::host
