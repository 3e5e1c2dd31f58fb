#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# check_doorbell.sh                  every execution of doorbell.pml is right, whoever begins
# check_doorbell.sh WITHOUT_… ERROR  with that taken away, spin finds ERROR (a part of its text), whoever begins
# Searches are complete, without reduction and without hashing away states. Exit
# status: 0 as expected, 1 not, 77 (skipped) where spin is not installed.
set -euo pipefail
model=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/doorbell.pml
command -v spin >/dev/null || { echo "skipped: spin, the model checker, is not installed"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

fail() { echo "FAILED: $*"; head -n 40 out; exit 1; }

# search "<spin's definitions>" "<the compiler's>" [arguments of the search]: leaves its report in `out`.
search() {
  local define=$1 compile=$2
  shift 2
  # shellcheck disable=SC2086 # definitions are words
  spin -o3 -a $define "$model" >out 2>&1 || fail "spin does not take the model"
  # shellcheck disable=SC2086
  cc -O0 -w $compile -DNOREDUCE -o search pan.c >out 2>&1 || fail "the search does not compile"
  ./search -m100000 "$@" >out 2>&1 || true
  grep -q '^Full statespace search for:' out || fail "this was no complete search"
  if grep -qE 'search depth too small|not completed|out of memory' out; then fail "the search was cut short"; fi
}

is_right() {
  local states
  search "$1" "$2" "${@:3}"
  grep -q 'errors: 0$' out || fail "an error was found"
  states=$(awk '/states, stored/ { print $1 }' out)
  echo "${1:--DCLIENT_BEGINS} $2: $states states, no error"
}

# A statement that is never reached proves nothing. The buffers' flushing alone has no end.
is_reached() {
  if grep -A1000 '^unreached' out | grep 'state [0-9]' | grep -v '"-end-"'; then fail "statements that are never reached"; fi
}

if [ $# -eq 0 ]; then
  for begins in "" -DHOST_BEGINS; do
    is_right "$begins" -DSAFETY
    is_reached
    is_right "$begins" -DNP -l  # without a cycle every execution ends
  done
else
  for begins in "" -DHOST_BEGINS; do
    search "-D$1 $begins" -DSAFETY -c0
    sed -nE 's/^pan:[0-9]+: (.*) \(at depth [0-9]+\)/\1/p' out | sort | uniq -c | sort -rn >errors
    echo "$1 $begins:"
    cat errors
    grep -qF -- "$2" errors || fail "$1 was not found${begins:+ where the host begins}"
  done
fi
