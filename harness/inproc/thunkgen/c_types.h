// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <string>

#include "harness/model/type.h"

namespace spanproof {

// C for the types of signatures, in which only what decides how they travel is
// left: structs are numbered, their members have no names that mean anything.
class CTypes {
 public:
  // A type that CodeOf has a code for, as C declares `name` of it: "int32_t a0",
  // "struct S3 a1"; "int32_t" without a name. Defines structs on the way.
  std::string Declare(const TypeTable& types, TypeId id, const std::string& name = {});

  // All structs so far, each before those that hold it.
  const std::string& definitions() const { return definitions_; }

 private:
  std::string Aggregate(const TypeTable& types, TypeId id);

  std::map<std::string, std::string> by_code_;
  std::string definitions_;
};

}  // namespace spanproof
