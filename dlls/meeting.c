/* SPDX-License-Identifier: MIT */
#include "dlls/meeting.h"

#include <windows.h>

static SRWLOCK *LockOf(Meeting *meeting) { return (SRWLOCK *)&meeting->lock; }

int Meet(Meeting *meeting, int callers) {
  CONDITION_VARIABLE *all_here = (CONDITION_VARIABLE *)&meeting->all_here;
  int met = 1;
  if (callers <= 1) return met;
  AcquireSRWLockExclusive(LockOf(meeting));
  if (++meeting->here >= callers) {
    meeting->here = 0;
    ++meeting->turn;
    WakeAllConditionVariable(all_here);
  } else {
    const unsigned turn = meeting->turn;
    while (met && turn == meeting->turn) {
      met = SleepConditionVariableSRW(all_here, LockOf(meeting), 20000, 0) || turn != meeting->turn;
    }
    if (!met) --meeting->here;
  }
  ReleaseSRWLockExclusive(LockOf(meeting));
  return met;
}
