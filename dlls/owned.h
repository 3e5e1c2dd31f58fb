/* SPDX-License-Identifier: MIT */
#pragma once

#include "dlls/export.h"

/* Memory that the DLL allocates and frees itself. */

/* malloc'ed: 1, 2, … size; NULL for a size that malloc refuses or below 0. Source: seed 2. */
SPANPROOF_API int *SPANPROOF_CONV allocate_array(int size);

/* malloc'ed: 0, 1, … size - 1; NULL likewise. Source: seed 2. */
SPANPROOF_API int *SPANPROOF_CONV get_array(int size);

/* Frees what one of the two returned; NULL is nothing to free. */
SPANPROOF_API void SPANPROOF_CONV free_array(int *arr);

/* How many arrays of these two are not freed yet. */
SPANPROOF_API int SPANPROOF_CONV arrays_alive(void);

/* The sum of size numbers of the DLL's memory. */
SPANPROOF_API int SPANPROOF_CONV sum_array(const int *arr, int size);

/* The same through a pointer argument; returns 0 and sets NULL where it fails. */
SPANPROOF_API int SPANPROOF_CONV allocate_through(int size, int **arr);

typedef struct {
  int count;
  int *data;
} Block;

/* Allocates into the struct's member; returns 0 and sets NULL where it fails. */
SPANPROOF_API int SPANPROOF_CONV fill_block(Block *block, int count);
SPANPROOF_API void SPANPROOF_CONV empty_block(Block *block);

/* A block of the DLL's own with memory of its own; free_block frees both. */
SPANPROOF_API Block *SPANPROOF_CONV new_block(int count);
SPANPROOF_API void SPANPROOF_CONV free_block(Block *block);

/* *block = new_block(count). */
SPANPROOF_API void SPANPROOF_CONV new_block_through(int count, Block **block);

/* A page of zeros, and its end: whoever reads it afterwards faults. */
SPANPROOF_API int *SPANPROOF_CONV allocate_page(void);
SPANPROOF_API int SPANPROOF_CONV free_page(void *page);

/* A text of n letters a, allocated and freed by one of two C runtimes: msvcrt.dll and ucrtbase.dll. */
SPANPROOF_API char *SPANPROOF_CONV msvcrt_text(int n);
SPANPROOF_API void SPANPROOF_CONV msvcrt_free(char *text);
SPANPROOF_API char *SPANPROOF_CONV ucrt_text(int n);
SPANPROOF_API void SPANPROOF_CONV ucrt_free(char *text);

/* Whether the two runtimes are two: their malloc has two addresses. */
SPANPROOF_API int SPANPROOF_CONV runtimes_differ(void);

/* A FILE of msvcrt's for reading what was written to it, as an opaque pointer; n characters from it; its end. */
SPANPROOF_API void *SPANPROOF_CONV open_scratch(const char *text);
SPANPROOF_API int SPANPROOF_CONV read_scratch(void *file, char *to, int n);
SPANPROOF_API int SPANPROOF_CONV close_scratch(void *file);

/* Keeps a pointer to n bytes of the caller's, and writes value to them in a later call, also from a thread. */
SPANPROOF_API void SPANPROOF_CONV retain_bytes(unsigned char *p, int n);
SPANPROOF_API int SPANPROOF_CONV write_retained(int value);
SPANPROOF_API int SPANPROOF_CONV sum_retained(void);
SPANPROOF_API int SPANPROOF_CONV write_retained_by_thread(int value);
