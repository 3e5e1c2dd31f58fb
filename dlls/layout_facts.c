/* SPDX-License-Identifier: MIT */
#include "dlls/layout_facts.h"

#include <stdbool.h>
#include <stddef.h>
#include <wchar.h>

#include "dlls/image.h"

/* Types that only exist to have a layout. */
typedef struct Mixed {
  char c;
  double d;
  short s;
  int64_t q;
  char tail;
} Mixed;
typedef struct Nested {
  char c;
  Image image;
  struct {
    short x, y;
  } point;
} Nested;
typedef struct Small {
  char text[12];
  int timestamp;
} Small;
typedef union Either {
  char bytes[5];
  int32_t number;
} Either;
#pragma pack(push, 1)
typedef struct Packed1 {
  char c;
  double d;
  short s;
} Packed1;
#pragma pack(pop)
#pragma pack(push, 2)
typedef struct Packed2 {
  char c;
  double d;
  short s;
} Packed2;
#pragma pack(pop)

typedef struct Fact {
  const char *name;
  int64_t value;
} Fact;

#define SIZE(type)                                                             \
  {"sizeof(" #type ")", (int64_t)sizeof(type)}, {                              \
    "alignof(" #type ")", (int64_t)offsetof(struct { char c; type member; }, member) \
  }
#define OFFSET(type, member) {"offsetof(" #type ", " #member ")", (int64_t)offsetof(type, member)}

static const Fact facts[] = {
    SIZE(bool), SIZE(char), SIZE(wchar_t), SIZE(short), SIZE(int), SIZE(long), SIZE(long long),
    SIZE(int8_t), SIZE(int16_t), SIZE(int32_t), SIZE(int64_t),
    SIZE(uint8_t), SIZE(uint16_t), SIZE(uint32_t), SIZE(uint64_t),
    SIZE(size_t), SIZE(ptrdiff_t), SIZE(intptr_t), SIZE(uintptr_t),
    SIZE(float), SIZE(double), SIZE(long double), SIZE(void *), SIZE(filter_func_t),
    SIZE(Image), OFFSET(Image, data), OFFSET(Image, width), OFFSET(Image, height),
    SIZE(Mixed), OFFSET(Mixed, c), OFFSET(Mixed, d), OFFSET(Mixed, s), OFFSET(Mixed, q),
    OFFSET(Mixed, tail),
    SIZE(Nested), OFFSET(Nested, image), OFFSET(Nested, point), OFFSET(Nested, point.y),
    SIZE(Small), OFFSET(Small, timestamp),
    SIZE(Either), OFFSET(Either, bytes), OFFSET(Either, number),
    SIZE(Packed1), OFFSET(Packed1, d), OFFSET(Packed1, s),
    SIZE(Packed2), OFFSET(Packed2, d), OFFSET(Packed2, s),
};
static const int fact_count = sizeof facts / sizeof facts[0];

int SPANPROOF_CONV layout_fact_count(void) { return fact_count; }

const char *SPANPROOF_CONV layout_fact_name(int index) {
  return index >= 0 && index < fact_count ? facts[index].name : NULL;
}

int64_t SPANPROOF_CONV layout_fact_value(int index) {
  return index >= 0 && index < fact_count ? facts[index].value : -1;
}
