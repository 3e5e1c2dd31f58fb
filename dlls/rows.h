/* SPDX-License-Identifier: MIT */
#pragma once

#include "dlls/export.h"

/* Pointers to pointers: rows of numbers, lists of texts, pointers that are set. */

/*
 * Multiplies each of count rows of length numbers by its index plus 1, passing over
 * rows that are NULL; returns how many were not.
 */
SPANPROOF_API int SPANPROOF_CONV scale_rows(float **rows, int count, int length);

/* Adds what the non-NULL pointers point at; each of those numbers becomes 0. */
SPANPROOF_API int SPANPROOF_CONV take_all(int **numbers, int count);

/* The same for exactly three. */
SPANPROOF_API int SPANPROOF_CONV take_three(int *(*numbers)[3]);

/* Characters in count texts, NULL ones having none. */
SPANPROOF_API int SPANPROOF_CONV count_characters(const char **texts, int count);

/* Makes each text's first character an X. */
SPANPROOF_API void SPANPROOF_CONV cross_out(char **texts, int count);

/* **number += 1. */
SPANPROOF_API void SPANPROOF_CONV increment_at(int **number);
SPANPROOF_API void SPANPROOF_CONV increment_far(int ***number);

/* *where = to, whatever *where was. */
SPANPROOF_API void SPANPROOF_CONV point_to(int **where, int *to);

/* *where = NULL; returns whether it was something else. */
SPANPROOF_API int SPANPROOF_CONV forget(int **where);

/* Turns the order of count pointers round; what they point at stays. */
SPANPROOF_API void SPANPROOF_CONV reverse_pointers(int **numbers, int count);

/* *where = the nth of the DLL's own names ("zero", "one", "two"), NULL beyond; returns its length. */
SPANPROOF_API int SPANPROOF_CONV name_of(int n, const char **where);
