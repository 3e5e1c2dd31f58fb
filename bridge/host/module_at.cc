// SPDX-License-Identifier: MIT
#include "bridge/host/module_at.h"

#include <windows.h>

#include "bridge/host/unix_path.h"

namespace bridge::host {

ModuleAt FindModuleAt(std::uint64_t address) {
  const auto* at = reinterpret_cast<const WCHAR*>(static_cast<std::uintptr_t>(address));
  HMODULE module = nullptr;
  // Of no address it would say the program.
  if (at == nullptr || !GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT, at, &module)) return {};
  WCHAR path[MAX_PATH];
  std::wstring_view name(path, GetModuleFileNameW(module, path, MAX_PATH));
  if (const auto slash = name.rfind(L'\\'); slash != name.npos) name.remove_prefix(slash + 1);
  return {Narrow(name), address - reinterpret_cast<std::uintptr_t>(module)};
}

}  // namespace bridge::host
