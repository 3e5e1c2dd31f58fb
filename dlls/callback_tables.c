/* SPDX-License-Identifier: MIT */
#include "dlls/callback_tables.h"

#include <stddef.h>

int16_t SPANPROOF_CONV sum_belt_by_value(Belt belt) {
  int16_t sum = 0;
  for (int16_t i = 0; i < belt.count; ++i) sum = (int16_t)(sum + belt.get(i));
  return sum;
}

int16_t SPANPROOF_CONV sum_belt(const Belt *belt) { return sum_belt_by_value(*belt); }

double SPANPROOF_CONV run_operations(const Operations *operations, double a, double b) {
  if (operations->note) operations->note(operations->before);
  if (operations->add) a = operations->add(a, b);
  if (operations->note) operations->note(operations->between);
  if (operations->multiply) a = operations->multiply(a, b);
  if (operations->note) operations->note(operations->after);
  return a;
}

int SPANPROOF_CONV sum_factory(const Factory *factory) {
  return sum_belt(&factory->belts[0]) + 100 * sum_belt(&factory->belts[1]);
}

double SPANPROOF_CONV apply_op(math_func_t ops[2], double a, double b, int which) {
  return which >= 0 && which <= 1 && ops[which] ? ops[which](a, b) : 0.0;
}

double SPANPROOF_CONV fold_ops(const math_func_t *ops, int n, double a, double b) {
  for (int i = 0; i < n; ++i) {
    if (ops[i]) a = ops[i](a, b);
  }
  return a;
}

double SPANPROOF_CONV fold_toolbox(const Toolbox *toolbox, double a, double b) {
  return fold_ops(toolbox->ops, 4, a, b) + toolbox->id;
}

void SPANPROOF_CONV swap_ops(math_func_t ops[2]) {
  const math_func_t first = ops[0];
  ops[0] = ops[1];
  ops[1] = first;
}
