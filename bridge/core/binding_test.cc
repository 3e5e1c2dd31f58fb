// SPDX-License-Identifier: MIT
#include "bridge/core/binding.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "bridge/core/testing.h"

namespace bridge {
namespace {

using testing::MakeSignature;
using Bytes = std::vector<std::byte>;

const Type kImage = Type::Struct("Image", {{"data", Type::Pointer(kInt16)}, {"width", kInt16}, {"height", kInt16}});

std::vector<Signature> Samples() {
  const Memsync data{.pointer = {0, "data"},
                     .length = {{0, "width"}, {0, "height"}},
                     .func = "lambda x, y: x * y + 2 ** 3",
                     .type = kInt16};
  Memsync late = data;
  late.pointer = {"r", "data"};
  late.length = {{"r", "width"}, {"r", "height"}};
  Type deep = kInt32;
  for (int i = 0; i < 10; ++i) deep = Type::Pointer(deep);
  return {
      MakeSignature({}),
      MakeSignature({kInt32, kInt32}, {}, kInt32),
      MakeSignature({Type::Pointer(kFloat), kInt32}, {{.pointer = {0}, .length = {{1}}, .type = kFloat}}),
      MakeSignature({Type::Pointer(kImage), Type(Kind::kFunction)}, {data}, kInt16, {true}),
      MakeSignature({kInt64}, {late}, Type::Pointer(kImage)),
      MakeSignature({Type::Pointer(kChar16), Type::Pointer(kInt8)},
                    {{.pointer = {0}, .null = true, .unic = true}, {.pointer = {1}, .null = true}}),
      MakeSignature({kImage, Type::Struct("Pair", {{"a", kInt32}, {"b", kInt32}}), kInt32}, {data}, kImage),
      MakeSignature({deep, Type::Pointer(Type::Struct("F", {{"f", Type(Kind::kFunction)}, {"p", Type::Pointer(kVoid)}}))}),
  };
}

Bytes Wire(const Binding& binding) {
  WireWriter out;
  Write(binding, &out);
  return {out.bytes().begin(), out.bytes().end()};
}

Expected<Binding> Read(const Bytes& bytes, std::uint32_t pointer_size = 8) {
  WireReader in(bytes);
  return ReadBinding(&in, pointer_size);
}

TEST(Binding, ComesOverTheWireAsItWas) {
  for (Abi abi : {Abi::kWin64Msvc, Abi::kWin32Msvc})
    for (const Signature& signature : Samples())
      for (bool is_callback : {false, true}) {
        auto made = MakeBinding(signature, abi, is_callback);
        ASSERT_TRUE(made) << made.error().message;
        auto read = Read(Wire(*made), PointerSize(abi));
        ASSERT_TRUE(read) << read.error().message;
        EXPECT_EQ(read->convention, made->convention);
        EXPECT_EQ(read->result, made->result);
        EXPECT_EQ(read->arguments, made->arguments);
        EXPECT_EQ(read->hidden, made->hidden);
        EXPECT_EQ(read->plan.nodes, made->plan.nodes);
        EXPECT_EQ(read->plan.roots, made->plan.roots);
        EXPECT_EQ(read->plan.words, made->plan.words);
        EXPECT_EQ(read->plan.frame_pointer, PointerSize(abi));
      }
}

TEST(Binding, ByValueArraysAreRefusedByName) {
  for (const auto& [signature, where] :
       {std::pair{MakeSignature({Type::Array(kInt8, 4)}), "argument 0: an array (int8[4]) is never passed by value"},
        std::pair{MakeSignature({kVoid}), "argument 0: a void by value is no argument"},
        std::pair{MakeSignature({kInt8, kLongDouble}), "argument 1: a long double by value is not supported"}}) {
    auto made = MakeBinding(signature, Abi::kWin64Msvc, false);
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code, ErrorCode::kUnsupported);
    EXPECT_NE(made.error().message.find(where), std::string::npos) << made.error().message;
  }
}

TEST(Binding, SaysWhichArgumentIsTheHiddenPointer) {
  const Signature method{.convention = Convention::kThiscall, .result = kImage, .arguments = {Type::Pointer(kVoid), kInt32}, .read_only = {}, .memsync = {}};
  auto made = MakeBinding(method, Abi::kWin32Msvc, true);
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(made->hidden, 1);
  EXPECT_EQ(made->declared(), 2u);
  EXPECT_EQ(made->declared_argument(0).in, Register::kEcx);
  EXPECT_EQ(made->declared_argument(1).kind, Kind::kInt32);
  EXPECT_EQ(Read(Wire(*made), 4)->hidden, 1);
  for (const std::uint8_t wrong : {2, 3, 255}) {
    Binding bent = *made;
    bent.hidden = wrong;  // an integer, and none at all
    EXPECT_FALSE(Read(Wire(bent), 4)) << int{wrong};
  }
  Binding none = *MakeBinding(MakeSignature({Type::Pointer(kVoid)}), Abi::kWin32Msvc, true);
  none.hidden = 1;
  EXPECT_FALSE(Read(Wire(none), 4));
}

TEST(Binding, RootsAreWhatTheirWordsAre) {
  const Binding sound = *MakeBinding(MakeSignature({kImage, Type::Pointer(kInt32)}), Abi::kWin64Msvc, true);
  ASSERT_EQ(sound.plan.roots.size(), 2u);
  ASSERT_TRUE(Read(Wire(sound)));
  const auto bent = [&](auto&& bend) {
    Binding binding = sound;
    bend(&binding);
    return Read(Wire(binding)).has_value();
  };
  EXPECT_FALSE(bent([](Binding* b) { b->plan.nodes[b->plan.roots[0]].by_value = Travel::kWord; })) << "it travels by reference";
  EXPECT_FALSE(bent([](Binding* b) { b->plan.nodes[b->plan.roots[0]].by_value.reset(); })) << "no pointer";
  EXPECT_FALSE(bent([](Binding* b) { b->plan.nodes[b->plan.roots[1]].by_value = Travel::kReference; })) << "no aggregate";
  EXPECT_FALSE(bent([](Binding* b) { b->plan.nodes[b->plan.roots[1]].word = 0; }));
  EXPECT_FALSE(bent([](Binding* b) { b->plan.nodes[b->plan.roots[1]].word = 2; })) << "the result";
  EXPECT_FALSE(bent([](Binding* b) { b->arguments[1].kind = Kind::kInt64; })) << "a number is no pointer";
  EXPECT_FALSE(bent([](Binding* b) { b->plan.nodes[b->plan.roots[0]].local_size = b->plan.nodes[b->plan.roots[0]].frame_size = 8; }));
  EXPECT_FALSE(bent([](Binding* b) { b->plan.nodes[b->plan.roots[0]].read_only = false; })) << "it would be copied back";
  EXPECT_FALSE(bent([](Binding* b) { b->plan.nodes[b->plan.roots[0]].count = 2; }));
}

TEST(Binding, OnlyWordsFitMessages) {
  const auto fits = [](std::vector<Type> arguments, Type result) {
    return FitsMessages(*MakeBinding(MakeSignature(std::move(arguments), {}, std::move(result)), Abi::kWin64Msvc, true));
  };
  const Type pair = Type::Struct("Pair", {{"a", kInt32}, {"b", kInt32}});
  EXPECT_TRUE(fits(std::vector<Type>(6, kInt32), kInt64));
  EXPECT_TRUE(fits({Type::Pointer(kVoid)}, pair));
  EXPECT_FALSE(fits(std::vector<Type>(7, kInt32), kVoid));
  EXPECT_FALSE(fits({Type::Pointer(kInt32)}, kVoid));
  EXPECT_FALSE(fits({pair}, kVoid));
  EXPECT_FALSE(fits({}, kImage));
}

TEST(Binding, OfAFunctionCarriesNoPlan) {
  for (const Signature& signature : Samples()) EXPECT_TRUE(MakeBinding(signature, Abi::kWin64Msvc, false)->plan.empty());
}

TEST(Binding, CallbacksWithVariableArgumentsAreRefused) {
  Signature signature = MakeSignature({kInt32, kInt32});
  signature.variadic = 1;
  EXPECT_TRUE(MakeBinding(signature, Abi::kWin32Msvc, false));
  auto made = MakeBinding(signature, Abi::kWin32Msvc, true);
  ASSERT_FALSE(made);
  EXPECT_NE(made.error().message.find("a callback with '...'"), std::string::npos);
}

TEST(Binding, EveryTruncationIsAnError) {
  for (const Signature& signature : Samples()) {
    const Bytes whole = Wire(*MakeBinding(signature, Abi::kWin64Msvc, true));
    for (std::size_t size = 0; size < whole.size(); ++size) {
      auto read = Read(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)));
      ASSERT_FALSE(read) << "cut at " << size << " of " << whole.size();
      EXPECT_EQ(read.error().code, ErrorCode::kCorrupt);
    }
  }
}

