// SPDX-License-Identifier: MIT
// What callbacks take and give by value, and what the DLL gets where a handler gives nothing, on real Wine.
#include <gtest/gtest.h>

#include <stdexcept>

#include "bridge/client/wine_testing.h"

namespace bridge::testing::values {

template <std::size_t N>
struct Bytes {
  std::int8_t bytes[N];
};
using Bytes1 = Bytes<1>;
using Bytes3 = Bytes<3>;
using Bytes5 = Bytes<5>;
using Bytes8 = Bytes<8>;
using Bytes12 = Bytes<12>;
using Bytes64 = Bytes<64>;
struct LoneFloat {
  float f;
};
struct LoneDouble {
  double d;
};
struct CharDouble {
  std::int8_t a;
  double b;
};
struct Point {
  std::int32_t x, y;
};
struct Line {
  Point from, to;
};
union Number {
  Int64 whole;
  double real;
  std::int8_t bytes[8];
};

}  // namespace bridge::testing::values

BRIDGE_STRUCT(bridge::testing::values::Bytes1, bytes);
BRIDGE_STRUCT(bridge::testing::values::Bytes3, bytes);
BRIDGE_STRUCT(bridge::testing::values::Bytes5, bytes);
BRIDGE_STRUCT(bridge::testing::values::Bytes8, bytes);
BRIDGE_STRUCT(bridge::testing::values::Bytes12, bytes);
BRIDGE_STRUCT(bridge::testing::values::Bytes64, bytes);
BRIDGE_STRUCT(bridge::testing::values::LoneFloat, f);
BRIDGE_STRUCT(bridge::testing::values::LoneDouble, d);
BRIDGE_STRUCT(bridge::testing::values::CharDouble, a, b);
BRIDGE_STRUCT(bridge::testing::values::Point, x, y);
BRIDGE_STRUCT(bridge::testing::values::Line, from, to);
BRIDGE_UNION(bridge::testing::values::Number, whole, real, bytes);

