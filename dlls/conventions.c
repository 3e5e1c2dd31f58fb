/* SPDX-License-Identifier: MIT */
#include "dlls/conventions.h"

#include <stdio.h>
#include <string.h>
#include <wchar.h>

int cdecl_weigh(int a, int b, int c, int d) { return a + 10 * b + 100 * c + 1000 * d; }
int CONVENTIONS_STDCALL stdcall_weigh(int a, int b, int c, int d) { return cdecl_weigh(a, b, c, d); }
int CONVENTIONS_FASTCALL fastcall_weigh(int a, int b, int c, int d) { return cdecl_weigh(a, b, c, d); }
int CONVENTIONS_FASTCALL fastcall_one(int a) { return a; }
double CONVENTIONS_FASTCALL fastcall_floats(float a, int b, double c, int d, int e) {
  return a + 10. * b + 100. * c + 1000. * d + 10000. * e;
}
int CONVENTIONS_FASTCALL fastcall_narrow(int8_t a, uint16_t b, int16_t c, uint8_t d) { return cdecl_weigh(a, b, c, d); }
int64_t CONVENTIONS_FASTCALL fastcall_wide_first(int64_t a, int b, int c) { return a + 10 * b + 100 * c; }
int64_t CONVENTIONS_FASTCALL fastcall_wide_last(int a, int b, int64_t c) { return a + 10 * b + 100 * c; }
int CONVENTIONS_FASTCALL fastcall_pair(Pair a, int b, int c) { return cdecl_weigh(a.x, a.y, b, c); }
int CONVENTIONS_FASTCALL fastcall_single(Single a, int b, int c) { return cdecl_weigh((int)a.f, b, c, 0); }
int CONVENTIONS_FASTCALL fastcall_three_bytes(ThreeBytes a, int b, int c) {
  return cdecl_weigh(a.bytes[0], a.bytes[1], a.bytes[2], b) + 10000 * c;
}
int CONVENTIONS_FASTCALL fastcall_pair_last(int a, int b, Pair c) { return cdecl_weigh(a, b, c.x, c.y); }
Triple CONVENTIONS_FASTCALL fastcall_triple(int x, int y, int z) { return (Triple){x, y, z}; }
Pair CONVENTIONS_FASTCALL fastcall_swap(int x, int y) { return (Pair){y, x}; }
int CONVENTIONS_FASTCALL fastcall_apply(int CONVENTIONS_FASTCALL (*f)(int, int, int), int a) { return f(a, a + 1, a + 2); }

int CONVENTIONS_THISCALL thiscall_weigh(const Counter *self, int b, int c, int d) { return cdecl_weigh(self->value, b, c, d); }
int CONVENTIONS_THISCALL thiscall_add(Counter *self, int by) { return self->value += by; }
double CONVENTIONS_THISCALL thiscall_floats(const Counter *self, float b, double c) { return self->value + 10. * b + 100. * c; }
int64_t CONVENTIONS_THISCALL thiscall_wide(const Counter *self, int64_t b, int c) { return self->value + 10 * b + 100 * c; }
int CONVENTIONS_THISCALL thiscall_pair(const Counter *self, Pair b, int c) { return cdecl_weigh(self->value, b.x, b.y, c); }
Triple CONVENTIONS_THISCALL thiscall_triple(const Counter *self, int y) { return (Triple){self->value, y, 3}; }
Pair CONVENTIONS_THISCALL thiscall_swap(const Counter *self, int y) { return (Pair){y, self->value}; }
int CONVENTIONS_THISCALL thiscall_apply(Counter *self, int CONVENTIONS_THISCALL (*f)(Counter *, int)) { return f(self, 5); }

int sum_ints(int count, ...) {
  va_list rest;
  va_start(rest, count);
  int sum = 0;
  for (int i = 0; i < count; ++i) sum += va_arg(rest, int);
  va_end(rest);
  return sum;
}

double sum_doubles(int count, ...) {
  va_list rest;
  va_start(rest, count);
  double sum = 0;
  for (int i = 0; i < count; ++i) sum += va_arg(rest, double);
  va_end(rest);
  return sum;
}

double weigh_kinds(const char *kinds, ...) {
  va_list rest;
  va_start(rest, kinds);
  double sum = 0, weight = 1;
  for (; *kinds != 0; ++kinds, weight *= 10) {
    switch (*kinds) {
      case 'i': sum += weight * va_arg(rest, int); break;
      case 'I': sum += weight * (double)va_arg(rest, int64_t); break;
      case 'd': sum += weight * va_arg(rest, double); break;
      case 's': sum += weight * (double)strlen(va_arg(rest, const char *)); break;
      case 'p': {
        const Pair pair = va_arg(rest, Pair);
        sum += weight * (pair.x + pair.y);
        break;
      }
      default: break;
    }
  }
  va_end(rest);
  return sum;
}

int format_text(char *out, int capacity, const char *format, ...) {
  va_list rest;
  va_start(rest, format);
  const int count = vsnprintf(out, (size_t)capacity, format, rest);
  va_end(rest);
  return count;
}

int format_wide(uint16_t *out, int capacity, const uint16_t *format, ...) {
  va_list rest;
  va_start(rest, format);
  const int count = _vsnwprintf((wchar_t *)out, (size_t)capacity, (const wchar_t *)format, rest);
  va_end(rest);
  return count;
}

int stack_remainder(int a, int b, int c) {
  (void)a, (void)b, (void)c;
  /* The saved frame pointer and the return address stand between. */
  return (int)(((uintptr_t)__builtin_frame_address(0) + 2 * sizeof(void *)) % 16);
}

float sse_on_stack(float a) {
  volatile float lanes[4] __attribute__((aligned(16))) = {a, a, a, a};
  return lanes[0] + lanes[1] + lanes[2] + lanes[3];
}

void set_direction_flag(void) { __asm__ volatile("std" : : : "cc"); }

int direction_flag(void) {
  uintptr_t flags;
  __asm__ volatile("pushf\n\tpop %0" : "=r"(flags));
  return (flags & 0x400) != 0;
}

uint32_t x87_control(void) {
  uint16_t control;
  __asm__ volatile("fnstcw %0" : "=m"(control));
  return control;
}

uint32_t set_x87_control(uint32_t control) {
  const uint32_t before = x87_control();
  const uint16_t now = (uint16_t)control;
  __asm__ volatile("fldcw %0" : : "m"(now));
  return before;
}

uint32_t mxcsr(void) {
  uint32_t control;
  __asm__ volatile("stmxcsr %0" : "=m"(control));
  return control & ~0x3fu; /* without what calculations noted */
}

uint32_t set_mxcsr(uint32_t control) {
  const uint32_t before = mxcsr();
  __asm__ volatile("ldmxcsr %0" : : "m"(control));
  return before;
}

double third(void) {
  volatile double one = 1, three = 3;
  return one / three;
}

int32_t data_number = 4321;
double data_ratio = 0.125;
char data_text[16] = "exported";
Pair data_pair = {3, 4};
int32_t data_numbers[5] = {1, 2, 4, 8, 16};
int32_t *data_pointer = &data_number;

int read_data_number(void) { return data_number; }

int sum_data_numbers(void) {
  int sum = 0;
  for (int i = 0; i < 5; ++i) sum += data_numbers[i];
  return sum;
}
