#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What the tests started must be gone when they are over.
#   nothing_is_left.sh before <tree>   notes the shared memory there is
#   nothing_is_left.sh after <tree>    fails where a process of these tests is
#                                      alive or new shared memory is there
# Every test has SPANPROOF_TEST_TREE=<tree> in its environment, and so has
# whatever it started, however it was reparented; this script has it not.
set -euo pipefail
action=$1 tree=$2
noted=$tree/tests/shared-memory-before

list_shared_memory() {
  find /dev/shm -mindepth 1 -user "$(id -un)" -iname '*spanproof*' 2>/dev/null | sort || true
}

list_processes() {
  local file pid
  for file in /proc/[0-9]*/environ; do
    # Processes end while we look: unreadable is gone, or not ours.
    if tr '\0' '\n' <"$file" | grep -qxF "SPANPROOF_TEST_TREE=$tree"; then
      pid=${file#/proc/}
      echo "${pid%/environ}"
    fi
  done 2>/dev/null
}

if [ "$action" = before ]; then
  mkdir -p "$tree/tests"
  list_shared_memory >"$noted"
  exit 0
fi

# A process that was told to end may take a moment.
for _ in 1 2 3 4 5 6 7 8 9 10; do
  processes=$(list_processes)
  [ -z "$processes" ] && break
  sleep 0.3
done
status=0
for pid in $processes; do
  echo "left behind: process $pid: $(tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline" || true)"
  status=1
done
while IFS= read -r file; do
  [ -n "$file" ] || continue
  echo "left behind: shared memory $file"
  status=1
done < <(list_shared_memory | comm -13 "$noted" -)
exit $status
