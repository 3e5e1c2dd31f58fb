#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Which Wine roots .ci/run hands to the tests: seen in a tree of stand-ins.
#   ci_run_test.sh <source>
set -euo pipefail
source=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
status=0
tree=$work/tree
roots=$tree/build/wine-roots

# stand_in <path> <script>
stand_in() { printf '#!/bin/bash\n%s\n' "$2" >"$1"; chmod +x "$1"; }

# expect <what> <exit status> <part of the output>
expect() {
  local output code=0
  output=$(env -u SPANPROOF_WINE_ROOTS PATH="$work/bin" "$tree/.ci/run" </dev/null 2>&1) || code=$?
  if [ "$code" != "$2" ] || [[ $output != *"$3"* ]]; then
    printf '%s: ended with %s and said:\n%s\nwanted: %s and "%s"\n' "$1" "$code" "$output" "$2" "$3"
    status=1
  fi
}

mkdir -p "$work/bin" "$tree/.ci" "$tree/tools" "$roots"
cp "$source/.ci/run" "$tree/.ci/run"
for program in bash env dirname mkdir timeout touch sleep; do
  ln -s "$(command -v $program)" "$work/bin/$program"
done
stand_in "$tree/test" 'echo "roots: $SPANPROOF_WINE_ROOTS."'
stand_in "$tree/tools/make_wine_root.sh" 'mkdir -p "$2/etc" && touch "$2/etc/spanproof-wine-root"'
stand_in "$work/bin/id" 'echo 1000'

expect "no bubblewrap" 0 'roots: .'
stand_in "$work/bin/bwrap" 'exit 1'
expect "no namespaces" 0 'cannot run here.'
stand_in "$work/bin/bwrap" ''
expect "not root" 0 'only root can make it.'
mkdir -p "$roots/trixie/etc"
touch "$roots/trixie/etc/spanproof-wine-root"
expect "not root, but one is there" 0 "roots: $roots/trixie."

stand_in "$work/bin/id" 'echo 0'
stand_in "$work/bin/apt-get" 'exit 100'
expect "root, no network" 0 'debootstrap could not be installed.'
stand_in "$work/bin/debootstrap" ''
expect "root" 0 "roots: $roots/bookworm;$roots/trixie."

# Ended while a root is made: the maker is asked to end, and no test is run.
rm -rf "$roots"
stand_in "$tree/tools/make_wine_root.sh" "sleep 60 & trap 'kill \$!; touch $work/asked; exit 143' TERM; touch $work/begun; wait"
env -u SPANPROOF_WINE_ROOTS PATH="$work/bin" "$tree/.ci/run" >"$work/output" 2>&1 &
run=$!
for ((i = 0; i < 200; ++i)); do [ ! -e "$work/begun" ] || break; sleep 0.1; done
kill -TERM "$run"
code=0
wait "$run" || code=$?
if [ "$code" != 143 ] || [ ! -e "$work/asked" ] || grep -q '^roots:' "$work/output"; then
  printf 'terminated: ended with %s and said:\n%s\n' "$code" "$(cat "$work/output")"
  status=1
fi
exit $status
