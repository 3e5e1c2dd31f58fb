/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>

#include "dlls/export.h"

/*
 * The DLL asks a callback for memory and writes into it. Source: seed 3, its
 * allocators in both forms and the prototypes that it says fail.
 */
typedef void *(SPANPROOF_CONV *shape_allocator_t)(int dim, int *shape);
typedef void *(SPANPROOF_CONV *typed_allocator_t)(int dim, int *shape, char type);
typedef float *(SPANPROOF_CONV *float_allocator_t)(int dim, int *shape);
typedef void(SPANPROOF_CONV *out_allocator_t)(int dim, int *shape, void **memory);

/* Asks for 2 x 3 floats and fills them with scale * (row + 1) * (column + 1). Returns 6, -1 where it got NULL. */
SPANPROOF_API int SPANPROOF_CONV fill_shape(float scale, shape_allocator_t allocator);
/* The same by an allocator that returns float*, and by one that stores through a pointer to a pointer. */
SPANPROOF_API int SPANPROOF_CONV fill_floats(float scale, float_allocator_t allocator);
SPANPROOF_API int SPANPROOF_CONV fill_through(float scale, out_allocator_t allocator);

/*
 * Asks for 2 x 3 x 4 doubles ('d'), 2 x 2 floats ('f') and 5 ints ('i'), one
 * after the other, and counts up in each from 0.5, 0.25 and 100. Returns how
 * many were given.
 */
SPANPROOF_API int SPANPROOF_CONV fill_typed(typed_allocator_t allocator);

/* What the allocator returns for (dim, shape) = (1, {count}), untouched: only the pointer counts. */
SPANPROOF_API void *SPANPROOF_CONV ask_for(int count, shape_allocator_t allocator);

/* A page of zeros at this very address, or NULL; whether it was given back. */
SPANPROOF_API void *SPANPROOF_CONV memory_at(size_t address);
SPANPROOF_API int SPANPROOF_CONV free_at(void *memory);

/*
 * `threads` (at most 8) threads ask at once, thread i for 2 x (i + 1) floats,
 * and fill them with 10 * (i + 1) + element. Returns the number that got some,
 * when all have ended.
 */
SPANPROOF_API int SPANPROOF_CONV fill_by_threads(int threads, shape_allocator_t allocator);
