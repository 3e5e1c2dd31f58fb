/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * What thunks.dll, which is C made by spanproof-thunkgen and compiled by the compiler of the
 * DLLs under test, shows to the in-process testee. C and C++.
 */
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SPANPROOF_THUNKS_VERSION 2

/* One argument or result: its bytes at the start of `words`, the rest zero; of a struct or union
 * the address of its bytes, for a result that of where they go. */
typedef struct SpanproofSlot {
  uint64_t words[2];
  const void *aggregate;
} SpanproofSlot;

typedef void (*SpanproofFunction)(void);

/* Calls `function`, which must have the signature that the thunk was made for. `result` comes zeroed. */
typedef void (*SpanproofThunk)(SpanproofFunction function, const SpanproofSlot *arguments,
                               SpanproofSlot *result);

/* Where all entries of all callback pools end up; `entry` counts through all pools. */
typedef void (*SpanproofDispatch)(uint32_t entry, const SpanproofSlot *arguments, uint32_t count,
                                  SpanproofSlot *result);

typedef struct SpanproofSignature {
  const char *key;                  /* harness/inproc/signature.h */
  SpanproofThunk call;              /* NULL: only used by callbacks */
  const SpanproofFunction *entries; /* function pointers that a DLL may call; NULL: none */
  uint32_t entry_count;
  uint32_t first_entry;             /* number of entries[0] */
} SpanproofSignature;

typedef struct SpanproofThunkTable {
  uint32_t version;
  uint32_t count;
  uint32_t entry_count;             /* of all pools */
  const SpanproofSignature *signatures;
} SpanproofThunkTable;

/* The export "spanproof_thunks": sets the dispatcher and gives the table, which lives as long as the DLL. */
typedef const SpanproofThunkTable *(*SpanproofOpenThunks)(SpanproofDispatch dispatch);

#ifdef __cplusplus
}
#endif
