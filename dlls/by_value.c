/* SPDX-License-Identifier: MIT */
#include "dlls/by_value.h"

static int Weigh(const int8_t *bytes, int count) {
  int sum = 0;
  for (int i = 0; i < count; ++i) sum += bytes[i] * (i + 1);
  return sum;
}

#define DEFINE(N)                                                                                         \
  int SPANPROOF_CONV weigh_bytes##N(Bytes##N one, int before, Bytes##N two, int after, Bytes##N three) {   \
    return Weigh(one.bytes, N) + 100 * Weigh(two.bytes, N) + 10000 * Weigh(three.bytes, N) + 3 * before + 5 * after; \
  }                                                                                                       \
  int SPANPROOF_CONV place_bytes##N(int a, Bytes##N one, double b, Bytes##N two, int64_t c, Bytes##N three) { \
    return weigh_bytes##N(one, a, two, 0, three) + 5 * (int)b + 7 * (int)c;                               \
  }                                                                                                       \
  Bytes##N SPANPROOF_CONV make_bytes##N(int first) {                                                      \
    Bytes##N made;                                                                                        \
    for (int i = 0; i < N; ++i) made.bytes[i] = (int8_t)(first + i);                                      \
    return made;                                                                                          \
  }                                                                                                       \
  Bytes##N SPANPROOF_CONV next_bytes##N(Bytes##N value) {                                                 \
    for (int i = 0; i < N; ++i) ++value.bytes[i];                                                         \
    return value;                                                                                         \
  }
BY_VALUE_SIZES(DEFINE)

#define DOUBLED(T, name) T SPANPROOF_CONV double_##name(T v)
DOUBLED(LoneFloat, lone_float) { return v.f *= 2, v; }
DOUBLED(LoneDouble, lone_double) { return v.d *= 2, v; }
DOUBLED(NestedFloat, nested_float) { return v.inner.f *= 2, v; }
DOUBLED(ArrayOfDouble, array_of_double) { return v.d[0] *= 2, v; }
DOUBLED(FloatUnion, float_union) { return v.f *= 2, v; }
DOUBLED(FloatOrInt, float_or_int) { return v.i *= 2, v; }
DOUBLED(LargeUnion, large_union) { return v.i *= 2, v; }
DOUBLED(TwoFloats, two_floats) { return v.a *= 2, v.b *= 2, v; }
DOUBLED(ThreeFloats, three_floats) { return v.a *= 2, v.b *= 2, v.c *= 2, v; }
DOUBLED(FourFloats, four_floats) { return v.a *= 2, v.b *= 2, v.c *= 2, v.d *= 2, v; }
DOUBLED(IntFloat, int_float) { return v.a *= 2, v.b *= 2, v; }
DOUBLED(FloatInt, float_int) { return v.a *= 2, v.b *= 2, v; }
DOUBLED(DoubleInt, double_int) { return v.a *= 2, v.b *= 2, v; }
DOUBLED(CharDouble, char_double) { return v.a = (int8_t)(v.a * 2), v.b *= 2, v; }
DOUBLED(MixedFour, mixed_four) {
  return v.a = (int16_t)(v.a * 2), v.b *= 2, v.c = (int8_t)(v.c * 2), v.d *= 2, v;
}
DOUBLED(Point, point) { return v.x *= 2, v.y *= 2, v; }
DOUBLED(Line, line) { return v.from.x *= 2, v.from.y *= 2, v.to.x *= 2, v.to.y *= 2, v; }
DOUBLED(Bits, bits) { return v.low *= 2, v.high *= 2, v.rest *= 2, v; }

int SPANPROOF_CONV sum_drawing(Drawing drawing) {
  int sum = drawing.count;
  for (int i = 0; i < 2; ++i) {
    const Stroke *stroke = &drawing.strokes[i];
    sum += stroke->line.from.x + stroke->line.from.y + stroke->line.to.x + stroke->line.to.y;
    for (int j = 0; j < 3; ++j) sum += stroke->color[j];
  }
  return sum;
}

Drawing SPANPROOF_CONV make_drawing(int first) {
  Drawing drawing = {0};
  for (int i = 0; i < 2; ++i) {
    Stroke *stroke = &drawing.strokes[i];
    stroke->line.from.x = first++;
    stroke->line.from.y = first++;
    stroke->line.to.x = first++;
    stroke->line.to.y = first++;
    for (int j = 0; j < 3; ++j) stroke->color[j] = (int8_t)first++;
  }
  drawing.count = (int16_t)first;
  return drawing;
}

double SPANPROOF_CONV weigh_many(Point a, int8_t b, CharDouble c, ThreeFloats d, Point e) {
  return a.x + 10. * a.y + 100. * b + 1000. * c.a + 10000. * d.a + 100000. * e.x + 1000000. * e.y;
}

int SPANPROOF_CONV sum_huge(int before, Huge huge, int after) {
  int sum = before + after;
  for (int i = 0; i < 1024; ++i) sum += huge.values[i] * (i + 1);
  return sum;
}

Huge SPANPROOF_CONV make_huge(int first) {
  Huge huge;
  for (int i = 0; i < 1024; ++i) huge.values[i] = first + i;
  return huge;
}

int SPANPROOF_CONV spoil(Point point) {
  volatile Point *own = &point;
  const int sum = own->x + own->y;
  own->x = own->y = -1;
  return sum;
}

int SPANPROOF_CONV count_in_slice(Slice slice, char letter) {
  int count = 0;
  for (int i = 0; i < slice.length; ++i) count += slice.text[i] == letter;
  return count;
}
