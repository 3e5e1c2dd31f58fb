// SPDX-License-Identifier: MIT
#include "harness/inproc/signature.h"

namespace spanproof {

Expected<Passing> PassingOf(const TypeTable& types, TypeId id) {
  switch (types[id].kind) {
    case Kind::kVoid: return Passing{"v", "void"};
    case Kind::kBool: return Passing{"b8", "_Bool"};
    case Kind::kChar: return Passing{"c8", "char"};
    case Kind::kInt8: return Passing{"i8", "int8_t"};
    case Kind::kUint8: return Passing{"u8", "uint8_t"};
    case Kind::kInt16: return Passing{"i16", "int16_t"};
    case Kind::kWchar:
    case Kind::kUint16: return Passing{"u16", "uint16_t"};
    case Kind::kInt32:
    case Kind::kLong: return Passing{"i32", "int32_t"};
    case Kind::kUint32:
    case Kind::kUlong: return Passing{"u32", "uint32_t"};
    case Kind::kInt64: return Passing{"i64", "int64_t"};
    case Kind::kUint64: return Passing{"u64", "uint64_t"};
    case Kind::kSize: return Passing{"usize", "uintptr_t"};
    case Kind::kPtrdiff: return Passing{"isize", "intptr_t"};
    case Kind::kFloat: return Passing{"f32", "float"};
    case Kind::kDouble: return Passing{"f64", "double"};
    case Kind::kPointer:
    case Kind::kFunction: return Passing{"p", "void *"};
    default: break;
  }
  return Fail(ErrorCode::kUnsupported, "\"" + types.Spell(id) + "\" cannot be passed by value yet");
}

Expected<std::string> SignatureOf(const TypeTable& types, const Prototype& prototype) {
  const auto result = PassingOf(types, prototype.result);
  if (!result) return tl::unexpected(result.error());
  std::string key(Name(prototype.convention));
  key += ' ';
  key += result->code;
  key += '(';
  for (std::size_t i = 0; i < prototype.arguments.size(); ++i) {
    const auto argument = PassingOf(types, prototype.arguments[i]);
    if (!argument) return tl::unexpected(argument.error());
    if (i > 0) key += ',';
    key += argument->code;
  }
  return key + ')';
}

}  // namespace spanproof
