/* SPDX-License-Identifier: MIT */
#include "dlls/returned.h"

#include <stddef.h>

static int SPANPROOF_CONV add(int a, int b) { return a + b; }
static int SPANPROOF_CONV subtract(int a, int b) { return a - b; }
static int SPANPROOF_CONV multiply(int a, int b) { return a * b; }
static double SPANPROOF_CONV add_real(double a, double b) { return a + b; }
static double SPANPROOF_CONV subtract_real(double a, double b) { return a - b; }
static double SPANPROOF_CONV multiply_real(double a, double b) { return a * b; }

static void SPANPROOF_CONV scale(double *values, int n, double by) {
  for (int i = 0; i < n; ++i) values[i] *= by;
}

static int SPANPROOF_CONV call_and_add(number_func_t func, int n) { return func(n) + 1; }

int_op_t SPANPROOF_CONV operation(char symbol) {
  switch (symbol) {
    case '+': return add;
    case '-': return subtract;
    case '*': return multiply;
    default: return NULL;
  }
}

real_op_t SPANPROOF_CONV real_operation(char symbol) {
  switch (symbol) {
    case '+': return add_real;
    case '-': return subtract_real;
    case '*': return multiply_real;
    default: return NULL;
  }
}

scale_func_t SPANPROOF_CONV scaling(void) { return scale; }

int SPANPROOF_CONV use_operation(int_op_t op, int a, int b) { return op ? op(a, b) : -1; }

int SPANPROOF_CONV is_operation(int_op_t op, char symbol) { return op == operation(symbol); }

int_op_t SPANPROOF_CONV same_operation(int_op_t op) { return op; }

int SPANPROOF_CONV get_interface(Interface *interface) {
  *interface = (Interface){3, add, NULL, multiply};
  return 2;
}

chooser_t SPANPROOF_CONV chooser(void) { return operation; }

int SPANPROOF_CONV use_chosen(chooser_t choose, char symbol, int a, int b) {
  return use_operation(choose(symbol), a, b);
}

caller_t SPANPROOF_CONV by_callback(void) { return call_and_add; }
