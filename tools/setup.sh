# SPDX-License-Identifier: MIT
# Sourced by quickstart and test: packages, configuration, build. Every
# function ends the script with a message where it cannot do its part.
# Expects `top`, the repository's folder.
# shellcheck shell=bash

# Debian packages, and what each is for.
spanproof_packages=(
  cmake ninja-build make g++                         # build the Linux part
  g++-mingw-w64-x86-64-posix g++-mingw-w64-i686-posix # and the Windows parts
  libffi-dev dpkg-dev                                # libffi's release and its sources
  libgtest-dev googletest libbenchmark-dev           # tests and benchmarks
  libcereal-dev libcli11-dev nlohmann-json3-dev libfmt-dev libexpected-dev zlib1g-dev
  wine wine64                                        # what is run on
  strace                                             # counts system calls in a test
  clang                                              # knows Microsoft's layouts
  spin                                               # checks the model of the doorbell
)

say() { printf '%s\n' "$*" >&2; }
die() { say "error: $*"; exit 2; }

missing_packages() {
  local package
  for package in "${spanproof_packages[@]}"; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] ||
      echo "$package"
  done
}

# Elsewhere than on Debian: the programs that show whether a set-up was made.
require_programs() {
  local program missing=()
  for program in cmake ninja make g++ x86_64-w64-mingw32-g++-posix i686-w64-mingw32-g++-posix wine; do
    command -v "$program" >/dev/null || missing+=("$program")
  done
  [ ${#missing[@]} -eq 0 ] && return
  say "error: this is no Debian-like system (no apt-get and dpkg-query), so nothing was installed."
  say "Missing programs: ${missing[*]}"
  say "On Debian 12 these packages are used: ${spanproof_packages[*]}"
  exit 2
}

install_packages() {
  local missing as_root=() line
  if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
    require_programs
    return
  fi
  mapfile -t missing < <(missing_packages)
  [ ${#missing[@]} -eq 0 ] && return

  line="apt-get update && apt-get install -y --no-install-recommends ${missing[*]}"
  if [ "$(id -u)" -ne 0 ]; then
    # Where nobody can type a password, only a sudo that asks for none will do.
    if command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
      as_root=(sudo)
    else
      say "error: Debian packages are missing, and only root can install them. As root, run:"
      say ""
      say "$line"
      exit 2
    fi
  fi
  say "Installing from Debian: ${missing[*]}"
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q update >&2 ||
    say "warning: apt-get update did not fully succeed; trying to install all the same"
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get -q install -y --no-install-recommends "${missing[@]}" >&2 || {
    say "error: not all packages could be installed: see apt-get's message above."
    say "Is there a network, and does apt know a Debian mirror? By hand, as root:"
    say ""
    say "$line"
    exit 2
  }
}

# Configures where it was not done yet; ninja sees to changes by itself.
# $SPANPROOF_WINE_ROOTS, where it is set: folders made by make_wine_root.sh, separated by semicolons.
build_release() {
  local build=$top/build/release roots=()
  if [ -n "${SPANPROOF_WINE_ROOTS+set}" ]; then roots=("-DSPANPROOF_WINE_ROOTS=$SPANPROOF_WINE_ROOTS"); fi
  if [ ! -f "$build/build.ninja" ] || [ "$top/CMakePresets.json" -nt "$build/build.ninja" ] || [ ${#roots[@]} -gt 0 ]; then
    say "Configuring in build/release"
    (cd "$top" && cmake --preset release "${roots[@]}" >"$top/build/configure.log" 2>&1) || {
      cat "$top/build/configure.log" >&2
      die "configuring failed; the log is build/configure.log"
    }
  fi
  say "Building in build/release"
  cmake --build "$build" >&2 || die "the build failed"
}

prepare() {
  trap 'say "interrupted"; exit 130' INT
  trap 'say "terminated"; exit 143' TERM
  install_packages
  mkdir -p "$top/build" || die "cannot write into $top"
  build_release
}
