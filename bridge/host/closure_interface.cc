// SPDX-License-Identifier: MIT
#include "bridge/host/closure_interface.h"

namespace bridge::host {
namespace {

// libffi counts a stdcall, fastcall or thiscall closure's arguments with the padding that a struct would have, and takes as much
// off the stack: with (int, double) 16 bytes instead of 12. On the stack of win32 everything is aligned to 4.
constexpr unsigned short kStackAlign = sizeof(void*);
ffi_type kStackInt64{8, kStackAlign, FFI_TYPE_SINT64, nullptr};
ffi_type kStackUint64{8, kStackAlign, FFI_TYPE_UINT64, nullptr};
ffi_type kStackDouble{8, kStackAlign, FFI_TYPE_DOUBLE, nullptr};

ffi_type* FfiType(Kind kind) {
  switch (kind) {
    case Kind::kVoid: return &ffi_type_void;
    case Kind::kBool:
    case Kind::kUint8: return &ffi_type_uint8;
    case Kind::kInt8: return &ffi_type_sint8;
    case Kind::kInt16: return &ffi_type_sint16;
    case Kind::kUint16:
    case Kind::kChar16: return &ffi_type_uint16;
    case Kind::kInt32: return &ffi_type_sint32;
    case Kind::kUint32: return &ffi_type_uint32;
    case Kind::kInt64: return &kStackInt64;
    case Kind::kUint64: return &kStackUint64;
    case Kind::kFloat: return &ffi_type_float;
    case Kind::kDouble: return &kStackDouble;
    default: return &ffi_type_pointer;
  }
}

#ifdef _WIN64

ffi_abi FfiAbi(Convention) { return FFI_WIN64; }  // there is one convention
bool FindsItsArguments(const Binding&) { return true; }

#else

ffi_abi FfiAbi(Convention convention) {
  switch (convention) {
    case Convention::kStdcall: return FFI_STDCALL;
    case Convention::kFastcall: return FFI_FASTCALL;
    case Convention::kThiscall: return FFI_THISCALL;
    default: return FFI_MS_CDECL;
  }
}

// Whether a closure of libffi 3.4 looks for the arguments where they are and takes as much off the stack as it should.
// It counts both registers as used by a 64-bit integer (its issue 434), also when it pops.
bool FindsItsArguments(const Binding& binding) {
  const bool fastcall = binding.convention == Convention::kFastcall;
  if (!fastcall && binding.convention != Convention::kThiscall) return true;
  unsigned counted = 0, used = 0;
  for (const Passed& passed : binding.arguments) {
    Register expected = Register::kNone;
    if (passed.kind == Kind::kInt64 || passed.kind == Kind::kUint64)
      counted = 2;
    else if (passed.bytes <= 4 && passed.kind != Kind::kFloat && counted < (fastcall ? 2u : 1u))
      expected = counted++ == 0 ? Register::kEcx : Register::kEdx;
    if (passed.in != expected) return false;
    used += passed.in != Register::kNone;
  }
  return counted == used;
}

#endif

}  // namespace

Expected<ClosureInterface> PrepareClosure(const Binding& binding) {
  bool aggregate = IsAggregate(binding.result.kind);
  for (const Passed& passed : binding.arguments) aggregate = aggregate || IsAggregate(passed.kind);
  if (aggregate)
    return Fail(ErrorCode::kUnsupported, "a callback with a struct or union by value is not supported: let it take a pointer");
  if (!FindsItsArguments(binding))
    return Fail(ErrorCode::kUnsupported, "a fastcall or thiscall callback with a 64-bit integer is not supported where that leaves the registers' use in "
                                         "doubt: pass a pointer to it, or declare the callback stdcall");
  ClosureInterface interface;
  for (const Passed& passed : binding.arguments) interface.arguments.push_back(FfiType(passed.kind));
  if (ffi_prep_cif(&interface.cif, FfiAbi(binding.convention), static_cast<unsigned>(binding.arguments.size()),
                   FfiType(binding.result.kind), interface.arguments.data()) != FFI_OK)
    return Fail(ErrorCode::kUnsupported, "libffi refuses this signature");
  return interface;
}

}  // namespace bridge::host
