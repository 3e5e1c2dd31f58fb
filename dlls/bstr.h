/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>
#include <wchar.h>

#include "dlls/export.h"

/*
 * Automation's texts: a BSTR points at its first unit, its length in bytes stands in the four bytes before, and a
 * terminator behind; the system allocates them. As void*, since no bridge can look at what lies before a pointer.
 */
SPANPROOF_API void *SPANPROOF_CONV make_bstr(const wchar_t *text);
/* Of n units or bytes, whatever they are. */
SPANPROOF_API void *SPANPROOF_CONV make_bstr_units(const wchar_t *units, uint32_t n);
SPANPROOF_API void *SPANPROOF_CONV make_bstr_bytes(const char *bytes, uint32_t n);
/* 0 for null. */
SPANPROOF_API uint32_t SPANPROOF_CONV bstr_units(void *bstr);
SPANPROOF_API uint32_t SPANPROOF_CONV bstr_bytes(void *bstr);
/* The four bytes before, read by hand. */
SPANPROOF_API uint32_t SPANPROOF_CONV bstr_prefix(void *bstr);
/* Copies all bytes and the terminator of two bytes; returns the units written, 0 where `capacity` is too small. */
SPANPROOF_API uint32_t SPANPROOF_CONV copy_bstr(void *bstr, wchar_t *out, uint32_t capacity);
/* A new one: the first's units and then the second's. */
SPANPROOF_API void *SPANPROOF_CONV join_bstr(void *first, void *second);
/* Null is allowed. */
SPANPROOF_API void SPANPROOF_CONV free_bstr(void *bstr);
