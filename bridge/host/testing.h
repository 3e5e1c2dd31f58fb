// SPDX-License-Identifier: MIT
#pragma once

// For the host's tests alone: conventions as the compiler of the gnu ABIs spells them; win64 has one.
#undef FASTCALL  // that of <windows.h>
#ifdef _WIN64
#define STDCALL
#define FASTCALL
#define THISCALL
#else
#define STDCALL __attribute__((stdcall))
#define FASTCALL __attribute__((fastcall))
#define THISCALL __attribute__((thiscall))
#endif
