// SPDX-License-Identifier: MIT
// What a long life of a session leaves behind in either process: a million calls, 10^5 callbacks, 10^4 functions bound and
// released, 10^3 DLLs loaded and unloaded, 200 further sessions, threads of both sides. After a warm-up threads, handles and
// descriptors are as many as before, and in the second half resident memory grows by less than 256 KiB.
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <optional>
#include <thread>

#include "bridge/client/wine_testing.h"

namespace bridge::testing {
namespace {

struct Times {
  int calls, callbacks, binds, loads, sessions, threads, foreign;
};
// In each round; a hundred rounds are the contract's.
constexpr Times kEach = {10000, 1000, 100, 10, 2, 4, 4};
constexpr int kWarmUp = 12, kHalf = 50;
constexpr std::int64_t kGrowth = 256;  // KiB

std::size_t Entries(pid_t process, const char* folder) {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator("/proc/" + std::to_string(process) + "/" + folder), {}));
}

// Not from `status`, whose counters are behind by some pages for each thread.
std::int64_t ResidentKib(pid_t process) {
  std::ifstream rollup("/proc/" + std::to_string(process) + "/smaps_rollup");
  for (std::string line; std::getline(rollup, line);)
    if (line.starts_with("Rss:")) return std::stoll(line.substr(4));
  return -1;
}

struct Count {
  std::size_t client_threads = 0, client_descriptors = 0, host_threads = 0, host_descriptors = 0, host_handles = 0;
  bool operator==(const Count&) const = default;
};
std::ostream& operator<<(std::ostream& out, const Count& one) {
  return out << "client: " << one.client_threads << " threads, " << one.client_descriptors << " descriptors; host: " << one.host_threads
             << " threads, " << one.host_descriptors << " descriptors, " << one.host_handles << " handles";
}
struct Memory {
  std::int64_t client = 0, host = 0;  // KiB
};
std::ostream& operator<<(std::ostream& out, const Memory& one) { return out << "client " << one.client << " KiB, host " << one.host << " KiB resident"; }

class LeakTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto hosts = HostsOf(getpid());
    ASSERT_EQ(hosts.size(), 1u);
    host_ = hosts[0];
  }

  Count Now() {
    // GetProcessHandleCount says 0 on Wine 8. Wine hands the lowest numbers out first.
    std::size_t handles = 0;
    for (std::uint64_t handle = 4; handle < 4 * 512; handle += 4) {
      std::uint32_t flags = 0;
      handles += information_(Size{handle}, &flags) != 0;
    }
    return {Entries(getpid(), "task"), Entries(getpid(), "fd"), Entries(host_, "task"), Entries(host_, "fd"), handles};
  }
  Memory Resident() const { return {ResidentKib(getpid()), ResidentKib(host_)}; }
  // The counts once what ends by itself has ended: threads of the DLL's, and of the client's for them.
  Count Settled(const std::optional<Count>& expected = {}) {
    Count now = Now();
    for (int i = 0, same = 0; i < 200 && same < 20 && now != expected; ++i, usleep(20000)) {
      const Count next = Now();
      same = next == now ? same + 1 : 0;
      now = next;
    }
    return now;
  }

  void Round() {
    for (int i = 0; i < kEach.calls; ++i) add_(i, 1);
    int seen = 0;
    for (int i = 0; i < kEach.callbacks / 100; ++i) {
      static const int values[100] = {};
      each_(values, 100, session_.MakeCallback<void(int, int)>([&seen](int, int) { ++seen; }));
    }
    ASSERT_EQ(seen, kEach.callbacks);
    for (int i = 0; i < kEach.binds; ++i) ASSERT_EQ((module_.Function<int(int, int)>("add_int")(i, 2)), i + 2);
    for (int i = 0; i < kEach.loads; ++i) {
      auto loaded = session_.Load(Dll("sort_cdecl"));
      auto sort = loaded.Function<void(float*, int)>("bubblesort", {.memsync = {{.pointer = {0}, .length = {{1}}, .type = kFloat}}});
      float pair[] = {2, 1};
      sort(pair, 2);
      ASSERT_EQ(pair[0], 1);
      loaded.Unload();
    }
    for (int i = 0; i < kEach.sessions; ++i) {
      auto own = Start();
      ASSERT_EQ((own.Load(Dll("add_cdecl")).Function<int(int, int)>("add_int")(i, 3)), i + 3);
      auto callback = own.MakeCallback<int(int)>([](int x) { return x; });
    }
    for (int i = 0; i < kEach.threads; ++i) std::thread([this] { add_(1, 2); }).join();
    for (int i = 0; i < kEach.foreign; ++i) {
      std::atomic<bool> came{false};
      const auto start = session_.MakeCallback<std::uint32_t(Size)>([&came](Size) { return came = true, 0u; });
      const Size thread = create_(Size{0}, Size{0}, start, Size{0}, 0, Size{0});
      ASSERT_EQ(wait_(thread, 0xffffffff), 0u);
      ASSERT_TRUE(came);
      ASSERT_EQ(close_(thread), 1);
    }
  }

  Session session_ = Start();
  Module module_ = session_.Load(Dll("add_cdecl"));
  Module kernel_ = session_.Load("kernel32.dll");
  Function<int(int, int)> add_ = module_.Function<int(int, int)>("add_int");
  Function<void(const int*, int, Callback<void(int, int)>)> each_ =
      session_.Load(Dll("callbacks_cdecl"))
          .Function<void(const int*, int, Callback<void(int, int)>)>("for_each",
                                                                     {.memsync = {{.pointer = {0}, .length = {{1}}, .type = kInt32}}});
  Function<int(Size, std::uint32_t*)> information_ = kernel_.Function<int(Size, std::uint32_t*)>("GetHandleInformation");
  Function<Size(Size, Size, Callback<std::uint32_t(Size)>, Size, std::uint32_t, Size)> create_ =
      kernel_.Function<Size(Size, Size, Callback<std::uint32_t(Size)>, Size, std::uint32_t, Size)>("CreateThread");
  Function<std::uint32_t(Size, std::uint32_t)> wait_ = kernel_.Function<std::uint32_t(Size, std::uint32_t)>("WaitForSingleObject");
  Function<int(Size)> close_ = kernel_.Function<int(Size)>("CloseHandle");
  pid_t host_ = -1;
};

TEST_F(LeakTest, ALongLifeLeavesNothing) {
  for (int i = 0; i < kWarmUp; ++i) Round();
  const Count before = Settled();
  const Memory start = Resident();
  std::cout << "after the warm-up: " << before << "; " << start << std::endl;
  for (int i = 0; i < kHalf; ++i) Round();
  const Count middle = Settled(before);
  const Memory half = Resident();
  std::cout << "after one half:    " << middle << "; " << half << std::endl;
  for (int i = 0; i < kHalf; ++i) Round();
  const Count after = Settled(before);
  const Memory end = Resident();
  std::cout << "after the other:   " << after << "; " << end << std::endl;
  std::cout << 2 * kHalf * kEach.calls << " calls, " << 2 * kHalf * kEach.callbacks << " callbacks, " << 2 * kHalf * kEach.binds
            << " functions bound, " << 2 * kHalf * kEach.loads << " loads, " << 2 * kHalf * kEach.sessions << " sessions, "
            << 2 * kHalf * kEach.threads << " threads, " << 2 * kHalf * kEach.foreign << " threads of DLLs; the second half added "
            << end.client - half.client << " KiB to the client, " << end.host - half.host << " KiB to the host" << std::endl;
  EXPECT_EQ(middle, before);
  EXPECT_EQ(after, before);
  EXPECT_LT(end.client - half.client, kGrowth);
  EXPECT_LT(end.host - half.host, kGrowth);
}

}  // namespace
}  // namespace bridge::testing
