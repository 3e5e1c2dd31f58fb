/* SPDX-License-Identifier: MIT */
#include "dlls/structs.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

int SPANPROOF_CONV value_of(Either either, int holds) {
  switch (holds) {
    case kHoldsNumber: return either.number;
    case kHoldsReal: return (int)floorf(either.real);
    case kHoldsTint: return either.tint.red + either.tint.green + either.tint.blue;
    default: return -1;
  }
}

Either SPANPROOF_CONV make_either(int holds, double value) {
  Either made = {0};
  switch (holds) {
    case kHoldsNumber: made.number = (int32_t)value; break;
    case kHoldsReal: made.real = (float)value; break;
    case kHoldsTint: made.tint = (Tint){(int8_t)value, (int8_t)(value + 1), (int8_t)(value + 2)}; break;
    default: break;
  }
  return made;
}

int SPANPROOF_CONV value_of_tagged(Tagged tagged) { return value_of(tagged.either, tagged.holds); }
Tagged SPANPROOF_CONV make_tagged(int holds, double value) { return (Tagged){(int16_t)holds, make_either(holds, value)}; }
int SPANPROOF_CONV value_at(const Either *either, int holds) { return value_of(*either, holds); }

int SPANPROOF_CONV make_real(Tagged *tagged, int count) {
  int made = 0;
  for (int i = 0; i < count; ++i) {
    if (tagged[i].holds != kHoldsNumber) continue;
    tagged[i].holds = kHoldsReal;
    tagged[i].either.real = (float)tagged[i].either.number;
    ++made;
  }
  return made;
}

double SPANPROOF_CONV value_of_wide(Wide wide, int member) {
  if (member == 0) return wide.real;
  if (member == 1) return (double)wide.number;
  int sum = 0;
  for (int i = 0; i < 5; ++i) sum += wide.tints[i].red + wide.tints[i].green + wide.tints[i].blue;
  return sum;
}

Wide SPANPROOF_CONV make_wide(int first) {
  Wide made;
  memset(&made, 0, sizeof made);
  for (int i = 0; i < 5; ++i)
    made.tints[i] = (Tint){(int8_t)(first + 3 * i), (int8_t)(first + 3 * i + 1), (int8_t)(first + 3 * i + 2)};
  return made;
}

double SPANPROOF_CONV weigh_unions(Unions unions) {
  return value_of_tagged(unions.first) + 1e3 * (double)unions.wide.number + 1e6 * unions.end;
}

void SPANPROOF_CONV change_unions(Unions *unions) {
  ++unions->first.holds;
  for (int i = 0; i < 4; ++i) ++unions->first.either.bytes[i];
  for (int i = 0; i < 5; ++i) ++unions->wide.tints[i].red, ++unions->wide.tints[i].green, ++unions->wide.tints[i].blue;
  ++unions->end;
}

int64_t SPANPROOF_CONV text_or_number(const TextOrNumber *what, int is_text) {
  return is_text ? (int64_t)strlen(what->text) : what->number;
}

int SPANPROOF_CONV shout_weather(Weather *weather, int count) {
  static const char *const known[] = {"sunny", "rain", "damn nasty"};
  int shouted = 0;
  for (int i = 0; i < count; ++i) {
    for (int j = 0; j < 3; ++j) {
      if (strncmp(weather[i].desc, known[j], sizeof weather[i].desc) != 0) continue;
      weather[i].desc[0] = (char)(weather[i].desc[0] - 'a' + 'A');
      ++shouted;
      break;
    }
  }
  return shouted;
}

int SPANPROOF_CONV count_weather(const Weather *weather, int count) {
  int characters = 0;
  for (int i = 0; i < count; ++i) {
    if (i > 0 && weather[i].timestamp <= weather[i - 1].timestamp) return -1;
    for (int j = 0; j < 12 && weather[i].desc[j] != 0; ++j) ++characters;
  }
  return characters;
}

void SPANPROOF_CONV sort_weather(Weather *weather, int count) {
  for (int i = 1; i < count; ++i) {
    const Weather moving = weather[i];
    int j = i;
    for (; j > 0 && strncmp(weather[j - 1].desc, moving.desc, sizeof moving.desc) > 0; --j) weather[j] = weather[j - 1];
    weather[j] = moving;
  }
}

void SPANPROOF_CONV forecast(Weather *weather, int count, int from) {
  for (int i = 0; i < count; ++i) {
    weather[i].timestamp = from + 3600 * i;
    memset(weather[i].desc, 0, sizeof weather[i].desc);
    memcpy(weather[i].desc, "hour ", 5);
    weather[i].desc[5] = (char)('0' + i % 10);
  }
}

int SPANPROOF_CONV later_by_value(Weather a, Weather b) { return b.timestamp > a.timestamp; }

double SPANPROOF_CONV weigh_padded(const Padded *records, int count) {
  double sum = 0;
  for (int i = 0; i < count; ++i) sum += records[i].kind + 10 * records[i].value + 100. * records[i].count;
  return sum;
}

