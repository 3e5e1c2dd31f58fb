/* SPDX-License-Identifier: MIT */
#include "dlls/allocators.h"

#include <windows.h>

static int fill_2_by_3(float *data, float scale) {
  if (!data) return -1;
  for (int row = 0; row < 2; ++row) {
    for (int column = 0; column < 3; ++column) *data++ = scale * (float)((row + 1) * (column + 1));
  }
  return 6;
}

int SPANPROOF_CONV fill_shape(float scale, shape_allocator_t allocator) {
  int shape[] = {2, 3};
  return fill_2_by_3(allocator(2, shape), scale);
}

int SPANPROOF_CONV fill_floats(float scale, float_allocator_t allocator) {
  int shape[] = {2, 3};
  return fill_2_by_3(allocator(2, shape), scale);
}

int SPANPROOF_CONV fill_through(float scale, out_allocator_t allocator) {
  int shape[] = {2, 3};
  void *data = NULL;
  allocator(2, shape, &data);
  return fill_2_by_3(data, scale);
}

int SPANPROOF_CONV fill_typed(typed_allocator_t allocator) {
  /* One shape for all, so that its address says nothing new in any lane. */
  int shape[] = {2, 3, 4}, given = 0;
  double *doubles = allocator(3, shape, 'd');
  for (int i = 0; doubles && i < 24; ++i) doubles[i] = 0.5 + i;
  given += doubles != NULL;
  shape[1] = 2;
  float *floats = allocator(2, shape, 'f');
  for (int i = 0; floats && i < 4; ++i) floats[i] = 0.25f + (float)i;
  given += floats != NULL;
  shape[0] = 5;
  int *ints = allocator(1, shape, 'i');
  for (int i = 0; ints && i < 5; ++i) ints[i] = 100 + i;
  return given + (ints != NULL);
}

void *SPANPROOF_CONV ask_for(int count, shape_allocator_t allocator) { return allocator(1, &count); }

void *SPANPROOF_CONV memory_at(size_t address) {
  return VirtualAlloc((void *)address, 4096, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
}

int SPANPROOF_CONV free_at(void *memory) { return VirtualFree(memory, 0, MEM_RELEASE) != 0; }

typedef struct {
  int number;
  shape_allocator_t allocator;
  volatile LONG *waiting;
} Job;

static DWORD WINAPI run_job(void *argument) {
  const Job *job = argument;
  int shape[] = {2, job->number};
  /* All ask at once. */
  InterlockedDecrement(job->waiting);
  while (*job->waiting > 0) Sleep(0);
  float *data = job->allocator(2, shape);
  if (!data) return 0;
  for (int i = 0; i < 2 * job->number; ++i) data[i] = 10.0f * (float)job->number + (float)i;
  return 1;
}

int SPANPROOF_CONV fill_by_threads(int threads, shape_allocator_t allocator) {
  Job jobs[8];
  HANDLE handles[8];
  volatile LONG waiting = threads;
  int given = 0;
  if (threads < 1 || threads > 8) return -1;
  for (int i = 0; i < threads; ++i) {
    jobs[i] = (Job){i + 1, allocator, &waiting};
    handles[i] = CreateThread(NULL, 0, run_job, &jobs[i], 0, NULL);
  }
  for (int i = 0; i < threads; ++i) {
    DWORD filled = 0;
    WaitForSingleObject(handles[i], INFINITE);
    GetExitCodeThread(handles[i], &filled);
    CloseHandle(handles[i]);
    given += (int)filled;
  }
  return given;
}
