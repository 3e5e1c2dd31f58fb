/* SPDX-License-Identifier: MIT */
/*
 * Linked once per convention through the import libraries and once with the
 * sources themselves: the headers serve all of these. Exit status 0, or the
 * number of the first check that failed.
 */
#include <string.h>
#include <wchar.h>

#include "dlls/add.h"
#include "dlls/callbacks.h"
#include "dlls/image.h"
#include "dlls/sort.h"
#include "dlls/text.h"

static int SPANPROOF_CONV triple(int value) { return 3 * value; }

static int16_t SPANPROOF_CONV edges(Image *image) {
  const int16_t *p = image->data;
  return (int16_t)(4 * p[4] - p[1] - p[3] - p[5] - p[7]);
}

static int16_t SPANPROOF_CONV own_width(Image *image) {
  image->data[0] = 7;
  return image->width;
}

static int16_t SPANPROOF_CONV scribble(Image *image) {
  memset(image->data, -1, 9 * sizeof(int16_t));
  return 5;
}

static double SPANPROOF_CONV square(double x) { return x * x; }

static double SPANPROOF_CONV mixed(int8_t a, double b, int64_t c, float d, uint16_t e,
                                   const char *f, int32_t g, double h) {
  return a == -8 && b == 0.5 && c == INT64_C(-5000000000) && d == 1.25f && e == 65535 &&
                 strcmp(f, "eight") == 0 && g == INT32_MAX && h == -2.75
             ? 21.0
             : 0.0;
}

static int sum;
static void SPANPROOF_CONV visit(int index, int value) { sum += (index + 1) * value; }

static int SPANPROOF_CONV down(int depth) { return depth ? call_nested(down, depth - 1) : 1; }

#define CHECK(number, condition) \
  if (!(condition)) return number

static int check_images(void) {
  float pixels[6] = {0.0f, 0.25f, 0.5f, 1.0f, 2.0f, -1.0f};
  const float processed[6] = {0.5f, 0.75f, 1.0f, 2.0f, -1.0f, 0.0f};
  process_image(pixels, 3, 2);
  CHECK(1, memcmp(pixels, processed, sizeof pixels) == 0);

  int16_t data[16] = {0, 0, 0, 0, 0, 9, 1, 0, 0, 1, 9, 0, 0, 0, 0, 0};
  const int16_t edged[16] = {0, 0, 0, 0, 0, 34, -14, 0, 0, -14, 34, 0, 0, 0, 0, 0};
  Image image = {data, 4, 4};
  CHECK(2, apply_filter(&image, edges) == 4 && memcmp(data, edged, sizeof data) == 0);
  CHECK(3, filter_whole(&image, own_width) == 4 && data[0] == 7);
  CHECK(4, apply_filter(&image, scribble) == 4 && data[5] == 5 && data[10] == 5 && data[0] == 7);
  CHECK(5, apply_filter(&image, NULL) == -1 && filter_whole(&image, NULL) == -1);
  return 0;
}

static int check_callbacks(void) {
  const int values[3] = {5, 7, 11};
  CHECK(10, call_twice(triple, 4) == 36);
  for_each(values, 3, visit);
  CHECK(11, sum == 5 + 14 + 33);
  CHECK(12, integrate(square, 0.0, 2.0, 2) == 2.5);
  CHECK(13, call_optional(NULL, 4) == -4 && call_optional(triple, 4) == 12);
  CHECK(14, call_nested(down, 3) == 6001);
  CHECK(15, call_mixed(mixed) == 42.0);
  CHECK(16, call_stored(1) == -1);
  store_callback(triple);
  CHECK(17, call_stored(2) == 6);
  return 0;
}

int main(void) {
  float numbers[4] = {3.5f, -1.0f, 9.25f, 0.0f};
  const float sorted[4] = {-1.0f, 0.0f, 3.5f, 9.25f};
  bubblesort(numbers, 4);
  CHECK(20, memcmp(numbers, sorted, sizeof numbers) == 0);

  char text[] = "Hello world!";
  wchar_t wide[] = L"Hello world!";
  replace_letter(text, 'o', 'u');
  replace_letter_w(wide, L'o', L'u');
  CHECK(21, strcmp(text, "Hellu wurld!") == 0 && wcscmp(wide, L"Hellu wurld!") == 0);

  uint8_t bytes[2] = {255, 1};
  CHECK(22, add_int(INT32_MAX, 1) == INT32_MIN && touch(bytes, 2) == 0);
  CHECK(23, touch_each(bytes, 2) == 2 && bytes[0] == 0 && bytes[1] == 2);
  set_last_error(1234);
  CHECK(24, set_last_error(0) == 1234);
  CHECK(25, spin_ms(2) == 2 && sleep_ms(1) == 1);

  const int images = check_images();
  return images ? images : check_callbacks();
}
