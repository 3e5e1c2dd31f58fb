#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Puts libffi's sources into a folder, for the Windows parts to be built with.
#
#   fetch_libffi.sh <folder> [<source> [<sha256>]]
#
# <source> is a folder, a tarball or a URL of a tarball; a tarball's SHA-256
# must be <sha256>. Without <source>: Debian's source package of the release
# that is installed as libffi-dev. It comes through apt, which verifies it as
# it does every package, with a source list and a state folder of our own:
# nothing in /etc or /var changes, and an ordinary user can do it.
set -euo pipefail

folder=$1
source=${2:-}
sha256=${3:-}
# The release tarball of libffi 3.4.4, as Debian 12 has it.
pinned=d66c56ad259a82cf2a9dfc408b32bf5da52371500b84745f7fb8b645712df676

fail() {
  cat >&2 <<TEXT
error: $1
libffi's sources are needed to build the Windows parts. Any one of these helps:
  - a network connection and a Debian mirror in apt's sources (apt-get update works);
  - the package libffi-dev installed, in a version that the mirror still has;
  - -DSPANPROOF_LIBFFI_SOURCE=<folder, tarball or URL> when configuring
    (a tarball other than libffi 3.4.4's needs -DSPANPROOF_LIBFFI_SHA256=<sum> too).
TEXT
  exit 1
}

work=$folder.new
rm -rf "$work"
mkdir -p "$work/state/lists/partial" "$work/cache/archives/partial"
trap 'rm -rf "$work"' EXIT

# unpack <tarball>: checks the sum, leaves $work/source.
unpack() {
  local sum
  sum=$(sha256sum "$1" | cut -d' ' -f1)
  [ "$sum" = "${sha256:-$pinned}" ] ||
    fail "SHA-256 of $1 is $sum, not ${sha256:-$pinned}"
  mkdir -p "$work/source"
  tar -xf "$1" -C "$work/source" --strip-components=1 || fail "cannot unpack $1"
}

# write_source_list <apt-get options…>: a source line for each index that apt
# itself has of Debian or a derivative, with that distribution's own keyring
# where it has one.
write_source_list() {
  local repo release component origin keyring option
  apt-get "$@" indextargets --format '$(REPO_URI)|$(RELEASE)|$(COMPONENT)|$(ORIGIN)' \
      'Created-By: Packages' | sort -u |
    while IFS='|' read -r repo release component origin; do
      case $component in main | universe) ;; *) continue ;; esac
      keyring=/usr/share/keyrings/${origin,,}-archive-keyring.gpg
      option=
      [ -r "$keyring" ] && option="[signed-by=$keyring] "
      echo "deb-src $option$repo $release $component"
    done
}

from_apt() {
  local version
  command -v apt-get >/dev/null || fail "there is no apt-get here"
  command -v dpkg-source >/dev/null || fail "dpkg-source is missing: install the package dpkg-dev"
  version=$(dpkg-query -W -f '${source:Version}' libffi-dev 2>/dev/null) ||
    fail "the package libffi-dev is not installed, so its release is not known"
  cat >"$work/own.conf" <<CONF
Dir::State "$work/state";
Dir::State::status "/var/lib/dpkg/status";
Dir::Cache "$work/cache";
APT::Sandbox::User "$(id -un)";
Acquire::Languages "none";
Acquire::Retries "2";
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
CONF
  {
    cat "$work/own.conf"
    echo "Dir::Etc::sourcelist \"$work/sources.list\";"
    echo 'Dir::Etc::sourceparts "-";'
  } >"$work/apt.conf"
  write_source_list >"$work/sources.list"
  if [ ! -s "$work/sources.list" ]; then
    # The machine's lists were thrown away, as in many containers.
    apt-get -c "$work/own.conf" -qq update >&2 || true
    write_source_list -c "$work/own.conf" >"$work/sources.list"
  fi
  [ -s "$work/sources.list" ] || fail "apt has no package index of Debian: apt-get update got none"
  # An index that cannot be had is no reason to stop while the package itself can.
  apt-get -c "$work/apt.conf" -qq update >&2 || true
  (cd "$work" && apt-get -c "$work/apt.conf" -qq source "libffi=$version" >&2) ||
    fail "apt cannot fetch the source package libffi $version"
  mv "$work"/libffi-*/ "$work/source"
}

case $source in
  '') from_apt ;;
  *://*)
    command -v curl >/dev/null || fail "curl is missing: it fetches $source"
    curl -fsSL -o "$work/libffi.tar" "$source" || fail "cannot fetch $source"
    unpack "$work/libffi.tar" ;;
  *)
    if [ -d "$source" ]; then
      cp -r "$source" "$work/source"
    elif [ -f "$source" ]; then
      unpack "$source"
    else
      fail "$source is neither a folder nor a tarball"
    fi ;;
esac
[ -x "$work/source/configure" ] || fail "what was fetched is not libffi's release: it has no configure"

# One time for all files, or make would want to generate configure anew.
find "$work/source" -exec touch -h -d @1 {} +
rm -rf "$folder"
mv "$work/source" "$folder"
