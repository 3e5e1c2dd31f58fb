/* SPDX-License-Identifier: MIT */
#include "dlls/scalars.h"

#include <string.h>

static int counted;

void SPANPROOF_CONV count_call(void) { ++counted; }

int SPANPROOF_CONV take_count(void) {
  const int count = counted;
  counted = 0;
  return count;
}

int64_t SPANPROOF_CONV widen_i8(int8_t v) { return v + INT64_C(1000); }
int64_t SPANPROOF_CONV widen_u8(uint8_t v) { return v + INT64_C(1000); }
int64_t SPANPROOF_CONV widen_i16(int16_t v) { return v + INT64_C(1000); }
int64_t SPANPROOF_CONV widen_u16(uint16_t v) { return v + INT64_C(1000); }

int64_t SPANPROOF_CONV weigh_narrow(int8_t a, uint8_t b, int16_t c, uint16_t d, int8_t e, uint16_t f) {
  return a + INT64_C(10) * b + INT64_C(100) * c + INT64_C(1000) * d + INT64_C(10000) * e + INT64_C(100000) * f;
}

static uintptr_t dirty(uint32_t v, uint32_t mask) {
  return ((uintptr_t)UINT64_C(0xa5a5a5a5a5a5a5a5) & ~(uintptr_t)mask) | (~v & mask);
}

uintptr_t SPANPROOF_CONV dirty_8(uint32_t v) { return dirty(v, 0xff); }
uintptr_t SPANPROOF_CONV dirty_16(uint32_t v) { return dirty(v, 0xffff); }
uintptr_t SPANPROOF_CONV dirty_32(uint32_t v) { return dirty(v, 0xffffffff); }

int SPANPROOF_CONV bools_to_bits(bool a, bool b, bool c, bool d, bool e, bool f, bool g, bool h, bool i, bool j, bool k,
                                 bool l) {
  return a | b << 1 | c << 2 | d << 3 | e << 4 | f << 5 | g << 6 | h << 7 | i << 8 | j << 9 | k << 10 | l << 11;
}

bool SPANPROOF_CONV bool_not(bool v) { return !v; }
int SPANPROOF_CONV is_true(int v) { return v != 0; }
int SPANPROOF_CONV same_truth(int v) { return v; }
uint8_t SPANPROOF_CONV same_truth_8(uint8_t v) { return v; }

uint32_t SPANPROOF_CONV add_u32(uint32_t a, uint32_t b) { return a + b; }
uint32_t SPANPROOF_CONV divide_u32(uint32_t a, uint32_t b) { return a / b; }
int32_t SPANPROOF_CONV divide_i32(int32_t a, int32_t b) { return a / b; }
uint64_t SPANPROOF_CONV add_u64(uint64_t a, uint64_t b) { return a + b; }
int64_t SPANPROOF_CONV subtract_i64(int64_t a, int64_t b) { return (int64_t)((uint64_t)a - (uint64_t)b); }
int64_t SPANPROOF_CONV multiply_i64(int64_t a, int64_t b) { return (int64_t)((uint64_t)a * (uint64_t)b); }
int64_t SPANPROOF_CONV divide_i64(int64_t a, int64_t b) { return a / b; }
uint64_t SPANPROOF_CONV join_u64(uint32_t high, uint32_t low) { return (uint64_t)high << 32 | low; }
uint32_t SPANPROOF_CONV high_of_u64(uint64_t v) { return (uint32_t)(v >> 32); }
uint64_t SPANPROOF_CONV swap_halves(uint64_t v) { return v << 32 | v >> 32; }

int64_t SPANPROOF_CONV weigh_wide(int a, int64_t b, int c, int64_t d, int e) {
  return a + 10 * b + INT64_C(100) * c + 1000 * d + INT64_C(10000) * e;
}

int SPANPROOF_CONV size_of(int which) {
  switch (which) {
    case 0: return sizeof(long);
    case 1: return sizeof(size_t);
    case 2: return sizeof(wchar_t);
    case 3: return sizeof(void *);
    case 4: return sizeof(long long);
    case 5: return sizeof(int);
    case 6: return sizeof(enum Level);
    case 7: return sizeof(bool);
    case 8: return sizeof(ptrdiff_t);
    default: return 0;
  }
}

long SPANPROOF_CONV add_long(long a, long b) { return (long)((unsigned long)a + (unsigned long)b); }
unsigned long SPANPROOF_CONV add_ulong(unsigned long a, unsigned long b) { return a + b; }
size_t SPANPROOF_CONV largest_size(void) { return SIZE_MAX; }
size_t SPANPROOF_CONV add_size(size_t a, size_t b) { return a + b; }
ptrdiff_t SPANPROOF_CONV negate_ptrdiff(ptrdiff_t v) { return -v; }
wchar_t SPANPROOF_CONV next_wchar(wchar_t v) { return (wchar_t)(v + 1); }

float SPANPROOF_CONV add_float(float a, float b) { return a + b; }
double SPANPROOF_CONV add_double(double a, double b) { return a + b; }
float SPANPROOF_CONV narrow_double(double v) { return (float)v; }
double SPANPROOF_CONV widen_float(float v) { return v; }
float SPANPROOF_CONV int_to_float(int v) { return (float)v; }
int SPANPROOF_CONV truncate_negated(double v) { return -(int)v; }

uint32_t SPANPROOF_CONV bits_of_float(float v) {
  uint32_t bits;
  memcpy(&bits, &v, sizeof bits);
  return bits;
}

float SPANPROOF_CONV float_of_bits(uint32_t bits) {
  float v;
  memcpy(&v, &bits, sizeof v);
  return v;
}

uint64_t SPANPROOF_CONV bits_of_double(double v) {
  uint64_t bits;
  memcpy(&bits, &v, sizeof bits);
  return bits;
}

double SPANPROOF_CONV double_of_bits(uint64_t bits) {
  double v;
  memcpy(&v, &bits, sizeof v);
  return v;
}

double SPANPROOF_CONV slots_idid(int a, double b, int c, double d) { return a + 10 * b + 100.0 * c + 1000 * d; }
double SPANPROOF_CONV slots_didi(double a, int b, double c, int d) { return a + 10.0 * b + 100 * c + 1000.0 * d; }
double SPANPROOF_CONV slots_fqfc(float a, int64_t b, float c, int8_t d) {
  return (double)a + 10 * (double)b + 100 * (double)c + 1000.0 * d;
}
double SPANPROOF_CONV slots_sfdi(int16_t a, float b, double c, int d) {
  return a + 10 * (double)b + 100 * c + 1000.0 * d;
}

static const intptr_t handles[] = {0, -1, -2, 0x1234, -0x1234};

void *SPANPROOF_CONV open_handle(int which) { return (void *)handles[which]; }

int SPANPROOF_CONV which_handle(void *handle) {
  for (int i = 0; i < 5; ++i)
    if ((intptr_t)handle == handles[i]) return i;
  return -1;
}

intptr_t SPANPROOF_CONV handle_of_long(long v) { return v; }
long SPANPROOF_CONV long_of_handle(intptr_t handle) { return (long)handle; }

enum Level SPANPROOF_CONV next_level(enum Level level) {
  switch (level) {
    case kLevelLow: return kLevelBelow;
    case kLevelBelow: return kLevelNone;
    case kLevelNone: return kLevelHigh;
    default: return kLevelLow;
  }
}

enum Mask SPANPROOF_CONV invert_mask(enum Mask mask) { return (enum Mask)~(unsigned)mask; }
