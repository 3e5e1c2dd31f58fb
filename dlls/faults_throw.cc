// SPDX-License-Identifier: MIT
#include <stdexcept>

#include "dlls/faults.h"

void SPANPROOF_CONV fault_throw(void) { throw std::runtime_error("thrown by the DLL"); }

int SPANPROOF_CONV fault_caught(void) {
  try {
    fault_throw();
  } catch (const std::runtime_error&) {
    return 1;
  }
  return 0;
}
