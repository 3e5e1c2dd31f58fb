/* SPDX-License-Identifier: MIT */
#include "dlls/argument_lists.h"

#define LIST(name, parameters, sum) \
  double SPANPROOF_CONV name parameters { return sum; }
#include "dlls/argument_lists.inc"
