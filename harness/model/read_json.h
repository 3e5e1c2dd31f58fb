// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>

#include "harness/model/error.h"

namespace spanproof {

// A file of JSON that somebody wrote by hand. Refused, with the file's name and
// the place (a JSON pointer), is also what JSON allows and readers drop without
// a word: a member that stands twice in one object.
Expected<nlohmann::json> ReadJson(const std::filesystem::path& path);

}  // namespace spanproof
