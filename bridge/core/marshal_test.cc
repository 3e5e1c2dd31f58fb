// SPDX-License-Identifier: MIT
#include "bridge/core/marshal.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <numeric>
#include <string>

#include "bridge/core/testing.h"
#include "bridge/core/unmarshal.h"

namespace bridge {
namespace {

using testing::Address;
using testing::At;
using testing::FencedSpace;
using testing::MakePlan;
using testing::MakeSignature;

struct Image {
  std::int16_t* data;
  std::int16_t width, height;
};
const Type kImage = Type::Struct("Image", {{"data", Type::Pointer(kInt16)}, {"width", kInt16}, {"height", kInt16}});
const Memsync kImageData{.pointer = {0, "data"},
                         .length = {{0, "width"}, {0, "height"}},
                         .func = "lambda x, y: x * y",
                         .type = kInt16};
const Type kFloats = Type::Pointer(kFloat);
const Type kBytes = Type::Pointer(kUint8);

Memsync Counted(int pointer, int length, Type type) {
  return {.pointer = {pointer}, .length = {{length}}, .type = std::move(type)};
}

// One call: Pack, then what the callee does, then CopyBack.
class Crossing {
 public:
  Crossing(Plan plan, std::vector<std::uint64_t> words, std::uint64_t delta = 0)
      : plan_(std::move(plan)), words_(std::move(words)), delta_(delta) {
    words_.resize(plan_.words);
    packed_ = Pack(plan_, words_.data(), Road{&space_, delta_, {}}, &instances_);
  }
  explicit operator bool() const { return packed_.has_value(); }
  std::string error() const { return packed_ ? "no error" : packed_.error().message; }
  ErrorCode code() const { return packed_.error().code; }
  std::uint64_t word(std::size_t i) const { return words_[i]; }
  // What the callee sees behind an address of its own.
  template <typename T>
  T* Seen(std::uint64_t address) const {
    return At<T>(address - delta_);
  }
  template <typename T>
  T* Arg(std::size_t i) const {
    return Seen<T>(words_[i]);
  }
  void Return() {
    CopyBack(plan_, instances_, Rewrite::kLargeToo, [](void* self, std::uint64_t address) {
      auto* here = static_cast<Crossing*>(self);
      return Own(address, {here->space_.region(), here->delta_}, here->instances_);
    }, this);
    EXPECT_TRUE(space_.Intact());
  }
  FencedSpace& space() { return space_; }
  const std::vector<Instance>& instances() const { return instances_; }

