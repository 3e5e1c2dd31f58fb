// SPDX-License-Identifier: MIT
#include "bridge/host/registry.h"

#include <windows.h>

#include <algorithm>
#include <cstring>

#include <charconv>

#include "bridge/host/channel.h"
#include "bridge/host/ending.h"
#include "bridge/host/export_names.h"
#include "bridge/host/guarded_call.h"
#include "bridge/host/missing_dlls.h"
#include "bridge/host/session.h"
#include "bridge/host/unix_path.h"

namespace bridge::host {
namespace {

std::string Explain(DWORD error) {
  switch (error) {
    case ERROR_MOD_NOT_FOUND: return "the file, or a DLL that it needs, was not found";
    case ERROR_BAD_EXE_FORMAT:
      return sizeof(void*) == 8 ? "it is no 64-bit DLL (a 32-bit one, or no DLL at all)"
                                : "it is no 32-bit DLL (a 64-bit one, or no DLL at all)";
    case ERROR_DLL_INIT_FAILED: return "its DllMain refused";
    case ERROR_PROC_NOT_FOUND: return "it has no such export";
    default: return "see Windows' list of system error codes";
  }
}

std::string ModuleName(HMODULE module) {
  WCHAR name[MAX_PATH];
  return Narrow({name, GetModuleFileNameW(module, name, MAX_PATH)});
}

// Of "#n" with n from 1 to 65535; 0 of everything else, which is a name then.
std::uint32_t Ordinal(std::string_view symbol) {
  std::uint32_t number = 0;
  const char* const end = symbol.data() + symbol.size();
  if (symbol.size() < 2 || symbol[0] != '#') return 0;
  const auto read = std::from_chars(symbol.data() + 1, end, number);
  return read.ec == std::errc() && read.ptr == end && number <= 0xffff ? number : 0;
}

void ClosureEntry(ffi_cif*, void* result, void** arguments, void* data) {
  asm volatile("cld");  // whatever the DLL did
  const auto& callback = *static_cast<const HostCallback*>(data);
  Channel* channel = Channel::Current();
  if (channel == nullptr) channel = EnterAsVisitor();
  if (channel != nullptr) return channel->RunCallback(callback, arguments, result);
  if (callback.prototype->binding.result.kind != Kind::kVoid)
    std::memset(result, 0, std::max(sizeof(ffi_arg), callback.prototype->interface.cif.rtype->size));
}

}  // namespace

Expected<std::uint32_t> Registry::Load(std::string_view path) {
  const std::wstring dos = DosPath(path);
  const DWORD flags = dos.find(L'\\') != std::wstring::npos ? LOAD_WITH_ALTERED_SEARCH_PATH : 0;
  HMODULE handle = LoadLibraryExW(dos.c_str(), nullptr, flags);
  if (handle == nullptr) {
    const DWORD error = GetLastError();
    std::string missing;
    if (error == ERROR_MOD_NOT_FOUND) {
      for (const std::string& name : MissingDlls(dos)) missing += (missing.empty() ? "; missing: " : ", ") + name;
    }
    return Fail(error == ERROR_BAD_EXE_FORMAT ? ErrorCode::kInvalidArgument : ErrorCode::kNotFound,
                "cannot load '" + std::string(path) + "': " + Explain(error) + missing + " (Windows error " +
                    std::to_string(error) + ")",
                error);
  }
  WatchAborts();  // it may have brought a C runtime
  return modules_.Add(std::make_unique<Module>(Module{handle}));
}

Expected<void> Registry::Unload(std::uint32_t module) {
  auto entry = modules_.Remove(module);
  if (!entry) return Fail(ErrorCode::kInvalidArgument, "this module is not loaded");
  FreeLibrary(static_cast<HMODULE>(entry->handle));
  return {};
}

Expected<void*> Registry::FindSymbol(std::uint32_t module, const std::string& symbol) {
  const Module* entry = modules_.Find(module);
  if (entry == nullptr) return Fail(ErrorCode::kInvalidArgument, "this module is not loaded");
  const auto handle = static_cast<HMODULE>(entry->handle);
  const std::uint32_t ordinal = Ordinal(symbol);
  const char* name = ordinal != 0 ? MAKEINTRESOURCEA(static_cast<WORD>(ordinal)) : symbol.c_str();
  FARPROC found = GetProcAddress(handle, name);
  if (found == nullptr) {
    const DWORD error = GetLastError();
    return Fail(ErrorCode::kNotFound,
                "no symbol '" + symbol + "' in " + ModuleName(handle) + " (Windows error " + std::to_string(error) + ")" +
                    (ordinal != 0 ? "" : AdviseOnSymbol(symbol, ReadExports(handle))),
                error);
  }
  return reinterpret_cast<void*>(found);
}

Expected<std::uint32_t> Registry::Bind(std::uint32_t module, const std::string& symbol, Binding binding) {
  auto code = FindSymbol(module, symbol);
  if (!code) return tl::unexpected(code.error());
  if (IsVectorcall(symbol)) return Fail(ErrorCode::kUnsupported, "'" + symbol + "' is a vectorcall function, which is not supported");
  auto function = std::make_unique<Function>();
  function->name = symbol;
  function->code = *code;
  function->binding = std::move(binding);
  PrepareCall(function.get());
  return functions_.Add(std::move(function));
}

Expected<void> Registry::FreeFunction(std::uint32_t id) {
  if (!functions_.Remove(id)) return Fail(ErrorCode::kInvalidArgument, "this function is not bound");
  return {};
}

Expected<std::uint32_t> Registry::BindCallback(Binding binding) {
  auto interface = PrepareClosure(binding);
  if (!interface) return tl::unexpected(interface.error());
  auto prototype = std::make_unique<Prototype>();
  prototype->binding = std::move(binding);
  prototype->interface = std::move(*interface);
  Prototype* entry = prototype.get();
  auto id = prototypes_.Add(std::move(prototype));
  if (id) entry->id = *id;
  return id;
}

Expected<std::uint32_t> Registry::MakeCallback(std::uint32_t prototype_id, std::uint64_t token) {
  Prototype* prototype = prototypes_.Find(prototype_id);
  if (prototype == nullptr) return Fail(ErrorCode::kInvalidArgument, "this callback prototype is not bound");
  auto callback = std::make_unique<HostCallback>();
  callback->token = token;
  callback->prototype = prototype;
  callback->closure = static_cast<ffi_closure*>(ffi_closure_alloc(sizeof(ffi_closure), &callback->code));
  if (callback->closure == nullptr) return Fail(ErrorCode::kInternal, "no memory for a closure");
  if (ffi_prep_closure_loc(callback->closure, &prototype->interface.cif, ClosureEntry, callback.get(), callback->code) !=
      FFI_OK) {
    ffi_closure_free(callback->closure);
    return Fail(ErrorCode::kUnsupported, "libffi refuses a closure of this prototype");
  }
  return callbacks_.Add(std::move(callback));
}

Expected<void> Registry::FreeCallback(std::uint32_t id) {
  auto callback = callbacks_.Remove(id);
  if (!callback) return Fail(ErrorCode::kInvalidArgument, "this callback is not alive");
  ffi_closure_free(callback->closure);
  return {};
}

}  // namespace bridge::host
