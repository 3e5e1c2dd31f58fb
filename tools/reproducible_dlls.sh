#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Two clean builds of the fixture DLLs, from two copies of the sources in folders
# of different depth, must give the same bytes as each other and as <tree>.
#   reproducible_dlls.sh <source> <tree> <arch>
set -euo pipefail
source=$1 tree=$2 arch=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Of all files in a folder and below, links left out.
sums() { (cd "$1" && find . -type f -print0 | sort -z | xargs -0 sha256sum --); }

build() {
  mkdir -p "$1/source"
  cp -r "$source/CMakeLists.txt" "$source/cmake" "$source/dlls" "$1/source/"
  {
    cmake -G Ninja -S "$1/source" -B "$1/build" -DSPANPROOF_ROOMS=dlls -DBUILD_TESTING=OFF \
      "-DCMAKE_TOOLCHAIN_FILE=$1/source/cmake/toolchain-mingw${arch#win}.cmake" \
      "-DSPANPROOF_STAGED_INCLUDE=$tree/pe/include" "-DSPANPROOF_PE_OUTPUT=$1/out"
    cmake --build "$1/build"
  } >"$1/log" 2>&1 || { cat "$1/log"; exit 1; }
  sums "$1/out/dlls" >"$1/sums"
}

build "$work/one"
build "$work/deeper/folder/two"
sums "$tree/lib/spanproof/$arch/dlls" >"$work/sums-of-tree"

diff "$work/one/sums" "$work/deeper/folder/two/sums" || { echo "two clean builds differ"; exit 1; }
diff "$work/one/sums" "$work/sums-of-tree" || { echo "$tree differs from a clean build"; exit 1; }
echo "$(wc -l <"$work/one/sums") files of $arch are the same in three folders"
