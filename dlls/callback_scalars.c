/* SPDX-License-Identifier: MIT */
#include "dlls/callback_scalars.h"

/* Through memory, so that the DLL itself has taken the result: a jump into func would hand on whatever it leaves. */
#define PASS(NAME, T)                                                 \
  T SPANPROOF_CONV pass_##NAME(NAME##_func_t func, T value) {         \
    T volatile taken = func(value);                                   \
    return taken;                                                     \
  }
CALLBACK_SCALARS(PASS)
PASS(long_double, long double)

#define WIDEN(NAME, T) \
  int64_t SPANPROOF_CONV widen_##NAME(NAME##_source_t func) { return (int64_t)func(); }
CALLBACK_NARROW(WIDEN)

#define AT(NAME, ODD, OTHER)                                                                                 \
  double SPANPROOF_CONV NAME##_at_1(NAME##_1_t func, ODD value) { return func(value, 2, 3, 4, 5, 6); }       \
  double SPANPROOF_CONV NAME##_at_2(NAME##_2_t func, ODD value) { return func(1, value, 3, 4, 5, 6); }       \
  double SPANPROOF_CONV NAME##_at_3(NAME##_3_t func, ODD value) { return func(1, 2, value, 4, 5, 6); }       \
  double SPANPROOF_CONV NAME##_at_4(NAME##_4_t func, ODD value) { return func(1, 2, 3, value, 5, 6); }       \
  double SPANPROOF_CONV NAME##_at_5(NAME##_5_t func, ODD value) { return func(1, 2, 3, 4, value, 6); }       \
  double SPANPROOF_CONV NAME##_at_6(NAME##_6_t func, ODD value) { return func(1, 2, 3, 4, 5, value); }
CALLBACK_ODD(AT)

int64_t SPANPROOF_CONV call_with_twelve(twelve_func_t func) {
  return func(-1, UINT64_C(0xfedcba9876543210), 0.5f, -300, 1e300, true, INT64_MIN, 255, -0.25f, 4000000000u, "eleventh",
              -0.125);
}

int SPANPROOF_CONV call_bare(bare_func_t func, int n) {
  for (int i = 0; i < n; ++i) func();
  return n;
}
