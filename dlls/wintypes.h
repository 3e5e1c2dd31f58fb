/* SPDX-License-Identifier: MIT */
#pragma once

#include "dlls/export.h"

/* Structs as <windows.h> has them, which is to be included first, and Windows' own functions on some of them. */

/* sizeof of, in this order: BYTE, WORD, DWORD, LONG, ULONG, BOOL, LONGLONG, WCHAR, HANDLE, SIZE_T, DWORD_PTR, WPARAM, LPARAM,
 * LRESULT, HRESULT, POINT, SIZE, RECT, FILETIME, SYSTEMTIME, GUID, LARGE_INTEGER, COORD, SMALL_RECT, OVERLAPPED,
 * SECURITY_ATTRIBUTES, PROCESS_INFORMATION, WIN32_FIND_DATAW, MSG, LOGFONTW; 0 beyond. */
SPANPROOF_API int SPANPROOF_CONV size_of_wintype(int n);

SPANPROOF_API LONG SPANPROOF_CONV area_of_rect(const RECT *rect);
SPANPROOF_API RECT SPANPROOF_CONV common_rect(RECT a, RECT b);             /* empty ones are {0, 0, 0, 0} */
SPANPROOF_API BOOL SPANPROOF_CONV point_in_rect(const RECT *rect, POINT point);
SPANPROOF_API SIZE SPANPROOF_CONV size_of_rect(RECT rect);
/* By kernel32's FileTimeToSystemTime, SystemTimeToFileTime and CompareFileTime. */
SPANPROOF_API BOOL SPANPROOF_CONV date_of(const FILETIME *time, SYSTEMTIME *date);
SPANPROOF_API BOOL SPANPROOF_CONV time_of(const SYSTEMTIME *date, FILETIME *time);
SPANPROOF_API LONG SPANPROOF_CONV compare_times(FILETIME a, FILETIME b);
SPANPROOF_API FILETIME SPANPROOF_CONV add_seconds(FILETIME time, DWORD seconds);
SPANPROOF_API SYSTEMTIME SPANPROOF_CONV new_year(WORD year);                 /* a Monday, whatever the year */
/* "{XXXXXXXX-XXXX-XXXX-XXXX-XXXXXXXXXXXX}", with room for 39 characters. */
SPANPROOF_API int SPANPROOF_CONV spell_guid(const GUID *guid, char *out);
SPANPROOF_API BOOL SPANPROOF_CONV same_guid(GUID a, GUID b);
SPANPROOF_API GUID SPANPROOF_CONV iunknown(void);                            /* IID_IUnknown */
/* The same number through its parts and as a whole. */
SPANPROOF_API LARGE_INTEGER SPANPROOF_CONV join_parts(DWORD low, LONG high);
SPANPROOF_API LONGLONG SPANPROOF_CONV quad_part(LARGE_INTEGER number);
SPANPROOF_API DWORD SPANPROOF_CONV pack_coord(COORD coord);                  /* x in the low word */
SPANPROOF_API BOOL SPANPROOF_CONV turn(BOOL truth);
/* Handles in a struct: 1 where hProcess is INVALID_HANDLE_VALUE, + 2 where hThread is NULL, + 4 for the ids 7 and 4000000000. */
SPANPROOF_API int SPANPROOF_CONV check_process(const PROCESS_INFORMATION *process);
SPANPROOF_API void SPANPROOF_CONV fill_process(PROCESS_INFORMATION *process);
/* Of a message: wParam + lParam + 1,000 * (pt.x + pt.y) + 1,000,000 * message. */
SPANPROOF_API LONGLONG SPANPROOF_CONV weigh_message(const MSG *message);
