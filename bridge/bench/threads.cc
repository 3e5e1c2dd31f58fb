// SPDX-License-Identifier: MIT
#include "bridge/bench/threads.h"

#include <fmt/format.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <barrier>
#include <random>
#include <thread>
#include <vector>

#include "bridge/client/session.h"

namespace bridge::bench {
namespace {

constexpr int kRounds = 40;
constexpr int kWindowMicroseconds = 15000;
constexpr std::array<unsigned, 3> kThreads = {1, 2, 4};

// Two equal variants of one run came out up to 5 % apart; what spins where it should not loses half and more.
constexpr double kLimit = 0.9;
constexpr double kControl = 0.1;

using AddInt = Function<int(int, int)>;

// One session and what is called in it. A thread that binds has a channel open, which counts as a
// caller: it is one that ends.
struct Variant {
  std::string name;
  Session session;
  AddInt add;

  Variant(std::string name, SessionOptions options, std::optional<std::uint32_t> spins, const std::string& dlls)
      : name(std::move(name)), session((options.spins = spins, Session::Start(options))), add(nullptr) {
    std::thread([&] { add = session.Load(dlls + "/add_cdecl.dll").Function<int(int, int)>("add_int"); }).join();
  }
};

struct Window {
  double calls_per_second = 0;
  double cpu_share = 0;  // of its least lucky thread
};

Window Measure(const AddInt& add, unsigned threads) {
  std::barrier ready(threads + 1);
  std::atomic<bool> over{false};
  std::vector<Window> mine(threads);
  std::vector<std::thread> callers;
  for (unsigned i = 0; i < threads; ++i)
    callers.emplace_back([&, i] {
      for (int warm = 0; warm < 50; ++warm) add(warm, 1);
      ready.arrive_and_wait();
      const double cpu = Seconds(CLOCK_THREAD_CPUTIME_ID), wall = Seconds(CLOCK_MONOTONIC);
      double calls = 0;
      for (; !over.load(std::memory_order_relaxed); ++calls) add(5, 7);
      const double took = Seconds(CLOCK_MONOTONIC) - wall;
      mine[i] = {calls / took, (Seconds(CLOCK_THREAD_CPUTIME_ID) - cpu) / took};
      ready.arrive_and_wait();  // no channel is closed while others are measured
    });
  ready.arrive_and_wait();
  usleep(kWindowMicroseconds);
  over = true;
  ready.arrive_and_wait();
  for (std::thread& caller : callers) caller.join();
  Window all{0, 1};
  for (const Window& one : mine) {
    all.calls_per_second += one.calls_per_second;
    all.cpu_share = std::min(all.cpu_share, one.cpu_share);
  }
  return all;
}

double Median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2), values.end());
  return values[values.size() / 2];
}

bool BindToTwoCpus() {
  cpu_set_t allowed, two;
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return false;
  CPU_ZERO(&two);
  for (int cpu = 0; cpu < CPU_SETSIZE && CPU_COUNT(&two) < 2; ++cpu)
    if (CPU_ISSET(cpu, &allowed)) CPU_SET(cpu, &two);
  return CPU_COUNT(&two) == 2 && sched_setaffinity(0, sizeof two, &two) == 0;
}

}  // namespace

Judgement CompareThreads(const SessionOptions& options, const std::string& dlls) {
  if (!BindToTwoCpus()) {
    fmt::print("this process may use fewer than two CPUs: nothing can be compared\n");
    return Judgement::kUnfit;
  }
  const Variant variants[] = {{"as chosen", options, options.spins, dlls}, {"off", options, 0, dlls}, {"off again", options, 0, dlls}};
  enum { kChosen, kOff, kOffAgain };
  // [threads][variant][round]
  std::array<std::array<std::vector<double>, 3>, kThreads.size()> rates;
  std::vector<double> shares;
  std::mt19937 random(1);
  for (int round = 0; round < kRounds; ++round)
    for (std::size_t t = 0; t < kThreads.size(); ++t) {
      std::array<int, 3> order = {kChosen, kOff, kOffAgain};
      std::shuffle(order.begin(), order.end(), random);
      for (const int v : order) {
        const Window window = Measure(variants[v].add, kThreads[t]);
        rates[t][static_cast<std::size_t>(v)].push_back(window.calls_per_second);
        if (v == kChosen && kThreads[t] == 1) shares.push_back(window.cpu_share);
      }
    }
  fmt::print("calls a second on two CPUs, medians of {} windows; the limit is for spinning as chosen / off\n", kRounds);
  fmt::print("{:>7} {:>12} {:>12} {:>12} {:>8} {:>8} {:>10}\n", "threads", variants[0].name, variants[1].name, variants[2].name, "ratio", "limit",
             "off / off");
  bool held = true, steady = true;
  for (std::size_t t = 0; t < kThreads.size(); ++t) {
    const auto ratio = [&](std::size_t of, std::size_t to) {
      std::vector<double> ratios;
      for (std::size_t i = 0; i < rates[t][of].size(); ++i) ratios.push_back(rates[t][of][i] / rates[t][to][i]);
      return Median(ratios);
    };
    const double chosen = ratio(kChosen, kOff), control = ratio(kOffAgain, kOff);
    fmt::print("{:>7} {:>12.0f} {:>12.0f} {:>12.0f} {:>8.2f} {:>8.2f} {:>10.2f}{}\n", kThreads[t], Median(rates[t][kChosen]), Median(rates[t][kOff]),
               Median(rates[t][kOffAgain]), chosen, kLimit, control, chosen < kLimit ? "  BELOW" : "");
    held = held && chosen >= kLimit;
    steady = steady && control > 1 - kControl && control < 1 + kControl;
  }
  if (Median(shares) < kCpuShare) {
    fmt::print("a caller that spins had its CPU for {:.0f} % of the time only: other programs are running, and the ratios say nothing\n",
               Median(shares) * 100);
    return Judgement::kUnfit;
  }
  if (!steady) {
    fmt::print("two equal variants are more than {:.0f} % apart: the ratios say nothing\n", kControl * 100);
    return Judgement::kUnfit;
  }
  return held ? Judgement::kHeld : Judgement::kMissed;
}

}  // namespace bridge::bench
