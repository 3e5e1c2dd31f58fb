// SPDX-License-Identifier: MIT
#include "bridge/core/passing.h"

#include <algorithm>

#include "bridge/core/plan.h"

namespace bridge {
namespace {

tl::unexpected<Error> Unsupported(std::string message) { return Fail(ErrorCode::kUnsupported, std::move(message)); }

// Whether a compiler that looks at the parts handles `type` as a block of bytes although its size would fit a
// register: struct { char a[3]; char b; }. gcc's BLKmode; clang's rule is the same.
bool IsBlock(const Type& type, Abi abi) {
  if (type.kind() == Kind::kArray) {
    if (type.count() == 1) return IsBlock(type.element(), abi);
    if (IsBlock(type.element(), abi)) return true;
  } else if (IsAggregate(type.kind())) {
    if (std::any_of(type.members().begin(), type.members().end(),
                    [abi](const Type::Member& member) { return IsBlock(member.type, abi); }))
      return true;
  } else {
    return false;
  }
  const auto layout = LayoutOf(type, abi);
  return !layout || !FitsRegister(layout->size);
}

// The floating-point type that is all there is of `type`, which gcc then treats as that type: struct { float f[1]; };
// not so a union. kVoid: none.
Kind LoneFloat(const Type& type, Abi abi) {
  switch (type.kind()) {
    case Kind::kFloat:
    case Kind::kDouble:
    case Kind::kLongDouble: return type.kind();
    case Kind::kArray: return type.count() == 1 ? LoneFloat(type.element(), abi) : Kind::kVoid;
    case Kind::kStruct: {
      const auto whole = LayoutOf(type, abi);
      for (const Type::Member& member : type.members()) {
        if (member.bits) return Kind::kVoid;
        const auto part = LayoutOf(member.type, abi);
        if (whole && part && part->size == whole->size) return LoneFloat(member.type, abi);
      }
      return Kind::kVoid;
    }
    default: return Kind::kVoid;
  }
}

bool HoldsFlexible(const Type& type) {
  return IsAggregate(type.kind()) &&
         std::any_of(type.members().begin(), type.members().end(), [](const Type::Member& member) {
           return (member.type.kind() == Kind::kArray && member.type.count() == 0) || HoldsFlexible(member.type);
         });
}

// An alignas beyond the stack's own, in the type or in a part of it.
bool AsksForAlignment(const Type& type) {
  if (type.kind() == Kind::kArray) return AsksForAlignment(type.element());
  return IsAggregate(type.kind()) &&
         (type.align() > 4 || std::any_of(type.members().begin(), type.members().end(), [](const Type::Member& member) {
            return AsksForAlignment(member.type);
          }));
}

// What no convention passes by value, whichever the direction.
Expected<void> CheckByValue(const Type& type) {
  switch (type.kind()) {
    case Kind::kArray: return Unsupported("an array (" + type.Spell() + ") is never passed by value: pass a pointer to its elements");
    case Kind::kLongDouble:
      return Unsupported("a long double by value is not supported: declare double where the DLL is Microsoft's, whose long double "
                         "is one, and pass a pointer to MinGW's 80 bits");
    default: break;
  }
  if (HoldsFlexible(type))
    return Unsupported(WithArticle(type) + " by value would lose its flexible array: pass a pointer to it");
  return {};
}

Expected<void> CheckVariadic(const Type& type) {
  switch (type.kind()) {
    case Kind::kFloat:
      return Fail(ErrorCode::kInvalidArgument, "a float behind '...' reaches no function: C promotes it, declare double");
    case Kind::kBool:
    case Kind::kInt8:
    case Kind::kUint8:
    case Kind::kInt16:
    case Kind::kUint16:
    case Kind::kChar16:
      return Fail(ErrorCode::kInvalidArgument,
                  WithArticle(type) + " behind '...' reaches no function: C promotes it, declare int");
    default: return {};
  }
}

// How many of fastcall's registers an argument uses up, and whether it travels in one.
struct Use {
  std::uint32_t registers = 0;
  bool in_register = false;
};

Use RegistersOf(const Type& type, const Passed& passed, Abi abi) {
  const bool floating = LoneFloat(type, abi) != Kind::kVoid;
  if (!IsAggregate(type.kind()) && !floating && passed.bytes <= 4) return {1, true};
  // Microsoft's compiler skips what fits no register; gcc (and clang before 16, llvm-project issue 57737, for
  // 64-bit integers) takes the registers away from the arguments behind it.
  if (floating || IsMsvc(abi)) return {};
  return {(passed.bytes + 3) / 4, false};
}

void GiveOutRegisters(const Signature& signature, Abi abi, PassedCall* call) {
  std::uint32_t left = signature.convention == Convention::kFastcall ? 2 : signature.convention == Convention::kThiscall ? 1 : 0;
  const std::uint32_t all = left;
  std::size_t source = 0;
  for (std::size_t i = 0; i < call->arguments.size() && left > 0; ++i) {
    Passed& passed = call->arguments[i];
    Use use{1, true};  // the hidden pointer
    if (call->hidden != i)
      use = RegistersOf(signature.arguments[source++], passed, abi);
    else if (signature.convention == Convention::kFastcall && IsMsvc(abi))
      use = {};  // it stays on the stack: llvm-project pull request 97939; clang before 20 gives it ECX
    if (use.in_register) passed.in = left == all ? Register::kEcx : Register::kEdx;
    left -= std::min(left, use.registers);
  }
}

Expected<void> CheckThis(const Signature& signature, Abi abi) {
  if (signature.convention != Convention::kThiscall || !IsWin32(abi) || !IsMsvc(abi)) return {};
  const Kind first = signature.arguments.empty() ? Kind::kVoid : signature.arguments[0].kind();
  const bool word = first == Kind::kPointer || first == Kind::kFunction || (IsIntegerKind(first) && first != Kind::kInt64 && first != Kind::kUint64);
  if (word) return {};
  return Fail(ErrorCode::kInvalidArgument,
              "the first argument of a thiscall function is `this`, which travels in ECX: declare a pointer first");
}

}  // namespace

std::size_t HiddenPointerIndex(Convention convention, Abi abi) {
  return convention == Convention::kThiscall && IsMsvc(abi) ? 1 : 0;
}

Expected<Passed> PassArgument(const Type& type, Convention convention, Abi abi, bool variadic) {
  (void)convention;  // decides on registers only, which need the whole call
  if (auto sound = CheckByValue(type); !sound) return tl::unexpected(sound.error());
  if (type.kind() == Kind::kVoid) return Unsupported("a void by value is no argument: leave it out");
  if (variadic)
    if (auto sound = CheckVariadic(type); !sound) return tl::unexpected(sound.error());
  const auto layout = LayoutOf(type, abi);
  if (!layout) return tl::unexpected(layout.error());
  if (layout->size > kMaxStackBytes)
    return Unsupported(WithArticle(type) + " of " + std::to_string(layout->size) + " bytes is too large to be passed by value: pass a pointer to it");
  Passed passed{.kind = type.kind(), .travel = Travel::kWord, .bytes = static_cast<std::uint32_t>(layout->size)};
  if (!IsAggregate(type.kind())) return passed;
  if (!IsWin32(abi)) {
    if (!FitsRegister(layout->size)) passed.travel = Travel::kReference;
    return passed;
  }
  // gcc copies them to the next multiple of 4 all the same; Microsoft's compiler refuses (C2719), clang passes an address.
  if (IsMsvc(abi) && AsksForAlignment(type))
    return Unsupported(WithArticle(type) + " by value is aligned beyond win32's stack, which Microsoft's compiler refuses to pass: pass a pointer to it");
  passed.travel = Travel::kStack;
  return passed;
}

Expected<PassedResult> PassResult(const Type& type, Convention convention, Abi abi) {
  if (type.kind() == Kind::kVoid) return PassedResult{};
  if (auto sound = CheckByValue(type); !sound) return tl::unexpected(sound.error());
  const auto layout = LayoutOf(type, abi);
  if (!layout) return tl::unexpected(layout.error());
  if (layout->size > UINT32_MAX / 4) return Unsupported("a result of " + std::to_string(layout->size) + " bytes is too large: take a pointer to memory for it");
  PassedResult result{.kind = type.kind(), .in = ResultIn::kInteger, .bytes = static_cast<std::uint32_t>(layout->size)};
  if (!IsAggregate(type.kind())) {
    if (type.kind() == Kind::kFloat || type.kind() == Kind::kDouble) result.in = ResultIn::kFloating;
    return result;
  }
  const auto in_memory = [&result] { return result.in = ResultIn::kMemory, result; };
  if (convention == Convention::kThiscall && IsMsvc(abi)) return in_memory();
  if (abi == Abi::kWin32Gnu) {
    const Kind lone = LoneFloat(type, abi);
    if (lone == Kind::kLongDouble)
      return Unsupported(WithArticle(type) + " is returned as 80 bits of the x87, which are not carried: return it through a pointer");
    if (lone != Kind::kVoid) return result.in = ResultIn::kFloating, result;
    if (IsBlock(type, abi)) return in_memory();
  }
  if (!FitsRegister(layout->size)) return in_memory();
  if (abi == Abi::kWin32Msvc && IsBlock(type, abi))
    return Unsupported("compilers for 32-bit Windows disagree on how " + WithArticle(type) + " is returned (its size fits a register, that of a "
                       "part does not): return it through a pointer");
  return result;
}

Expected<PassedCall> PassCall(const Signature& signature, Abi abi) {
  const auto at = [](const std::string& where) {
    return [where](Error error) {
      error.message = where + ": " + error.message;
      return error;
    };
  };
  PassedCall call;
  if (signature.convention == Convention::kVectorcall)
    return Unsupported("vectorcall is not supported, whose arguments travel in XMM registers: export a function that is cdecl or stdcall and calls it");
  if (signature.variadic && signature.convention != Convention::kCdecl)
    return Fail(ErrorCode::kInvalidArgument, "only cdecl functions take a variable number of arguments: declare cdecl");
  if (signature.variadic && *signature.variadic > signature.arguments.size())
    return Fail(ErrorCode::kInvalidArgument, "'...' stands behind argument " + std::to_string(*signature.variadic) + ", but there are only " +
                                                 std::to_string(signature.arguments.size()));
  if (auto sound = CheckThis(signature, abi); !sound) return tl::unexpected(sound.error());
  std::uint64_t stack = 0;
  for (std::size_t i = 0; i < signature.arguments.size(); ++i) {
    const bool variadic = signature.variadic && i >= *signature.variadic;
    auto passed = PassArgument(signature.arguments[i], signature.convention, abi, variadic).map_error(at("argument " + std::to_string(i)));
    if (!passed) return tl::unexpected(passed.error());
    stack += passed->travel == Travel::kStack ? passed->bytes : 0;
    call.arguments.push_back(*passed);
  }
  if (stack > kMaxStackBytes)
    return Unsupported("the arguments by value take " + std::to_string(stack) + " bytes of the stack, more than " +
                       std::to_string(kMaxStackBytes) + ": pass pointers");
  auto result = PassResult(signature.result, signature.convention, abi).map_error(at("the result"));
  if (!result) return tl::unexpected(result.error());
  call.result = *result;
  if (result->in == ResultIn::kMemory) {
    call.hidden = std::min(HiddenPointerIndex(signature.convention, abi), call.arguments.size());
    call.arguments.insert(call.arguments.begin() + static_cast<std::ptrdiff_t>(*call.hidden),
                          Passed{.kind = Kind::kPointer, .travel = Travel::kWord, .bytes = PointerSize(abi)});
  }
  if (call.arguments.size() > kMaxArguments)
    return Fail(ErrorCode::kInvalidArgument, "a function takes at most 255 arguments, a hidden pointer to its result among them: pass some of them in a struct");
  if (IsWin32(abi)) GiveOutRegisters(signature, abi, &call);
  return call;
}

}  // namespace bridge
