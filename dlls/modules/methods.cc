// SPDX-License-Identifier: MIT
// Member functions, exported under the plain names of methods.def: where `this` and a hidden pointer to the result stand is the C++ ABI's affair.
#include <stdint.h>

#define TEXT_OF(x) #x
#define TEXT(x) TEXT_OF(x)
#define NAMED(name) __asm__(TEXT(__USER_LABEL_PREFIX__) name)

struct Triple {
  int32_t x, y, z;
};
struct Pair {
  int32_t x, y;
};
struct Single {
  float f;
};

struct Meter {
  int32_t value;

  int Add(int by) NAMED("meter_add");           // the new value
  Triple Large(int y, int z) NAMED("meter_large");  // {value, y, z}
  Pair Small(int y) NAMED("meter_small");       // {value, y}
  Single Lone() NAMED("meter_lone");            // {value / 2}
  int Weigh(Triple t, int64_t w) NAMED("meter_weigh");  // value + 10 t.x + 100 t.y + 1,000 t.z + 10,000 w
};

int Meter::Add(int by) { return value += by; }
Triple Meter::Large(int y, int z) { return {value, y, z}; }
Pair Meter::Small(int y) { return {value, y}; }
Single Meter::Lone() { return {static_cast<float>(value) / 2}; }
int Meter::Weigh(Triple t, int64_t w) { return static_cast<int>(value + 10 * t.x + 100 * t.y + 1000 * t.z + 10000 * w); }
