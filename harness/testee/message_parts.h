// SPDX-License-Identifier: MIT
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "harness/testee/testee.h"

namespace spanproof {

// Parts of TESTEE.md's messages, as the tester writes and reads them. What is
// read comes from outside: nothing throws, kCorrupt says what was wrong.

nlohmann::json EncodeValues(const std::vector<Value>& values);
nlohmann::json EncodeReached(const std::vector<Reached>& memory);

Expected<TesteeDescription> DecodeDescription(const nlohmann::json& answer);
Expected<TesteeError> DecodeTesteeError(const nlohmann::json& answer);

// Appends `events`, which are texts; absent means none.
Expected<void> DecodeEvents(const nlohmann::json& message, std::vector<Event>* events);

// Fills all but the events that the callbacks brought; appends the last ones.
Expected<void> DecodeCallAnswer(const nlohmann::json& answer, CallOutcome* outcome);

// Name, arguments and memory.
Expected<void> DecodeCallback(const nlohmann::json& message, CallbackRecord* record);

}  // namespace spanproof
