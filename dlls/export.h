/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * How the fixture DLLs' headers are used:
 *   SPANPROOF_DLL_EXPORTS  while the DLL itself is built,
 *   SPANPROOF_DLL_STATIC   where the sources are linked in,
 *   neither                where the DLL is linked through its import library.
 * SPANPROOF_DLL_STDCALL selects the convention of functions and callbacks, cdecl
 * being the default; it must be the same on both sides. On win64 there is one
 * convention only and both spellings mean it.
 */
#if !defined(_WIN32) || defined(SPANPROOF_DLL_STATIC)
#define SPANPROOF_API
#elif defined(SPANPROOF_DLL_EXPORTS)
#define SPANPROOF_API __declspec(dllexport)
#else
#define SPANPROOF_API __declspec(dllimport)
#endif

#if !defined(_WIN32)
#define SPANPROOF_CONV
#elif defined(SPANPROOF_DLL_STDCALL)
#define SPANPROOF_CONV __stdcall
#else
#define SPANPROOF_CONV __cdecl
#endif
