#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Installs into a folder of its own and works from there, the build tree being
# out of reach for what is found relative to the program.
#   install_test.sh <build tree>
set -euo pipefail
tree=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cmake --install "$tree" --prefix "$work/a prefix" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
program="$work/a prefix/bin/spanproof"
cd "$work"

"$program" list >listed || { cat listed; echo "list failed"; exit 1; }
grep -q bubblesort listed || { cat listed; echo "list does not know the bubblesort cases"; exit 1; }
"$program" run --filter '*bubblesort*' --output "$work/report" 2>&1 | tee ran
[ -s "$work/report/results.json" ] || { echo "no results.json in the report"; exit 1; }
if grep -qF "$tree" "$work/report/results.json"; then
  grep -F "$tree" "$work/report/results.json" | head -3
  echo "the installed program used the build tree"
  exit 1
fi
