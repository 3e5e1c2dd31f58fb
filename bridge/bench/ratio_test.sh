#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# ratio_test.sh SPANPROOF_BENCH
# Holds the p50 ratios against their limits, three times at most; every table is
# printed. Where other programs keep the CPUs busy nothing is judged: six such
# runs, and the test counts as skipped (77).
set -u
judged=0 busy=0
while [ "$judged" -lt 3 ] && [ "$busy" -lt 6 ]; do
  "$1" --gate
  status=$?
  case $status in
    0) exit 0 ;;
    1) judged=$((judged + 1)); echo "attempt $judged of 3: above a limit" ;;
    4) busy=$((busy + 1)); echo "run $busy of 6 without a free CPU"; sleep 5 ;;
    *) exit "$status" ;;
  esac
done
[ "$judged" -gt 0 ] && exit 1
echo "skipped: no two CPUs were free in six runs, so no ratio could be measured"
exit 77