namespace bridge::testing::values {
namespace {

using Value = ::testing::TestWithParam<Place>;

class CallbackValues : public Value {
 protected:
  // Every convention of the DLLs that callbacks have to give their arguments back in.
  struct Lane {
    Module dll;
    Convention convention;
  };
  std::vector<Lane> Lanes(const std::string& name) {
    std::vector<Lane> lanes = {{Load(name + "_cdecl"), Convention::kCdecl}};
    if (GetParam().arch == Arch::kWin32) lanes.push_back({Load(name + "_stdcall"), Convention::kStdcall});
    return lanes;
  }
  Module Load(const std::string& name) { return session_.Load(Dll(name, GetParam().arch)); }
  Session session_ = Start(GetParam().Options());
};
INSTANTIATE_TEST_SUITE_P(On, CallbackValues, ::testing::ValuesIn(Places()), [](const auto& one) { return Spell(one.param); });

template <typename B>
void PassesBytes(const Session& session, const Module& dll, Convention convention, const std::string& size) {
  constexpr int n = sizeof(B);
  using Take = int(int, B, double, B, std::int8_t);
  int wrong = 0;
  auto take = session.MakeCallback<Take>(
      [&](int a, B one, double b, B two, std::int8_t c) {
        wrong += a != 70001 || b != 0.5 || c != -3;
        for (int i = 0; i < n; ++i) wrong += one.bytes[i] != 1 + i || two.bytes[i] != -1 - i;
        return 21;
      },
      {.convention = convention});
  EXPECT_EQ((dll.Function<int(Callback<Take>)>("call_with_bytes" + size, {.convention = convention})(take)), 42) << size;
  auto make = session.MakeCallback<B(int)>(
      [](int first) {
        B value;
        for (int i = 0; i < n; ++i) value.bytes[i] = static_cast<std::int8_t>(first + i);
        return value;
      },
      {.convention = convention});
  int expected = 0;
  for (int i = 0; i < n; ++i) expected += (3 + i) * (i + 1);
  EXPECT_EQ((dll.Function<int(Callback<B(int)>, int)>("take_bytes" + size, {.convention = convention})(make, 3)), expected) << size;
  auto change = session.MakeCallback<B(B)>([](B value) { return value.bytes[n - 1] = 77, value; }, {.convention = convention});
  B value{};
  value.bytes[0] = 5;
  const B changed = dll.Function<B(Callback<B(B)>, B)>("pass_bytes" + size, {.convention = convention})(change, value);
  EXPECT_EQ(changed.bytes[n - 1], 77) << size;
  EXPECT_EQ(changed.bytes[0], n > 1 ? 5 : 77) << size;
  EXPECT_EQ(value.bytes[n - 1], n > 1 ? 0 : 5) << "the handler's copy is its own";
  EXPECT_EQ(wrong, 0) << size;
}

TEST_P(CallbackValues, BytesOfEverySizeComeAndGo) {
  for (const Lane& lane : Lanes("callback_structs")) {
    PassesBytes<Bytes1>(session_, lane.dll, lane.convention, "1");
    PassesBytes<Bytes3>(session_, lane.dll, lane.convention, "3");
    PassesBytes<Bytes5>(session_, lane.dll, lane.convention, "5");
    PassesBytes<Bytes8>(session_, lane.dll, lane.convention, "8");
    PassesBytes<Bytes12>(session_, lane.dll, lane.convention, "12");
    PassesBytes<Bytes64>(session_, lane.dll, lane.convention, "64");
  }
}

template <typename T, typename Change>
T Map(const Session& session, const Module& dll, Convention convention, const std::string& name, T value, Change change) {
  using Mapper = T(int, T, double);
  int calls = 0;
  auto map = session.MakeCallback<Mapper>([&](int, T given, double) { return ++calls, change(&given), given; }, {.convention = convention});
  const T result = dll.Function<T(Callback<Mapper>, T)>("map_" + name, {.convention = convention})(map, value);
  EXPECT_EQ(calls, 1) << name;
  return result;
}

TEST_P(CallbackValues, StructsThatTravelOtherwiseComeAndGo) {
  for (const Lane& lane : Lanes("callback_structs")) {
    const auto map = [&](const char* name, auto value, auto change) { return Map(session_, lane.dll, lane.convention, name, value, change); };
    EXPECT_EQ(map("lone_float", LoneFloat{1.5f}, [](LoneFloat* v) { v->f += 1; }).f, 2.5f);
    EXPECT_EQ(map("lone_double", LoneDouble{-0.25}, [](LoneDouble* v) { v->d *= 2; }).d, -0.5);
    const CharDouble mixed = map("char_double", CharDouble{-7, 0.125}, [](CharDouble* v) { v->a -= 1, v->b += 1; });
    EXPECT_EQ(mixed.a, -8);
    EXPECT_EQ(mixed.b, 1.125);
    const Line line = map("line", Line{{1, 2}, {3, 4}}, [](Line* v) { std::swap(v->from, v->to); });
    EXPECT_EQ(line.from.x + 10 * line.from.y + 100 * line.to.x + 1000 * line.to.y, 2143);
    EXPECT_EQ(map("number", Number{.whole = 5000000000}, [](Number* v) { v->whole = -v->whole; }).whole, -5000000000);
  }
}

TEST_P(CallbackValues, ManyInALoopLeaveNothingBehind) {
  const Module dll = Load("callback_structs_cdecl");
  std::vector<Point> points;
  for (int i = 0; i < 3000; ++i) points.push_back({i, 1});
  auto sum = dll.Function<int(Callback<int(Point)>, const Point*, int)>("sum_over_points", {.memsync = {{.pointer = {1}, .length = {{2}}, .type = TypeOf<Point>()}}});
  auto x = session_.MakeCallback<int(Point)>([](Point point) { return point.x + point.y; });
  for (int i = 0; i < 3; ++i) EXPECT_EQ(sum(x, points.data(), 3000), 3000 * 2999 / 2 + 3000);
}

TEST_P(CallbackValues, TheDllGetsWhatWasAgreedWhereAHandlerThrows) {
  const Module dll = Load("callbacks_cdecl");
  auto optional = dll.Function<int(Callback<int(int)>, int)>("call_optional");
  auto twice = dll.Function<int(Callback<int(int)>, int)>("call_twice");
  std::vector<int> seen;
  auto thrower = session_.MakeCallback<int(int)>(
      [&](int x) -> int {
        seen.push_back(x);
        throw std::runtime_error("no");
      },
      {.on_throw = -5});
  EXPECT_THROW(twice(thrower, 1), std::runtime_error);
  EXPECT_EQ(seen, (std::vector<int>{1, -5})) << "what the first gave is what the second got";
  EXPECT_EQ(optional(session_.MakeCallback<int(int)>([](int x) { return x; }), 9), 9) << "the session goes on";
}

TEST_P(CallbackValues, AgreedValuesAreOfTheResultsType) {
  const Module dll = Load("callback_structs_cdecl");
  using Mapper = Line(int, Line, double);
  auto line = session_.MakeCallback<Mapper>([](int, Line, double) -> Line { throw 1; }, {.on_throw = Line{{1, 2}, {3, 4}}});
  EXPECT_THROW((dll.Function<Line(Callback<Mapper>, Line)>("map_line")(line, Line{})), int);
  auto real = session_.MakeCallback<double(double)>([](double) -> double { throw 1; }, {.on_throw = 2.5});
  EXPECT_THROW(Load("callbacks_cdecl").Function<double(Callback<double(double)>, double, double, int)>("integrate")(real, 0, 1, 1), int);
  EXPECT_TRUE(Says(Refused([&] { session_.MakeCallback<Line()>([] { return Line{}; }, {.on_throw = Point{}}); }), {"not of the callback's result type"}));
}

TEST_P(CallbackValues, AReleasedCallbackAnswersWithTheAgreedValue) {
  for (const Lane& lane : Lanes("callbacks")) {
    auto store = lane.dll.Function<void(Callback<int(int)>)>("store_callback", {.convention = lane.convention});
    auto stored = lane.dll.Function<int(int)>("call_stored", {.convention = lane.convention});
    auto kept = session_.MakeCallback<int(int)>([](int x) { return x; }, {.convention = lane.convention, .on_throw = 11});
    store(kept);
    EXPECT_EQ(stored(4), 4);
    kept = {};
    for (int i = 0; i < 300; ++i) {
      // Others come and go; the stack is where it was, or this would not get far.
      auto other = session_.MakeCallback<int(int)>([](int) { return 99; }, {.convention = lane.convention});
      const Error error = Refused([&] { stored(4); });
      ASSERT_EQ(error.code, ErrorCode::kInvalidArgument);
      ASSERT_TRUE(Says(error, {"a callback that was released"}));
    }
    store({});
    EXPECT_EQ(stored(4), -1);
  }
}

TEST_P(CallbackValues, AnAddressThatWasDeclaredALongIsSaid) {
  const Module dll = Load("callbacks_cdecl");
  const Signature prototype{.result = kInt32, .arguments = {kInt32}, .read_only = {}, .memsync = {}};
  std::uint64_t word = 0;
  auto made = internal::MakeCallback(session_.core(), prototype, [&](const std::uint64_t*) { return word; });
  ASSERT_TRUE(made);
  auto optional = dll.Function<int(Callback<int(int)>, int)>("call_optional");
  const Callback<int(int)> callback(*made);
  word = static_cast<std::uint64_t>(-7);
  EXPECT_EQ(optional(callback, 1), -7);
  word = 0xfffffff9;  // the same without its sign
  EXPECT_EQ(optional(callback, 1), -7);
  word = 0x7f0012345678;
  EXPECT_TRUE(Says(Refused([&] { optional(callback, 1); }), {"0x7f0012345678", "does not fit an int32", "C's long", "declare the result a pointer"}));
}

TEST_P(CallbackValues, NestToADepthOf200) {
  const Module dll = Load("callbacks_cdecl");
  auto nested = dll.Function<int(Callback<int(int)>, int)>("call_nested");
  Callback<int(int)> down;
  int deepest = 0;
  down = session_.MakeCallback<int(int)>([&](int depth) {
    ++deepest;
    return depth > 0 ? nested(down, depth - 1) : 1;
  });
  EXPECT_EQ(nested(down, 200), 1 + 1000 * 200 * 201 / 2);
  EXPECT_EQ(deepest, 201);
}

}  // namespace
}  // namespace bridge::testing::values
