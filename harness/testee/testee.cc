// SPDX-License-Identifier: MIT
#include "harness/testee/testee.h"

#include <algorithm>

namespace spanproof {

bool TesteeDescription::Can(std::string_view capability) const {
  return std::find(capabilities.begin(), capabilities.end(), capability) != capabilities.end();
}

}  // namespace spanproof
