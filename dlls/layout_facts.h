/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "dlls/export.h"

/*
 * What the compiler that built this DLL says about types, in no promised order.
 * Names: "sizeof(int)", "alignof(int)" (as a member of a struct), and
 * "offsetof(Image, width)". NULL and -1 for an index outside 0..count.
 */
SPANPROOF_API int SPANPROOF_CONV layout_fact_count(void);
SPANPROOF_API const char *SPANPROOF_CONV layout_fact_name(int index);
SPANPROOF_API int64_t SPANPROOF_CONV layout_fact_value(int index);
