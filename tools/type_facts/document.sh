#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# document.sh write|check TYPE_FACTS FOLDER DOCUMENT: writes what the command
# prints into the document, or holds the document against it. Checking ends with
# 77, skipped, where compilers were missing.
set -euo pipefail
action=$1 tool=$2 folder=$3 document=$4
if [ -e "$folder/win64-msvc.skipped" ]; then
  cat "$folder/win64-msvc.skipped"
  exit 77
fi
"$tool" document "$folder" >"$folder/ABIS.md"
case $action in
  write) cp "$folder/ABIS.md" "$document" ;;
  check)
    diff "$folder/ABIS.md" "$document" || {
      echo "$document is not what the compilers say: cmake --build BUILD --target abis_document writes it"
      exit 1
    } ;;
esac
