#!/bin/sh
# SPDX-License-Identifier: MIT
# statuses_test.sh <spanproof> <a trace>: the exit statuses that scripts rely on.
spanproof=$1
trace=$2
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
failed=0

expect() {
  wanted=$1
  shift
  "$@" >"$folder/out" 2>"$folder/err"
  got=$?
  if [ "$got" -ne "$wanted" ]; then
    echo "expected status $wanted, got $got: $*"
    cat "$folder/out" "$folder/err"
    failed=1
  fi
}

expect 0 "$spanproof" --version
expect 0 "$spanproof" --help
expect 0 "$spanproof" run --help
expect 0 "$spanproof" list
expect 0 "$spanproof" list --topics
grep -q '^scalar\.int32  ' "$folder/out" || { echo "no scalar.int32 among the topics"; failed=1; }
expect 0 "$spanproof" list --topics --require --filter 'scalar.int32'
expect 2 "$spanproof" list --require
mkdir "$folder/suite" || exit 1
echo '{"areas": [{"area": "scalar", "topics": [{"key": "scalar.lonely", "catches": "-"}]}]}' >"$folder/suite/topics.json"
echo '{"suite": "scalar", "modules": {"m": "m.dll"}, "cases": [{"id": "scalar.other.one",
  "steps": [{"load": "m", "expect": {"error": {"code": 126}}}]}]}' >"$folder/suite/cases.json"
expect 0 "$spanproof" list --topics --suite "$folder/suite"
grep -q 'EMPTY' "$folder/out" || { echo "an empty topic is not shown"; failed=1; }
expect 1 "$spanproof" list --topics --require --suite "$folder/suite"
expect 1 "$spanproof" list --topics --suite "$folder/suite" --require scalar
expect 1 "$spanproof" list --topics --suite "$folder/suite" --require 'scalar.l*'
expect 0 "$spanproof" list --topics --suite "$folder/suite" --require scalar --except scalar.lonely
expect 2 "$spanproof" list --topics --suite "$folder/suite" --require scala
echo '{"areas": [{"area": "scalar", "topics": [{"key": "scalar.lonely", "catches": "-", "scripted": "lonely_test"}]}]}' >"$folder/suite/topics.json"
expect 0 "$spanproof" list --topics --require --suite "$folder/suite"
grep -q ' by lonely_test: -$' "$folder/out" || { echo "the test that stands in for cases is not shown"; failed=1; }
expect 2 "$spanproof" list --topics --lanes
expect 3 "$spanproof" list --topics --filter 'no.such.topic'
expect 0 "$spanproof" compare "$trace" "$trace"
expect 0 "$spanproof" export "$trace"
expect 2 "$spanproof"
expect 2 "$spanproof" fly
expect 2 "$spanproof" run --lane no-such-lane --output "$folder/report"
expect 2 "$spanproof" run --suite "$folder/none" --output "$folder/report"
expect 2 "$spanproof" run --wine "$folder" --output "$folder/report"
expect 2 "$spanproof" run --wine "$folder/none" --output "$folder/report"
expect 2 "$spanproof" run --testee "$folder" --output "$folder/report"
expect 2 "$spanproof" run --lane nothing --shard 4/3 --output "$folder/report"
expect 0 "$spanproof" merge --help
expect 2 "$spanproof" merge "$folder/none" --output "$folder/merged"
expect 2 "$spanproof" compare "$trace" "$folder/none.trace"
expect 2 "$spanproof" compare "$folder" "$folder"
expect 2 sh -c '"$1" export "$2" >/dev/full' sh "$spanproof" "$trace"
expect 2 sh -c '"$1" list >/dev/full' sh "$spanproof"
mkdir "$folder/ring" && ln -s ring.json "$folder/ring/ring.json"
expect 2 "$spanproof" list --suite "$folder/ring"
head -c 320 "$trace" >"$folder/short.trace"
expect 2 "$spanproof" compare "$trace" "$folder/short.trace"
grep -q 'offset' "$folder/err" || { echo "no offset in: $(cat "$folder/err")"; failed=1; }
expect 0 "$spanproof" export --salvage "$folder/short.trace"
expect 3 "$spanproof" list --filter 'no.such.case'
expect 3 "$spanproof" run --lane nothing --filter 'no.such.case' --output "$folder/report"
# What is known to fail, as it fails, otherwise, and not at all.
mkdir "$folder/known" || exit 1
known() {
  echo "{\"failures\": [{\"case\": \"scalar.int32.*\", \"outcome\": \"fail\", \"reason\": \"it does nothing\"$1}]}" >"$folder/known/nothing.json"
}
known ''
expect 0 "$spanproof" run --lane nothing --filter 'scalar.int32.*' --expect "$folder/known" --output "$folder/report"
grep -q '"known-fail"' "$folder/report/results.json" || { echo "no known-fail in results.json"; failed=1; }
known ', "message": "no such message"'
expect 1 "$spanproof" run --lane nothing --filter 'scalar.int32.*' --expect "$folder/known" --output "$folder/report"
known ', "mesage": "misspelt"'
expect 2 "$spanproof" run --lane nothing --filter 'scalar.int32.*' --expect "$folder/known" --output "$folder/report"
# A folder that another run has: here as a process that holds its lock.
expect 2 flock "$folder/report" "$spanproof" run --lane nothing --output "$folder/report"
mkdir "$folder/here" "$folder/here/spanproof-report" || exit 1
expect 0 flock "$folder/here/spanproof-report" sh -c 'cd "$1" && "$2" run --lane nothing --filter "scalar.int32.*"' sh \
  "$folder/here" "$spanproof"
[ -f "$folder/here/spanproof-report-2/results.json" ] || { echo "no second report folder"; failed=1; }
exit $failed
