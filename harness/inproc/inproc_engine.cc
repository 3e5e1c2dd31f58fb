// SPDX-License-Identifier: MIT
#include "harness/inproc/inproc_engine.h"

#include <windows.h>

#include <charconv>
#include <utility>

#include "harness/inproc/environment.h"
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
                         "varargs", "by_value", "direct_memory"};
    self.os = OsVersion();
    self.wine = WineVersion();
    self.cpu = CpuName();
    return self;
  }

  EngineResult<Handle> Load(const std::string& path) override {
    const HMODULE module = LoadLibraryExW(LocalPath(path).c_str(), nullptr, LOAD_WITH_ALTERED_SEARCH_PATH);
    if (module == nullptr) return OsError(GetLastError(), "\"" + path + "\" cannot be loaded");
    modules_.push_back(module);
    return static_cast<Handle>(modules_.size() - 1);
  }

  EngineResult<void> Unload(Handle module) override {
    const HMODULE handle = std::exchange(modules_.at(module), nullptr);
    if (handle != nullptr && !FreeLibrary(handle)) return OsError(GetLastError(), "the module cannot be unloaded");
    return {};
  }

  EngineResult<Handle> Bind(Handle module, const std::string& symbol, const TypeTable& types,
                            const Prototype& prototype) override {
    const FARPROC address = FindSymbol(modules_.at(module), symbol);
    if (address == nullptr) return OsError(GetLastError(), "no symbol \"" + symbol + "\"");
    if (auto callable = CheckCallable(types, prototype); !callable) return FromError(callable.error());
    auto caller = WithStandIn([&](CallEngine& engine) { return engine.MakeCaller(types, prototype); });
    if (!caller) return FromError(caller.error());
    std::uint64_t aggregate_size = 0;
    if (IsAggregate(types[prototype.result].kind)) {
      const auto layout = LayoutOf(types, prototype.result, kAbi);
      if (!layout) return FromError(layout.error());
      aggregate_size = layout->size;
    }
    functions_.push_back({reinterpret_cast<FunctionAddress>(address), std::move(*caller), aggregate_size});
    return static_cast<Handle>(functions_.size() - 1);
  }

  EngineResult<Called> Call(Handle function, std::span<const Slot> arguments, const CallOptions&) override {
    // Not a reference: a callback may bind, and so move, functions.
    const FunctionAddress address = functions_.at(function).address;
    Caller* caller = functions_[function].caller.get();
    // Not a member: a callback may call before this call returns.
    std::vector<std::uint8_t> aggregate(functions_[function].aggregate_size);
    // The last error is the DLL's alone: our own system calls in between leave it be.
    SetLastError(last_error_);
    Slot result = caller->Call(address, arguments, aggregate.empty() ? nullptr : aggregate.data());
    last_error_ = GetLastError();
#ifndef _WIN64
    // What a wrong signature left on the x87 stack must not become the next case's
    // NaN: libffi does not fetch a struct{float} from there. The control word stays.
    __asm__ volatile("emms");
#endif
    if (!aggregate.empty()) {
      last_aggregate_ = std::move(aggregate);
      result.aggregate = last_aggregate_.data();
    }
    return Called{result, last_error_, true};
  }

  EngineResult<std::shared_ptr<void>> MakeCallback(const TypeTable& types, const Prototype& prototype,
                                                   CallbackSink sink) override {
    const CallbackSink guarded = [this, sink = std::move(sink)](std::span<const Slot> arguments, Slot* result) {
      last_error_ = GetLastError();
      sink(arguments, result);
      SetLastError(last_error_);
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
    const FARPROC address = FindSymbol(modules_.at(module), symbol);
    if (address == nullptr) return OsError(GetLastError(), "no symbol \"" + symbol + "\"");
    return static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(address));
  }

  std::string TakeNote() override { return std::exchange(note_, {}); }
  std::vector<PrintedText> TakeText() override { return text_->Take(); }

 private:
  struct Function {
    FunctionAddress address = nullptr;
    std::unique_ptr<Caller> caller;
    std::uint64_t aggregate_size = 0;  // of a struct or union result
  };

  template <typename Make>
  auto WithStandIn(const Make& make) -> decltype(make(std::declval<CallEngine&>())) {
    if (!compiled_) return make(*ffi_);
    auto made = make(*compiled_);
    if (made) return made;
    auto instead = make(*ffi_);
    if (instead) note_ = "libffi stands in: " + made.error().message;
    return instead;
  }

  std::unique_ptr<CallEngine> compiled_;
  std::unique_ptr<CallEngine> ffi_;
  std::unique_ptr<TextCapture> text_;
  std::vector<HMODULE> modules_;
  std::vector<Function> functions_;
  std::vector<std::uint8_t> last_aggregate_;
  std::string note_;
  DWORD last_error_ = 0;
};

}  // namespace

std::unique_ptr<Engine> MakeInprocEngine(std::unique_ptr<CallEngine> compiled, std::unique_ptr<TextCapture> text) {
  return std::make_unique<InprocEngine>(std::move(compiled), std::move(text));
}

}  // namespace spanproof
