// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "bridge/bench/histogram.h"
#include "bridge/client/session.h"

namespace bridge::bench {

// One thing that is measured. `prepare` runs before each repetition and returns
// what one call does; what it captured ends with the repetition.
struct Scenario {
  std::string name;
  std::string floor;      // the scenario that it is held against; empty: it is a floor itself
  double limit = 0;       // p50 at most this many times the floor's; 0: shown only
  std::function<std::function<void()>()> prepare;
  bool spins = false;     // never sleeps: shows whether its thread had a CPU
  double each = 1;        // so much of what is measured is in one call: its time is divided by this
  bool control = false;   // the same as its floor (A/A): shows how far two equal things differ here
};

// Calls through the public typed interface, beside their floors.
std::vector<Scenario> MakeScenarios(const Session& session, const std::string& dlls);

}  // namespace bridge::bench
