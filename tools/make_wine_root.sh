#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Makes a folder with another Debian release and its Wine in it: a Wine root,
# for `spanproof run --wine FOLDER`. --help says how.
#
# All the work is done by this script run once more (`--inside`) in a mount and
# a process namespace of its own: when that ends, by whatever cause, nothing
# stays mounted and nothing that the packages' scripts started goes on. It works
# in FOLDER.making, which becomes FOLDER by one rename when the Wine in it has
# answered; what was left half made is thrown away by the next run.
set -euo pipefail

# Release, and the Wine that Debian has in it.
releases='bullseye 5.0.3
bookworm 8.0
trixie 10.0'
needed_mib=2500  # the largest takes 1.6 GiB when done, and as much again for packages on the way
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
mark=etc/spanproof-wine-root  # in a finished root: release, and what its Wine says of itself

usage() {
  cat <<TEXT
usage: make_wine_root.sh [--mirror URL] RELEASE FOLDER

Makes FOLDER a Debian RELEASE with its Wine, 64-bit and 32-bit, for
\`spanproof run --wine FOLDER\`. Nothing outside FOLDER (and FOLDER.making and
FOLDER.log beside it) is changed. A root that is there already is left as it is.

RELEASE is one of:
$(sed 's/ / with Wine /; s/^/  /' <<<"$releases")

  --mirror URL  where the packages come from; otherwise the Debian mirror that
                apt on this machine uses
Needs root, the package debootstrap, a network, and ${needed_mib} MiB. To run what is in
the folder, the package bubblewrap; that an ordinary user can do.
Exit status: 0 it is there, 1 it could not be made, 2 wrong usage or something is missing.
TEXT
}

say() { printf '%s\n' "$*" >&2; }
die() { say "error: $1"; exit "${2:-2}"; }

# The first mirror of Debian itself that apt has an index of.
mirror_of_apt() {
  command -v apt-get >/dev/null || return 0
  apt-get indextargets --format '$(REPO_URI)|$(ORIGIN)|$(LABEL)|$(COMPONENT)' \
      'Created-By: Packages' 2>/dev/null |
    sed -nE '/^(https?|file):/ s/^([^|]*)\|Debian\|Debian\|main$/\1/p' | head -n 1
}

# Inside the namespaces: $1 release, $2 folder to work in, $3 mirror.
make_inside() {
  local release=$1 root=$2 mirror=$3 script=() include=() loader
  # What is mounted from here on is nobody else's business.
  mount --make-rprivate /
  # A debootstrap older than the release has no script for it; sid's is the same.
  [ -e "/usr/share/debootstrap/scripts/$release" ] || script=(sid)
  case $mirror in https:*) include=(--include=ca-certificates) ;; esac

  say "1/4 $release: base system"
  debootstrap --variant=minbase --arch=amd64 --keyring="$keyring" --force-check-gpg \
    "${include[@]}" "$release" "$root" "$mirror" "${script[@]}"

  say "2/4 $release: package lists, 32-bit ones too"
  printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"  # no service starts in here
  chmod 755 "$root/usr/sbin/policy-rc.d"
  # Whoever is interrupted starts anew, so there is nothing to sync for.
  printf 'force-unsafe-io\npath-exclude=/usr/share/doc/*\npath-exclude=/usr/share/man/*\n' \
    >"$root/etc/dpkg/dpkg.cfg.d/spanproof"
  printf 'Acquire::Languages "none";\nAcquire::Retries "2";\n' >"$root/etc/apt/apt.conf.d/90spanproof"
  mount -t proc proc "$root/proc"
  inside_root dpkg --add-architecture i386
  inside_root apt-get -q update

  say "3/4 $release: Wine"
  inside_root apt-get -q install -y --no-install-recommends wine wine64 wine32:i386
  inside_root apt-get -q clean
  rm -rf "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/*.bin
  # Mount point for a Spanproof that is installed in /usr.
  mkdir -p "$root/usr/lib/spanproof"

  say "4/4 $release: does it answer?"
  for loader in wine64 wine; do
    inside_root "/usr/lib/wine/$loader" --version >"$root/version.$loader"
  done
  printf '%s %s\n' "$release" "$(cat "$root/version.wine64")" >"$root/$mark"
  rm "$root"/version.*
}

inside_root() {
  env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
    WINEDEBUG=-all ${http_proxy:+http_proxy="$http_proxy"} ${https_proxy:+https_proxy="$https_proxy"} \
    "$(command -v chroot)" "$root" "$@" </dev/null
}

# Removes a folder of ours that was left half made, and nothing else.
remove_half_made() {
  [ -e "$1" ] || return 0
  [ -e "$1.ours" ] || die "$1 is in the way, and is not this script's"
  rm -rf --one-file-system "$1" && rm -f "$1.ours"
}

if [ "${1:-}" = --inside ]; then
  shift
  make_inside "$@"
  exit 0
fi

mirror=
while [ $# -gt 0 ]; do
  case $1 in
    -h | --help) usage; exit 0 ;;
    --mirror) [ $# -ge 2 ] || die "--mirror needs a URL"; mirror=$2; shift 2 ;;
    -*) die "unknown option $1; --help says which there are" ;;
    *) break ;;
  esac
done
[ $# -eq 2 ] || { usage >&2; exit 2; }
release=$1
folder=$(realpath -m -- "$2")
grep -q "^$release " <<<"$releases" ||
  die "unknown release '$release': $(cut -d' ' -f1 <<<"$releases" | paste -sd' ')"

if [ -e "$folder/$mark" ]; then
  read -r made version <"$folder/$mark"
  [ "$made" = "$release" ] || die "$folder is a root of $made ($version)"
  say "$folder is there already: $made, $version"
  exit 0
fi
if [ -e "$folder" ]; then
  [ -d "$folder" ] || die "$folder is not a folder"
  [ -z "$(ls -A "$folder")" ] || die "$folder is not empty, and not a root of this script's making"
fi
command -v debootstrap >/dev/null ||
  die "debootstrap is missing; as root: apt-get update && apt-get install -y --no-install-recommends debootstrap bubblewrap"
[ "$(id -u)" -eq 0 ] || die "only root can make a root (debootstrap makes device nodes); with sudo: sudo $0 $release $folder"
[ "$(dpkg --print-architecture 2>/dev/null)" = amd64 ] || die "this machine is not a Debian-like amd64 one"
[ -r "$keyring" ] || die "Debian's keys are missing; as root: apt-get install -y debian-archive-keyring"
[ -n "$mirror" ] || mirror=$(mirror_of_apt)
[ -n "$mirror" ] || die "apt knows no mirror of Debian here: run apt-get update, or name one with --mirror URL"

mkdir -p "$(dirname "$folder")"
free_mib=$(($(df -Pk "$(dirname "$folder")" | awk 'NR == 2 { print $4 }') / 1024))
[ "$free_mib" -ge "$needed_mib" ] ||
  die "$(dirname "$folder") has $free_mib MiB left, $needed_mib are needed"

making=$folder.making
log=$folder.log
exec 9>"$folder.lock"
flock -n 9 || die "another make_wine_root.sh is at work on $folder"
child=
finish() {
  local status=$?
  trap - EXIT INT TERM HUP
  # Its end takes along everything in its namespaces.
  [ -z "$child" ] || { kill -KILL "$child" 2>/dev/null || true; wait "$child" 2>/dev/null || true; }
  remove_half_made "$making"
  rm -f "$folder.lock"
  exit "$status"
}
trap finish EXIT
trap 'say interrupted; exit 130' INT
trap 'say terminated; exit 143' TERM HUP
remove_half_made "$making"
touch "$making.ours"
mkdir "$making"
chmod 755 "$making"

say "making $folder: Debian $release; some minutes; the log is $log"
# wget and the root's apt go the way that apt goes.
for scheme in http https; do
  eval "$(apt-config shell proxy "Acquire::$scheme::Proxy")"
  if [ -n "${proxy:-}" ] && [ "$proxy" != DIRECT ]; then export "${scheme}_proxy=$proxy"; fi
  unset proxy
done
# In the background: a shell that waits for a program in front hears no signal.
# Should this script be killed, so is the rest.
setpriv --pdeathsig KILL -- unshare --mount --pid --fork --mount-proc --kill-child -- \
  "$BASH" "$0" --inside "$release" "$making" "$mirror" 9>&- </dev/null > >(
    exec 9>&-
    tee "$log" | grep --line-buffered -E '^[1-4]/4 ' >&2) 2>&1 &
child=$!
if ! wait "$child"; then
  child=
  grep -vE "^[1-4]/4 " "$log" | tail -n 15 >&2 || true
  die "the root could not be made; the whole log is $log" 1
fi
child=
if [ -d "$folder" ]; then rmdir "$folder"; fi
mv -T "$making" "$folder"
rm -f "$making.ours" "$log"
say "made $folder: $(cat "$folder/$mark")"
