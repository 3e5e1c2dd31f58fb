#!/bin/sh
# SPDX-License-Identifier: MIT
# generated_files_test.sh <source folder> <generator>: what is committed is what tools/<generator> writes.
source=$1 generator=$2
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
"$source/tools/$generator" "$folder" || exit 1
failed=0
for file in $(cd "$folder" && find . -type f); do
  cmp "$folder/$file" "$source/$file" || failed=1
done
[ $failed -eq 0 ] || echo "run tools/$generator . in the source folder, and commit what it wrote"
exit $failed
