#!/bin/sh
# SPDX-License-Identifier: MIT
# able_to_fail_test.sh <able-to-fail> <spanproof> <suite> <report> <own report> [options of `run`…]
# Every expectation of the suite, changed, must turn its case red: held against the
# traces of a run that has been, or, where that was of another suite, of one of our own.
prover=$1
spanproof=$2
suite=$3
report=$4
own=$5
shift 5

prove() {
  set -- "$1"/traces/*.trace
  [ -e "$1" ] || return 3
  "$prover" "$suite" "$@"
}

prove "$report"
status=$?
[ "$status" -eq 3 ] || exit "$status"
echo "no trace of this suite below $report: running it"
rm -rf "$own"
"$spanproof" run --lane inproc "$@" --output "$own" >"$own.log" 2>&1
prove "$own" && exit 0
status=$?
[ "$status" -ne 3 ] || cat "$own.log"
exit "$status"
