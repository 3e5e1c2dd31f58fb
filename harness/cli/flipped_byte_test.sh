#!/bin/sh
# SPDX-License-Identifier: MIT
# flipped_byte_test.sh <spanproof> <manifest> <output folder>: a bridge that
# copies one byte back wrongly makes the run red, and the messages of the
# verdict and of the comparison name that byte.
spanproof=$1
manifest=$2
output=$3
id=memory.inout_direction.touch_each.cdecl

"$spanproof" run --testee "$manifest" --lane inproc/win64 --lane bridge-flipped/win64 \
  --filter "$id" --output "$output" >"$output.log" 2>&1
status=$?
cat "$output.log"
[ "$status" -eq 1 ] || { echo "expected status 1, got $status"; exit 1; }
grep -qF "$id: step 1 argument 0 [1]: expected 2, got 3" "$output.log" ||
  { echo "the verdict does not name the byte"; exit 1; }
grep -qF "case $id step 1 argument 0 [1]: 2 (baseline) against 3" "$output.log" ||
  { echo "the comparison does not name the byte"; exit 1; }
