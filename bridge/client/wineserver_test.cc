// SPDX-License-Identifier: MIT
// A prefix whose wineserver dies under its sessions, beside another prefix.
#include <gtest/gtest.h>

#include <signal.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include "bridge/client/wine_testing.h"

namespace bridge::testing {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;
constexpr double kSoon = 2000;  // milliseconds: 100 on a machine with nothing else to do

// Processes of a prefix by name, in the words of their environment; zombies left out.
std::vector<pid_t> ProcessesOf(const fs::path& prefix, const std::string& comm = "") {
  std::vector<pid_t> found;
  const std::string entry = "WINEPREFIX=" + prefix.string() + '\0';
  std::error_code ignored;
  for (const auto& process : fs::directory_iterator("/proc", ignored)) {
    const std::string name = process.path().filename();
    if (name.find_first_not_of("0123456789") != name.npos || std::stoi(name) == getpid()) continue;
    if (ReadFile(process.path() / "environ").find(entry) == std::string::npos) continue;
    if (ReadFile(process.path() / "comm").starts_with(comm)) found.push_back(std::stoi(name));
  }
  return found;
}

class Wineserver : public ::testing::Test {
 protected:
  void SetUp() override {
    prefix_ = fs::temp_directory_path() / ("spanproof-wineserver-test-" + std::to_string(getpid()));
    fs::create_directories(prefix_);
  }
  void TearDown() override {
    for (const pid_t pid : ProcessesOf(prefix_)) kill(pid, SIGKILL);
    fs::remove_all(prefix_);
  }
  SessionOptions Here(bool restart = false) const {
    SessionOptions options;
    if (const char* root = std::getenv("SPANPROOF_WINE_ROOT")) options.wine = root;
    options.prefix = prefix_;
    options.start_timeout = milliseconds(240000);
    options.restart = restart;
    return options;
  }
  void KillWineserver() {
    const auto servers = ProcessesOf(prefix_, "wineserver");
    ASSERT_FALSE(servers.empty());
    for (const pid_t server : servers) kill(server, SIGKILL);
  }
  fs::path prefix_;
};

TEST_F(Wineserver, ItsDeathAnswersItsSessionsAndDisturbsNoOther) {
  auto first = Start(Here()), second = Start(Here(true));
  auto elsewhere = Start();
  auto hang = first.Load(Dll("add_cdecl")).Function<void()>("hang");
  auto sleep = second.Load(Dll("add_cdecl")).Function<int(int)>("sleep_ms");
  auto other = elsewhere.Load(Dll("add_cdecl")).Function<int(int)>("sleep_ms");
  std::atomic<int> told{0};
  Clock::time_point killed;
  std::vector<double> took(4);
  std::vector<std::thread> waiting;
  const auto tells = [&](const auto& tried, std::size_t index) {
    took[index] = MillisecondsSince(killed);
    told += !tried && tried.error().code == ErrorCode::kDisconnected && Says(tried.error(), {"the wineserver of the prefix ended during "});
    if (!tried && !Says(tried.error(), {"wineserver"})) std::printf("%s\n", tried.error().message.c_str());
  };
  for (std::size_t i = 0; i < 2; ++i) waiting.emplace_back([&, i] { tells(hang.TryCall(), i); });
  for (std::size_t i = 2; i < 4; ++i) waiting.emplace_back([&, i] { tells(sleep.TryCall(60000), i); });
  std::atomic<bool> undisturbed{false};
  std::thread apart([&] { undisturbed = other(3000) == 3000; });
  usleep(500000);
  killed = Clock::now();
  KillWineserver();
  for (std::thread& thread : waiting) thread.join();
  std::printf("2 sessions, 4 threads: told after %.1f, %.1f, %.1f and %.1f ms\n", took[0], took[1], took[2], took[3]);
  EXPECT_EQ(told, 4);
  for (const double one : took) EXPECT_LT(one, kSoon);
  EXPECT_TRUE(Within(milliseconds(5000), [&] { return ProcessesOf(prefix_).empty(); })) << "something of the prefix is left";
  std::printf("nothing of the prefix left after %.1f ms\n", MillisecondsSince(killed));
  apart.join();
  EXPECT_TRUE(undisturbed);
  EXPECT_EQ(other(1), 1);
  EXPECT_EQ(sleep(1), 1) << "it starts anew, with a wineserver of its own";
  EXPECT_EQ(second.starts(), 2u);
  EXPECT_FALSE(hang.TryCall());
}

TEST_F(Wineserver, AnIdleSessionKnowsAtItsNextCall) {
  auto session = Start(Here());
  auto sleep = session.Load(Dll("add_cdecl")).Function<int(int)>("sleep_ms");
  sleep(1);
  usleep(200000);
  KillWineserver();
  EXPECT_TRUE(Within(milliseconds(5000), [&] { return ProcessesOf(prefix_).empty(); })) << "something of the prefix is left";
  auto tried = sleep.TryCall(1);
  ASSERT_FALSE(tried);
  EXPECT_TRUE(Says(tried.error(), {"the wineserver of the prefix ended"}));
}

}  // namespace
}  // namespace bridge::testing