// What has to hold so that carrying a binding out stays within the memory that
// it describes; stated anew, not by asking the reader.
::testing::AssertionResult IsSound(const Binding& binding) {
  const Plan& plan = binding.plan;
  const auto no = [](const char* why) { return ::testing::AssertionFailure() << why; };
  if (binding.convention > Convention::kThiscall) return no("convention");
  if (binding.result.kind > Kind::kUnion) return no("result");
  if (binding.result.in > ResultIn::kMemory) return no("where the result is");
  if (binding.result.in != ResultIn::kMemory && binding.result.bytes > 8) return no("a result larger than its word");
  const bool hidden = binding.result.in == ResultIn::kMemory;
  if (binding.arguments.size() > kMaxArguments || plan.words != binding.arguments.size() + (hidden ? 0 : 1)) return no("words");
  if (hidden && (binding.hidden >= binding.arguments.size() || binding.arguments[binding.hidden].kind != Kind::kPointer)) return no("hidden pointer");
  for (const std::uint32_t root : plan.roots) {
    const Node& node = plan.nodes[root];
    if (node.word + (hidden ? 1 : 0) >= binding.arguments.size()) return no("a root that is no argument");
    const Passed& passed = binding.arguments[node.word + (hidden && node.word >= binding.hidden ? 1 : 0)];
    const bool aggregate = passed.kind == Kind::kStruct || passed.kind == Kind::kUnion;
    if (aggregate != node.by_value.has_value() || (!aggregate && passed.kind != Kind::kPointer)) return no("a root of another kind than its word");
    if (aggregate && (node.frame_size != passed.bytes || node.count != 1 || node.extent != Extent::kFixed)) return no("a value of another size than its bytes");
  }
  std::uint64_t stack = 0;
  std::vector<Register> taken;
  for (const Passed& passed : binding.arguments) {
    const bool aggregate = passed.kind == Kind::kStruct || passed.kind == Kind::kUnion;
    if (passed.kind == Kind::kVoid || passed.kind > Kind::kUnion) return no("argument");
    if (passed.bytes == 0 || passed.bytes > 64 << 10) return no("an argument's size");
    if (!aggregate && (passed.travel != Travel::kWord || passed.bytes > 8)) return no("a scalar that is no word");
    if (passed.travel == Travel::kWord && passed.bytes > 8) return no("a word of more than 8 bytes");
    if (plan.local_pointer == 8 && passed.travel == Travel::kStack) return no("a stack copy on win64");
    if (plan.local_pointer == 4 && passed.travel == Travel::kReference) return no("a reference on win32");
    if (passed.travel == Travel::kStack) stack += passed.bytes;
    if (passed.in == Register::kNone) continue;
    if (plan.local_pointer == 8 || passed.bytes > 4 || passed.travel != Travel::kWord) return no("no value for a register");
    if (std::count(taken.begin(), taken.end(), passed.in) != 0 || passed.in > Register::kEdx) return no("a register");
    taken.push_back(passed.in);
  }
  if (stack > 64 << 10) return no("more stack than there is");
  std::vector<int> depth;
  for (std::size_t i = 0; i < plan.nodes.size(); ++i) {
    const Node& node = plan.nodes[i];
    depth.push_back(0);
    if (node.parent != Node::kRoot) {
      if (node.parent < 0 || static_cast<std::size_t>(node.parent) >= i) return no("parent");
      const Node& parent = plan.nodes[static_cast<std::size_t>(node.parent)];
      depth[i] = depth[static_cast<std::size_t>(node.parent)] + 1;
      if (depth[i] > 32) return no("so deep that recursion overflows the stack");
      if (std::uint64_t{node.local_offset} + plan.local_pointer > parent.local_size) return no("local slot");
      if (std::uint64_t{node.frame_offset} + plan.frame_pointer > parent.frame_size) return no("frame slot");
    }
    if (node.word >= plan.words) return no("word");
    if (node.extent > Extent::kTerminated16) return no("extent");
    if (node.local_size == 0 || node.frame_size == 0) return no("size");
    if (node.align == 0 || (node.align & (node.align - 1)) != 0 || node.align > 4096) return no("align");
    if (node.flat && node.local_size != node.frame_size) return no("flat");
    const std::uint64_t most = std::max(node.local_size, node.frame_size);
    if (node.extent == Extent::kFixed && node.count > kMaxExtentBytes / most) return no("count");
    if (node.extent == Extent::kTerminated8 && most != 1) return no("size of char");
    if (node.extent == Extent::kTerminated16 && most != 2) return no("size of char16");
    for (const bridge::Run& run : node.runs) {
      const std::uint64_t local = run.pointer ? plan.local_pointer : run.bytes;
      const std::uint64_t frame = run.pointer ? plan.frame_pointer : run.bytes;
      if (run.local_offset + local > node.local_size || run.frame_offset + frame > node.frame_size) return no("run");
    }
    if (node.extent == Extent::kComputed && (node.loads.empty() || (!node.func && node.loads.size() > 1)))
      return no("loads");
    for (const Load& load : node.loads) {
      if (load.word >= plan.words || load.hops.empty()) return no("load");
      const bool integer = (load.kind >= Kind::kBool && load.kind <= Kind::kUint64) || load.kind == Kind::kChar16 ||
                           load.kind == Kind::kPointer;
      if (!integer) return no("a length of a kind that is no integer");
      // Up to the first dereference a load reads the call's words, 8 bytes each.
      for (const Load::Hop& hop : load.hops) {
        if (hop.dereference) break;
        if (hop.local_offset != 0 || hop.frame_offset != 0) return no("a load beside its word");
      }
      if (load.hops[0].dereference) return no("a load starts with its word");
    }
  }
  return ::testing::AssertionSuccess();
}

