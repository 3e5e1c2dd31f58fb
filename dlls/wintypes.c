/* SPDX-License-Identifier: MIT */
#include <windows.h>

#include "dlls/wintypes.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

static const int sizes[] = {
    sizeof(BYTE), sizeof(WORD), sizeof(DWORD), sizeof(LONG), sizeof(ULONG), sizeof(BOOL), sizeof(LONGLONG), sizeof(WCHAR),
    sizeof(HANDLE), sizeof(SIZE_T), sizeof(DWORD_PTR), sizeof(WPARAM), sizeof(LPARAM), sizeof(LRESULT), sizeof(HRESULT),
    sizeof(POINT), sizeof(SIZE), sizeof(RECT), sizeof(FILETIME), sizeof(SYSTEMTIME), sizeof(GUID), sizeof(LARGE_INTEGER),
    sizeof(COORD), sizeof(SMALL_RECT), sizeof(OVERLAPPED), sizeof(SECURITY_ATTRIBUTES), sizeof(PROCESS_INFORMATION),
    sizeof(WIN32_FIND_DATAW), sizeof(MSG), sizeof(LOGFONTW),
};

int SPANPROOF_CONV size_of_wintype(int n) {
  return n >= 0 && n < (int)(sizeof sizes / sizeof sizes[0]) ? sizes[n] : 0;
}

LONG SPANPROOF_CONV area_of_rect(const RECT *rect) { return (rect->right - rect->left) * (rect->bottom - rect->top); }

RECT SPANPROOF_CONV common_rect(RECT a, RECT b) {
  RECT common = {a.left > b.left ? a.left : b.left, a.top > b.top ? a.top : b.top,
                 a.right < b.right ? a.right : b.right, a.bottom < b.bottom ? a.bottom : b.bottom};
  if (common.left >= common.right || common.top >= common.bottom) memset(&common, 0, sizeof common);
  return common;
}

BOOL SPANPROOF_CONV point_in_rect(const RECT *rect, POINT point) {
  return point.x >= rect->left && point.x < rect->right && point.y >= rect->top && point.y < rect->bottom;
}

SIZE SPANPROOF_CONV size_of_rect(RECT rect) { return (SIZE){rect.right - rect.left, rect.bottom - rect.top}; }

BOOL SPANPROOF_CONV date_of(const FILETIME *time, SYSTEMTIME *date) { return FileTimeToSystemTime(time, date); }
BOOL SPANPROOF_CONV time_of(const SYSTEMTIME *date, FILETIME *time) { return SystemTimeToFileTime(date, time); }
LONG SPANPROOF_CONV compare_times(FILETIME a, FILETIME b) { return CompareFileTime(&a, &b); }

FILETIME SPANPROOF_CONV add_seconds(FILETIME time, DWORD seconds) {
  const uint64_t ticks = ((uint64_t)time.dwHighDateTime << 32 | time.dwLowDateTime) + seconds * UINT64_C(10000000);
  return (FILETIME){(DWORD)ticks, (DWORD)(ticks >> 32)};
}

SYSTEMTIME SPANPROOF_CONV new_year(WORD year) {
  return (SYSTEMTIME){.wYear = year, .wMonth = 1, .wDayOfWeek = 1, .wDay = 1};
}

int SPANPROOF_CONV spell_guid(const GUID *guid, char *out) {
  const BYTE *tail = guid->Data4;
  return sprintf(out, "{%08lX-%04X-%04X-%02X%02X-%02X%02X%02X%02X%02X%02X}", guid->Data1, guid->Data2, guid->Data3, tail[0],
                 tail[1], tail[2], tail[3], tail[4], tail[5], tail[6], tail[7]);
}

BOOL SPANPROOF_CONV same_guid(GUID a, GUID b) { return memcmp(&a, &b, sizeof a) == 0; }
GUID SPANPROOF_CONV iunknown(void) { return (GUID){0, 0, 0, {0xc0, 0, 0, 0, 0, 0, 0, 0x46}}; }

LARGE_INTEGER SPANPROOF_CONV join_parts(DWORD low, LONG high) {
  LARGE_INTEGER joined;
  joined.LowPart = low;
  joined.HighPart = high;
  return joined;
}

LONGLONG SPANPROOF_CONV quad_part(LARGE_INTEGER number) { return number.QuadPart; }
DWORD SPANPROOF_CONV pack_coord(COORD coord) { return (WORD)coord.X | (DWORD)(WORD)coord.Y << 16; }
BOOL SPANPROOF_CONV turn(BOOL truth) { return !truth; }

int SPANPROOF_CONV check_process(const PROCESS_INFORMATION *process) {
  return (process->hProcess == INVALID_HANDLE_VALUE) + 2 * (process->hThread == NULL) +
         4 * (process->dwProcessId == 7 && process->dwThreadId == 4000000000);
}

void SPANPROOF_CONV fill_process(PROCESS_INFORMATION *process) {
  *process = (PROCESS_INFORMATION){INVALID_HANDLE_VALUE, NULL, 7, 4000000000};
}

LONGLONG SPANPROOF_CONV weigh_message(const MSG *message) {
  return (LONGLONG)message->wParam + message->lParam + 1000 * ((LONGLONG)message->pt.x + message->pt.y) +
         INT64_C(1000000) * message->message;
}
