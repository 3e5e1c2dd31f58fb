/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "dlls/export.h"

/*
 * Many functions that differ in the order and number of their arguments alone. Each
 * returns the sum of its arguments, each times the weight of its place: 1, 10, 100… up to
 * eight arguments, and 1, 2, 3… beyond.
 */
#define LIST(name, parameters, sum) SPANPROOF_API double SPANPROOF_CONV name parameters;
#include "dlls/argument_lists.inc"
#undef LIST
