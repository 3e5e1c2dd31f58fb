/* SPDX-License-Identifier: MIT */
#pragma once

#include <wchar.h>

/* A DLL that outlives others and keeps what they say of themselves. cdecl, whatever the others are. */
#ifdef SPANPROOF_JOURNAL_EXPORTS
#define JOURNAL_API __declspec(dllexport)
#else
#define JOURNAL_API __declspec(dllimport)
#endif

/* Adds the text and a semicolon; what does not fit is left out. */
JOURNAL_API void journal_note(const char *text);
/* Copies what was noted, terminated, and forgets it. Returns its length, -1 where there is no room for it. */
JOURNAL_API int journal_take(char *out, int capacity);
/* Whether a module of this name is in the process. */
JOURNAL_API int journal_has_module(const char *name);
/* The last folder of the path that the module was loaded from, terminated. Returns its length, 0 if there is none. */
JOURNAL_API int journal_module_folder(const char *name, wchar_t *out, int capacity);
