#!/bin/sh
# SPDX-License-Identifier: MIT
# shards_test.sh <spanproof> <folder> [options of `run`…]
# Three shards, merged, are what one whole run found: the same bytes in results.json
# but for times, and traces without a difference. A shard that is missing or there
# twice is refused.
spanproof=$1
folder=$2
shift 2
failed=0
rm -rf "$folder"
mkdir -p "$folder" || exit 1

complain() {
  echo "$*"
  failed=1
}

# What a run found, without its times.
timeless() {
  sed -E 's/^( *"(started|seconds|nanoseconds)": ).*[^,](,?)$/\1-\3/' "$1/results.json"
}

"$spanproof" run "$@" --output "$folder/whole" >"$folder/whole.log" 2>&1 || complain "the whole run: $(cat "$folder/whole.log")"
for shard in 1 2 3; do
  "$spanproof" run "$@" --shard $shard/3 --output "$folder/$shard" >"$folder/$shard.log" 2>&1 ||
    complain "shard $shard: $(cat "$folder/$shard.log")"
  grep -q "shard $shard/3" "$folder/$shard.log" || complain "shard $shard does not say what it is"
  grep -q '"outcome": "' "$folder/$shard/results.json" || complain "shard $shard has no case"
done

"$spanproof" merge "$folder/3" "$folder/1" "$folder/2" --output "$folder/merged" >"$folder/merged.log" 2>&1 ||
  complain "merge: $(cat "$folder/merged.log")"
timeless "$folder/whole" >"$folder/whole.txt"
timeless "$folder/merged" >"$folder/merged.txt"
cmp "$folder/whole.txt" "$folder/merged.txt" || { diff "$folder/whole.txt" "$folder/merged.txt" | head -20; failed=1; }
[ "$(grep -c '"nanoseconds": -' "$folder/whole.txt")" -gt 100 ] || complain "hardly any verdict was compared"
for trace in "$folder"/whole/traces/*.trace; do
  "$spanproof" compare "$trace" "$folder/merged/traces/${trace##*/}" >"$folder/compare.log" 2>&1 ||
    complain "another trace: $(tail -n 5 "$folder/compare.log")"
  grep -Eq '\(([0-9]+) cases\) against .*\(\1 cases\)' "$folder/compare.log" || complain "$(tail -n 5 "$folder/compare.log")"
done

refused() {
  wanted=$1
  shift
  "$spanproof" merge "$@" --output "$folder/refused" >"$folder/refused.log" 2>&1
  [ $? -eq 2 ] || complain "not refused: merge $*"
  grep -q "$wanted" "$folder/refused.log" || complain "expected '$wanted', got: $(cat "$folder/refused.log")"
}
refused 'missing: shard 2/3' "$folder/1" "$folder/3"
refused 'shard 1/3 is given twice' "$folder/1" "$folder/2" "$folder/1" "$folder/3"
refused 'whole run and no shard' "$folder/whole"
cp -r "$folder/1" "$folder/refused"
refused 'is one of the shards' "$folder/refused" "$folder/2" "$folder/3"
exit $failed
