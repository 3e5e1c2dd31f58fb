#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# collect.sh TYPE_FACTS FOLDER: lets every compiler lay out the types of
# TYPE_FACTS, and writes into FOLDER types.json and, for each ABI, <abi>.section
# (bytes out of the object file) and <abi>.facts; clang's view of the gnu ABIs
# as clang-<abi>. Without clang, <abi>.skipped says so instead. Runs nothing that
# it compiled. Other compilers: CC, MINGW64_CC, MINGW32_CC, CLANG.
set -euo pipefail
tool=$(realpath "$1") folder=$2
mkdir -p "$folder"
cd "$folder"
rm -f -- *.section *.facts *.skipped
"$tool" json >types.json
"$tool" c >types.c

# collect ABI OBJCOPY COMPILER…
collect() {
  local abi=$1 objcopy=$2
  shift 2
  "$@" -w -c types.c -o "$abi.o"
  "$objcopy" -O binary -j facts "$abi.o" "$abi.section"
  "$tool" facts "$abi.section" >"$abi.facts"
}

collect sysv64 objcopy "${CC:-gcc}"  -fms-extensions
collect win64-gnu x86_64-w64-mingw32-objcopy "${MINGW64_CC:-x86_64-w64-mingw32-gcc-posix}" -fms-extensions
collect win32-gnu i686-w64-mingw32-objcopy "${MINGW32_CC:-i686-w64-mingw32-gcc-posix}" -fms-extensions

clang=${CLANG:-clang}
if command -v "$clang" >/dev/null; then
  collect win64-msvc x86_64-w64-mingw32-objcopy "$clang" --target=x86_64-pc-windows-msvc -ffreestanding
  collect win32-msvc i686-w64-mingw32-objcopy "$clang" --target=i686-pc-windows-msvc -ffreestanding
  collect clang-win64-gnu x86_64-w64-mingw32-objcopy "$clang" --target=x86_64-w64-mingw32 -ffreestanding -fms-extensions
  collect clang-win32-gnu i686-w64-mingw32-objcopy "$clang" --target=i686-w64-mingw32 -ffreestanding -fms-extensions
else
  for abi in win64-msvc win32-msvc; do
    echo "clang is not installed, and only it knows Microsoft's layouts: apt-get install clang" >"$abi.skipped"
  done
fi
