#!/bin/sh
# SPDX-License-Identifier: MIT
# argument_lists_test.sh <source folder>: what is committed is what make_argument_lists.sh writes.
source=$1
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
"$source/tools/make_argument_lists.sh" "$folder" || exit 1
failed=0
for file in dlls/argument_lists.inc suites/scalar/orders.json suites/scalar/orders_of_six.json suites/scalar/long_lists.json; do
  cmp "$folder/$file" "$source/$file" || failed=1
done
[ $failed -eq 0 ] || echo "run tools/make_argument_lists.sh . in the source folder, and commit what it wrote"
exit $failed
