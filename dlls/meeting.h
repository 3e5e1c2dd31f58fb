/* SPDX-License-Identifier: MIT */
#pragma once

#include <windows.h>

/* A barrier that can be used again and gives up: who waits for the others longer than 20 seconds stands alone. */
typedef struct {
  SRWLOCK lock;
  CONDITION_VARIABLE all_here;
  int here;
  unsigned turn;
} Meeting;
#define MEETING_INIT {SRWLOCK_INIT, CONDITION_VARIABLE_INIT, 0, 0}

/* 1 as soon as `callers` threads are in here at the same time, 0 where they never were. One alone meets nobody. */
static inline int Meet(Meeting *meeting, int callers) {
  int met = 1;
  if (callers <= 1) return met;
  AcquireSRWLockExclusive(&meeting->lock);
  if (++meeting->here >= callers) {
    meeting->here = 0;
    ++meeting->turn;
    WakeAllConditionVariable(&meeting->all_here);
  } else {
    const unsigned turn = meeting->turn;
    while (met && turn == meeting->turn) {
      met = SleepConditionVariableSRW(&meeting->all_here, &meeting->lock, 20000, 0) || turn != meeting->turn;
    }
    if (!met) --meeting->here;
  }
  ReleaseSRWLockExclusive(&meeting->lock);
  return met;
}
