/* SPDX-License-Identifier: MIT */
/* Its initialisation fails: it cannot be loaded, nor can what needs it. */
#include <windows.h>

#include "dlls/modules/journal.h"

__declspec(dllexport) int refusing_value(void) { return 1; }

BOOL WINAPI DllMain(HINSTANCE self, DWORD reason, LPVOID reserved) {
  (void)self;
  (void)reserved;
  journal_note(reason == DLL_PROCESS_ATTACH ? "refuses" : reason == DLL_PROCESS_DETACH ? "leaves" : "thread");
  return reason != DLL_PROCESS_ATTACH;
}
