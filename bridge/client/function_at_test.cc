// SPDX-License-Identifier: MIT
// Functions whose addresses DLLs return or store, on real Wine.
#include <gtest/gtest.h>

#include <signal.h>

#include "bridge/client/connection.h"
#include "bridge/client/wine_testing.h"

namespace bridge::testing::returned {

struct Interface {
  std::int32_t version;
  RemoteAddress<void> add, nothing, multiply;
};

}  // namespace bridge::testing::returned

BRIDGE_STRUCT(bridge::testing::returned::Interface, version, add, nothing, multiply);

namespace bridge::testing::returned {
namespace {

class FunctionAt : public ::testing::TestWithParam<Place> {
 protected:
  Module Load(const char* convention) { return session_.Load(Dll(std::string("returned_") + convention, GetParam().arch)); }
  Session session_ = Start(GetParam().Options());
};
INSTANTIATE_TEST_SUITE_P(On, FunctionAt, ::testing::ValuesIn(Places()), [](const auto& one) { return Spell(one.param); });

TEST_P(FunctionAt, WhatADllReturnsCanBeCalled) {
  for (const auto& [name, convention] : {std::pair("cdecl", Convention::kCdecl), std::pair("stdcall", Convention::kStdcall)}) {
    const FunctionOptions as = {.convention = convention};
    const Module dll = Load(name);
    const auto operation = dll.Function<RemoteAddress<void>(char)>("operation", as);
    const auto add = session_.FunctionAt<int(int, int)>(operation('+'), as);
    EXPECT_EQ(add(40, 2), 42);
    EXPECT_EQ(session_.FunctionAt<int(int, int)>(operation('*'), as)(-6, 7), -42);
    EXPECT_FALSE(operation('?'));
    const auto real = dll.Function<Remote<void>(char)>("real_operation", as);
    EXPECT_EQ((session_.FunctionAt<double(double, double)>(real('-'), as)(1.5, 0.25)), 1.25);
    // With memory, and with a callback of the client's.
    const auto scale = session_.FunctionAt<void(double*, int, double)>(dll.Function<RemoteAddress<void>()>("scaling", as)(),
        {.convention = convention, .memsync = {{.pointer = {0}, .length = {{1}}, .type = kDouble}}});
    double values[3] = {1, -2, 3.5};
    scale(values, 3, 2);
    EXPECT_EQ(values[1], -4);
    EXPECT_EQ(values[2], 7);
    using Number = int(int);
    const auto by_callback = session_.FunctionAt<int(Callback<Number>, int)>(dll.Function<RemoteAddress<void>()>("by_callback", as)(), as);
    EXPECT_EQ(by_callback(session_.MakeCallback<Number>([](int n) { return n * n; }, as), 5), 26);
    // A factory of a factory.
    const auto choose = session_.FunctionAt<RemoteAddress<void>(char)>(dll.Function<RemoteAddress<void>()>("chooser", as)(), as);
    EXPECT_EQ(session_.FunctionAt<int(int, int)>(choose('-'), as)(1, 3), -2);
  }
}

TEST_P(FunctionAt, WhatADllStoresInAStructCanBeCalled) {
  Interface offers{};
  EXPECT_GT(Load("cdecl").Function<int(Interface*)>("get_interface")(&offers), 0);
  EXPECT_FALSE(offers.nothing);
  EXPECT_EQ(session_.FunctionAt<int(int, int)>(offers.add)(3, 4), 7);
  EXPECT_EQ(session_.FunctionAt<int(int, int)>(offers.multiply)(3, 4), 12);
}

TEST_P(FunctionAt, ACallbackOfTheClientsOwnIsCodeToo) {
  const auto twice = session_.MakeCallback<int(int)>([](int x) { return 2 * x; });
  EXPECT_EQ(session_.FunctionAt<int(int)>(twice.address())(21), 42);
}

TEST_P(FunctionAt, WhereNoCodeLiesItIsRefused) {
  const auto data = session_.Allocate<int>(1);
  for (const std::uint64_t address : {std::uint64_t{0}, std::uint64_t{16}, data.address()}) {
    const auto bound = session_.TryFunctionAt<int(int)>(address);
    ASSERT_FALSE(bound) << address;
    EXPECT_EQ(bound.error().code, ErrorCode::kInvalidArgument);
    EXPECT_TRUE(Says(bound.error(), {"no function lies at '@", "give the address of code"}));
  }
  EXPECT_EQ(session_.TryFunctionAt<int(int)>(session_.MakeCallback<int(int)>([](int x) { return x; }).address(), {.memsync = {{.pointer = {0}, .length = {{0}}}}}).error().code,
            ErrorCode::kInvalidArgument);
}

TEST_P(FunctionAt, ItEndsWithTheHost) {
  session_ = Start(GetParam().Options({.restart = true}));
  const auto operation = Load("cdecl").Function<RemoteAddress<void>(char)>("operation");
  const RemoteAddress<void> code = operation('+');
  const auto add = session_.FunctionAt<int(int, int)>(code);
  EXPECT_EQ(add(1, 2), 3);
  const auto connection = session_.connection();
  for (const pid_t host : HostsOf(getpid())) kill(host, SIGKILL);
  ASSERT_TRUE(Within(std::chrono::milliseconds(5000), [&] { return connection->ended(); }));
  const auto late = add.TryCall(1, 2);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, ErrorCode::kInvalidArgument);
  EXPECT_TRUE(Says(late.error(), {"belongs to a host that ended: ask the DLL for its address again"}));
  EXPECT_EQ(session_.FunctionAt<int(int, int)>(operation('+'))(1, 2), 3);
}

}  // namespace
}  // namespace bridge::testing::returned
