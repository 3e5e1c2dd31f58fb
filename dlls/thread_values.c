/* SPDX-License-Identifier: MIT */
#define COBJMACROS
#include "dlls/thread_values.h"

#include <stdio.h>

/* Before windows.h, which has an older winsock. */
#include <winsock2.h>

#include <initguid.h>
#include <objbase.h>
#include <objidl.h>

typedef int *(__cdecl *errno_func_t)(void);

/* MinGW's headers declare the interface but not the class. */
static const CLSID kGlobalInterfaceTable = {0x323, 0, 0, {0xc0, 0, 0, 0, 0, 0, 0, 0x46}};

/* A runtime's errno on this thread. */
static int *errno_of(const char *runtime) {
  const HMODULE module = LoadLibraryA(runtime);
  union {
    FARPROC any;
    errno_func_t typed;
  } found = {GetProcAddress(module, "_errno")};
  return found.typed();
}

static int exchange(int *place, int value) {
  const int before = *place;
  *place = value;
  return before;
}

int SPANPROOF_CONV exchange_errno_msvcrt(int value) { return exchange(errno_of("msvcrt.dll"), value); }

int SPANPROOF_CONV exchange_errno_ucrt(int value) { return exchange(errno_of("ucrtbase.dll"), value); }

int SPANPROOF_CONV exchange_wsa_error(int value) {
  const int before = WSAGetLastError();
  WSASetLastError(value);
  return before;
}

uint32_t SPANPROOF_CONV exchange_last_error(uint32_t value) {
  const uint32_t before = GetLastError();
  SetLastError(value);
  return before;
}

int SPANPROOF_CONV errno_msvcrt(void) { return *errno_of("msvcrt.dll"); }

int SPANPROOF_CONV errno_ucrt(void) { return *errno_of("ucrtbase.dll"); }

int SPANPROOF_CONV wsa_error(void) { return WSAGetLastError(); }

int SPANPROOF_CONV fail_to_open(void) {
  if (fopen("no such file", "r")) return 1;
  const HANDLE file = CreateFileA("no such file", GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
  return file != INVALID_HANDLE_VALUE;
}

uint32_t SPANPROOF_CONV last_error_over(uint32_t error, plain_func_t func, int value) {
  SetLastError(error);
  func(value);
  return GetLastError();
}

uint32_t SPANPROOF_CONV enter_apartment(int kind) { return (uint32_t)CoInitializeEx(NULL, (DWORD)kind); }

void SPANPROOF_CONV leave_apartment(void) { CoUninitialize(); }

int SPANPROOF_CONV apartment(void) {
  APTTYPE type;
  APTTYPEQUALIFIER qualifier;
  return FAILED(CoGetApartmentType(&type, &qualifier)) ? -1 : (int)type;
}

uint32_t SPANPROOF_CONV use_apartment(void) {
  IGlobalInterfaceTable *table = NULL;
  const HRESULT made = CoCreateInstance(&kGlobalInterfaceTable, NULL, CLSCTX_INPROC_SERVER,
                                        &IID_IGlobalInterfaceTable, (void **)&table);
  if (SUCCEEDED(made)) IGlobalInterfaceTable_Release(table);
  return (uint32_t)made;
}
