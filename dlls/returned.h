/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "dlls/export.h"

/* Function pointers that the DLL returns, writes into structs, and takes back. */

typedef int(SPANPROOF_CONV *int_op_t)(int a, int b);
typedef double(SPANPROOF_CONV *real_op_t)(double a, double b);
typedef void(SPANPROOF_CONV *scale_func_t)(double *values, int n, double by);

/* The DLL's own function for '+', '-', '*'; NULL for any other. */
SPANPROOF_API int_op_t SPANPROOF_CONV operation(char symbol);
SPANPROOF_API real_op_t SPANPROOF_CONV real_operation(char symbol);
/* values[i] *= by: memory behind a function that has no name. */
SPANPROOF_API scale_func_t SPANPROOF_CONV scaling(void);

/* op(a, b): with a pointer that `operation` returned it is the DLL's own. -1 for NULL. */
SPANPROOF_API int SPANPROOF_CONV use_operation(int_op_t op, int a, int b);
/* Whether op is the DLL's function for this symbol. */
SPANPROOF_API int SPANPROOF_CONV is_operation(int_op_t op, char symbol);
/* Returns what it is given. */
SPANPROOF_API int_op_t SPANPROOF_CONV same_operation(int_op_t op);

typedef struct {
  int32_t version;
  int_op_t add;
  int_op_t nothing; /* NULL */
  int_op_t multiply;
} Interface;
/* Fills in what the DLL offers; returns the number of functions. */
SPANPROOF_API int SPANPROOF_CONV get_interface(Interface *interface);

/* A factory that returns a function that returns a function: chooser()(symbol)(a, b). */
typedef int_op_t(SPANPROOF_CONV *chooser_t)(char symbol);
SPANPROOF_API chooser_t SPANPROOF_CONV chooser(void);

/* The callback's answer is a function pointer, which the DLL calls with (a, b). -1 for NULL. */
SPANPROOF_API int SPANPROOF_CONV use_chosen(chooser_t choose, char symbol, int a, int b);

/* A function of the DLL's that calls back: by_callback()(func, n) is func(n) + 1. */
typedef int(SPANPROOF_CONV *number_func_t)(int n);
typedef int(SPANPROOF_CONV *caller_t)(number_func_t func, int n);
SPANPROOF_API caller_t SPANPROOF_CONV by_callback(void);