 private:
  FencedSpace space_;
  const Plan plan_;
  std::vector<std::uint64_t> words_;
  const std::uint64_t delta_;
  std::vector<Instance> instances_;
  Expected<void> packed_;
};

TEST(Marshal, ASortedArrayComesBack) {
  for (std::uint64_t delta : {std::uint64_t{0}, std::uint64_t{0x10000000}, ~std::uint64_t{0xffff}}) {
    float values[] = {5.74f, 3.72f, 6.28f, 8.6f};
    Crossing call(MakePlan(MakeSignature({kFloats, kInt32}, {Counted(0, 1, kFloat)})), {Address(values), 4}, delta);
    ASSERT_TRUE(call) << call.error();
    auto* seen = call.Arg<float>(0);
    EXPECT_NE(seen, values);
    EXPECT_EQ(call.word(0), Address(seen) + delta);
    EXPECT_TRUE(std::equal(seen, seen + 4, values));
    std::sort(seen, seen + 4);
    EXPECT_EQ(values[0], 5.74f) << "nothing changes before the return";
    call.Return();
    EXPECT_TRUE(std::is_sorted(values, values + 4));
  }
}

TEST(Marshal, NothingBeyondTheLengthIsTouched) {
  std::uint8_t bytes[] = {1, 2, 3, 4};
  Crossing call(MakePlan(MakeSignature({kBytes, kInt32}, {Counted(0, 1, kUint8)})), {Address(bytes), 2});
  std::memset(call.Arg<std::uint8_t>(0), 9, 2);
  call.Return();
  EXPECT_EQ(std::vector<std::uint8_t>(bytes, bytes + 4), (std::vector<std::uint8_t>{9, 9, 3, 4}));
}

TEST(Marshal, AStructTakesItsArrayAlong) {
  std::int16_t pixels[] = {1, 2, 3, 4, 5, 6};
  Image image{pixels, 3, 2};
  Crossing call(MakePlan(MakeSignature({Type::Pointer(kImage)}, {kImageData})), {Address(&image)}, 4096);
  ASSERT_TRUE(call) << call.error();
  auto* seen = call.Arg<Image>(0);
  EXPECT_EQ(seen->width, 3);
  auto* data = call.Seen<std::int16_t>(Address(seen->data));
  EXPECT_EQ(data[5], 6);
  data[5] = -6;
  seen->height = 7;
  call.Return();
  EXPECT_EQ(pixels[5], -6);
  EXPECT_EQ(image.height, 7);
  EXPECT_EQ(image.data, pixels);
}

TEST(Marshal, EveryStructOfAnArrayTakesItsOwnArrayAlong) {
  std::int16_t pixels[3][2] = {{1, 2}, {3, 4}, {5, 6}};
  Image images[3] = {{pixels[0], 2, 1}, {nullptr, 2, 1}, {pixels[2], 2, 1}};
  // A fixed number of pixels for each: a path names no single element.
  const Type image = Type::Struct(
      "Image", {{"data", Type::Pointer(Type::Array(kInt16, 2))}, {"width", kInt16}, {"height", kInt16}});
  Crossing call(MakePlan(MakeSignature({Type::Pointer(image), kInt32}, {Counted(0, 1, image)})), {Address(images), 3});
  ASSERT_TRUE(call) << call.error();
  auto* seen = call.Arg<Image>(0);
  EXPECT_EQ(seen[1].data, nullptr);
  EXPECT_NE(seen[2].data, pixels[2]);
  EXPECT_EQ(seen[2].data[1], 6);
  seen[2].data[1] = 66;
  seen[0].data[0] = 11;
  call.Return();
  EXPECT_EQ(pixels[2][1], 66);
  EXPECT_EQ(pixels[0][0], 11);
  EXPECT_EQ(images[1].data, nullptr);
}

TEST(Marshal, APointerToAPointerIsFollowedTwice) {
  std::int32_t value = 5;
  std::int32_t* pointer = &value;
  Crossing call(MakePlan(MakeSignature({Type::Pointer(Type::Pointer(kInt32))})), {Address(&pointer)});
  ASSERT_TRUE(call) << call.error();
  **call.Arg<std::int32_t*>(0) = 6;
  call.Return();
  EXPECT_EQ(value, 6);
  EXPECT_EQ(pointer, &value);
}

TEST(Marshal, EqualRangesShareOneCopy) {
  std::uint8_t bytes[8] = {};
  const Plan plan = MakePlan(MakeSignature({kBytes, kBytes, kInt32}, {Counted(0, 2, kUint8), Counted(1, 2, kUint8)}));
  Crossing call(plan, {Address(bytes), Address(bytes), 8});
  EXPECT_EQ(call.word(0), call.word(1));
  EXPECT_EQ(call.space().blocks(), 1u);
  call.Arg<std::uint8_t>(1)[3] = 1;
  call.Return();
  EXPECT_EQ(bytes[3], 1);
}

TEST(Marshal, OverlappingRangesShareOneCopyAndKeepTheirDistance) {
  std::uint8_t bytes[32] = {};
  const Signature signature =
      MakeSignature({kBytes, kBytes, kBytes, kInt32},
                    {Counted(0, 3, kUint8), Counted(1, 3, kUint8), Counted(2, 3, kUint8)});
  Crossing call(MakePlan(signature), {Address(bytes + 12), Address(bytes), Address(bytes + 6), 8});
  EXPECT_EQ(call.word(2) - call.word(1), 6u);
  EXPECT_EQ(call.word(0) - call.word(1), 12u);
  EXPECT_EQ(call.space().blocks(), 1u);
  call.Arg<std::uint8_t>(1)[7] = 5;  // == argument 2's [1]
  EXPECT_EQ(call.Arg<std::uint8_t>(2)[1], 5);
  call.Return();
  EXPECT_EQ(bytes[7], 5);
}

TEST(Marshal, NeighboursThatOnlyTouchAreNotMixedUp) {
  std::uint8_t bytes[16] = {};
  const Signature signature =
      MakeSignature({kBytes, kBytes, kInt32}, {Counted(0, 2, kUint8), Counted(1, 2, kUint8)});
  Crossing call(MakePlan(signature), {Address(bytes), Address(bytes + 8), 8});
  std::memset(call.Arg<std::uint8_t>(0), 1, 8);
  std::memset(call.Arg<std::uint8_t>(1), 2, 8);
  call.Return();
  EXPECT_EQ(bytes[7], 1);
  EXPECT_EQ(bytes[8], 2);
}

TEST(Marshal, CopiesAreAlignedForTheirTypeAlsoWhereRangesOverlap) {
  alignas(16) std::uint8_t bytes[64] = {};
  const Signature signature =
      MakeSignature({kBytes, Type::Pointer(kDouble), kInt32}, {Counted(0, 2, kUint8), Counted(1, 2, kDouble)});
  for (int before = 0; before <= 16; ++before) {
    Crossing call(MakePlan(signature), {Address(bytes + 16 - before), Address(bytes + 16), 4});
    ASSERT_TRUE(call) << call.error();
    EXPECT_EQ((call.word(1)) % 8, 0u) << "the doubles' copy, " << before << " bytes after the others'";
  }
  Crossing odd(MakePlan(MakeSignature({Type::Pointer(kDouble)})), {Address(bytes + 3)});
  EXPECT_EQ(odd.word(0) % 16, 0u) << "a single copy is aligned whatever the original was";
}

TEST(Marshal, BytesOfAStructBesideTheStructItselfLeaveItsPointerAlone) {
  std::int16_t pixels[] = {1, 2};
  Image image{pixels, 2, 1};
  Signature signature = MakeSignature({Type::Pointer(kImage), kBytes, kInt32}, {kImageData, Counted(1, 2, kUint8)});
  Crossing call(MakePlan(signature), {Address(&image), Address(&image), sizeof image});
  ASSERT_TRUE(call) << call.error();
  EXPECT_EQ(call.word(0), call.word(1));
  call.Arg<Image>(0)->data[1] = 22;
  call.Return();
  EXPECT_EQ(image.data, pixels) << "not an address of the frame";
  EXPECT_EQ(pixels[1], 22);
}

TEST(Marshal, NullStaysNull) {
  Crossing root(MakePlan(MakeSignature({kFloats, kInt32}, {Counted(0, 1, kFloat)})), {0, 1000});
  ASSERT_TRUE(root);
  EXPECT_EQ(root.word(0), 0u);
  root.Return();
  Image image{nullptr, 300, 300};
  Crossing field(MakePlan(MakeSignature({Type::Pointer(kImage)}, {kImageData})), {Address(&image)}, 4096);
  ASSERT_TRUE(field);
  EXPECT_EQ(field.Arg<Image>(0)->data, nullptr);
  field.Return();
  EXPECT_EQ(image.data, nullptr);
}

TEST(Marshal, ALengthOfZeroCopiesNothingAndIsNoNull) {
  std::uint8_t byte = 7;
  Crossing call(MakePlan(MakeSignature({kBytes, kInt32}, {Counted(0, 1, kUint8)})), {Address(&byte), 0});
  ASSERT_TRUE(call);
  EXPECT_NE(call.word(0), 0u);
  call.Return();
  EXPECT_EQ(byte, 7);
}

TEST(Marshal, ConstMemoryIsNotCopiedBack) {
  static const float values[] = {1, 2};
  const Signature signature = MakeSignature({kFloats, kInt32}, {Counted(0, 1, kFloat)}, kVoid, {true});
  Crossing call(MakePlan(signature), {Address(values), 2});
  call.Arg<float>(0)[0] = 9;  // the callee breaks its promise
  call.Return();              // and writing to `values` would end this program
  EXPECT_EQ(values[0], 1);
}

TEST(Marshal, ConstTextInsideAStructIsNotCopiedBack) {
  struct Label {
    const char* text;
    std::int32_t size;
  } label{"a literal, which lies where nothing may write", 3};
  const Type type = Type::Struct("Label", {{"text", Type::Pointer(kInt8, true)}, {"size", kInt32}});
  const Signature signature = MakeSignature({Type::Pointer(type)}, {{.pointer = {0, "text"}, .null = true}});
  Crossing call(MakePlan(signature), {Address(&label)});
  ASSERT_TRUE(call);
  EXPECT_STREQ(call.Arg<Label>(0)->text, label.text);
  call.Arg<Label>(0)->size = 4;
  call.Return();
  EXPECT_EQ(label.size, 4);
}

TEST(Marshal, TerminatedTextCrossesWithItsTerminator) {
  char text[] = "Hello\0world";
  char16_t wide[] = u"Hi\0there";
  const Signature signature =
      MakeSignature({Type::Pointer(kInt8), Type::Pointer(kChar16)},
                    {{.pointer = {0}, .null = true}, {.pointer = {1}, .null = true, .unic = true}});
  Crossing call(MakePlan(signature), {Address(text), Address(wide)});
  ASSERT_TRUE(call);
  EXPECT_EQ(call.instances()[0].count, 6u);
  EXPECT_EQ(call.instances()[1].frame_bytes(), 6u);
  call.Arg<char>(0)[0] = 'J';
  call.Arg<char16_t>(1)[1] = u'o';
  call.Return();
  EXPECT_STREQ(text, "Jello");
  EXPECT_EQ(std::u16string(wide), u"Ho");
  EXPECT_EQ(text[6], 'w');
}

TEST(Marshal, PointersThatTheCalleeChangedComeBackAsOurs) {
  std::int16_t pixels[4] = {1, 2, 3, 4};
  Image image{pixels, 2, 2}, other{nullptr, 0, 0};
  const Signature signature = MakeSignature({Type::Pointer(kImage), Type::Pointer(kImage)}, {kImageData});
  Crossing call(MakePlan(signature), {Address(&image), Address(&other)}, 0x7000);
  ASSERT_TRUE(call) << call.error();
  auto *first = call.Arg<Image>(0), *second = call.Arg<Image>(1);
  second->data = At<std::int16_t>(Address(first->data) + 2);  // into memory that we passed
  first->data = nullptr;
  call.Return();
  EXPECT_EQ(image.data, nullptr);
  EXPECT_EQ(other.data, pixels + 1);
  Crossing again(MakePlan(signature), {Address(&other), Address(&image)}, 0x7000);
  again.Arg<Image>(0)->data = At<std::int16_t>(0x1230);  // the DLL's own memory: an opaque address
  again.Return();
  EXPECT_EQ(Address(other.data), 0x1230u);
}

// The client's structs as sysv64 lays them out, whatever compiles this test.
struct WideImage {
  std::uint64_t data;
  std::int16_t width, height;
  std::int32_t pad;
};
struct NarrowImage {
  std::uint32_t data;
  std::int16_t width, height;
};

TEST(Marshal, StructsAreLaidOutAnewForWin32) {
  std::int16_t pixels[] = {1, 2, 3, 4};
  WideImage image{Address(pixels), 2, 2, 0x5a5a5a5a};
  const Plan plan = MakePlan(MakeSignature({Type::Pointer(kImage)}, {kImageData}), Abi::kSysv64, Abi::kWin32Msvc);
  // The frame's addresses in the callee's low memory.
  FencedSpace space;
  const std::uint64_t delta = 0x10000 - Address(space.begin());
  std::uint64_t words[] = {Address(&image), 0};
  std::vector<Instance> instances;
  ASSERT_TRUE(Pack(plan, words, Road{&space, delta, {}}, &instances));
  auto* seen = At<NarrowImage>(words[0] - delta);
  EXPECT_LT(words[0], 0x200000u);
  EXPECT_EQ(seen->width, 2);
  auto* data = At<std::int16_t>(std::uint64_t{seen->data} - delta);
  EXPECT_EQ(data[3], 4);
  data[3] = 44;
  seen->width = 20;
  struct Context {
    FencedSpace& space;
    std::uint64_t delta;
    std::vector<Instance>& instances;
  } context{space, delta, instances};
  CopyBack(plan, instances, Rewrite::kChanged, [](void* at, std::uint64_t address) {
    auto& here = *static_cast<Context*>(at);
    return Own(address, {here.space.region(), here.delta}, here.instances);
  }, &context);
  EXPECT_TRUE(space.Intact());
  EXPECT_EQ(pixels[3], 44);
  EXPECT_EQ(image.width, 20);
  EXPECT_EQ(image.data, Address(pixels));
  EXPECT_EQ(image.pad, 0x5a5a5a5a);
}

TEST(Marshal, UnionsAndOpaquePointersFitTheNarrowSide) {
  const Type either = Type::Union("U", {{"i", kInt32}, {"b", Type::Array(kInt8, 3)}});
  const Type type = Type::Struct("S", {{"p", Type::Pointer(kVoid)}, {"u", either}, {"f", Type(Kind::kFunction)}});
  struct Wide {
    std::uint64_t p;
    std::int32_t u, pad;
    std::uint64_t f;
  } wide[2] = {{0x1000, 7, 0, 0x2000}, {0x3000, 8, 0, 0x4000}};
  struct Narrow {
    std::uint32_t p;
    std::int32_t u;
    std::uint32_t f;
  };
  const Plan plan = MakePlan(MakeSignature({Type::Pointer(type), kInt32}, {Counted(0, 1, type)}), Abi::kSysv64, Abi::kWin32Msvc);
  Crossing call(plan, {Address(wide), 2});
  ASSERT_TRUE(call) << call.error();
  auto* seen = call.Arg<Narrow>(0);
  EXPECT_EQ(seen[1].p, 0x3000u);
  EXPECT_EQ(seen[1].u, 8);
  EXPECT_EQ(seen[1].f, 0x4000u);
  seen[0].p = 0xf0000000;
  call.Return();
  EXPECT_EQ(wide[0].p, 0xf0000000u);
  EXPECT_EQ(wide[1].f, 0x4000u);
}

TEST(Marshal, OverlappingStructsOfDifferentLayoutAreRefused) {
  WideImage images[2] = {};
  const Plan plan = MakePlan(MakeSignature({Type::Pointer(kImage), kBytes}, {kImageData}), Abi::kSysv64, Abi::kWin32Msvc);
  Crossing call(plan, {Address(images), Address(images) + 8});
  ASSERT_FALSE(call);
  EXPECT_EQ(call.code(), ErrorCode::kUnsupported);
  EXPECT_NE(call.error().find("arguments 0 and 1 overlap"), std::string::npos) << call.error();
}

TEST(Marshal, BadLengthsNameTheirArgument) {
  std::uint8_t bytes[4] = {};
  const Signature counted = MakeSignature({kInt8, kBytes, kInt64}, {Counted(1, 2, kUint8)});
  const auto error = [&](std::int64_t length) {
    Crossing call(MakePlan(counted), {0, Address(bytes), static_cast<std::uint64_t>(length)});
    EXPECT_TRUE(call.instances().empty());
    EXPECT_EQ(call.space().blocks(), 0u);
    return call.error();
  };
  EXPECT_NE(error(-1).find("argument 1: the length is negative: -1"), std::string::npos);
  EXPECT_NE(error(INT64_MIN).find("negative"), std::string::npos);
  EXPECT_NE(error(INT64_MAX).find("beyond reason"), std::string::npos);
  EXPECT_NE(error((std::int64_t{1} << 40) + 1).find("beyond reason"), std::string::npos);
  EXPECT_NE(error(std::int64_t{1} << 39).find("full"), std::string::npos) << "what space says";
}

TEST(Marshal, BadLengthsOfFuncsAndOfFieldsAreNamedToo) {
  std::int16_t pixels[4] = {};
  Image image{pixels, 2, -2};
  Crossing negative(MakePlan(MakeSignature({Type::Pointer(kImage)}, {kImageData})), {Address(&image)});
  EXPECT_NE(negative.error().find("negative: -4"), std::string::npos) << negative.error();
  const Signature divides = MakeSignature({kBytes, kInt32}, {{.pointer = {0}, .length = {{1}}, .func = "8 // x"}});
  Crossing zero(MakePlan(divides), {Address(pixels), 0});
  EXPECT_NE(zero.error().find("divides by zero"), std::string::npos) << zero.error();
  const Signature behind = MakeSignature({kBytes, Type::Pointer(kInt32)}, {{.pointer = {0}, .length = {{1, -1}}}});
  Crossing null(MakePlan(behind), {Address(pixels), 0});
  EXPECT_NE(null.error().find("behind a null pointer"), std::string::npos) << null.error();
}

TEST(Marshal, LengthsAreReadInTheirOwnWidthAndSign) {
  std::uint8_t bytes[300] = {};
  const auto count = [&](Type kind, std::uint64_t word) {
    Crossing call(MakePlan(MakeSignature({kBytes, kind}, {Counted(0, 1, kUint8)})), {Address(bytes), word});
    return call ? std::to_string(call.instances()[0].count) : call.error();
  };
  EXPECT_EQ(count(kUint8, 0xff03), "3");
  EXPECT_EQ(count(kUint8, 200), "200");
  EXPECT_NE(count(kInt8, 200).find("negative: -56"), std::string::npos);
  EXPECT_EQ(count(kUint16, 0x7fff0004), "4");
  EXPECT_EQ(count(kChar16, 5), "5");
  EXPECT_NE(count(kInt16, 0xffff).find("negative: -1"), std::string::npos);
  EXPECT_EQ(count(kInt32, 0xdeadbeef00000006), "6");
  EXPECT_EQ(count(Type(Kind::kBool), 1), "1");
  EXPECT_EQ(count(kUint64, 7), "7");
  EXPECT_EQ(count(Type::Pointer(kVoid), 8), "8") << "size_t";
}

TEST(Marshal, ManyLengthsMakeOne) {
  std::uint8_t bytes[64] = {};
  std::vector<Type> arguments = {kBytes};
  Memsync directive{.pointer = {0}, .func = "x+y+z+x3+x4+x5+x6+x7+x8+x9"};
  for (int i = 1; i <= 10; ++i) {
    arguments.push_back(kInt32);
    directive.length.push_back(Path{i});
  }
  Crossing call(MakePlan(MakeSignature(arguments, {directive})), {Address(bytes), 1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
  ASSERT_TRUE(call) << call.error();
  EXPECT_EQ(call.instances()[0].count, 55u);
}

TEST(Marshal, DataThatRunsInCirclesIsRefused) {
  // Two thousand pointers, each to all of them: followed twice that is four million.
  std::vector<void*> circle(2000);
  std::fill(circle.begin(), circle.end(), circle.data());
  const Type pointers = Type::Pointer(Type::Pointer(Type::Pointer(kInt8)));
  const Memsync outer{.pointer = {0}, .length = {{1}}, .type = Type::Pointer(Type::Pointer(kInt8))};
  const Memsync inner{.pointer = {0, -1}, .length = {{1}}, .type = Type::Pointer(kInt8)};
  Crossing call(MakePlan(MakeSignature({pointers, kInt32}, {outer, inner})), {Address(circle.data()), circle.size()});
  ASSERT_FALSE(call);
  EXPECT_EQ(call.code(), ErrorCode::kInvalidArgument);
  EXPECT_NE(call.error().find("argument 0: it reaches more than a million pieces of memory (a cycle?)"),
            std::string::npos) << call.error();
  EXPECT_TRUE(call.instances().empty());
}

TEST(Marshal, AListThatBitesItsTailSharesOneCopy) {
  struct Item {
    Item* next;
    std::int32_t value;
  };
  Type type = Type::Struct("Item", {{"next", Type::Pointer(kVoid)}, {"value", kInt32}});
  for (int i = 0; i < 6; ++i) type = Type::Struct("Item", {{"next", Type::Pointer(type)}, {"value", kInt32}});
  Item first{nullptr, 1}, second{&first, 2};
  first.next = &second;
  Crossing call(MakePlan(MakeSignature({Type::Pointer(type)})), {Address(&first)});
  ASSERT_TRUE(call) << call.error();
  auto* seen = call.Arg<Item>(0);
  EXPECT_EQ(seen->next->value, 2);
  EXPECT_EQ(seen->next->next, seen);
  seen->next->value = 22;
  call.Return();
  EXPECT_EQ(second.value, 22);
  EXPECT_EQ(first.next, &second);
  EXPECT_EQ(second.next, &first);
}

TEST(Marshal, MemoryThatBothSidesSeeIsNotCopied) {
  FencedSpace shared;
  auto* image = reinterpret_cast<Image*>(*shared.Allocate(sizeof(Image), 16));
  std::int16_t pixels[] = {1, 2};
  *image = {pixels, 2, 1};
  const Plan plan = MakePlan(MakeSignature({Type::Pointer(kImage)}, {kImageData}));
  std::uint64_t words[] = {Address(image), 0};
  std::vector<Instance> instances;
  FencedSpace space;
  ASSERT_TRUE(Pack(plan, words, Road{&space, 0, shared.region()}, &instances));
  EXPECT_EQ(words[0], Address(image));
  EXPECT_NE(image->data, pixels) << "the callee cannot follow our pointer";
  EXPECT_EQ(image->data[1], 2);
  image->data[1] = 3;
  RestoreShared(plan, instances);
  CopyBack(plan, instances, Rewrite::kChanged, [](void*, std::uint64_t address) { return address; }, nullptr);
  EXPECT_EQ(image->data, pixels);
  EXPECT_EQ(pixels[1], 3);
}

TEST(Marshal, AFullSpaceIsAnErrorAndLeavesNothingBehind) {
  std::vector<std::uint8_t> bytes(3 << 20);
  Image image{nullptr, 1, 1};
  const Signature signature = MakeSignature({Type::Pointer(kImage), kBytes, kInt32}, {Counted(1, 2, kUint8)});
  Crossing call(MakePlan(signature), {Address(&image), Address(bytes.data()), bytes.size()});
  ASSERT_FALSE(call);
  EXPECT_EQ(call.code(), ErrorCode::kInternal);
  EXPECT_TRUE(call.instances().empty());
}

TEST(Marshal, ElementsWithoutASizeCannotDivideByZero) {
  Plan plan;
  plan.words = 2;
  Node node;
  node.extent = Extent::kComputed;
  node.local_size = node.frame_size = 0;
  node.loads.push_back({.word = 1, .kind = Kind::kInt32, .hops = {{}}});
  const std::uint64_t words[] = {1, 5};
  auto count = Count(plan, node, words, nullptr, Side::kLocal, 0);
  EXPECT_TRUE(!count || *count == 5);
}

}  // namespace
}  // namespace bridge
