// SPDX-License-Identifier: MIT
// Sessions on a Wine root, $SPANPROOF_WINE_ROOT: that calls cross on both
// architectures, and that the host ends although it is a wrapper's child.
#include <gtest/gtest.h>

#include <signal.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstdlib>

#include "bridge/client/wine_testing.h"

namespace bridge::testing {
namespace {

namespace fs = std::filesystem;
using std::chrono::seconds;

// Empty where none is named.
fs::path Root() {
  const char* root = std::getenv("SPANPROOF_WINE_ROOT");
  return root != nullptr ? root : "";
}

std::string DllOf(Arch arch, const std::string& name) {
  return (Tree() / "lib/spanproof" / Name(arch) / "dlls" / (name + ".dll")).string();
}

SessionOptions In(Arch arch) {
  return {.wine = Root().string(), .arch = arch, .abi = arch == Arch::kWin64 ? Abi::kWin64Gnu : Abi::kWin32Gnu};
}

// The processes among `all` that are bubblewrap's own.
std::vector<pid_t> Wrappers(const std::vector<pid_t>& all) {
  std::vector<pid_t> wrappers;
  for (pid_t pid : all)
    if (ReadFile("/proc/" + std::to_string(pid) + "/comm") == "bwrap\n") wrappers.push_back(pid);
  return wrappers;
}

class WineRoot : public ::testing::TestWithParam<Arch> {};

TEST_P(WineRoot, CallsWithArraysStructsAndCallbacks) {
  auto session = Start(In(GetParam()));
  auto sort = session.Load(DllOf(GetParam(), "sort_cdecl"))
                  .Function<void(float*, int)>("bubblesort", {.memsync = {{.pointer = {0}, .length = {{1}}, .type = kFloat}}});
  std::vector<float> values = {5.74f, 3.72f, 6.28f};
  sort(values.data(), 3);
  EXPECT_EQ(values, (std::vector<float>{3.72f, 5.74f, 6.28f}));

  auto edges = session.MakeCallback<Filter>([](Image* window) { return window->data[4]; }, ImageData());
  std::vector<std::int16_t> pixels = {0, 0, 0, 0, 0, 9, 9, 0, 0, 9, 9, 0, 0, 0, 0, 0};
  Image image{pixels.data(), 4, 4};
  auto apply = session.Load(DllOf(GetParam(), "image_cdecl"))
                   .Function<std::int16_t(Image*, Callback<Filter>)>("apply_filter", ImageData());
  EXPECT_EQ(apply(&image, edges), 4);
  EXPECT_EQ(image.data, pixels.data());
}

TEST_P(WineRoot, ABufferOf64MebibytesCrossesAndSoItDoesInSixSessionsAtOnce) {
  std::vector<Session> sessions;
  std::vector<std::uint8_t> buffer(64 << 20);
  for (int i = 0; i < 6; ++i) {
    sessions.push_back(Start(In(GetParam())));
    // Win32's first three sessions have the room; the others say what they lack.
    auto touch = sessions.back().Load(DllOf(GetParam(), "add_cdecl"))
                     .Function<int(std::uint8_t*, int)>("touch_each", {.memsync = {{.pointer = {0}, .length = {{1}}}}});
    const auto touched = touch.TryCall(buffer.data(), static_cast<int>(buffer.size()));
    if (GetParam() == Arch::kWin64 || i < 3) {
      ASSERT_TRUE(touched) << i << ": " << touched.error().message;
      EXPECT_EQ(std::count(buffer.begin(), buffer.end(), i + 1), 64 << 20);
    } else if (!touched) {
      EXPECT_TRUE(Says(touched.error(), {"no room for 67", "shared segment"}));
    }
    std::vector<std::uint8_t> less(8 << 20);
    EXPECT_TRUE(touch.TryCall(less.data(), 8 << 20)) << i;
    EXPECT_EQ(std::count(less.begin(), less.end(), 1), 8 << 20);
  }
}

TEST_P(WineRoot, TheHostEndsWhenItsWrapperIsKilled) {
  auto session = Start(In(GetParam()));
  session.Load(DllOf(GetParam(), "sort_cdecl"));
  const auto all = HostsOf(getpid());
  const auto wrappers = Wrappers(all);
  ASSERT_FALSE(wrappers.empty());
  ASSERT_GT(all.size(), wrappers.size()) << "the host itself was not seen";
  for (pid_t wrapper : wrappers) kill(wrapper, SIGKILL);
  // The client sees it when it next needs the host, which may still answer while the wrapper dies.
  Error refused;
  EXPECT_TRUE(Within(seconds(10), [&] {
    auto loaded = session.TryLoad(DllOf(GetParam(), "image_cdecl"));
    if (!loaded) refused = loaded.error();
    return !loaded;
  }));
  EXPECT_EQ(refused.code, ErrorCode::kDisconnected) << refused.message;
  EXPECT_TRUE(Within(seconds(10), [] { return HostsOf(getpid()).empty(); }));
}

TEST_P(WineRoot, TheHostEndsWithItsClient) {
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const pid_t client = fork();
  if (client == 0) {
    auto session = Session::TryStart(In(GetParam()));
    if (!session || write(ready[1], "x", 1) != 1) _exit(1);
    while (true) pause();
  }
  close(ready[1]);
  char byte = 0;
  EXPECT_EQ(read(ready[0], &byte, 1), 1) << "the client did not start";
  close(ready[0]);
  EXPECT_FALSE(HostsOf(client).empty());
  kill(client, SIGKILL);
  waitpid(client, nullptr, 0);
  EXPECT_TRUE(Within(seconds(10), [&] { return HostsOf(client).empty(); }));
}

TEST(WineCommand, IsWordsThatAProgramFollows) {
  SessionOptions options = In(Arch::kWin64);
  options.wine = WineCommand({(Tree() / "lib/spanproof/enter-wine-root").string(), Root().string(), "/usr/lib/wine/wine64"});
  auto session = Start(options);
  session.Load(DllOf(Arch::kWin64, "sort_cdecl"));
}

std::vector<Arch> Architectures() {
  std::vector<Arch> all = {Arch::kWin64};
  if (fs::exists(Root() / "usr/lib/wine/wine")) all.push_back(Arch::kWin32);
  return all;
}
INSTANTIATE_TEST_SUITE_P(Architectures, WineRoot, ::testing::ValuesIn(Architectures()),
                         [](const auto& info) { return std::string(Name(info.param)); });

// The prefix's server ends with the tests, and is gone before they are over.
class Server : public ::testing::Environment {
  void SetUp() override { ASSERT_FALSE(Root().empty()) << "$SPANPROOF_WINE_ROOT names no Wine root"; }
  void TearDown() override {
    if (Root().empty()) return;
    const std::string server = (Tree() / "lib/spanproof/enter-wine-root").string() + " '" + Root().string() + "' /usr/lib/wine/wineserver ";
    if (std::system((server + "-k; " + server + "-w").c_str()) != 0) std::puts("there was no wineserver to end");
  }
};
const auto* const kServer = ::testing::AddGlobalTestEnvironment(new Server);

}  // namespace
}  // namespace bridge::testing
