// SPDX-License-Identifier: MIT
#include <ffi.h>

#include <algorithm>
#include <cstring>
#include <deque>
#include <mutex>
#include <vector>

#include "harness/inproc/call_engine.h"
#include "harness/inproc/signature.h"

namespace spanproof {
namespace {

ffi_abi AbiOf(Convention convention) {
#ifdef _WIN64
  (void)convention;  // there is one
  return FFI_DEFAULT_ABI;
#else
  switch (convention) {
    case Convention::kStdcall: return FFI_STDCALL;
    case Convention::kFastcall: return FFI_FASTCALL;
    case Convention::kThiscall: return FFI_THISCALL;
    default: return FFI_MS_CDECL;
  }
#endif
}

constexpr Abi kAbi = sizeof(void*) == 8 ? Abi::kWin64Gnu : Abi::kWin32Gnu;

ffi_type* ScalarType(std::string_view code) {
  if (code == "v") return &ffi_type_void;
  if (code == "b8" || code == "u8") return &ffi_type_uint8;
  if (code == "c8" || code == "i8") return &ffi_type_sint8;
  if (code == "i16") return &ffi_type_sint16;
  if (code == "u16") return &ffi_type_uint16;
  if (code == "i32") return &ffi_type_sint32;
  if (code == "u32") return &ffi_type_uint32;
  if (code == "i64") return &ffi_type_sint64;
  if (code == "u64") return &ffi_type_uint64;
  if (code == "f32") return &ffi_type_float;
  if (code == "f64") return &ffi_type_double;
  if (code == "f80") return &ffi_type_longdouble;
  if (code == "isize") return sizeof(void*) == 8 ? &ffi_type_sint64 : &ffi_type_sint32;
  if (code == "usize") return sizeof(void*) == 8 ? &ffi_type_uint64 : &ffi_type_uint32;
  return &ffi_type_pointer;
}

// The call interface of one prototype; ffi_cif keeps pointers into it.
struct Interface {
  ffi_cif cif = {};
  ffi_type* result = nullptr;
  std::vector<ffi_type*> arguments;

  Interface() = default;
  Interface(const Interface&) = delete;
  Interface& operator=(const Interface&) = delete;

  Expected<void> Prepare(const TypeTable& types, const Prototype& prototype) {
    auto type = TypeOf(types, prototype.result);
    if (!type) return tl::unexpected(type.error());
    result = *type;
    for (const TypeId id : prototype.arguments) {
      type = TypeOf(types, id);
      if (!type) return tl::unexpected(type.error());
      arguments.push_back(*type);
    }
    const auto count = static_cast<unsigned>(arguments.size());
    const ffi_abi abi = AbiOf(prototype.convention);
    const ffi_status status =
        prototype.variadic ? ffi_prep_cif_var(&cif, abi, *prototype.variadic, count, result, arguments.data())
                           : ffi_prep_cif(&cif, abi, count, result, arguments.data());
    if (status != FFI_OK) return Fail(ErrorCode::kUnsupported, "libffi refuses the signature");
    return {};
  }

 private:
  struct Aggregate {
    ffi_type type = {};
    std::vector<ffi_type*> elements;  // ends with nullptr
  };

  Expected<ffi_type*> TypeOf(const TypeTable& types, TypeId id) {
    if (IsAggregate(types[id].kind)) return AggregateOf(types, id);
    const auto code = CodeOf(types, id);
    if (!code) return tl::unexpected(code.error());
    return ScalarType(*code);
  }

