#!/bin/sh
# SPDX-License-Identifier: MIT
# shards_lists_test.sh <spanproof>
# Lists of expectations are held over merged shards: an entry that matches in one shard
# alone is not stale, one that matches in none is, and only then.
spanproof=$1
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
failed=0

# held <status of the merged run> [a further entry]
held() {
  wanted=$1
  mkdir -p "$folder/lists"
  echo "{\"failures\": [
    {\"case\": \"*\", \"outcome\": \"fail\", \"reason\": \"it does nothing\"},
    {\"case\": \"memory.bubblesort.*\", \"outcome\": \"fail\", \"reason\": \"of one file\"}$2]}" >"$folder/lists/nothing.json"
  for shard in 1 2 3; do
    "$spanproof" run --lane nothing --expect "$folder/lists" --shard $shard/3 --output "$folder/$shard" >"$folder/log" 2>&1 ||
      { echo "shard $shard held its list against cases of others: $(cat "$folder/log")"; failed=1; }
  done
  "$spanproof" merge "$folder/1" "$folder/2" "$folder/3" --output "$folder/merged" >"$folder/log" 2>&1
  got=$?
  [ $got -eq "$wanted" ] || { echo "merged: expected status $wanted, got $got: $(cat "$folder/log")"; failed=1; }
}
held 0
held 1 ', {"case": "no.such.case", "outcome": "fail", "reason": "stale"}'
[ "$(grep -c 'stale: expectation "no.such.case"' "$folder/log")" -eq 1 ] || { echo "no word of it: $(cat "$folder/log")"; failed=1; }
grep -q 'bubblesort' "$folder/log" && { echo "an entry of one shard is stale: $(cat "$folder/log")"; failed=1; }
exit $failed
