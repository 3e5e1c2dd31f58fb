#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# system_calls_test.sh SPANPROOF_BENCH
# Warm calls make no system calls: of client and host together (strace -c -f
# follows the host, a child) fewer than 1 in 1,000 calls. What starting and ending cost is
# taken off by a second run with fewer calls.
set -euo pipefail
bench=$1
few=1000 many=201000
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

count() {
  # Starting the prefix's wineserver costs 180,000 system calls: it runs already when counting begins.
  "$bench" --calls 1 >"$work/out" || { cat "$work/out"; exit 2; }
  strace -c -f -o "$work/summary" "$bench" --calls "$1" >"$work/out" || { cat "$work/out"; exit 2; }
  awk '$NF == "total" { print $4 }' "$work/summary"
}

calls=$((many - few))
# A thread that loses its CPU to something else parks, which is a system call:
# three attempts, and every result is printed.
for attempt in 1 2 3; do
  base=$(count "$few")
  total=$(count "$many")
  extra=$((total - base))
  echo "$extra system calls more for $calls more calls ($base with $few calls, $total with $many)"
  [ "$extra" -lt $((calls / 1000)) ] && exit 0
  echo "attempt $attempt of 3: 1 in 1,000 calls or more"
done
cat "$work/summary"
exit 1
