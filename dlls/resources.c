/* SPDX-License-Identifier: MIT */
#include "dlls/resources.h"

#include <stdlib.h>
#include <string.h>

#include <windows.h>

#include <psapi.h>
#include <winternl.h>

enum { kMost = 64 };

typedef struct {
  long handles, threads;
  size_t bytes;
} Resources;

static Resources noted;
static HANDLE events[kMost], threads[kMost], stop;
static int event_count, thread_count;
static char *held_memory;

enum { kSystemHandles = 16 };
typedef struct {
  ULONG process;
  UCHAR type, flags;
  USHORT value;
  void *object;
  ACCESS_MASK access;
} OneHandle;
typedef struct {
  ULONG count;
  OneHandle handles[1];
} AllHandles;

/* What the system says of that kind, for free(); NULL where it says nothing. */
static void *ask(int kind) {
  for (ULONG size = 1 << 16, needed = 0;; size *= 2) {
    void *answer = malloc(size);
    if (!answer) return NULL;
    const NTSTATUS status = NtQuerySystemInformation((SYSTEM_INFORMATION_CLASS)kind, answer, size, &needed);
    if (status >= 0) return answer;
    free(answer);
    if (status != (NTSTATUS)0xc0000004) return NULL;
  }
}

static int count_threads(void) {
  int count = -1;
  char *list = ask(SystemProcessInformation);
  for (const char *at = list; at && count < 0;) {
    const SYSTEM_PROCESS_INFORMATION *process = (const void *)at;
    if ((ULONG_PTR)process->UniqueProcessId == GetCurrentProcessId()) count = (int)process->NumberOfThreads;
    at = process->NextEntryOffset ? at + process->NextEntryOffset : NULL;
  }
  free(list);
  return count;
}

/* One by one: Wine tells as a process's number of handles how many its table has room for. */
static int count_handles(void) {
  AllHandles *all = ask(kSystemHandles);
  int count = all ? 0 : -1;
  for (ULONG i = 0; all && i < all->count; ++i) count += all->handles[i].process == GetCurrentProcessId();
  free(all);
  return count;
}

static int look(Resources *found) {
  PROCESS_MEMORY_COUNTERS memory = {.cb = sizeof memory};
  found->handles = count_handles();
  found->threads = count_threads();
  if (found->handles < 0 || found->threads < 0) return 0;
  if (!GetProcessMemoryInfo(GetCurrentProcess(), &memory, sizeof memory)) return 0;
  found->bytes = memory.WorkingSetSize;
  return 1;
}

int SPANPROOF_CONV note_resources(void) { return look(&noted) ? 0 : -1; }

int SPANPROOF_CONV handles_grown_beyond(int n) {
  Resources now;
  return !look(&now) || now.handles > noted.handles + n;
}

int SPANPROOF_CONV threads_grown(void) {
  Resources now;
  return look(&now) ? (int)(now.threads - noted.threads) : -1000000;
}

int SPANPROOF_CONV memory_grown_beyond(int kib) {
  Resources now;
  return !look(&now) || now.bytes > noted.bytes + (size_t)kib * 1024;
}

int SPANPROOF_CONV hold_events(int n) {
  if (n < 0 || n > kMost) return -1;
  while (event_count < n) events[event_count++] = CreateEventA(NULL, TRUE, FALSE, NULL);
  while (event_count > n) CloseHandle(events[--event_count]);
  return event_count;
}

static DWORD WINAPI wait_for_stop(void *argument) {
  return WaitForSingleObject(argument, INFINITE);
}

int SPANPROOF_CONV hold_threads(int n) {
  if (n < 0 || n > kMost) return -1;
  if (n > 0 && !stop) stop = CreateEventA(NULL, TRUE, FALSE, NULL);
  while (thread_count < n) threads[thread_count++] = CreateThread(NULL, 1 << 16, wait_for_stop, stop, 0, NULL);
  if (thread_count > n) {
    /* All end together. */
    SetEvent(stop);
    while (thread_count > 0) {
      WaitForSingleObject(threads[--thread_count], INFINITE);
      CloseHandle(threads[thread_count]);
    }
    CloseHandle(stop);
    stop = NULL;
  }
  return thread_count;
}

int SPANPROOF_CONV hold_memory(int kib) {
  free(held_memory);
  held_memory = NULL;
  if (kib <= 0) return 0;
  held_memory = malloc((size_t)kib * 1024);
  if (!held_memory) return -1;
  memset(held_memory, 1, (size_t)kib * 1024);
  return kib;
}

int SPANPROOF_CONV add_one(int n) { return n + 1; }

int SPANPROOF_CONV call_often(often_func_t func, int n) { return func(n); }
