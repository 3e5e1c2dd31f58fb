// SPDX-License-Identifier: MIT
#include "harness/inproc/inproc_engine.h"

#include <windows.h>

#include <charconv>
#include <deque>
#include <mutex>
#include <utility>

#include "harness/inproc/environment.h"
#include "harness/inproc/guard.h"
#include "harness/inproc/signature.h"
#include "harness/testee/sdk/local_path.h"

namespace spanproof {
namespace {

constexpr Abi kAbi = sizeof(void*) == 8 ? Abi::kWin64Gnu : Abi::kWin32Gnu;

tl::unexpected<EngineError> OsError(DWORD code, const std::string& what) {
  return tl::unexpected(EngineError{EngineError::Kind::kOs, code, 0, what + ": error " + std::to_string(code)});
}

tl::unexpected<EngineError> FromError(const Error& error) {
  EngineError::Kind kind = EngineError::Kind::kInternal;
  if (error.code == ErrorCode::kUnsupported) kind = EngineError::Kind::kUnsupported;
  if (error.code == ErrorCode::kInvalidArgument) kind = EngineError::Kind::kRefused;
  return tl::unexpected(EngineError{kind, 0, 0, error.message});
}

// By name, or by ordinal where that is what the symbol says: "#7".
FARPROC FindSymbol(HMODULE module, const std::string& symbol) {
  if (!symbol.starts_with('#')) return GetProcAddress(module, symbol.c_str());
  unsigned ordinal = 0;
  const char* end = symbol.data() + symbol.size();
  const auto [at, error] = std::from_chars(symbol.data() + 1, end, ordinal);
  if (error != std::errc() || at != end || ordinal == 0 || ordinal > 0xffff) {
    SetLastError(ERROR_INVALID_ORDINAL);
    return nullptr;
  }
  return GetProcAddress(module, MAKEINTRESOURCEA(ordinal));
}

// What belongs to a thread: its DLL's last error, the bytes of its last struct result, the note of its last request.
thread_local DWORD t_last_error;
thread_local std::vector<std::uint8_t> t_aggregate;
thread_local std::string t_note;

// One call, for RunGuarded.
struct GuardedCall {
  Caller* caller;
  FunctionAddress function;
  std::span<const Slot> arguments;
  void* aggregate;
  Slot result;

  static void Run(void* data) {
    auto& call = *static_cast<GuardedCall*>(data);
    // The last error is the DLL's alone: our own system calls in between leave it be.
    SetLastError(t_last_error);
    call.result = call.caller->Call(call.function, call.arguments, call.aggregate);
    t_last_error = GetLastError();
  }
};

tl::unexpected<EngineError> FaultError(const Fault& fault) {
  const Place place = PlaceOf(fault.address);
  return tl::unexpected(EngineError{EngineError::Kind::kFault, fault.code, fault.address, Describe(fault, place), place.module, place.offset});
}

class InprocEngine final : public Engine {
 public:
  InprocEngine(std::unique_ptr<CallEngine> compiled, std::unique_ptr<TextCapture> text)
      : compiled_(std::move(compiled)), ffi_(MakeFfiCalls()), text_(std::move(text)) {}

  Description Describe() override {
    Description self;
    self.name = compiled_ ? "inproc" : "inproc-ffi";
    self.version = "1";
    self.engine = compiled_ ? "compiled" : "libffi";
    self.abi = kAbi;
    self.capabilities = {"load", "call", "callback", "memory", "text", "last_error", "stdcall", "fastcall", "thiscall",
                         "varargs", "by_value", "callback_by_value", "function_pointers", "direct_memory", "threads",
                         "foreign_threads", "fault"};
    self.os = OsVersion();
    self.wine = WineVersion();
    self.cpu = CpuName();
    return self;
  }

  EngineResult<Handle> Load(const std::string& path) override {
    const HMODULE module = LoadLibraryExW(LocalPath(path).c_str(), nullptr, LOAD_WITH_ALTERED_SEARCH_PATH);
    if (module == nullptr) return OsError(GetLastError(), "\"" + path + "\" cannot be loaded");
    const std::lock_guard lock(mutex_);
    modules_.push_back(module);
    return static_cast<Handle>(modules_.size() - 1);
  }

  EngineResult<void> Unload(Handle module) override {
    HMODULE handle = nullptr;
    {
      const std::lock_guard lock(mutex_);
      handle = std::exchange(modules_.at(module), nullptr);
    }
    if (handle != nullptr && !FreeLibrary(handle)) return OsError(GetLastError(), "the module cannot be unloaded");
    return {};
  }

  EngineResult<Handle> Bind(Handle module, const std::string& symbol, const TypeTable& types,
                            const Prototype& prototype) override {
    const FARPROC address = FindSymbol(ModuleOf(module), symbol);
    if (address == nullptr) return OsError(GetLastError(), "no symbol \"" + symbol + "\"");
    return BindCode(reinterpret_cast<FunctionAddress>(address), types, prototype);
  }

