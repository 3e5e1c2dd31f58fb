// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "harness/run/installation.h"
#include "harness/run/wine.h"
#include "harness/testee/manifest.h"

namespace spanproof {

// A testee in an environment.
struct Lane {
  TesteeManifest testee;
  std::string architecture;
  std::optional<Wine> wine;  // present iff the testee uses it

  std::string Name() const;  // "bridge@wine-8.0/win64", "nothing@linux/win64"
};

// Lanes that a command line may name, and those that could be but lack something.
struct Lanes {
  std::vector<Lane> available;
  std::vector<std::string> missing;  // "bridge/win32: wine-8.0 has no 32-bit loader (package wine32:i386)"
};
Lanes FindLanes(const std::vector<TesteeManifest>& testees, const std::vector<Wine>& wines,
                const Installation& installation);

// Lanes by their names or parts of them from the left ("bridge",
// "bridge/win64", "bridge@wine-8.0"), in the order of `available`; globs work.
// kInvalidArgument for a name that selects nothing, with those there are.
Expected<std::vector<Lane>> SelectLanes(const Lanes& lanes, const std::vector<std::string>& names);

// Without names: inproc and bridge, for every architecture that is there.
std::vector<Lane> DefaultLanes(const Lanes& lanes);

// The lane that others are compared with: a native one, else inproc (same architecture).
bool IsBaseline(const Lane& lane);

}  // namespace spanproof
