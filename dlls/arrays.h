/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "dlls/export.h"

/* result[i] = a[i] + b[i], wrapping. Source: seed 2. */
SPANPROOF_API void SPANPROOF_CONV batch_add_numbers(const int *a, const int *b, int *result, int count);

/* The mean of n numbers, 0 of none. */
SPANPROOF_API double SPANPROOF_CONV average(const double *values, int n);

/*
 * What seed 3 hands a C function that takes an array: its data, the number of
 * dimensions (at most 4), its shape and its strides in bytes.
 */

/* The strides of elements of `size` bytes in C order. */
SPANPROOF_API void SPANPROOF_CONV strides_of(int ndim, const int *shape, int size, int *strides);

/* The sum of all elements, found by their strides; -1 for more than 4 dimensions or none. */
SPANPROOF_API double SPANPROOF_CONV sum_strided(const double *data, int ndim, const int *shape, const int *strides);

/* Each element becomes its index in C order; negative strides are followed too. */
SPANPROOF_API int SPANPROOF_CONV number_strided(double *data, int ndim, const int *shape, const int *strides);

/* The sum of n numbers whose bytes stand the other way round ('>i4'). */
SPANPROOF_API int SPANPROOF_CONV sum_big_endian(const uint8_t *numbers, int n);

/* n numbers as '>i4', from 1 upwards. */
SPANPROOF_API void SPANPROOF_CONV count_big_endian(uint8_t *numbers, int n);

/* Transposes rows x columns into the other array, and 3 x 4 into 4 x 3. */
SPANPROOF_API void SPANPROOF_CONV transpose(const float *from, int rows, int columns, float *to);
SPANPROOF_API void SPANPROOF_CONV transpose_fixed(const int (*from)[3][4], int (*to)[4][3]);

typedef struct {
  uint8_t red, green, blue;
} Colour;

/* The mean of two palettes of four colours, each part rounded down. */
SPANPROOF_API void SPANPROOF_CONV mix_palettes(const Colour (*a)[4], const Colour (*b)[4], Colour (*to)[4]);

/* Reverses five numbers in place. */
SPANPROOF_API void SPANPROOF_CONV reverse_five(int (*numbers)[5]);

/* An array of the DLL's own: start, start + 1, … */
SPANPROOF_API const int (*SPANPROOF_CONV three_from(int start))[3];

/*
 * Solves three equations by elimination in place, coefficients and right sides
 * standing in rows of four; 0 where there is no single solution.
 */
SPANPROOF_API int SPANPROOF_CONV solve_three(double (*rows)[3][4], double (*solution)[3]);