TEST(Binding, OwnBindingsAreSound) {
  for (const Signature& signature : Samples())
    EXPECT_TRUE(IsSound(*MakeBinding(signature, Abi::kWin64Msvc, true)));
}

TEST(Binding, EveryFlippedByteIsAnErrorOrASoundBinding) {
  for (const Signature& signature : Samples()) {
    const Bytes whole = Wire(*MakeBinding(signature, Abi::kWin64Msvc, true));
    for (std::size_t at = 0; at < whole.size(); ++at)
      for (int value = 0; value < 256; ++value) {
        Bytes bent = whole;
        bent[at] = static_cast<std::byte>(value);
        auto read = Read(bent);
        if (read) {
          ASSERT_TRUE(IsSound(*read)) << "byte " << at << " set to " << value;
        } else {
          ASSERT_EQ(read.error().code, ErrorCode::kCorrupt);
        }
      }
  }
}

TEST(Binding, BytesBentInSeveralPlacesAreAnErrorOrASoundBinding) {
  std::mt19937 random(7);
  const std::uint32_t tempting[] = {0, 1, 0x7fffffff, 0x80000000, 0xffffffff, 0xfffffff8, 0x100, 0x10000};
  for (const Signature& signature : Samples()) {
    const Bytes whole = Wire(*MakeBinding(signature, Abi::kWin64Msvc, true));
    for (int round = 0; round < 20000 && whole.size() > 4; ++round) {
      Bytes bent = whole;
      for (unsigned edits = 1 + random() % 4; edits > 0; --edits) {
        const std::uint32_t value = random() % 2 ? tempting[random() % std::size(tempting)] : random();
        std::memcpy(bent.data() + random() % (bent.size() - 3), &value, random() % 4 + 1);
      }
      auto read = Read(bent);
      if (read) {
        ASSERT_TRUE(IsSound(*read)) << "round " << round;
      }
    }
  }
}

