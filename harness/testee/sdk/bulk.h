// SPDX-License-Identifier: MIT
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "harness/model/value.h"

namespace spanproof {

// Arrays too large for a frame's text: by side file in the exchange folder
// ("TAG[n]@file:PATH") or, to the testee only, by pattern ("TAG[n]@pattern:NAME:SEED").
class Bulk {
 public:
  // Folder of the hello; until it is set nothing is written beside the frame.
  void SetFolder(std::string folder) { folder_ = std::move(folder); }

  // DecodeValue and EncodeValue with these forms, at any depth.
  Expected<Value> Decode(const nlohmann::json& in) const;
  Expected<nlohmann::json> Encode(const Value& value);

 private:
  Expected<nlohmann::json> WriteFile(const Packed& packed);

  std::string folder_;
  unsigned next_file_ = 1;
};

}  // namespace spanproof
