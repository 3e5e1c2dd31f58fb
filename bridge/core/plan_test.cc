// SPDX-License-Identifier: MIT
#include "bridge/core/plan.h"

#include <gtest/gtest.h>

namespace bridge {
namespace {

const Type kImage = Type::Struct("Image", {{"data", Type::Pointer(kInt16)}, {"width", kInt16}, {"height", kInt16}});
const Type kFloats = Type::Pointer(kFloat);

Signature Of(std::vector<Type> arguments, std::vector<Memsync> memsync = {}, Type result = kVoid) {
  return Signature{.result = result, .arguments = std::move(arguments), .read_only = {}, .memsync = std::move(memsync)};
}

Plan Compiled(const Signature& signature, Abi frame = Abi::kWin64Msvc, Phase phase = Phase::kBefore) {
  auto plan = CompilePlan(signature, Abi::kSysv64, frame, phase);
  EXPECT_TRUE(plan) << (plan ? "" : plan.error().message);
  return plan.value_or(Plan{});
}

std::string Refusal(const Signature& signature) {
  auto plan = CompilePlan(signature, Abi::kSysv64, Abi::kWin64Msvc, Phase::kBefore);
  if (plan) return "no error";
  EXPECT_EQ(plan.error().code, ErrorCode::kInvalidArgument);
  return plan.error().message;
}

void ExpectSays(const Signature& signature, std::initializer_list<const char*> parts) {
  const std::string error = Refusal(signature);
  for (const char* part : parts) EXPECT_NE(error.find(part), std::string::npos) << "'" << part << "' in: " << error;
}

TEST(Path, SpellsItselfLikeTheSeeds) {
  EXPECT_EQ(Path({0}).Spell(), "[0]");
  EXPECT_EQ(Path({0, "data"}).Spell(), "[0,\"data\"]");
  EXPECT_EQ(Path({1, -1}).Spell(), "[1,-1]");
  EXPECT_EQ(Path({"r", "next", 3}).Spell(), "[\"r\",\"next\",3]");
}

TEST(Path, WithoutAnArgumentAtItsStartIsMalformed) {
  EXPECT_FALSE(Path({0}).malformed);
  EXPECT_FALSE(Path({"r"}).malformed);
  EXPECT_TRUE(Path({-1}).malformed);
  EXPECT_TRUE(Path({"result"}).malformed);
  EXPECT_TRUE(Path(std::initializer_list<Path::Step>{}).malformed);
}

TEST(Plan, ScalarsNeedNone) { EXPECT_TRUE(Compiled(Of({kInt32, kDouble, Type(Kind::kFunction)})).empty()); }

TEST(Plan, OpaquePointersAreNotFollowed) {
  EXPECT_TRUE(Compiled(Of({Type::Pointer(kVoid), Type::Pointer(Type(Kind::kFunction))})).empty());
}

TEST(Plan, APointerWithoutADirectiveIsOneElement) {
  const Plan plan = Compiled(Of({kInt32, kFloats}));
  ASSERT_EQ(plan.nodes.size(), 1u);
  const Node& node = plan.nodes[0];
  EXPECT_EQ(node.word, 1u);
  EXPECT_EQ(node.extent, Extent::kFixed);
  EXPECT_EQ(node.count, 1u);
  EXPECT_EQ(node.local_size, 4u);
  EXPECT_TRUE(node.flat);
  EXPECT_EQ(plan.roots, std::vector<std::uint32_t>{0});
  EXPECT_EQ(plan.words, 3u);
}

TEST(Plan, AnArrayBehindAPointerHasItsOwnLength) {
  const Plan plan = Compiled(Of({Type::Pointer(Type::Array(kInt32, 10))}));
  ASSERT_EQ(plan.nodes.size(), 1u);
  EXPECT_EQ(plan.nodes[0].local_size, 40u);
  EXPECT_EQ(plan.nodes[0].count, 1u);
  EXPECT_TRUE(plan.nodes[0].flat);
}

TEST(Plan, ALengthFromAnArgument) {
  const Plan plan = Compiled(Of({kFloats, kInt32}, {{.pointer = {0}, .length = {{1}}, .type = kFloat}}));
  ASSERT_EQ(plan.nodes.size(), 1u);
  EXPECT_EQ(plan.nodes[0].extent, Extent::kComputed);
  ASSERT_EQ(plan.nodes[0].loads.size(), 1u);
  EXPECT_EQ(plan.nodes[0].loads[0].word, 1u);
  EXPECT_EQ(plan.nodes[0].loads[0].kind, Kind::kInt32);
  EXPECT_EQ(plan.nodes[0].local_size, 4u);
}

TEST(Plan, TheTypeDefaultsToBytes) {
  EXPECT_EQ(Compiled(Of({kFloats, kInt32}, {{.pointer = {0}, .length = {{1}}}})).nodes[0].local_size, 1u);
}

TEST(Plan, ADirectiveOverAField) {
  const Signature signature = Of({Type::Pointer(kImage)}, {{.pointer = {0, "data"},
                                                            .length = {{0, "width"}, {0, "height"}},
                                                            .func = "lambda x, y: x * y",
                                                            .type = kInt16}});
  const Plan plan = Compiled(signature, Abi::kWin32Msvc);
  ASSERT_EQ(plan.nodes.size(), 2u);
  EXPECT_EQ(plan.nodes[0].children, std::vector<std::uint32_t>{1});
  EXPECT_FALSE(plan.nodes[0].flat);
  EXPECT_EQ(plan.nodes[0].local_size, 16u);
  EXPECT_EQ(plan.nodes[0].frame_size, 8u);
  const Node& data = plan.nodes[1];
  EXPECT_EQ(data.parent, 0);
  ASSERT_EQ(data.loads.size(), 2u);
  ASSERT_EQ(data.loads[1].hops.size(), 2u);
  EXPECT_TRUE(data.loads[1].hops[1].dereference);
  EXPECT_EQ(data.loads[1].hops[1].local_offset, 10u);
  EXPECT_EQ(data.loads[1].hops[1].frame_offset, 6u);
  EXPECT_TRUE(data.func);
}

TEST(Plan, ADirectiveOverAPointerToAPointer) {
  const Type pointers = Type::Pointer(Type::Pointer(kInt32));
  const Plan plan = Compiled(Of({pointers, kInt32}, {{.pointer = {0, -1}, .length = {{1}}, .type = kInt32}}));
  ASSERT_EQ(plan.nodes.size(), 2u);
  EXPECT_EQ(plan.nodes[0].extent, Extent::kFixed);
  EXPECT_EQ(plan.nodes[1].extent, Extent::kComputed);
  EXPECT_EQ(plan.nodes[1].parent, 0);
}

TEST(Plan, ADirectiveOverAnElementOfAnArrayOfPointers) {
  const Type row = Type::Struct("Rows", {{"row", Type::Array(Type::Pointer(kInt8), 3)}});
  const Plan plan = Compiled(Of({Type::Pointer(row), kInt32},
                                {{.pointer = {0, "row", 1}, .length = {{1}}, .type = kInt8}}));
  ASSERT_EQ(plan.nodes.size(), 4u);
  EXPECT_EQ(plan.nodes[1].extent, Extent::kFixed);
  EXPECT_EQ(plan.nodes[2].extent, Extent::kComputed);
  EXPECT_EQ(plan.nodes[2].local_offset, 8u);
  EXPECT_EQ(plan.nodes[3].extent, Extent::kFixed);
}

TEST(Plan, TerminatedTextInBothWidths) {
  const Plan plan = Compiled(Of({Type::Pointer(kInt8), Type::Pointer(kChar16)},
                                {{.pointer = {0}, .null = true}, {.pointer = {1}, .null = true, .unic = true}}));
  EXPECT_EQ(plan.nodes[0].extent, Extent::kTerminated8);
  EXPECT_EQ(plan.nodes[0].local_size, 1u);
  EXPECT_EQ(plan.nodes[1].extent, Extent::kTerminated16);
  EXPECT_EQ(plan.nodes[1].local_size, 2u);
}

TEST(Plan, ConstIsMarked) {
  Signature signature = Of({kFloats, kFloats});
  signature.read_only = {true};
  const Plan plan = Compiled(signature);
  EXPECT_TRUE(plan.nodes[0].read_only);
  EXPECT_FALSE(plan.nodes[1].read_only);
}

TEST(Plan, TheResultsMemoryBelongsToTheSecondPhase) {
  const Signature signature = Of({kInt32}, {{.pointer = {"r"}, .length = {{0}}, .type = kFloat}}, kFloats);
  EXPECT_TRUE(Compiled(signature).empty());
  const Plan after = Compiled(signature, Abi::kWin64Msvc, Phase::kAfter);
  ASSERT_EQ(after.nodes.size(), 1u);
  EXPECT_EQ(after.nodes[0].word, 1u);
}

TEST(Plan, AFieldWhoseLengthIsTheResultBelongsToTheSecondPhase) {
  const Signature signature =
      Of({Type::Pointer(kImage)}, {{.pointer = {0, "data"}, .length = {{"r"}}, .type = kInt16}}, kInt32);
  const Plan before = Compiled(signature), after = Compiled(signature, Abi::kWin64Msvc, Phase::kAfter);
  EXPECT_EQ(before.nodes.size(), 1u);
  ASSERT_EQ(after.nodes.size(), 2u);
  EXPECT_EQ(after.nodes[1].loads[0].word, 1u);
}

TEST(Plan, AnArgumentWhoseLengthIsTheResultIsRefused) {
  // Its memory has to cross before the call, when nobody knows its length.
  ExpectSays(Of({kFloats}, {{.pointer = {0}, .length = {{"r"}}, .type = kFloat}}, kInt32), {"[0]", "before the call"});
}

TEST(Plan, ASizeIsALength) {
  // size_t is described as an opaque word as wide as the DLL's pointers.
  for (Abi abi : {Abi::kWin64Msvc, Abi::kWin32Msvc}) {
    const Plan plan =
        Compiled(Of({kFloats, Type::Pointer(kVoid)}, {{.pointer = {0}, .length = {{1}}, .type = kFloat}}), abi);
    ASSERT_EQ(plan.nodes.size(), 1u);
    EXPECT_EQ(plan.nodes[0].loads.size(), 1u);
  }
}

TEST(Plan, AMisspeltFieldIsNamedWithItsNearest) {
  ExpectSays(Of({Type::Pointer(kImage)}, {{.pointer = {0, "data"}, .length = {{0, "widht"}}}}),
             {"[0,\"widht\"]", "'Image' has no member 'widht'", "did you mean 'width'?"});
  ExpectSays(Of({Type::Pointer(kImage)}, {{.pointer = {0, "pixels"}, .length = {{0, "width"}}}}),
             {"has no member 'pixels'", "there is 'data', 'width', 'height'"});
}

TEST(Plan, APathBeyondTheArgumentsIsRefused) {
  ExpectSays(Of({kFloats}, {{.pointer = {1}, .length = {{0}}}}), {"[1]", "there are 1 arguments"});
  ExpectSays(Of({kFloats}, {{.pointer = {0}, .length = {{7}}}}), {"[7]"});
  ExpectSays(Of({kFloats}, {{.pointer = {-1}, .length = {{0}}}}), {"starts with an argument's index"});
  ExpectSays(Of({kFloats}, {{.pointer = {"result"}, .length = {{0}}}}), {"or with \"r\""});
}

TEST(Plan, WhatIsNoPointerCannotBeSynchronised) {
  ExpectSays(Of({kInt32}, {{.pointer = {0}, .length = {{0}}}}), {"[0]", "is an int32, not a pointer"});
  ExpectSays(Of({Type::Pointer(kImage)}, {{.pointer = {0, "width"}, .length = {{0, "height"}}}}), {"not a pointer"});
}

TEST(Plan, WhatIsNoIntegerCannotBeALength) {
  ExpectSays(Of({kFloats, kFloat}, {{.pointer = {0}, .length = {{1}}}}), {"[1]", "a length is an integer", "float"});
  ExpectSays(Of({kFloats, kFloats}, {{.pointer = {0}, .length = {{1}}}}), {"a length is an integer"});
}

TEST(Plan, AnIndexIntoAScalarIsRefused) {
  // It would read what stands beside the argument.
  ExpectSays(Of({kFloats, kInt32}, {{.pointer = {0}, .length = {{1, 1000}}}}), {"[1,1000]", "int32"});
  ExpectSays(Of({kFloats, kInt32}, {{.pointer = {0}, .length = {{1, 0}}}}), {"[1,0]"});
  ExpectSays(Of({Type::Pointer(kImage)}, {{.pointer = {0, "data"}, .length = {{0, "width", 5}}}}),
             {"[0,\"width\",5]", "int16"});
}

TEST(Plan, AnIndexBehindAPointerIsAnElement) {
  const Plan plan = Compiled(Of({kFloats, Type::Pointer(kInt32)}, {{.pointer = {0}, .length = {{1, 3}}}}));
  ASSERT_EQ(plan.nodes.size(), 2u);
  EXPECT_EQ(plan.nodes[0].loads[0].hops.back().local_offset, 12u);
}

TEST(Plan, AnIndexBeyondAnArrayIsRefused) {
  const Type sizes = Type::Struct("Sizes", {{"n", Type::Array(kInt32, 4)}});
  EXPECT_EQ(Compiled(Of({kFloats, Type::Pointer(sizes)}, {{.pointer = {0}, .length = {{1, "n", 3}}}}))
                .nodes[0].loads[0].hops.back().local_offset, 12u);
  ExpectSays(Of({kFloats, Type::Pointer(sizes)}, {{.pointer = {0}, .length = {{1, "n", 4}}}}), {"index 4", "int32[4]"});
}

TEST(Plan, ContradictoryDirectivesAreRefused) {
  ExpectSays(Of({kFloats, kInt32}, {{.pointer = {0}, .length = {{1}}, .null = true}}), {"'null' finds the length itself"});
  ExpectSays(Of({kFloats, kInt32}, {{.pointer = {0}, .func = "x", .null = true}}), {"'null' finds the length itself"});
  ExpectSays(Of({kFloats, kInt32}, {{.pointer = {0}, .length = {{1}}, .unic = true}}), {"'unic' belongs to 'null'"});
  ExpectSays(Of({kFloats, kInt32}, {{.pointer = {0}}}), {"no length"});
  ExpectSays(Of({kFloats, kInt32}, {{.pointer = {0}, .length = {{1}, {1}}}}), {"several lengths need a 'func'"});
  ExpectSays(Of({kFloats, kInt32}, {{.pointer = {0}, .length = {{1}}, .func = "x *"}}), {"x *", "column 4"});
}

TEST(Plan, ADirectiveThatIsNeverReachedIsRefused) {
  ExpectSays(Of({kFloats, kInt32}, {{.pointer = {0}, .length = {{1}}}, {.pointer = {0}, .length = {{1}}}}),
             {"pointer [0]", "never reached"});
  // [0,-1,"data"] and [0,"data"] are one place; the plan knows the latter spelling.
  const Signature same = Of({Type::Pointer(kImage)}, {{.pointer = {0, -1, "data"}, .length = {{0, "width"}}}});
  auto plan = CompilePlan(same, Abi::kSysv64, Abi::kWin64Msvc, Phase::kBefore);
  if (plan) {
    EXPECT_EQ(plan->nodes.at(1).extent, Extent::kComputed);
  } else {
    EXPECT_NE(plan.error().message.find("never reached"), std::string::npos);
  }
}

TEST(Plan, ElementsThatHaveNoSizeAreRefused) {
  ExpectSays(Of({Type::Pointer(kVoid), kInt32}, {{.pointer = {0}, .length = {{1}}, .type = kVoid}}), {"[0]", "no size"});
  ExpectSays(Of({kFloats, kInt32}, {{.pointer = {0}, .length = {{1}}, .type = Type::Array(kInt8, 0)}}), {"[0]"});
}

TEST(Plan, ElementsLargerThanFourGigabytesAreRefused) {
  ExpectSays(Of({kFloats, kInt32}, {{.pointer = {0}, .length = {{1}}, .type = Type::Array(kInt8, std::uint64_t{1} << 32)}}),
             {"[0]"});
  ExpectSays(Of({Type::Pointer(Type::Array(kInt8, (std::uint64_t{1} << 32) + 5))}), {"[0]"});
}

TEST(Plan, AnArrayOfMillionsOfPointersIsRefusedSoon) {
  ExpectSays(Of({Type::Pointer(Type::Array(Type::Pointer(kInt8), 100'000'000))}), {"[0", "pointers"});
}

TEST(Plan, TooManyArgumentsAndTooDeepPointersAreRefused) {
  ExpectSays(Of(std::vector<Type>(256, kInt32)), {"255 arguments"});
  EXPECT_EQ(Compiled(Of(std::vector<Type>(255, kInt32))).words, 256u);
  Type deep = kInt32;
  for (int i = 0; i < 30; ++i) deep = Type::Pointer(deep);
  ExpectSays(Of({deep}), {"deeper than 16"});
}

TEST(Plan, PaddingAndNeighboursAreCopiedInOneRun) {
  const Type plain = Type::Struct("Plain", {{"c", kInt8}, {"d", kDouble}, {"s", kInt16}});
  EXPECT_FALSE(Compiled(Of({Type::Pointer(plain)})).nodes[0].runs.size() > 1);
  const Plan narrow = Compiled(Of({Type::Pointer(kImage)}), Abi::kWin32Msvc);
  // data is followed (one element); width and height move together.
  ASSERT_EQ(narrow.nodes[0].runs.size(), 1u);
  EXPECT_EQ(narrow.nodes[0].runs[0], (bridge::Run{8, 4, 4, false}));
}

TEST(Plan, NoRunLeavesItsElementOnEitherSide) {
  const Type inner = Type::Union("U", {{"p", Type::Pointer(kVoid)}, {"i", kInt32}});
  for (const Type& type :
       {kImage, inner, Type::Struct("S", {{"u", inner}, {"t", kInt8}}), Type::Array(inner, 3),
        Type::Struct("F", {{"f", Type(Kind::kFunction)}, {"c", kInt8}, {"v", Type::Pointer(kVoid)}}),
        Type::Union("V", {{"s", kImage}, {"b", Type::Array(kInt8, 3)}})}) {
    auto plan = CompilePlan(Of({Type::Pointer(type)}), Abi::kSysv64, Abi::kWin32Msvc, Phase::kBefore);
    if (!plan) continue;  // to refuse is sound as well
    for (const Node& node : plan->nodes)
      for (const bridge::Run& run : node.runs) {
        EXPECT_LE(run.local_offset + run.bytes, node.local_size) << type.Spell();
        EXPECT_LE(run.frame_offset + (run.pointer ? plan->frame_pointer : run.bytes), node.frame_size) << type.Spell();
      }
  }
}

}  // namespace
}  // namespace bridge
