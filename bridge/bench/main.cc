// SPDX-License-Identifier: MIT
// spanproof-bench: what a call, a callback and a synchronised array cost, as ratios to floors that were measured
// in the same run, interleaved (Google Benchmark), from a histogram of single calls.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <string_view>

#include "bridge/bench/judgement.h"
#include "bridge/bench/scenario.h"
#include "bridge/bench/threads.h"

namespace {

namespace fs = std::filesystem;
using bridge::bench::Histogram;
using bridge::bench::Judgement;
using bridge::bench::kCpuShare;
using bridge::bench::Scenario;
using bridge::bench::Seconds;

constexpr std::string_view kUsage =
    "usage: spanproof-bench [--arch win64|win32] [--wine WINE] [--dlls FOLDER] [--gate] [--calls N | --threads] [--benchmark_…]\n"
    "Measures calls through the bridge beside their floors, interleaved at random.\n"
    "  --gate     exit with 1 where a p50 is above its limit, with 4 where nothing can be said: other\n"
    "             programs took the CPU from the spinning floor, or the machine changed its speed meanwhile\n"
    "  --threads  instead: calls of 1, 2 and 4 threads on two CPUs, with spinning as chosen and switched off\n"
    "  --calls N  make N warm calls of add_int and nothing else (for strace and profilers)\n"
    "Options of Google Benchmark are passed on (--benchmark_repetitions=N, --benchmark_filter=…).\n";

struct Options {
  std::string arch = "win64", wine = "wine", dlls;
  bool gate = false, threads = false;
  long calls = -1;
  std::vector<char*> rest;
};

int Usage(const std::string& what) {
  fmt::print(stderr, "spanproof-bench: {}\n{}", what, kUsage);
  return 2;
}

// What was measured of one scenario, over all of its repetitions.
struct Measured {
  Histogram histogram;
  double cpu_seconds = 0, wall_seconds = 0;  // of the measuring thread

