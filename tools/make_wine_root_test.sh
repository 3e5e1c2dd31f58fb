#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# make_wine_root.sh, with stand-ins for what fetches, mounts and enters: what it
# refuses, and that only a root that is whole ever has its name.
#   make_wine_root_test.sh <source>
set -euo pipefail
program=$1/tools/make_wine_root.sh
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
status=0
mkdir "$work/bin"
PATH=$work/bin:$PATH

# stand_in <name> <script>
stand_in() { printf '#!/bin/bash\n%s\n' "$2" >"$work/bin/$1"; chmod +x "$work/bin/$1"; }

# expect <exit status> <part of the output> <arguments…>
expect() {
  local wanted=$1 part=$2 output code=0
  shift 2
  output=$("$program" "$@" </dev/null 2>&1) || code=$?
  if [ "$code" != "$wanted" ] || [[ $output != *"$part"* ]]; then
    printf 'make_wine_root.sh %s ended with %s and said:\n%s\nwanted: %s and "%s"\n' \
      "$*" "$code" "$output" "$wanted" "$part"
    status=1
  fi
}

# check <what> <command…>
check() {
  local what=$1
  shift
  "$@" || { echo "not so: $what"; status=1; }
}

expect 0 'trixie with Wine 10.0' --help
expect 2 usage:
expect 2 "unknown option --miror" --miror x bookworm "$work/root"
expect 2 "unknown release 'sarge': bullseye bookworm trixie" sarge "$work/root"
mkdir "$work/full"
touch "$work/full/file"
expect 2 'is not empty' bookworm "$work/full"

# A machine that is not this one.
touch "$work/keys"
sed "s|^keyring=.*|keyring=$work/keys|" "$program" >"$work/make_wine_root.sh"
chmod +x "$work/make_wine_root.sh"
program=$work/make_wine_root.sh
cat >"$work/debootstrap" <<'TEXT'
echo "$*" >"$WORK/asked"
arguments=("$@")
[ -z "$FAIL" ] || { echo "E: no such thing"; exit 1; }
for one in "$@"; do case $one in /*root*) root=$one ;; esac; done
mkdir -p "$root"/{usr/sbin,usr/lib,etc/dpkg/dpkg.cfg.d,etc/apt/apt.conf.d,proc}
TEXT
stand_in debootstrap "$(cat "$work/debootstrap")"
stand_in id 'echo 1000'
expect 2 'sudo' bookworm "$work/root"
stand_in id 'echo 0'
stand_in dpkg 'echo arm64'
expect 2 'not a Debian-like amd64' bookworm "$work/root"
stand_in dpkg 'echo amd64'
stand_in apt-get 'exit 0'
expect 2 'apt knows no mirror of Debian' bookworm "$work/root"
stand_in apt-get 'printf "%s\n" "http://other.invalid/ubuntu/|Ubuntu|Ubuntu|main" \
  "http://safe.invalid/debian-security/|Debian|Debian-Security|main" "http://one.invalid/debian/|Debian|Debian|main"'
stand_in df 'printf "head\nx 0 0 1024 0%% /\n"'
expect 2 'has 1 MiB left' bookworm "$work/root"
stand_in df 'printf "head\nx 0 0 99999999 0%% /\n"'
stand_in mount 'exit 0'
stand_in setpriv 'while [ "$1" != -- ]; do shift; done; shift; exec "$@"'
stand_in unshare 'while [ "$1" != -- ]; do shift; done; shift; exec "$@"'
stand_in chroot 'case $2 in */wine*) echo "wine-8.0 (of a test)" ;; esac'
export WORK=$work FAIL=yes

expect 1 'E: no such thing' bookworm "$work/root"
check "a root that failed is not there" [ ! -e "$work/root" ]
check "nor half of it" [ ! -e "$work/root.making" ]
mkdir "$work/root.making"
expect 2 "is in the way, and is not this script's" bookworm "$work/root"
check "what is not ours stays" [ -d "$work/root.making" ]
touch "$work/root.making.ours" "$work/root.making/left"
export FAIL=
expect 0 'made' bookworm "$work/root"
check "apt's mirror is asked" grep -q 'bookworm .*root.making http://one.invalid/debian/$' "$work/asked"
check "the root says what it is" [ "$(cat "$work/root/etc/spanproof-wine-root")" = "bookworm wine-8.0 (of a test)" ]
check "no service starts in it" grep -q 'exit 101' "$work/root/usr/sbin/policy-rc.d"
check "what was left half made is not part of it" [ ! -e "$work/root/left" ]
check "nothing is left beside it" [ "$(cd "$work" && echo root*)" = root ]
rm "$work/asked"
expect 0 'is there already: bookworm, wine-8.0' bookworm "$work/root"
check "a root is made once" [ ! -e "$work/asked" ]
expect 2 'is a root of bookworm' trixie "$work/root"
expect 0 'made' --mirror http://two.invalid/d trixie "$work/another root"
check "a mirror that is given is asked" grep -q 'http://two.invalid/d' "$work/asked"

# Interrupted: gone at once, and nothing left.
stand_in debootstrap 'echo $$ >"$WORK/pid"; exec sleep 60'
"$program" bookworm "$work/root3" 2>"$work/said" &
while [ ! -s "$work/pid" ]; do sleep 0.05; done
kill -TERM $!
code=0
wait $! || code=$?
check "a terminated run says so by its status" [ "$code" = 143 ]
check "and leaves nothing" [ "$(cd "$work" && echo root3*)" = root3.log ]
kill -KILL "$(cat "$work/pid")" 2>/dev/null || true  # the stand-in for unshare ends nothing
exit $status
