// SPDX-License-Identifier: MIT
#include "bridge/core/passing.h"

#include <gtest/gtest.h>

#include "bridge/core/testing.h"

// What compilers generate: i686-w64-mingw32-gcc 12 and clang 14 for i686-pc-windows-msvc, x86_64 of both. Where a line
// says "Microsoft's", clang 14 does otherwise.
namespace bridge {
namespace {

using testing::MakeSignature;

constexpr Abi kWindows[] = {Abi::kWin64Msvc, Abi::kWin64Gnu, Abi::kWin32Msvc, Abi::kWin32Gnu};
constexpr Abi kWin64[] = {Abi::kWin64Msvc, Abi::kWin64Gnu};

Type Chars(std::uint64_t count) { return Type::Struct("Chars", {{"c", Type::Array(kInt8, count)}}); }
Type Of(Type member) { return Type::Struct("Of", {{"m", std::move(member)}}); }
const Type kTwoInts = Type::Struct("TwoInts", {{"a", kInt32}, {"b", kInt32}});
const Type kThreeInts = Type::Struct("ThreeInts", {{"a", kInt32}, {"b", kInt32}, {"c", kInt32}});
const Type kTwoFloats = Type::Struct("TwoFloats", {{"a", kFloat}, {"b", kFloat}});
const Type kFloatUnion = Type::Union("FloatUnion", {{"f", kFloat}});
const Type kThreeAndOne = Type::Struct("ThreeAndOne", {{"a", Type::Array(kInt8, 3)}, {"b", kInt8}});
const Type kThis = Type::Pointer(kVoid);

ResultIn Where(const Type& type, Abi abi, Convention convention = Convention::kCdecl) {
  auto result = PassResult(type, convention, abi);
  EXPECT_TRUE(result) << (result ? "" : result.error().message);
  return result ? result->in : ResultIn::kNothing;
}

Travel How(const Type& type, Abi abi) {
  auto passed = PassArgument(type, Convention::kCdecl, abi);
  EXPECT_TRUE(passed) << (passed ? "" : passed.error().message);
  return passed ? passed->travel : Travel::kWord;
}

// "c" in ECX, "d" in EDX, "." on the stack, one letter an argument; the hidden pointer in capitals, "S" for the stack.
std::string Registers(Convention convention, Abi abi, std::vector<Type> arguments, Type result = kVoid) {
  Signature signature = MakeSignature(std::move(arguments), {}, std::move(result));
  signature.convention = convention;
  auto call = PassCall(signature, abi);
  if (!call) return call.error().message;
  std::string text;
  for (std::size_t i = 0; i < call->arguments.size(); ++i)
    text += (call->hidden == i ? "SCD" : ".cd")[static_cast<int>(call->arguments[i].in)];
  return text;
}

std::string Refusal(const Signature& signature, Abi abi) {
  auto call = PassCall(signature, abi);
  return call ? "nothing was refused" : call.error().message;
}

TEST(Passing, ScalarsAreWords) {
  for (Abi abi : kWindows)
    for (const Type& type : {kInt8, kUint64, kFloat, kDouble, kChar16, Type(Kind::kBool), Type(Kind::kFunction), kThis}) {
      auto passed = PassArgument(type, Convention::kStdcall, abi);
      ASSERT_TRUE(passed);
      EXPECT_EQ(*passed, (Passed{type.kind(), Travel::kWord, static_cast<std::uint32_t>(LayoutOf(type, abi)->size)}));
    }
}

TEST(Passing, AggregatesOfOneTwoFourAndEightBytesAreWordsOnWin64OthersReferences) {
  for (Abi abi : kWin64)
    for (std::uint64_t bytes = 1; bytes <= 24; ++bytes) {
      const bool word = bytes == 1 || bytes == 2 || bytes == 4 || bytes == 8;
      EXPECT_EQ(How(Chars(bytes), abi), word ? Travel::kWord : Travel::kReference) << bytes;
      EXPECT_EQ(Where(Chars(bytes), abi), word ? ResultIn::kInteger : ResultIn::kMemory) << bytes;
    }
}

TEST(Passing, EveryAggregateLiesOnTheStackOfWin32) {
  for (Abi abi : {Abi::kWin32Msvc, Abi::kWin32Gnu})
    for (const Type& type : {Chars(1), Chars(3), Chars(8), Chars(64), Of(kFloat), kFloatUnion})
      EXPECT_EQ(How(type, abi), Travel::kStack) << type.Spell();
}

TEST(Passing, Win32ReturnsSizesOfARegisterPairInIt) {
  for (Abi abi : {Abi::kWin32Msvc, Abi::kWin32Gnu})
    for (std::uint64_t bytes = 1; bytes <= 24; ++bytes)
      EXPECT_EQ(Where(Chars(bytes), abi),
                bytes == 1 || bytes == 2 || bytes == 4 || bytes == 8 ? ResultIn::kInteger : ResultIn::kMemory)
          << bytes;
}

TEST(Passing, GnuReturnsALoneFloatInTheX87OnWin32AlsoOutOfNestsAndArraysOfOne) {
  const Type nested = Of(Of(Type::Array(kFloat, 1)));
  for (const Type& type : {Of(kFloat), Of(kDouble), nested, Of(Type::Array(Of(kDouble), 1))}) {
    EXPECT_EQ(Where(type, Abi::kWin32Gnu), ResultIn::kFloating) << type.Spell();
    for (Abi abi : {Abi::kWin32Msvc, Abi::kWin64Gnu, Abi::kWin64Msvc}) EXPECT_EQ(Where(type, abi), ResultIn::kInteger);
  }
  const Type aligned = Type::Struct("Aligned", {{"f", kFloat}}, 0, 8);
  for (const Type& type : {kFloatUnion, Of(kFloatUnion), kTwoFloats, aligned, Type::Union("D", {{"d", kDouble}})})
    for (Abi abi : kWindows) EXPECT_EQ(Where(type, abi), ResultIn::kInteger) << type.Spell();
}

TEST(Passing, AResultWithAPartOfOddSizeIsMemoryForGnuAndRefusedForMsvc) {
  const Type in_union = Type::Union("InUnion", {{"a", Type::Array(kInt8, 3)}, {"i", kInt32}});
  for (const Type& type : {kThreeAndOne, Of(kThreeAndOne), in_union, Of(Type::Array(Of(kThreeAndOne), 2))}) {
    EXPECT_EQ(Where(type, Abi::kWin32Gnu), ResultIn::kMemory);
    EXPECT_NE(Refusal(MakeSignature({}, {}, type), Abi::kWin32Msvc).find("disagree"), std::string::npos);
    EXPECT_EQ(Where(type, Abi::kWin64Gnu), ResultIn::kInteger);
  }
}

TEST(Passing, ScalarResultsAreWhereTheConventionPutsThem) {
  for (Abi abi : kWindows) {
    EXPECT_EQ(Where(kVoid, abi), ResultIn::kNothing);
    EXPECT_EQ(Where(kInt64, abi), ResultIn::kInteger);
    EXPECT_EQ(Where(kFloat, abi), ResultIn::kFloating);
    EXPECT_EQ(Where(kDouble, abi), ResultIn::kFloating);
  }
}

TEST(Passing, TheHiddenPointerStandsBehindThisForMsvcOnly) {
  for (Abi abi : kWindows) {
    const bool msvc = abi == Abi::kWin64Msvc || abi == Abi::kWin32Msvc;
    Signature method = MakeSignature({kThis, kInt32}, {}, kThreeInts);
    method.convention = Convention::kThiscall;
    auto call = PassCall(method, abi);
    ASSERT_TRUE(call);
    ASSERT_EQ(call->arguments.size(), 3u);
    EXPECT_EQ(call->hidden, msvc ? 1u : 0u);
    EXPECT_EQ(call->arguments[*call->hidden].kind, Kind::kPointer);
    // Member functions of msvc return every aggregate so.
    EXPECT_EQ(Where(kTwoInts, abi, Convention::kThiscall), msvc ? ResultIn::kMemory : ResultIn::kInteger);
    method.convention = Convention::kCdecl;
    EXPECT_EQ(PassCall(method, abi)->hidden, 0u);
  }
}

TEST(Passing, FastcallGivesTwoRegistersToWordsOfFourBytes) {
  for (Abi abi : {Abi::kWin32Msvc, Abi::kWin32Gnu}) {
    EXPECT_EQ(Registers(Convention::kFastcall, abi, {kInt32, kInt8, kInt32}), "cd.");
    EXPECT_EQ(Registers(Convention::kFastcall, abi, {kFloat, kThis, kDouble, kChar16, kInt32}), ".c.d.");
    EXPECT_EQ(Registers(Convention::kFastcall, abi, {Of(kFloat), kInt32, Of(kDouble), kInt32}), ".c.d");
    EXPECT_EQ(Registers(Convention::kFastcall, abi, {kInt32, kInt32, kInt64, kThreeInts, kInt32}), "cd...");
  }
}

TEST(Passing, WhatFitsNoRegisterTakesItAwayForGnuOnly) {
  for (const auto& [type, gnu] : {std::pair{kInt64, "..."}, {Chars(1), ".d."}, {Chars(3), ".d."}, {Chars(6), "..."},
                                  {kTwoInts, "..."}, {kTwoFloats, "..."}, {kFloatUnion, ".d."}, {kThreeInts, "..."}}) {
    EXPECT_EQ(Registers(Convention::kFastcall, Abi::kWin32Gnu, {type, kInt32, kInt32}), gnu) << type.Spell();
    EXPECT_EQ(Registers(Convention::kFastcall, Abi::kWin32Msvc, {type, kInt32, kInt32}), ".cd") << type.Spell();  // int64: Microsoft's
  }
}

TEST(Passing, TheHiddenPointerTakesARegisterForGnuOnly) {
  EXPECT_EQ(Registers(Convention::kFastcall, Abi::kWin32Gnu, {kInt32, kInt32}, kThreeInts), "Cd.");
  EXPECT_EQ(Registers(Convention::kFastcall, Abi::kWin32Msvc, {kInt32, kInt32}, kThreeInts), "Scd");  // Microsoft's
  EXPECT_EQ(Registers(Convention::kThiscall, Abi::kWin32Gnu, {kThis, kInt32}, kThreeInts), "C..");
  EXPECT_EQ(Registers(Convention::kThiscall, Abi::kWin32Msvc, {kThis, kInt32}, kThreeInts), "cS.");
  EXPECT_EQ(Registers(Convention::kStdcall, Abi::kWin32Gnu, {kInt32}, kThreeInts), "S.");
}

TEST(Passing, ThiscallHasEcxAloneAndWantsThisThere) {
  for (Abi abi : {Abi::kWin32Msvc, Abi::kWin32Gnu}) EXPECT_EQ(Registers(Convention::kThiscall, abi, {kThis, kInt32}), "c.");
  EXPECT_EQ(Registers(Convention::kThiscall, Abi::kWin32Gnu, {kFloat, kInt32, kInt32}), ".c.");
  EXPECT_EQ(Registers(Convention::kThiscall, Abi::kWin32Gnu, {kInt64, kInt32}), "..");
  for (std::vector<Type> arguments : {std::vector<Type>{}, {kInt64}, {kFloat}, {kTwoInts}}) {
    Signature signature = MakeSignature(std::move(arguments));
    signature.convention = Convention::kThiscall;
    EXPECT_NE(Refusal(signature, Abi::kWin32Msvc).find("declare a pointer first"), std::string::npos);
  }
}

TEST(Passing, Win64GivesOutNoRegisters) {
  for (Abi abi : kWin64) EXPECT_EQ(Registers(Convention::kFastcall, abi, {kInt32, kThis, kInt32}, kThreeInts), "S...");
}

TEST(Passing, VariableArgumentsArePromotedByTheCaller) {
  Signature print = MakeSignature({kThis, kFloat}, {}, kInt32);
  for (Abi abi : kWindows) {
    EXPECT_TRUE(PassCall(print, abi)) << "a fixed argument";
    print.variadic = 1;
    EXPECT_EQ(Refusal(print, abi), "argument 1: a float behind '...' reaches no function: C promotes it, declare double");
    for (const Type& type : {kInt8, kUint8, kInt16, kUint16, kChar16, Type(Kind::kBool)}) {
      print.arguments[1] = type;
      EXPECT_NE(Refusal(print, abi).find("C promotes it, declare int"), std::string::npos);
    }
    for (const Type& type : {kInt32, kInt64, kDouble, kThis, kTwoInts}) {
      print.arguments[1] = type;
      EXPECT_TRUE(PassCall(print, abi));
    }
    for (Convention convention : {Convention::kStdcall, Convention::kFastcall, Convention::kThiscall}) {
      print.convention = convention;
      EXPECT_EQ(Refusal(print, abi), "only cdecl functions take a variable number of arguments: declare cdecl");
    }
    print.convention = Convention::kCdecl;
    print.variadic = 3;
    EXPECT_EQ(Refusal(print, abi), "'...' stands behind argument 3, but there are only 2");
    print.variadic.reset();
    print.arguments[1] = kFloat;
  }
}

TEST(Passing, VectorcallIsRefusedByName) {
  Signature signature = MakeSignature({kFloat});
  signature.convention = Convention::kVectorcall;
  for (Abi abi : kWindows) EXPECT_NE(Refusal(signature, abi).find("vectorcall is not supported"), std::string::npos);
}

TEST(Passing, WhatCannotBePassedIsRefusedWithWhatToWriteInstead) {
  const Type flexible = Type::Struct("Flexible", {{"n", kInt32}, {"rest", Type::Array(kInt32, 0)}});
  const Type aligned = Type::Struct("Aligned", {{"n", kInt32}}, 0, 16);
  for (Abi abi : kWindows) {
    EXPECT_EQ(Refusal(MakeSignature({kInt32, flexible}), abi),
              "argument 1: a Flexible by value would lose its flexible array: pass a pointer to it");
    EXPECT_EQ(Refusal(MakeSignature({Type::Array(kInt32, 2)}), abi),
              "argument 0: an array (int32[2]) is never passed by value: pass a pointer to its elements");
    EXPECT_NE(Refusal(MakeSignature({kLongDouble}), abi).find("argument 0: a long double by value"), std::string::npos);
    EXPECT_NE(Refusal(MakeSignature({}, {}, kLongDouble), abi).find("the result: a long double by value"), std::string::npos);
    EXPECT_NE(Refusal(MakeSignature({Chars(70000)}), abi).find("too large to be passed by value"), std::string::npos);
  }
  EXPECT_NE(Refusal(MakeSignature({Of(aligned)}), Abi::kWin32Msvc).find("aligned beyond win32's stack"), std::string::npos);
  EXPECT_EQ(How(Of(aligned), Abi::kWin32Gnu), Travel::kStack);
  EXPECT_EQ(How(Of(aligned), Abi::kWin64Msvc), Travel::kReference);
  EXPECT_NE(Refusal(MakeSignature({Chars(40000), Chars(40000)}), Abi::kWin32Gnu).find("80000 bytes of the stack"), std::string::npos);
  EXPECT_NE(Refusal(MakeSignature({}, {}, Of(kLongDouble)), Abi::kWin32Gnu).find("80 bits of the x87"), std::string::npos);
}

}  // namespace
}  // namespace bridge