  double cpu_share() const { return wall_seconds > 0 ? cpu_seconds / wall_seconds : 1; }
};

void Measure(benchmark::State& state, const Scenario& scenario, Measured* measured) {
  const auto call = scenario.prepare();
  for (int i = 0; i < 100; ++i) call();  // warm
  const double cpu = Seconds(CLOCK_THREAD_CPUTIME_ID), wall = Seconds(CLOCK_MONOTONIC);
  for (auto _ : state) {
    const std::uint64_t begin = bridge::bench::Ticks();
    call();
    measured->histogram.Add(bridge::bench::Ticks() - begin);
  }
  measured->cpu_seconds += Seconds(CLOCK_THREAD_CPUTIME_ID) - cpu;
  measured->wall_seconds += Seconds(CLOCK_MONOTONIC) - wall;
}

// Two equal floors further apart than this: the machine changed its speed meanwhile.
constexpr double kControlRatio = 1.25;
// So it did where a floor has two speeds: a tenth of its round trips takes this many times its p50 (where two CPUs of one
// run lie now on one core, now on two, 5 times were seen; else 1.2 to 1.3).
constexpr double kTwoSpeeds = 2.5;
// A round trip between two CPUs takes longer than this; where it does not, the clock's own part was measured wrong.
constexpr double kShortestFloor = 20;  // ns

// Prints the table of ratios.
Judgement Report(const std::vector<Scenario>& scenarios, const std::map<std::string, Measured>& measured) {
  const double clock = bridge::bench::ClockTicks(), tick = bridge::bench::NanosecondsPerTick();
  fmt::print("\nsingle calls and callbacks, ns; the clock's own {:.0f} ns are taken off\n", clock * tick);
  fmt::print("{:<18} {:>10} {:>10} {:>10} {:>10}  {:<18} {:>6} {:>6}\n", "scenario", "calls", "p50", "p90", "p99",
             "floor", "ratio", "limit");
  std::map<std::string, double> each;
  for (const Scenario& one : scenarios) each[one.name] = one.each;
  const auto quantile = [&](const std::string& name, double q) {
    return std::max(0.0, measured.at(name).histogram.Quantile(q) - clock) * tick / each.at(name);
  };
  bool held = true, steady = true;
  for (const Scenario& one : scenarios) {
    const Histogram& histogram = measured.at(one.name).histogram;
    if (histogram.count() == 0) continue;  // filtered out
    fmt::print("{:<18} {:>10} {:>10.0f} {:>10.0f} {:>10.0f}", one.name, histogram.count(), quantile(one.name, 0.5),
               quantile(one.name, 0.9), quantile(one.name, 0.99));
    if (!one.floor.empty() && measured.at(one.floor).histogram.count() > 0) {
      const double ratio = quantile(one.name, 0.5) / std::max(quantile(one.floor, 0.5), tick);
      fmt::print("  {:<18} {:>6.2f}", one.floor, ratio);
      if (one.limit > 0) fmt::print(" {:>6.2f}{}", one.limit, ratio > one.limit ? "  ABOVE" : "");
      steady = steady && (!one.control || (ratio < kControlRatio && ratio > 1 / kControlRatio));
      held = held && (one.limit == 0 || ratio <= one.limit);
    }
    fmt::print("\n");
  }
  for (const Scenario& one : scenarios) {
    if (!one.spins || measured.at(one.name).cpu_share() >= kCpuShare) continue;
    fmt::print("{} had its CPU for {:.0f} % of the time only: other programs are running, and the ratios say nothing\n", one.name,
               measured.at(one.name).cpu_share() * 100);
    return Judgement::kUnfit;
  }
  for (const Scenario& one : scenarios) {
    if (!one.spins || measured.at(one.name).histogram.count() == 0) continue;
    const double p50 = quantile(one.name, 0.5), p90 = quantile(one.name, 0.9);
    if (p50 >= kShortestFloor && p90 <= kTwoSpeeds * p50) continue;
    fmt::print("{} came out as {:.0f} ns, a tenth of it {:.0f} ns and more: the machine changed its speed, and the ratios say nothing\n",
               one.name, p50, p90);
    return Judgement::kUnfit;
  }
  if (!steady) {
    fmt::print("two equal floors are more than {:.2f} apart: the machine changed its speed, and the ratios say nothing\n",
               kControlRatio);
    return Judgement::kUnfit;
  }
  return held ? Judgement::kHeld : Judgement::kMissed;
}

int Run(Options options) {
  const auto arch = bridge::ParseArch(options.arch);
  if (!arch) return Usage(arch.error().message);
  if (options.dlls.empty())
    options.dlls = (fs::read_symlink("/proc/self/exe").parent_path() / "../../lib/spanproof" / options.arch / "dlls").string();
  const bridge::SessionOptions wanted{.wine = options.wine, .arch = *arch};
  if (options.threads) {
    const Judgement judgement = bridge::bench::CompareThreads(wanted, options.dlls);
    return options.gate ? static_cast<int>(judgement) : 0;
  }
  const auto session = bridge::Session::Start(wanted);
  if (options.calls >= 0) {
    auto add_int = session.Load(options.dlls + "/add_cdecl.dll").Function<int(int, int)>("add_int");
    long sum = 0;
    for (long i = 0; i < options.calls; ++i) sum += add_int(static_cast<int>(i & 0xffff), 1) - 1;
    fmt::print("{} calls, sum {}\n", options.calls, sum);
    return 0;
  }
  const std::vector<Scenario> scenarios = bridge::bench::MakeScenarios(session, options.dlls);
  std::map<std::string, Measured> measured;
  for (const Scenario& one : scenarios) {
    Measured* mine = &measured[one.name];
    benchmark::RegisterBenchmark(one.name.c_str(), [&one, mine](benchmark::State& state) {
      Measure(state, one, mine);
    })->MinTime(0.05)->Repetitions(10)->ReportAggregatesOnly()->UseRealTime();
  }
  // Interleaving is the measurement's point: ours unless the user says otherwise.
  std::string interleave = "--benchmark_enable_random_interleaving=true";
  options.rest.insert(options.rest.begin() + 1, interleave.data());
  int count = static_cast<int>(options.rest.size());
  benchmark::Initialize(&count, options.rest.data());
  if (benchmark::ReportUnrecognizedArguments(count, options.rest.data())) return 2;
  benchmark::RunSpecifiedBenchmarks();
  const Judgement judgement = Report(scenarios, measured);
  return options.gate ? static_cast<int>(judgement) : 0;
}

}  // namespace

int main(int argc, char** argv) try {
  Options options;
  options.rest.push_back(argv[0]);
  for (int i = 1; i < argc; ++i) {
    const std::string_view name = argv[i];
    if (name == "--help") return fmt::print("{}", kUsage), 0;
    if (name == "--gate") {
      options.gate = true;
    } else if (name == "--threads") {
      options.threads = true;
    } else if (name == "--arch" || name == "--wine" || name == "--dlls" || name == "--calls") {
      if (i + 1 == argc) return Usage(std::string(name) + " needs a value");
      const std::string value = argv[++i];
      if (name == "--arch") options.arch = value;
      if (name == "--wine") options.wine = value;
      if (name == "--dlls") options.dlls = value;
      if (name == "--calls") options.calls = std::strtol(value.c_str(), nullptr, 10);
    } else if (name.starts_with("--benchmark_")) {
      options.rest.push_back(argv[i]);
    } else {
      return Usage("unknown option '" + std::string(name) + "'");
    }
  }
  return Run(std::move(options));
} catch (const std::exception& exception) {
  fmt::print(stderr, "spanproof-bench: {}\n", exception.what());
  return 2;
}
