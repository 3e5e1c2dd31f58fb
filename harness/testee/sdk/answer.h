// SPDX-License-Identifier: MIT
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "harness/testee/sdk/engine.h"

namespace spanproof {

// The members of an answer, or why there are none.
using Answer = EngineResult<nlohmann::json>;

tl::unexpected<EngineError> Refuse(EngineError::Kind kind, std::string message);
EngineError FromError(const Error& error);

// The whole message that answers request `id`.
nlohmann::json AnswerMessage(const nlohmann::json& id, Answer answer);

}  // namespace spanproof