TEST(Binding, JunkIsRefusedWithoutTakingMuchMemory) {
  std::mt19937 random(8);
  for (int round = 0; round < 20000; ++round) {
    Bytes junk(random() % 200);
    for (std::byte& byte : junk) byte = static_cast<std::byte>(random());
    auto read = Read(junk);
    if (read) {
      ASSERT_TRUE(IsSound(*read));
    }
  }
  EXPECT_FALSE(Read(Bytes(64, std::byte{0xff})));
}

// A binding of one word with the given nodes, written by hand.
Expected<Binding> WithNodes(std::vector<Node> nodes) {
  Binding binding{.arguments = {Passed{.kind = Kind::kPointer, .bytes = 8}}};
  binding.plan.words = 2;
  binding.plan.nodes = std::move(nodes);
  return Read(Wire(binding));
}

TEST(Binding, TemptingNodesAreRefused) {
  Node pointer;
  pointer.local_size = pointer.frame_size = 8;
  pointer.align = 8;
  EXPECT_TRUE(WithNodes({pointer}));

  Node many = pointer;  // 2^40 elements of 4 GB: their product wraps round
  many.local_size = many.frame_size = 0x80000000;
  many.count = std::uint64_t{1} << 40;
  EXPECT_FALSE(WithNodes({many}));

  Node run = pointer;  // a pointer run that claims no bytes reads eight
  run.flat = false;
  run.runs = {{8, 0, 0, true}};
  EXPECT_FALSE(WithNodes({run}));

  Node text = pointer;  // a terminated text of wide elements
  text.extent = Extent::kTerminated8;
  EXPECT_FALSE(WithNodes({text}));

  Node load = pointer;  // a length a gigabyte beside the arguments
  load.extent = Extent::kComputed;
  load.loads = {{.word = 1, .kind = Kind::kInt32, .hops = {{false, 1 << 30, 1 << 30}}}};
  EXPECT_FALSE(WithNodes({load}));
  load.loads[0].hops = {{}};
  EXPECT_TRUE(WithNodes({load}));
  load.loads[0].kind = Kind::kVoid;
  EXPECT_FALSE(WithNodes({load}));

  std::vector<Node> chain = {pointer};  // deeper than any stack
  for (std::int32_t i = 0; i < 100000; ++i) {
    chain.push_back(pointer);
    chain.back().parent = i;
  }
  EXPECT_FALSE(WithNodes(chain));
}

