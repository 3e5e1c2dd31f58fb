#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# build_sanitized.sh CMAKE PRESET TREE COMPILER PROGRAM…
# Builds test programs under a sanitizer's preset, in TREE/PRESET, beside links to
# TREE's Windows parts. Run in the repository's folder.
set -euo pipefail
cmake=$1 preset=$2 tree=$3 compiler=$4
shift 4
build=$tree/$preset
rooms="harness/model;harness/testee/sdk;harness/testee;harness/trace;harness/check;harness/run;bridge/core;bridge/client"
if [ ! -f "$build/build.ninja" ] || [ CMakePresets.json -nt "$build/build.ninja" ] || [ "$0" -nt "$build/build.ninja" ]; then
  "$cmake" --preset "$preset" -B "$build" "-DCMAKE_CXX_COMPILER=$compiler" "-DSPANPROOF_ROOMS=$rooms" \
    -DSPANPROOF_PE_ARCHES= >"$build.log" 2>&1 || { cat "$build.log"; exit 1; }
fi
for arch in win64 win32; do
  ln -sfn "$tree/lib/spanproof/$arch" "$build/lib/spanproof/$arch"
done
"$cmake" --build "$build" --target "$@"
