#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The Wine prefix of the tests, $WINEPREFIX.
#   wine_fixture.sh start <wine64> <wineserver>   makes it once, keeps one server
#   wine_fixture.sh stop  <wine64> <wineserver>   ends that server and what runs on it
set -euo pipefail
action=$1 wine=$2 wineserver=$3
log=$WINEPREFIX.log

case $action in
  start)
    mkdir -p "$WINEPREFIX"
    # A server of ours, so that a warm start costs 0.05 s instead of 1 s. Its
    # output goes to a file: ctest would wait for the end of a pipe.
    setsid "$wineserver" -f -p </dev/null >"$log" 2>&1 &
    if [ ! -e "$WINEPREFIX/spanproof-made" ]; then
      # As harness/run/wine_prefix.cc does, for its reason.
      for attempt in 1 2 3; do
        timeout 110 "$wine" wineboot.exe --init </dev/null >>"$log" 2>&1 && break
        [ "$attempt" -lt 3 ] || { cat "$log"; echo "wineboot failed"; exit 1; }
      done
      touch "$WINEPREFIX/spanproof-made"
    fi
    timeout 60 "$wine" cmd.exe /c exit 0 </dev/null >>"$log" 2>&1 ||
      { cat "$log"; echo "no program starts in $WINEPREFIX"; exit 1; } ;;
  stop)
    # 2: there was no server. -w waits until it is gone.
    "$wineserver" -k </dev/null || true
    timeout 30 "$wineserver" -w </dev/null ;;
  *) echo "wine_fixture.sh: $action?"; exit 2 ;;
esac
