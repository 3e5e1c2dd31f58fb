// SPDX-License-Identifier: MIT
#pragma once

#include <ffi.h>

#include <vector>

#include "bridge/core/binding.h"

namespace bridge::host {

// libffi's description of a callback prototype, with the types that it points at.
struct ClosureInterface {
  ffi_cif cif{};
  std::vector<ffi_type*> arguments;
};

// kUnsupported says what libffi's closures get wrong or lack, and what to write instead.
Expected<ClosureInterface> PrepareClosure(const Binding& binding);

}  // namespace bridge::host
