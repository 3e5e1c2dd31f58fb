#!/bin/sh
# SPDX-License-Identifier: MIT
# enter-wine-root ROOT PROGRAM [ARGUMENT…]
#
# Runs PROGRAM in the Wine root ROOT (make_wine_root.sh): what an operating
# system consists of (usr, bin, lib…, etc) is the root's, and cannot be written;
# everything else is the machine's own, under its own path, so that a file has
# one name inside and outside. Processes are the machine's too: /proc is one,
# and /proc/<pid>/fd/<n> of a process outside opens inside. Where nothing of a
# root is to be written, many can use it at once, and an ordinary user can.
#
# The words `enter-wine-root ROOT` are a command prefix: whoever can start a
# Wine by its loader can start one in a root by these before it. The process
# that was started is bubblewrap, with PROGRAM as its child in the same process
# group; the exit status is PROGRAM's, or 128 + the signal that ended it.
set -eu

die() { echo "enter-wine-root: $1" >&2; exit 2; }

[ $# -ge 2 ] || die "usage: enter-wine-root ROOT PROGRAM [ARGUMENT...]"
root=$1
shift
command -v bwrap >/dev/null || die "bubblewrap is missing: it enters $root (package bubblewrap)"
[ -d "$root/usr/lib" ] && [ -d "$root/etc" ] || die "$root is no Wine root: it has no usr/lib or no etc"

# From the last option to the first, since each is put before the others.
set -- -- "$@"
for folder in /usr/local /usr/lib/spanproof; do
  if [ -d "$folder" ] && [ -d "$root$folder" ]; then
    set -- --ro-bind "$folder" "$folder" "$@"
  fi
done
for entry in /*; do
  case $entry in
    /usr | /etc | /bin | /sbin | /lib* | /dev | /proc | /boot | /lost+found) ;;
    *)
      if [ -h "$entry" ]; then
        set -- --symlink "$(readlink "$entry")" "$entry" "$@"
      elif [ -d "$entry" ]; then
        set -- --bind "$entry" "$entry" "$@"
      fi ;;
  esac
done
for entry in "$root"/bin "$root"/sbin "$root"/lib*; do
  if [ -h "$entry" ]; then
    set -- --symlink "$(readlink "$entry")" "/${entry##*/}" "$@"
  elif [ -d "$entry" ]; then
    set -- --ro-bind "$entry" "/${entry##*/}" "$@"
  fi
done
exec bwrap --ro-bind "$root/usr" /usr --ro-bind "$root/etc" /etc \
  --dev /dev --bind /dev/shm /dev/shm --proc /proc "$@"
