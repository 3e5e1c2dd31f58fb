#!/bin/sh
# SPDX-License-Identifier: MIT
# make_argument_lists.sh <folder>: writes, below that folder,
#   dlls/argument_lists.inc              one line per function of the fixture DLL,
#   suites/scalar/{orders,orders_of_six,long_lists}.json  the cases that call them.
# The results in the cases are computed here, not by the DLL. What is committed
# must be what this script writes; a test compares the two.
set -eu
[ $# -eq 1 ] || { echo "usage: $0 <folder>" >&2; exit 2; }
mkdir -p "$1/dlls" "$1/suites/scalar"
LC_ALL=C awk -v folder="$1" '
function number(v) { return v == int(v) ? sprintf("%.0f", v) : sprintf("%.2f", v) }

# What the argument at `place` (from 1) is: recognisable by type and place, exact in every type.
function value(type, place) {
  if (type == "b") return -place % 128
  if (type == "s") return -300 - place
  if (type == "i") return 70000 + place
  if (type == "l") return 5000000000 + place
  if (type == "f") return place % 100 + 0.5
  if (type == "d") return place + 0.25
  return place
}

# A function of the types in `word`; `weights`: how the arguments are told apart in the sum.
function add(name, word, file,    i, n, types, args, values, sum, w) {
  n = length(word)
  types = args = values = ""
  sum = 0
  for (i = 1; i <= n; ++i) {
    t = substr(word, i, 1)
    w = n <= 8 ? 10 ^ (i - 1) : i
    sum += w * value(t, i)
    types = types (i > 1 ? " + " : "") w_text(w, i)
    args = args (i > 1 ? ", " : "") "\"" c_type[t] "\""
    values = values (i > 1 ? ", " : "") number(value(t, i))
    parameters = (i > 1 ? parameters ", " : "") c_type[t] " a" i
  }
  printf "LIST(%s, (%s), %s)\n", name, parameters, types > inc
  functions[file] = functions[file] (functions[file] ? ",\n" : "") \
    sprintf("    \"%s\": {\"module\": \"lists\", \"args\": [%s], \"result\": \"double\"}", name, args)
  steps = steps (steps ? ",\n" : "") \
    sprintf("        {\"call\": \"%s\", \"args\": [%s], \"expect\": {\"result\": %s}}", name, values, number(sum))
}
function w_text(w, i) { return w == 1 ? "1.0 * a" i : sprintf("%.1f * a%d", w, i) }

function end_case(id, about, file) {
  cases[file] = cases[file] (cases[file] ? ",\n" : "") \
    sprintf("    {\n      \"id\": \"%s\",\n      \"about\": \"%s\",\n      \"steps\": [\n%s\n      ]\n    }", id, about, steps)
  steps = ""
}
function end_file(file, about,    path) {
  path = folder "/suites/scalar/" file ".json"
  printf "{\n  \"suite\": \"scalar\",\n  \"about\": \"%s\",\n  \"source\": \"written by tools/make_argument_lists.sh\",\n", about > path
  printf "  \"modules\": {\"lists\": \"argument_lists_{convention}.dll\"},\n  \"conventions\": [\"cdecl\", \"stdcall\"],\n" > path
  printf "  \"functions\": {\n%s\n  },\n  \"cases\": [\n%s\n  ]\n}\n", functions[file], cases[file] > path
}
function repeat(type, n,    out) { out = ""; while (n-- > 0) out = out type; return out }

BEGIN {
  inc = folder "/dlls/argument_lists.inc"
  printf "/* SPDX-License-Identifier: MIT */\n/* Written by tools/make_argument_lists.sh; do not edit. */\n" > inc
  c_type["b"] = "int8_t"; c_type["s"] = "int16_t"; c_type["i"] = "int"; c_type["l"] = "int64_t"; c_type["f"] = "float"; c_type["d"] = "double"

  # Every order of int and double over eight places: four lead, four follow.
  for (lead = 0; lead < 16; ++lead) {
    for (rest = 0; rest < 16; ++rest) {
      word = ""
      for (bit = 8; bit >= 1; bit /= 2) word = word (int(lead / bit) % 2 ? "d" : "i")
      head = word
      for (bit = 8; bit >= 1; bit /= 2) word = word (int(rest / bit) % 2 ? "d" : "i")
      add("order_" word, word, "orders")
    }
    end_case("scalar.permutations." head, "every order of int and double over eight places that begins so", "orders")
  }
  end_file("orders", "orders of types: each argument in its register or its place on the stack")

  # Every order of six types over four places: two lead, two follow.
  six = "bsilfd"
  for (a = 1; a <= 6; ++a) {
    for (b = 1; b <= 6; ++b) {
      head = substr(six, a, 1) substr(six, b, 1)
      for (c = 1; c <= 6; ++c) {
        for (e = 1; e <= 6; ++e) {
          word = head substr(six, c, 1) substr(six, e, 1)
          add("order_" word, word, "orders_of_six")
        }
      }
      end_case("scalar.permutations.six_types_" head, "every order over four places that begins so, of numbers of 1, 2, 4 and 8 bytes (b, s, i, l), float and double", "orders_of_six")
    }
  }
  end_file("orders_of_six", "orders of types that differ in width and in kind")

  split("3 4 5 32 64 127", counts, " ")
  for (c = 1; c <= 6; ++c) {
    n = counts[c]
    add("ints_" n, repeat("i", n), "long_lists")
    add("doubles_" n, repeat("d", n), "long_lists")
    end_case("scalar.boundary.arguments_" n, n " ints, and as many doubles", "long_lists")
  }
  add("floats_17", repeat("f", 17), "long_lists")
  add("doubles_17", repeat("d", 17), "long_lists")
  end_case("scalar.boundary.floats_17", "more floats than any machine has registers for", "long_lists")

  for (i = 1; i <= 12; ++i) add("byte_at_" i, repeat("d", i - 1) "b" repeat("d", 12 - i), "long_lists")
  end_case("scalar.perturbation.byte_among_doubles", "one int8_t moves through twelve places", "long_lists")
  for (i = 1; i <= 12; ++i) add("float_at_" i, repeat("i", i - 1) "f" repeat("i", 12 - i), "long_lists")
  end_case("scalar.perturbation.float_among_ints", "one float moves through twelve places", "long_lists")
  end_file("long_lists", "lists that are longer than the registers, with and without one odd type among them")
}'
