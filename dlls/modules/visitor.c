/* SPDX-License-Identifier: MIT */
/* Comes and goes, and says so: to the journal, and on standard output. */
#include <stdio.h>
#include <windows.h>

#include "dlls/modules/journal.h"

static int visits;

__declspec(dllexport) int count_visit(void) { return ++visits; }

BOOL WINAPI DllMain(HINSTANCE self, DWORD reason, LPVOID reserved) {
  (void)self;
  (void)reserved;
  if (reason == DLL_PROCESS_ATTACH) {
    journal_note("attach");
    printf("visitor: attach\n");
  } else if (reason == DLL_PROCESS_DETACH) {
    journal_note("detach");
    printf("visitor: detach\n");
  }
  return TRUE;
}