  // A struct by its members, as libffi wants it. What it cannot say (unions,
  // bit-fields, packing, alignment) is a struct of as many words or bytes.
  Expected<ffi_type*> AggregateOf(const TypeTable& types, TypeId id) {
    const auto layout = LayoutOf(types, id, kAbi);
    if (!layout) return tl::unexpected(layout.error());
    Aggregate& made = aggregates_.emplace_back();
    made.type.type = FFI_TYPE_STRUCT;
    if (!IsPlain(types, id) || !AddMembers(types, id, &made.elements)) {
      made.elements.clear();
      const std::uint64_t unit = layout->align >= 4 ? 4 : 1;
      made.elements.assign(layout->size / unit, unit == 4 ? &ffi_type_uint32 : &ffi_type_uint8);
      // Given, libffi does not work them out.
      made.type.size = layout->size;
      made.type.alignment = static_cast<unsigned short>(layout->align);
    }
    made.elements.push_back(nullptr);
    made.type.elements = made.elements.data();
    return &made.type;
  }

  static bool IsPlain(const TypeTable& types, TypeId id) {
    const Type& type = types[id];
    if (type.kind != Kind::kStruct || type.pack != 0 || type.align != 0) return false;
    return std::none_of(type.fields.begin(), type.fields.end(), [](const Field& field) { return field.bits.has_value(); });
  }

  bool AddMembers(const TypeTable& types, TypeId id, std::vector<ffi_type*>* elements) {
    for (const Field& field : types[id].fields) {
      TypeId member = field.type;
      std::uint64_t count = 1;
      for (; types[member].kind == Kind::kArray; member = types[member].element) count *= types[member].count;
      const auto type = TypeOf(types, member);
      if (!type || count > kMostElements) return false;
      elements->insert(elements->end(), count, *type);
    }
    return !elements->empty();
  }

  static constexpr std::uint64_t kMostElements = 4096;
  std::deque<Aggregate> aggregates_;  // of this signature, nested ones too
};

class FfiCaller final : public Caller {
 public:
  Interface signature;

  Slot Call(FunctionAddress function, std::span<const Slot> arguments, void* aggregate) override {
    std::vector<void*> pointers;
    for (const Slot& slot : arguments) {
      pointers.push_back(slot.aggregate != nullptr ? const_cast<void*>(slot.aggregate)
                                                   : const_cast<std::uint64_t*>(slot.words));
    }
    // libffi widens small results to a register, those in `aggregate` as well.
    std::vector<std::uint64_t> raw(2 + signature.result->size / sizeof(std::uint64_t));
    ffi_call(&signature.cif, function, raw.data(), pointers.data());
    Slot result;
    if (aggregate != nullptr) {
      std::memcpy(aggregate, raw.data(), signature.result->size);
      result.aggregate = aggregate;
    } else if (signature.result != &ffi_type_void) {
      std::memcpy(result.words, raw.data(), signature.result->size);
    }
    return result;
  }
};

// The code that a DLL calls, with what it needs.
class FfiEntry {
 public:
  explicit FfiEntry(CallbackSink sink) : sink_(std::move(sink)) {}
  FfiEntry(const FfiEntry&) = delete;
  FfiEntry& operator=(const FfiEntry&) = delete;
  ~FfiEntry() {
    if (closure_ != nullptr) ffi_closure_free(closure_);
  }

  // From now on whoever calls gets zero.
  void Empty() {
    const std::lock_guard lock(mutex_);
    sink_ = nullptr;
  }

  Expected<void> Prepare(const TypeTable& types, const Prototype& prototype) {
    if (auto ready = interface_.Prepare(types, prototype); !ready) return ready;
    closure_ = static_cast<ffi_closure*>(ffi_closure_alloc(sizeof(ffi_closure), &code_));
    if (closure_ == nullptr || ffi_prep_closure_loc(closure_, &interface_.cif, Entered, this, code_) != FFI_OK) {
      return Fail(ErrorCode::kUnsupported, "libffi refuses the callback's signature");
    }
    return {};
  }

  std::uint64_t address() const { return reinterpret_cast<std::uintptr_t>(code_); }

 private:
  CallbackSink sink() {
    const std::lock_guard lock(mutex_);
    return sink_;
  }

