#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# run_sanitized.sh PROGRAM ARGUMENT…
# Sanitizers want large ranges of addresses for themselves. Where the kernel chooses
# addresses by more than 28 random bits, something else lies there now and then
# ("unexpected memory mapping"): programs run at fixed addresses, and where that is
# forbidden and would be needed, not at all (77, skipped).
set -euo pipefail
if setarch -R true 2>/dev/null; then exec setarch -R "$@"; fi
bits=$(cat /proc/sys/vm/mmap_rnd_bits 2>/dev/null || echo 0)
if [ "$bits" -gt 28 ]; then
  echo "skipped: addresses have $bits random bits, and setarch -R is forbidden here; sysctl vm.mmap_rnd_bits=28 would do"
  exit 77
fi
exec "$@"
