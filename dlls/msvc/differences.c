/* SPDX-License-Identifier: MIT */
#include "dlls/msvc/differences.h"

int size_of(int which) {
  static const int sizes[] = {sizeof(HoldsLong), sizeof(Sixteen), sizeof(PackedSixteen), sizeof(UnionBits),
                              sizeof(UnionInside), sizeof(Lone), sizeof(LoneDouble), sizeof(Block)};
  return which >= 0 && which < 8 ? sizes[which] : 0;
}

int weigh_long(const HoldsLong *it) { return it->a + 10 * (int)it->b; }

void fill_long(HoldsLong *it, int a, int b) {
  it->a = (char)a;
  it->b = b;
}

int weigh_packed(const PackedSixteen *it, int count) {
  int sum = 0;
  for (int i = 0; i < count; ++i) sum += it[i].a + 10 * it[i].b.x + 100 * it[i].b.y;
  return sum;
}

void fill_packed(PackedSixteen *it, int a, int x, int y) {
  it->a = (char)a;
  it->b.x = x;
  it->b.y = (int8_t)y;
}

int weigh_inside(const UnionInside *it, int count) {
  int sum = 0;
  for (int i = 0; i < count; ++i) sum += it[i].a + 10 * it[i].b.a + 100 * it[i].c;
  return sum;
}

void fill_inside(UnionInside *it, int a, int b, int c) {
  it->a = (char)a;
  it->b.a = b;
  it->c = (char)c;
}

Lone half_of(float f) { return (Lone){f / 2}; }
LoneDouble half_of_double(double d) { return (LoneDouble){d / 2}; }
float add_lone(Lone a, LoneDouble b) { return a.f + (float)b.d; }

int weigh_block(Block block, int after) {
  return block.a[0] + 10 * block.a[1] + 100 * block.a[2] + 1000 * block.b + 10000 * after;
}
