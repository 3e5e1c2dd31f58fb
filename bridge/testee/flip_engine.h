// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <memory>

#include "harness/testee/sdk/engine.h"

namespace bridge::testee {

// An engine that is wrong by one bit: after each call it flips the lowest bit of
// byte `offset` of what pointer argument `argument` leads to, as if that byte had
// been copied back wrongly. Proof that the harness sees it; never part of a real lane.
std::unique_ptr<spanproof::Engine> MakeFlipEngine(std::unique_ptr<spanproof::Engine> engine, std::size_t argument,
                                                  std::size_t offset);

}  // namespace bridge::testee
