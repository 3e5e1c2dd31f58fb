// SPDX-License-Identifier: MIT
#include <ffi.h>

#include <cstring>
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

ffi_type* FfiType(std::string_view code) {
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
    const auto passed = PassingOf(types, prototype.result);
    if (!passed) return tl::unexpected(passed.error());
    result = FfiType(passed->code);
    for (const TypeId id : prototype.arguments) {
      const auto argument = PassingOf(types, id);
      if (!argument) return tl::unexpected(argument.error());
      arguments.push_back(FfiType(argument->code));
    }
    if (ffi_prep_cif(&cif, AbiOf(prototype.convention), static_cast<unsigned>(arguments.size()), result,
                     arguments.data()) != FFI_OK) {
      return Fail(ErrorCode::kUnsupported, "libffi refuses the signature");
    }
    return {};
  }
};

class FfiCaller final : public Caller {
 public:
  Interface signature;

  Slot Call(FunctionAddress function, std::span<const Slot> arguments) override {
    std::vector<void*> pointers;
    for (const Slot& slot : arguments) pointers.push_back(const_cast<std::uint64_t*>(slot.words));
    // libffi widens small results to a register.
    std::uint64_t raw[2] = {0, 0};
    ffi_call(&signature.cif, function, raw, pointers.data());
    Slot result;
    if (signature.result->size <= sizeof result.words && signature.result != &ffi_type_void) {
      std::memcpy(result.words, raw, signature.result->size);
    }
    return result;
  }
};

class FfiClosure final : public Closure {
 public:
  explicit FfiClosure(CallbackSink sink) : sink_(std::move(sink)) {}
  FfiClosure(const FfiClosure&) = delete;
  FfiClosure& operator=(const FfiClosure&) = delete;
  ~FfiClosure() override {
    if (closure_ != nullptr) ffi_closure_free(closure_);
  }

  Expected<void> Prepare(const TypeTable& types, const Prototype& prototype) {
    if (auto ready = interface_.Prepare(types, prototype); !ready) return ready;
    closure_ = static_cast<ffi_closure*>(ffi_closure_alloc(sizeof(ffi_closure), &code_));
    if (closure_ == nullptr || ffi_prep_closure_loc(closure_, &interface_.cif, Entered, this, code_) != FFI_OK) {
      return Fail(ErrorCode::kUnsupported, "libffi refuses the callback's signature");
    }
    return {};
  }

  std::uint64_t address() const override { return reinterpret_cast<std::uintptr_t>(code_); }

 private:
  static void Entered(ffi_cif* cif, void* result, void** arguments, void* self) {
    std::vector<Slot> slots(cif->nargs);
    for (unsigned i = 0; i < cif->nargs; ++i) std::memcpy(slots[i].words, arguments[i], cif->arg_types[i]->size);
    Slot answer;
    static_cast<FfiClosure*>(self)->sink_(slots, &answer);
    StoreResult(*cif->rtype, answer.words[0], result);
  }

  // Integers narrower than a register are stored as a whole, extended one.
  static void StoreResult(const ffi_type& type, std::uint64_t bits, void* result) {
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
      default: std::memcpy(result, &bits, type.size);
    }
  }

  CallbackSink sink_;
  Interface interface_;
  ffi_closure* closure_ = nullptr;
  void* code_ = nullptr;
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
