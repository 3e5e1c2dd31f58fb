// SPDX-License-Identifier: MIT
#include "bridge/bench/scenario.h"

#include <cstring>

#include "bridge/client/floor_probe.h"

namespace bridge::bench {
namespace {

constexpr std::size_t kMebibyte = 1 << 20;

std::string Size(std::size_t bytes) { return bytes == kMebibyte ? "1MiB" : std::to_string(bytes) + "B"; }

Scenario Floor(const Session& session, std::string name, std::string floor) {
  return {std::move(name), std::move(floor), 0, [session] {
            auto probe = std::make_shared<FloorProbe>(session);
            return [probe] { probe->RoundTrip(); };
          }, true};
}

// There and back again: what an in-out array costs where nothing else does.
Scenario TwoMemcpy(std::size_t bytes) {
  return {"two_memcpy/" + Size(bytes), "", 0, [bytes] {
            // A page apart but for one cache line: the fastest distance that was found on these CPUs.
            auto mine = std::make_shared<std::vector<char>>(bytes), room = std::make_shared<std::vector<char>>(bytes + 4096);
            const auto distance = reinterpret_cast<std::uintptr_t>(mine->data()) + 64 - reinterpret_cast<std::uintptr_t>(room->data());
            char* other = room->data() + (distance & 4095);
            return [mine, room, other, bytes] {
              std::memcpy(other, mine->data(), bytes);
              asm volatile("" : : "r"(other) : "memory");
              std::memcpy(mine->data(), other, bytes);
              asm volatile("" : : "r"(mine->data()) : "memory");
            };
          }};
}

// One callback: a call makes so many that the call itself disappears.
Scenario OneCallback(const Session& session, const std::string& dlls) {
  constexpr int kCallbacks = 100;
  using Integrand = Callback<double(double)>;
  auto integrate = session.Load(dlls + "/callbacks_cdecl.dll").Function<double(Integrand, double, double, int)>("integrate");
  const Integrand same = session.MakeCallback<double(double)>([](double x) { return x; });
  Scenario one{"callback", "floor", 1.5, [integrate, same] { return [integrate, same] { integrate(same, 0, 1, kCallbacks); }; }};
  one.each = kCallbacks;
  return one;
}

Scenario InOut(const Module& add, std::size_t bytes, double limit) {
  auto touch = add.Function<int(char*, int)>("touch", {.memsync = {{.pointer = {0}, .length = {{1}}}}});
  return {"in_out/" + Size(bytes), "two_memcpy/" + Size(bytes), limit, [touch, bytes] {
            auto mine = std::make_shared<std::vector<char>>(bytes);
            return [touch, mine] { touch(mine->data(), static_cast<int>(mine->size())); };
          }};
}

}  // namespace

std::vector<Scenario> MakeScenarios(const Session& session, const std::string& dlls) {
  const Module add = session.Load(dlls + "/add_cdecl.dll");
  auto add_int = add.Function<int(int, int)>("add_int");
  std::vector<Scenario> all;
  all.push_back(Floor(session, "floor", ""));
  all.push_back(Floor(session, "floor_again", "floor"));
  all.back().control = true;
  all.push_back({"add_int", "floor", 1.5, [add_int] { return [add_int] { add_int(5, 7); }; }});
  all.push_back(OneCallback(session, dlls));
  for (const std::size_t bytes : {std::size_t{4}, kMebibyte}) {
    all.push_back(TwoMemcpy(bytes));
    all.push_back(InOut(add, bytes, bytes == kMebibyte ? 1.3 : 0));
  }
  return all;
}

}  // namespace bridge::bench