double SPANPROOF_CONV weigh_unpadded(const Unpadded *records, int count) {
  double sum = 0;
  for (int i = 0; i < count; ++i) sum += records[i].kind + 10 * records[i].value + 100. * records[i].count;
  return sum;
}

void SPANPROOF_CONV pack_records(const Padded *from, int count, Unpadded *to) {
  for (int i = 0; i < count; ++i) to[i] = (Unpadded){from[i].kind, from[i].value, from[i].count};
}

int SPANPROOF_CONV size_of_record(int padded) { return padded ? (int)sizeof(Padded) : (int)sizeof(Unpadded); }

static int64_t Weigh(const Box *box) {
  return box->low.x + INT64_C(10) * box->low.y + INT64_C(100) * box->high.x + INT64_C(1000) * box->high.y + box->seen;
}

/* Through volatile, so that no compiler leaves the writes out. */
static void Spoil(volatile Box *box) {
  box->low.x = box->low.y = box->high.x = box->high.y = -99;
  box->seen = -99;
}

int SPANPROOF_CONV area_by_value(Box box) { return (box.high.x - box.low.x) * (box.high.y - box.low.y); }
int SPANPROOF_CONV area_by_pointer(const Box *box) { return area_by_value(*box); }

Box SPANPROOF_CONV moved_by_value(Box box, Place by) {
  move_by_pointer(&box, &by);
  return box;
}

void SPANPROOF_CONV move_by_pointer(Box *box, const Place *by) {
  box->low.x += by->x;
  box->high.x += by->x;
  box->low.y += by->y;
  box->high.y += by->y;
  ++box->seen;
}

int SPANPROOF_CONV grow_both_ways(Box value, Box *pointer, Place by) {
  const int equal = memcmp(&value, pointer, sizeof value) == 0;
  pointer->high.x = value.high.x + by.x;
  pointer->high.y = value.high.y + by.y;
  Spoil(&value);
  return equal;
}

Box *SPANPROOF_CONV larger_of(Box *a, Box *b) { return area_by_pointer(b) > area_by_pointer(a) ? b : a; }

int64_t SPANPROOF_CONV spoil_then_weigh(Box a, Box b) {
  Spoil(&a);
  return Weigh(&b);
}

int64_t SPANPROOF_CONV spoil_beside(Box a, const Box *b) {
  Spoil(&a);
  return Weigh(b);
}

int64_t SPANPROOF_CONV spoil_deep(Box a, int depth) {
  int64_t below = 0;
  if (depth > 0) {
    Box changed = a;
    ++changed.seen;
    below = spoil_deep(changed, depth - 1);
    Spoil(&changed);
  }
  const int64_t own = Weigh(&a) + below;
  Spoil(&a);
  return own;
}

static int64_t At(int place, Place at) { return place * (at.x + INT64_C(100) * at.y); }

int64_t SPANPROOF_CONV weigh_twelve(Place a, Place b, Place c, Place d, Place e, Place f, Place g, Place h, Place i,
                                    Place j, Place k, Place l) {
  return At(1, a) + At(2, b) + At(3, c) + At(4, d) + At(5, e) + At(6, f) + At(7, g) + At(8, h) + At(9, i) + At(10, j) +
         At(11, k) + At(12, l);
}

static int64_t BoxAt(int place, const Box *box) { return At(place, box->low) + 7 * At(place, box->high) + box->seen; }

int64_t SPANPROOF_CONV weigh_twelve_boxes(Box a, Box b, Box c, Box d, Box e, Box f, Box g, Box h, Box i, Box j, Box k,
                                          Box l) {
  return BoxAt(1, &a) + BoxAt(2, &b) + BoxAt(3, &c) + BoxAt(4, &d) + BoxAt(5, &e) + BoxAt(6, &f) + BoxAt(7, &g) +
         BoxAt(8, &h) + BoxAt(9, &i) + BoxAt(10, &j) + BoxAt(11, &k) + BoxAt(12, &l);
}

static int64_t WeighLarge(const Large *large) {
  int64_t sum = large->end;
  for (int i = 0; i < 700; ++i) sum += (int64_t)large->values[i] * i;
  return sum;
}

int64_t SPANPROOF_CONV weigh_large(Large a, Large b, Large c) {
  return WeighLarge(&a) + 10 * WeighLarge(&b) + 100 * WeighLarge(&c);
}

Large SPANPROOF_CONV scale_large(Large large, int by) {
  for (int i = 0; i < 700; ++i) large.values[i] = (int16_t)(large.values[i] * by);
  ++large.end;
  return large;
}

static int SPANPROOF_CONV AddSeven(int a) { return a + 7; }

void SPANPROOF_CONV open_opaque(Opaque *opaque) { *opaque = (Opaque){(void *)(intptr_t)-2, AddSeven, NULL}; }

int SPANPROOF_CONV check_opaque(const Opaque *opaque) { return check_opaque_by_value(*opaque); }
int SPANPROOF_CONV check_opaque_by_value(Opaque opaque) {
  return (opaque.handle == (void *)(intptr_t)-2) + 2 * (opaque.function == AddSeven && opaque.function(1) == 8) +
         4 * (opaque.nothing == NULL);
}
