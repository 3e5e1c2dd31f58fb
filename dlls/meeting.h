/* SPDX-License-Identifier: MIT */
#pragma once

/* A barrier that can be used again and gives up: who waits for the others longer than 20 seconds stands alone. All zeros is a new one. */
typedef struct {
  void *lock;     /* a SRWLOCK */
  void *all_here; /* a CONDITION_VARIABLE */
  int here;
  unsigned turn;
} Meeting;

/* 1 as soon as `callers` threads are in here at the same time, 0 where they never were. One alone meets nobody. */
int Meet(Meeting *meeting, int callers);
