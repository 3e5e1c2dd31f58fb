/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "dlls/export.h"

/* Function pointers as members of structs and elements of arrays. */

typedef int16_t(SPANPROOF_CONV *belt_func_t)(int16_t index);
typedef double(SPANPROOF_CONV *math_func_t)(double a, double b);
typedef void(SPANPROOF_CONV *note_func_t)(int number);

/* The sum of get(0) … get(count - 1). Source: zugbruecke's conveyor belt. */
typedef struct {
  int16_t count;
  belt_func_t get;
} Belt;
SPANPROOF_API int16_t SPANPROOF_CONV sum_belt(const Belt *belt);

/* sum_belt, the struct being the argument itself. */
SPANPROOF_API int16_t SPANPROOF_CONV sum_belt_by_value(Belt belt);

/* Operations with numbers between the pointers; NULL ones are left out: a is what the last one gave, add before
 * multiply, and notes are taken before each with its place in the struct. */
typedef struct {
  int32_t before;
  math_func_t add;
  int8_t between;
  math_func_t multiply;
  note_func_t note;
  int16_t after;
} Operations;
SPANPROOF_API double SPANPROOF_CONV run_operations(const Operations *operations, double a, double b);

/* Structs in structs: the inner belts' sums, the second one 100 times. */
typedef struct {
  Belt belts[2];
} Factory;
SPANPROOF_API int SPANPROOF_CONV sum_factory(const Factory *factory);

/* ops[which](a, b); 0 for a `which` that is none, or NULL. Source: zugbruecke's array of operations. */
SPANPROOF_API double SPANPROOF_CONV apply_op(math_func_t ops[2], double a, double b, int which);

/* ((a op0 b) op1 b) … for all n, NULL ones left out. */
SPANPROOF_API double SPANPROOF_CONV fold_ops(const math_func_t *ops, int n, double a, double b);

/* An array in a struct: the same over its four. */
typedef struct {
  int8_t id;
  math_func_t ops[4];
} Toolbox;
SPANPROOF_API double SPANPROOF_CONV fold_toolbox(const Toolbox *toolbox, double a, double b);

/* Exchanges the two; the caller sees its own function pointers in each other's place. */
SPANPROOF_API void SPANPROOF_CONV swap_ops(math_func_t ops[2]);