  EngineResult<Handle> BindAt(std::uint64_t address, const TypeTable& types, const Prototype& prototype) override {
    return BindCode(reinterpret_cast<FunctionAddress>(static_cast<std::uintptr_t>(address)), types, prototype);
  }

  EngineResult<Called> Call(Handle function, std::span<const Slot> arguments, const CallOptions&) override {
    const Function* called = nullptr;
    {
      const std::lock_guard lock(mutex_);
      called = &functions_.at(function);
    }
    // Not the thread's: a callback may call before this call returns.
    std::vector<std::uint8_t> aggregate(called->aggregate_size);
    GuardedCall call{called->caller.get(), called->address, arguments, aggregate.empty() ? nullptr : aggregate.data(), {}};
    Fault fault;
    const bool returned = RunGuarded(&GuardedCall::Run, &call, &fault);
#ifndef _WIN64
    // What a wrong signature left on the x87 stack must not become the next case's
    // NaN: libffi does not fetch a struct{float} from there. The control word stays.
    __asm__ volatile("emms");
#endif
    if (!returned) return FaultError(fault);
    if (!aggregate.empty()) {
      t_aggregate = std::move(aggregate);
      call.result.aggregate = t_aggregate.data();
    }
    return Called{call.result, t_last_error, true};
  }

  EngineResult<std::shared_ptr<void>> MakeCallback(const TypeTable& types, const Prototype& prototype,
                                                   CallbackSink sink) override {
    const CallbackSink guarded = [sink = std::move(sink)](std::span<const Slot> arguments, Slot* result) {
      t_last_error = GetLastError();
      sink(arguments, result);
      SetLastError(t_last_error);
    };
    if (auto callable = CheckCallable(types, prototype); !callable) return FromError(callable.error());
    if (prototype.variadic) return FromError({ErrorCode::kInvalidArgument, "a callback cannot be variadic; declare its arguments"});
    auto closure = WithStandIn([&](CallEngine& engine) { return engine.MakeClosure(types, prototype, guarded); });
    if (!closure) return FromError(closure.error());
    return std::shared_ptr<Closure>(std::move(*closure));
  }

  std::uint64_t CallbackAddress(const std::shared_ptr<void>& callback) override {
    return static_cast<const Closure*>(callback.get())->address();
  }

  EngineResult<std::uint64_t> FindData(Handle module, const std::string& symbol, const TypeTable&, TypeId) override {
    const FARPROC address = FindSymbol(ModuleOf(module), symbol);
    if (address == nullptr) return OsError(GetLastError(), "no symbol \"" + symbol + "\"");
    return static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(address));
  }

  std::string TakeNote() override { return std::exchange(t_note, {}); }
  std::vector<PrintedText> TakeText() override { return text_->Take(); }

 private:
  struct Function {
    FunctionAddress address = nullptr;
    std::unique_ptr<Caller> caller;
    std::uint64_t aggregate_size = 0;  // of a struct or union result
  };

  HMODULE ModuleOf(Handle module) {
    const std::lock_guard lock(mutex_);
    return modules_.at(module);
  }

  EngineResult<Handle> BindCode(FunctionAddress address, const TypeTable& types, const Prototype& prototype) {
    if (auto callable = CheckCallable(types, prototype); !callable) return FromError(callable.error());
    auto caller = WithStandIn([&](CallEngine& engine) { return engine.MakeCaller(types, prototype); });
    if (!caller) return FromError(caller.error());
    std::uint64_t aggregate_size = 0;
    if (IsAggregate(types[prototype.result].kind)) {
      const auto layout = LayoutOf(types, prototype.result, kAbi);
      if (!layout) return FromError(layout.error());
      aggregate_size = layout->size;
    }
    const std::lock_guard lock(mutex_);
    functions_.push_back({address, std::move(*caller), aggregate_size});
    return static_cast<Handle>(functions_.size() - 1);
  }

  template <typename Make>
  auto WithStandIn(const Make& make) -> decltype(make(std::declval<CallEngine&>())) {
    if (!compiled_) return make(*ffi_);
    auto made = make(*compiled_);
    if (made) return made;
    auto instead = make(*ffi_);
    if (instead) t_note = "libffi stands in: " + made.error().message;
    return instead;
  }

  const std::unique_ptr<CallEngine> compiled_;
  const std::unique_ptr<CallEngine> ffi_;
  const std::unique_ptr<TextCapture> text_;
  std::mutex mutex_;  // for what follows; a function stays where it is
  std::vector<HMODULE> modules_;
  std::deque<Function> functions_;
};

}  // namespace

std::unique_ptr<Engine> MakeInprocEngine(std::unique_ptr<CallEngine> compiled, std::unique_ptr<TextCapture> text) {
  return std::make_unique<InprocEngine>(std::move(compiled), std::move(text));
}

}  // namespace spanproof
