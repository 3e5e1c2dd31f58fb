#!/bin/sh
# SPDX-License-Identifier: MIT
# make_struct_sizes.sh <folder>: writes, below that folder,
#   suites/struct/{by_value_sizes,return_sizes}.json
# which pass and return structs of every size of dlls/by_value.h. The results in the
# cases are computed here, not by the DLL. What is committed must be what this script
# writes; a test compares the two.
set -eu
[ $# -eq 1 ] || { echo "usage: $0 <folder>" >&2; exit 2; }
mkdir -p "$1/suites/struct"
LC_ALL=C awk -v folder="$1" '
# Byte i of struct k: no two of a call are alike, up to 64 bytes a struct.
function byte(k, i) { return (k * 85 + i) % 256 - 128 }
function wrapped(v) { return (v + 128) % 256 - 128 }

function bytes(n, k, more,    i, out) {
  for (i = 0; i < n; ++i) out = out (i ? ", " : "") wrapped(byte(k, i) + more)
  return "{\"bytes\": [" out "]}"
}
function counted(n, first,    i, out) {
  for (i = 0; i < n; ++i) out = out (i ? ", " : "") wrapped(first + i)
  return "{\"bytes\": [" out "]}"
}
function weight(n, k,    i, sum) {
  for (i = 0; i < n; ++i) sum += byte(k, i) * (i + 1)
  return sum + 0
}
# What the DLL adds up of three structs, without what stands between them.
function three(n) { return weight(n, 0) + 100 * weight(n, 1) + 10000 * weight(n, 2) }

function step(call, args, result) {
  steps = steps (steps ? ",\n" : "") \
    sprintf("        {\"call\": \"%s\", \"args\": [%s], \"expect\": {\"result\": %s}}", call, args, result)
}
function function_of(name, args, result) {
  functions = functions (functions ? ",\n" : "") \
    sprintf("    \"%s\": {\"module\": \"by_value\", \"args\": [%s], \"result\": \"%s\"}", name, args, result)
}
function type_of(n) {
  types = types (types ? ",\n" : "") sprintf("    \"Bytes%d\": {\"struct\": [[\"bytes\", \"int8_t[%d]\"]]}", n, n)
}
function end_case(id, about) {
  cases = cases (cases ? ",\n" : "") \
    sprintf("    {\n      \"id\": \"%s\",\n      \"about\": \"%s\",\n      \"steps\": [\n%s\n      ]\n    }", id, about, steps)
  steps = ""
}
function end_file(file, about,    path) {
  path = folder "/suites/struct/" file ".json"
  printf "{\n  \"suite\": \"struct\",\n  \"about\": \"%s\",\n  \"source\": \"written by tools/make_struct_sizes.sh\",\n", about > path
  printf "  \"modules\": {\"by_value\": \"by_value_{convention}.dll\"},\n  \"conventions\": [\"cdecl\", \"stdcall\"],\n" > path
  printf "  \"types\": {\n%s\n  },\n  \"functions\": {\n%s\n  },\n  \"cases\": [\n%s\n  ]\n}\n", types, functions, cases > path
  types = functions = cases = ""
}

BEGIN {
  count = split("1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 32 64", sizes, " ")
  for (s = 1; s <= count; ++s) {
    n = sizes[s]
    name = "\"Bytes" n "\""
    type_of(n)
    function_of("weigh_bytes" n, name ", \"int\", " name ", \"int\", " name, "int")
    function_of("place_bytes" n, "\"int\", " name ", \"double\", " name ", \"int64_t\", " name, "int")
    step("weigh_bytes" n, bytes(n, 0) ", 70001, " bytes(n, 1) ", -70002, " bytes(n, 2), three(n) + 3 * 70001 - 5 * 70002)
    step("place_bytes" n, "-11, " bytes(n, 0) ", 2048, " bytes(n, 1) ", -4096, " bytes(n, 2), three(n) - 3 * 11 + 5 * 2048 - 7 * 4096)
    end_case("struct.by_value_sizes.bytes_" n, "at the first, third and fifth place, then at the second, fourth and sixth")
  }
  end_file("by_value_sizes", "structs of every size as arguments, at each place, between scalars that show a shift")

  for (s = 1; s <= count; ++s) {
    n = sizes[s]
    name = "Bytes" n
    type_of(n)
    function_of("make_bytes" n, "\"int\"", name)
    function_of("next_bytes" n, "\"" name "\"", name)
    step("make_bytes" n, 1, counted(n, 1))
    step("make_bytes" n, 120, counted(n, 120))
    step("next_bytes" n, bytes(n, 2), bytes(n, 2, 1))
    end_case("struct.return_sizes.bytes_" n, "out of nothing, then of an argument of the same type")
  }
  end_file("return_sizes", "structs of every size as results: in a register, or through a pointer that nobody sees")
}'