  static void Entered(ffi_cif* cif, void* result, void** arguments, void* self) {
    std::vector<Slot> slots(cif->nargs);
    for (unsigned i = 0; i < cif->nargs; ++i) {
      if (cif->arg_types[i]->type == FFI_TYPE_STRUCT) {
        slots[i].aggregate = arguments[i];
      } else {
        std::memcpy(slots[i].words, arguments[i], cif->arg_types[i]->size);
      }
    }
    Slot answer;
    if (cif->rtype->type == FFI_TYPE_STRUCT) {
      std::memset(result, 0, cif->rtype->size);
      answer.aggregate = result;
    }
    if (const CallbackSink sink = static_cast<FfiEntry*>(self)->sink()) sink(slots, &answer);
    if (answer.aggregate == nullptr) StoreResult(*cif->rtype, answer.words, result);
  }

  // Integers narrower than a register are stored as a whole, extended one.
  static void StoreResult(const ffi_type& type, const std::uint64_t* words, void* result) {
    const std::uint64_t bits = words[0];
    const auto store = [&](auto value) {
      const auto wide = static_cast<ffi_sarg>(value);
      std::memcpy(result, &wide, sizeof wide);
    };
    switch (type.type) {
      case FFI_TYPE_VOID: break;
      case FFI_TYPE_SINT8: store(static_cast<std::int8_t>(bits)); break;
      case FFI_TYPE_UINT8: store(static_cast<std::uint8_t>(bits)); break;
      case FFI_TYPE_SINT16: store(static_cast<std::int16_t>(bits)); break;
      case FFI_TYPE_UINT16: store(static_cast<std::uint16_t>(bits)); break;
      case FFI_TYPE_SINT32: store(static_cast<std::int32_t>(bits)); break;
      case FFI_TYPE_UINT32: store(static_cast<std::uint32_t>(bits)); break;
      default: std::memcpy(result, words, type.size);
    }
  }

  std::mutex mutex_;
  CallbackSink sink_;
  Interface interface_;
  ffi_closure* closure_ = nullptr;
  void* code_ = nullptr;
};

// Entries whose closures ended: a DLL may still be inside, or call what it kept. Only
// after many more have ended does one's code go.
class EndedEntries {
 public:
  void Add(std::unique_ptr<FfiEntry> entry) {
    entry->Empty();
    const std::lock_guard lock(mutex_);
    entries_.push_back(std::move(entry));
    if (entries_.size() > kKept) entries_.pop_front();
  }

 private:
  static constexpr std::size_t kKept = 1024;
  std::mutex mutex_;
  std::deque<std::unique_ptr<FfiEntry>> entries_;
};

class FfiClosure final : public Closure {
 public:
  explicit FfiClosure(CallbackSink sink) : entry_(std::make_unique<FfiEntry>(std::move(sink))) {}
  FfiClosure(const FfiClosure&) = delete;
  FfiClosure& operator=(const FfiClosure&) = delete;
  ~FfiClosure() override {
    static EndedEntries ended;
    ended.Add(std::move(entry_));
  }
  Expected<void> Prepare(const TypeTable& types, const Prototype& prototype) { return entry_->Prepare(types, prototype); }
  std::uint64_t address() const override { return entry_->address(); }

 private:
  std::unique_ptr<FfiEntry> entry_;
};

class FfiCalls final : public CallEngine {
 public:
  Expected<std::unique_ptr<Caller>> MakeCaller(const TypeTable& types, const Prototype& prototype) override {
    auto caller = std::make_unique<FfiCaller>();
    if (auto ready = caller->signature.Prepare(types, prototype); !ready) return tl::unexpected(ready.error());
    return caller;
  }
  Expected<std::unique_ptr<Closure>> MakeClosure(const TypeTable& types, const Prototype& prototype,
                                                 CallbackSink sink) override {
    auto closure = std::make_unique<FfiClosure>(std::move(sink));
    if (auto ready = closure->Prepare(types, prototype); !ready) return tl::unexpected(ready.error());
    return closure;
  }
};

}  // namespace

std::unique_ptr<CallEngine> MakeFfiCalls() { return std::make_unique<FfiCalls>(); }

}  // namespace spanproof
