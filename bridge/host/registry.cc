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

// Where the client names code by "@" and its address in hexadecimal digits.
Expected<void*> FindCode(std::string_view symbol) {
  std::uint64_t address = 0;
  const char* const end = symbol.data() + symbol.size();
  const auto read = std::from_chars(symbol.data() + 1, end, address, 16);
  if (read.ec != std::errc() || read.ptr != end) return Fail(ErrorCode::kCorrupt, "'" + std::string(symbol) + "' is no address");
  void* const code = reinterpret_cast<void*>(static_cast<std::uintptr_t>(address));
  constexpr DWORD kRuns = PAGE_EXECUTE | PAGE_EXECUTE_READ | PAGE_EXECUTE_READWRITE | PAGE_EXECUTE_WRITECOPY;
  MEMORY_BASIC_INFORMATION page;
  if (address == 0 || address > UINTPTR_MAX || VirtualQuery(code, &page, sizeof page) == 0 || page.State != MEM_COMMIT || (page.Protect & kRuns) == 0)
    return Fail(ErrorCode::kInvalidArgument, "no function lies at '" + std::string(symbol) + "': give the address of code, as the DLL said it");
  return code;
}

std::uint64_t RunClosure(Closure* closure, const std::byte* values) {
  Channel* channel = Channel::Current();
  if (channel == nullptr) [[unlikely]] channel = EnterAsVisitor();
  return channel != nullptr ? channel->RunCallback(*closure, values) : Otherwise(*closure, values);
}

}  // namespace

std::uint64_t Otherwise(const Closure& closure, const std::byte* values) {
  const Prototype& prototype = *closure.prototype;
  if (prototype.binding.result.in != ResultIn::kMemory) return closure.otherwise;
  const std::uint64_t hidden = ReadScalar(Kind::kPointer, values + prototype.shape.hidden);
  std::memcpy(reinterpret_cast<void*>(static_cast<std::uintptr_t>(hidden)), closure.otherwise_in_memory.get(), prototype.binding.result.bytes);
  return hidden;
}

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
  auto code = module == protocol::kNoModule ? FindCode(symbol) : FindSymbol(module, symbol);
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
  auto prototype = std::make_unique<Prototype>();
  prototype->shape = MakeClosureShape(binding);
  prototype->binding = std::move(binding);
  Prototype* entry = prototype.get();
  auto id = prototypes_.Add(std::move(prototype));
  if (id) entry->id = *id;
  return id;
}

Expected<const Closure*> Registry::MakeCallback(std::uint32_t prototype_id, std::uint64_t token, std::uint64_t otherwise, Region segment) {
  const Prototype* prototype = prototypes_.Find(prototype_id);
  if (prototype == nullptr) return Fail(ErrorCode::kInvalidArgument, "this callback prototype is not bound");
  if (token > protocol::kMaxTarget) return Fail(ErrorCode::kCorrupt, "a callback's token does not fit into a message");
  const PassedResult& result = prototype->binding.result;
  std::unique_ptr<std::byte[]> in_memory;
  if (result.in == ResultIn::kMemory) {
    const auto* bytes = reinterpret_cast<const std::byte*>(static_cast<std::uintptr_t>(otherwise));
    if (!segment.Contains(bytes) || result.bytes > static_cast<std::size_t>(segment.end - bytes))
      return Fail(ErrorCode::kCorrupt, "a callback's result lies outside the segment");
    in_memory = std::make_unique<std::byte[]>(result.bytes);
    std::memcpy(in_memory.get(), bytes, result.bytes);
  }
  auto closure = closures_.Take();
  if (!closure) return tl::unexpected(closure.error());
  (*closure)->run = RunClosure;
  (*closure)->removes = prototype->shape.removes;
  (*closure)->floating_bytes = prototype->shape.floating_bytes;
  (*closure)->otherwise = otherwise;
  (*closure)->otherwise_in_memory = std::move(in_memory);
  (*closure)->prototype = prototype;
  (*closure)->token = token;
  return *closure;
}

Expected<void> Registry::FreeCallback(std::uint32_t id) {
  Closure* closure = closures_.Find(id);
  if (closure == nullptr || closure->token.exchange(Closure::kReleased) == Closure::kReleased)
    return Fail(ErrorCode::kInvalidArgument, "this callback is not alive");
  closures_.Give(closure);
  return {};
}

}  // namespace bridge::host