TEST(Wire, ReadsWhatWasWrittenAndThenZeros) {
  WireWriter out;
  out.U8(1);
  out.U32(2);
  out.U64(3);
  out.Text("four");
  WireReader in(out.bytes());
  EXPECT_EQ(in.U8(), 1);
  EXPECT_EQ(in.U32(), 2u);
  EXPECT_EQ(in.U64(), 3u);
  EXPECT_EQ(in.Text(), "four");
  EXPECT_TRUE(in.AtEnd());
  EXPECT_EQ(in.U32(), 0u);
  EXPECT_FALSE(in.ok());
  EXPECT_FALSE(in.AtEnd());
}

TEST(Wire, LengthsThatCannotFitAreRefused) {
  WireWriter out;
  out.U32(5);
  out.U32(0);
  WireReader text(out.bytes()), count(out.bytes()), fits(out.bytes());
  EXPECT_EQ(text.Text(), "");
  EXPECT_FALSE(text.ok());
  EXPECT_EQ(count.Count(1), 0u);
  EXPECT_FALSE(count.ok());
  WireWriter four;
  four.U32(4);
  four.U32(0);
  WireReader enough(four.bytes());
  EXPECT_EQ(enough.Count(1), 4u);
  EXPECT_TRUE(enough.ok());
}

}  // namespace
}  // namespace bridge
