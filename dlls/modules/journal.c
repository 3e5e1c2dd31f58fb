/* SPDX-License-Identifier: MIT */
#include "dlls/modules/journal.h"

#include <string.h>
#include <windows.h>

static char noted[256];

void journal_note(const char *text) {
  const size_t used = strlen(noted), more = strlen(text);
  if (used + more + 2 > sizeof noted) return;
  memcpy(noted + used, text, more);
  memcpy(noted + used + more, ";", 2);
}

int journal_take(char *out, int capacity) {
  const int length = (int)strlen(noted);
  if (length < capacity) memcpy(out, noted, (size_t)length + 1);
  noted[0] = 0;
  return length < capacity ? length : -1;
}

int journal_has_module(const char *name) { return GetModuleHandleA(name) != NULL; }

int journal_module_folder(const char *name, wchar_t *out, int capacity) {
  wchar_t path[2 * MAX_PATH];
  const HMODULE module = GetModuleHandleA(name);
  if (module == NULL || GetModuleFileNameW(module, path, 2 * MAX_PATH) == 0) return 0;
  wchar_t *end = wcsrchr(path, L'\\');
  if (end == NULL) return 0;
  *end = 0;
  const wchar_t *folder = wcsrchr(path, L'\\');
  if (folder == NULL || (int)wcslen(folder) > capacity) return 0;
  wcscpy(out, folder + 1);
  return (int)wcslen(out);
}
