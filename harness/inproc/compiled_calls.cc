// SPDX-License-Identifier: MIT
#include <windows.h>

#include <cstddef>
#include <map>
#include <mutex>

#include "harness/inproc/call_engine.h"
#include "harness/inproc/signature.h"
#include "harness/inproc/thunk_table.h"

namespace spanproof {
namespace {

static_assert(sizeof(SpanproofSlot) == sizeof(Slot) && offsetof(SpanproofSlot, aggregate) == offsetof(Slot, aggregate));

// Slots are the same bytes on both sides of the C interface.
const SpanproofSlot* ToC(const Slot* slots) { return reinterpret_cast<const SpanproofSlot*>(slots); }

class CompiledCaller final : public Caller {
 public:
  explicit CompiledCaller(SpanproofThunk thunk) : thunk_(thunk) {}
  Slot Call(FunctionAddress function, std::span<const Slot> arguments, void* aggregate) override {
    Slot result{{}, aggregate};
    thunk_(function, ToC(arguments.data()), reinterpret_cast<SpanproofSlot*>(&result));
    return result;
  }

 private:
  const SpanproofThunk thunk_;
};

// Which sink stands behind each entry of the pools. One per process, since the
// entries' code knows nothing but its number; they may be called on any thread.
class EntrySinks {
 public:
  bool Take(std::uint32_t entry, const CallbackSink& sink) {
    const std::lock_guard lock(mutex_);
    return sinks_.try_emplace(entry, sink).second;
  }
  void Release(std::uint32_t entry) {
    const std::lock_guard lock(mutex_);
    sinks_.erase(entry);
  }
  CallbackSink Find(std::uint32_t entry) {
    const std::lock_guard lock(mutex_);
    const auto at = sinks_.find(entry);
    return at == sinks_.end() ? CallbackSink() : at->second;
  }

 private:
  std::mutex mutex_;
  std::map<std::uint32_t, CallbackSink> sinks_;
};

EntrySinks& Sinks() {
  static EntrySinks sinks;
  return sinks;
}

// A DLL may call what it kept after the callback's end: it gets zero.
void Dispatch(std::uint32_t entry, const SpanproofSlot* arguments, std::uint32_t count, SpanproofSlot* result) {
  const CallbackSink sink = Sinks().Find(entry);
  if (!sink) return;
  sink(std::span(reinterpret_cast<const Slot*>(arguments), count), reinterpret_cast<Slot*>(result));
}

class CompiledClosure final : public Closure {
 public:
  CompiledClosure(std::uint32_t entry, SpanproofFunction function) : entry_(entry), function_(function) {}
  CompiledClosure(const CompiledClosure&) = delete;
  CompiledClosure& operator=(const CompiledClosure&) = delete;
  ~CompiledClosure() override { Sinks().Release(entry_); }
  std::uint64_t address() const override { return reinterpret_cast<std::uintptr_t>(function_); }

 private:
  const std::uint32_t entry_;
  const SpanproofFunction function_;
};

class CompiledCalls final : public CallEngine {
 public:
  explicit CompiledCalls(const SpanproofThunkTable& table) {
    for (std::uint32_t i = 0; i < table.count; ++i) signatures_[table.signatures[i].key] = &table.signatures[i];
  }

  Expected<std::unique_ptr<Caller>> MakeCaller(const TypeTable& types, const Prototype& prototype) override {
    const auto signature = Find(types, prototype);
    if (!signature) return tl::unexpected(signature.error());
    if ((*signature)->call == nullptr) return NoThunk((*signature)->key);
    return std::make_unique<CompiledCaller>((*signature)->call);
  }

  Expected<std::unique_ptr<Closure>> MakeClosure(const TypeTable& types, const Prototype& prototype,
                                                 CallbackSink sink) override {
    const auto found = Find(types, prototype);
    if (!found) return tl::unexpected(found.error());
    const SpanproofSignature& signature = **found;
    if (signature.entries == nullptr) return NoThunk(signature.key);
    for (std::uint32_t i = 0; i < signature.entry_count; ++i) {
      const std::uint32_t entry = signature.first_entry + i;
      if (Sinks().Take(entry, sink)) return std::make_unique<CompiledClosure>(entry, signature.entries[i]);
    }
    return Fail(ErrorCode::kUnsupported, std::string("no free callback entry for ") + signature.key);
  }

 private:
  static tl::unexpected<Error> NoThunk(const std::string& key) {
    return Fail(ErrorCode::kUnsupported, "thunks.dll has no thunk for " + key);
  }
  Expected<const SpanproofSignature*> Find(const TypeTable& types, const Prototype& prototype) const {
    const auto key = SignatureOf(types, prototype);
    if (!key) return tl::unexpected(key.error());
    const auto at = signatures_.find(*key);
    if (at == signatures_.end()) return NoThunk(*key);
    return at->second;
  }

  std::map<std::string, const SpanproofSignature*> signatures_;
};

}  // namespace

Expected<std::unique_ptr<CallEngine>> MakeCompiledCalls(const std::wstring& thunks_dll) {
  const HMODULE module = LoadLibraryExW(thunks_dll.c_str(), nullptr, LOAD_WITH_ALTERED_SEARCH_PATH);
  if (module == nullptr) {
    return Fail(ErrorCode::kUnsupported, "thunks.dll cannot be loaded: error " + std::to_string(GetLastError()));
  }
  const auto open = reinterpret_cast<SpanproofOpenThunks>(reinterpret_cast<void*>(GetProcAddress(module, "spanproof_thunks")));
  const SpanproofThunkTable* table = open == nullptr ? nullptr : open(&Dispatch);
  if (table == nullptr || table->version != SPANPROOF_THUNKS_VERSION) {
    return Fail(ErrorCode::kUnsupported, "thunks.dll is of another version");
  }
  return std::make_unique<CompiledCalls>(*table);
}

}  // namespace spanproof
