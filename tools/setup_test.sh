#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What quickstart and test do where they cannot install: seen with a PATH of
# stand-ins, so that nothing is installed and nothing built.
#   setup_test.sh <source>
set -euo pipefail
source=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
status=0

# stand_in <name> <script>
stand_in() { printf '#!/bin/bash\n%s\n' "$2" >"$work/bin/$1"; chmod +x "$work/bin/$1"; }

# expect <what> <exit status> <part of the output> <program>
expect() {
  local output code=0
  output=$(PATH=$work/bin "$source/$4" </dev/null 2>&1) || code=$?
  if [ "$code" != "$2" ] || [[ $output != *"$3"* ]]; then
    printf '%s: %s ended with %s and said:\n%s\nwanted: %s and "%s"\n' \
      "$1" "$4" "$code" "$output" "$2" "$3"
    status=1
  fi
}

mkdir "$work/bin"
for program in bash env cat dirname mkdir; do
  ln -s "$(command -v $program)" "$work/bin/$program"
done
stand_in id 'echo 1000'

for program in quickstart test .ci/run; do
  expect "no Debian" 2 "Missing programs: cmake ninja" $program
done

stand_in apt-get 'echo "apt-get must not run: $*"; exit 99'
stand_in dpkg-query '[ "$4" = strace ] || printf installed'
line='apt-get update && apt-get install -y --no-install-recommends strace'
for program in quickstart test .ci/run; do
  expect "an ordinary user without sudo" 2 $'\n\n'"$line" $program
done

stand_in sudo 'exit 1'
expect "sudo that asks for a password, and nobody to type it" 2 "$line" quickstart

stand_in sudo '[ "$*" = "-n true" ] || exec "$@"'
stand_in apt-get 'echo "asked for: $*"; [ "$2" != install ]'
expect "sudo without a password, no network" 2 \
  'asked for: -q install -y --no-install-recommends strace' quickstart
expect "sudo without a password, no network" 2 'Is there a network' quickstart
expect "lists are brought up to date first" 2 $'asked for: -q update\nasked for: -q install' quickstart
exit $status
