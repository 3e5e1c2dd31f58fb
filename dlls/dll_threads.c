/* SPDX-License-Identifier: MIT */
#include "dlls/dll_threads.h"

#include <stdlib.h>
#include <windows.h>

#include "dlls/meeting.h"

enum { kMost = 32 };

/* What one thread does: waits for all, sleeps or stands at the gate, calls. */
typedef struct {
  thread_func_t func;
  int value, times, until_zero;
  int party; /* how many meet before the first call */
  DWORD delay;
  int at_gate;
  int sum;
} Task;

static DWORD mark = TLS_OUT_OF_INDEXES;
static HANDLE gate;
static Meeting meeting;

static SRWLOCK started_lock = SRWLOCK_INIT;
static struct {
  HANDLE thread;
  Task *task;
} started[kMost];
static int started_count;

BOOL WINAPI DllMain(HINSTANCE instance, DWORD reason, LPVOID reserved);
BOOL WINAPI DllMain(HINSTANCE instance, DWORD reason, LPVOID reserved) {
  (void)instance;
  (void)reserved;
  if (reason == DLL_PROCESS_ATTACH) {
    mark = TlsAlloc();
    gate = CreateEventA(NULL, FALSE, FALSE, NULL);
  } else if (reason == DLL_PROCESS_DETACH) {
    TlsFree(mark);
    CloseHandle(gate);
  }
  return TRUE;
}

int SPANPROOF_CONV thread_mark(void) { return (int)(INT_PTR)TlsGetValue(mark); }

static DWORD WINAPI run_task(void *argument) {
  Task *task = argument;
  int result;
  TlsSetValue(mark, (void *)(INT_PTR)task->value);
  if (task->party > 1) Meet(&meeting, task->party);
  if (task->at_gate) WaitForSingleObject(gate, INFINITE);
  if (task->delay) Sleep(task->delay);
  for (int i = 0; task->until_zero || i < task->times; ++i) {
    result = task->func(task->value + i);
    task->sum += result;
    if (task->until_zero && result == 0) break;
  }
  return 0;
}

static void end(HANDLE thread) {
  WaitForSingleObject(thread, INFINITE);
  CloseHandle(thread);
}

static int run(Task task) {
  end(CreateThread(NULL, 0, run_task, &task, 0, NULL));
  return task.sum;
}

int SPANPROOF_CONV run_on_thread(thread_func_t func, int value) {
  return run((Task){.func = func, .value = value, .times = 1});
}

int SPANPROOF_CONV run_repeatedly(thread_func_t func, int value, int times) {
  return run((Task){.func = func, .value = value, .times = times});
}

int SPANPROOF_CONV run_on_threads(thread_func_t func, int n) {
  Task tasks[kMost];
  HANDLE threads[kMost];
  int sum = 0;
  if (n < 1 || n > kMost) return -1;
  for (int i = 0; i < n; ++i) {
    tasks[i] = (Task){.func = func, .value = i, .times = 1, .party = n};
    threads[i] = CreateThread(NULL, 0, run_task, &tasks[i], 0, NULL);
  }
  for (int i = 0; i < n; ++i) {
    end(threads[i]);
    sum += tasks[i].sum;
  }
  return sum;
}

int SPANPROOF_CONV run_beside(thread_func_t func, int value) {
  Task task = {.func = func, .value = value + 1, .times = 1, .party = 2};
  const HANDLE thread = CreateThread(NULL, 0, run_task, &task, 0, NULL);
  Meet(&meeting, 2);
  const int own = func(value);
  end(thread);
  return 10 * own + task.sum;
}

typedef struct {
  Task task;
  HANDLE done;
} PoolTask;

static DWORD WINAPI run_pool_task(void *argument) {
  PoolTask *pool = argument;
  run_task(&pool->task);
  TlsSetValue(mark, NULL);
  SetEvent(pool->done);
  return 0;
}

static VOID CALLBACK run_timer_task(void *argument, BOOLEAN fired) {
  (void)fired;
  run_pool_task(argument);
}

int SPANPROOF_CONV run_in_pool(thread_func_t func, int value) {
  PoolTask pool = {{.func = func, .value = value, .times = 1}, CreateEventA(NULL, TRUE, FALSE, NULL)};
  if (!QueueUserWorkItem(run_pool_task, &pool, WT_EXECUTELONGFUNCTION)) return -1;
  end(pool.done);
  return pool.task.sum;
}

int SPANPROOF_CONV run_by_timer(thread_func_t func, int value) {
  PoolTask pool = {{.func = func, .value = value, .times = 1}, CreateEventA(NULL, TRUE, FALSE, NULL)};
  HANDLE timer;
  if (!CreateTimerQueueTimer(&timer, NULL, run_timer_task, &pool, 1, 0, WT_EXECUTEONLYONCE)) return -1;
  WaitForSingleObject(pool.done, INFINITE);
  DeleteTimerQueueTimer(NULL, timer, INVALID_HANDLE_VALUE);
  CloseHandle(pool.done);
  return pool.task.sum;
}

typedef struct {
  buffer_func_t func;
  int n, result;
} BufferTask;

static DWORD WINAPI run_buffer_task(void *argument) {
  BufferTask *task = argument;
  int *values = malloc((size_t)task->n * sizeof *values);
  if (!values) return 1;
  for (int i = 0; i < task->n; ++i) values[i] = i + 1;
  task->result = 1000 * task->func(values, task->n);
  for (int i = 0; i < task->n; ++i) task->result += values[i];
  free(values);
  return 0;
}

int SPANPROOF_CONV run_with_buffer(buffer_func_t func, int n) {
  BufferTask task = {func, n, -1};
  end(CreateThread(NULL, 0, run_buffer_task, &task, 0, NULL));
  return task.result;
}

static void start(Task task) {
  Task *own = malloc(sizeof *own);
  if (!own) return;
  *own = task;
  AcquireSRWLockExclusive(&started_lock);
  if (started_count < kMost) {
    started[started_count].task = own;
    started[started_count].thread = CreateThread(NULL, 0, run_task, own, 0, NULL);
    ++started_count;
  } else {
    free(own);
  }
  ReleaseSRWLockExclusive(&started_lock);
}

void SPANPROOF_CONV start_thread(thread_func_t func, int value, int milliseconds) {
  start((Task){.func = func, .value = value, .times = 1, .delay = (DWORD)milliseconds});
}

void SPANPROOF_CONV start_until_zero(thread_func_t func, int value) {
  start((Task){.func = func, .value = value, .until_zero = 1});
}

void SPANPROOF_CONV start_at_gate(thread_func_t func, int value) {
  start((Task){.func = func, .value = value, .times = 1, .at_gate = 1});
}

void SPANPROOF_CONV open_gate(void) { SetEvent(gate); }

int SPANPROOF_CONV join_threads(void) {
  int sum = 0;
  for (;;) {
    AcquireSRWLockExclusive(&started_lock);
    const int any = started_count > 0;
    const HANDLE thread = any ? started[--started_count].thread : NULL;
    Task *task = any ? started[started_count].task : NULL;
    ReleaseSRWLockExclusive(&started_lock);
    if (!any) return sum;
    end(thread);
    sum += task->sum;
    free(task);
  }
}
