/* SPDX-License-Identifier: MIT */
#include "dlls/strings.h"

#include <stdlib.h>
#include <string.h>
#include <windows.h>

int SPANPROOF_CONV text_length(const char *text) { return (int)strlen(text); }
int SPANPROOF_CONV text_length_w(const wchar_t *text) { return (int)wcslen(text); }

int SPANPROOF_CONV unit_at(const char *text, int index) { return (unsigned char)text[index]; }
int SPANPROOF_CONV unit_at_w(const wchar_t *text, int index) { return text[index]; }

void SPANPROOF_CONV cut_text(char *text, int length) { text[length] = 0; }
void SPANPROOF_CONV cut_text_w(wchar_t *text, int length) { text[length] = 0; }

void SPANPROOF_CONV append_letter(char *text, char letter) {
  const size_t length = strlen(text);
  text[length] = letter;
  text[length + 1] = 0;
}

void SPANPROOF_CONV append_letter_w(wchar_t *text, wchar_t letter) {
  const size_t length = wcslen(text);
  text[length] = letter;
  text[length + 1] = 0;
}

int SPANPROOF_CONV repeat_text(const char *text, int times, char *out, int capacity) {
  const int length = (int)strlen(text);
  const int all = length * times;
  for (int i = 0; i < all && i < capacity - 1; ++i) out[i] = text[i % length];
  if (capacity > 0) out[all < capacity ? all : capacity - 1] = 0;
  return all;
}

int SPANPROOF_CONV repeat_text_w(const wchar_t *text, int times, wchar_t *out, int capacity) {
  const int length = (int)wcslen(text);
  const int all = length * times;
  for (int i = 0; i < all && i < capacity - 1; ++i) out[i] = text[i % length];
  if (capacity > 0) out[all < capacity ? all : capacity - 1] = 0;
  return all;
}

const char *SPANPROOF_CONV number_text(int number) {
  static const char *const kTexts[] = {"zero", "one", "two"};
  return number >= 0 && number <= 2 ? kTexts[number] : NULL;
}

const wchar_t *SPANPROOF_CONV number_text_w(int number) {
  static const wchar_t *const kTexts[] = {L"zero", L"one", L"two"};
  return number >= 0 && number <= 2 ? kTexts[number] : NULL;
}

void SPANPROOF_CONV tag_text(const char *text, int length, char *out) {
  memcpy(out, "<b>", 3);
  memcpy(out + 3, text, (size_t)length);
  memcpy(out + 3 + length, "</b>", 5);
}

void SPANPROOF_CONV tag_text_w(const wchar_t *text, int length, wchar_t *out) {
  memcpy(out, L"<b>", 3 * sizeof *out);
  memcpy(out + 3, text, (size_t)length * sizeof *out);
  memcpy(out + 3 + length, L"</b>", 5 * sizeof *out);
}

char *SPANPROOF_CONV tag_text_new(const char *text) {
  const int length = (int)strlen(text);
  char *out = malloc((size_t)length + 8);
  if (out != NULL) tag_text(text, length, out);
  return out;
}

void SPANPROOF_CONV tag_text_into(const char *text, char **out) { *out = tag_text_new(text); }

void SPANPROOF_CONV free_text(char *text) { free(text); }

static int is_high(wchar_t unit) { return unit >= 0xd800 && unit <= 0xdbff; }
static int is_low(wchar_t unit) { return unit >= 0xdc00 && unit <= 0xdfff; }

int SPANPROOF_CONV count_characters(const wchar_t *text) {
  int count = 0;
  for (; *text; ++text, ++count) {
    if (is_high(text[0]) && is_low(text[1])) ++text;
  }
  return count;
}

int SPANPROOF_CONV count_lone_halves(const wchar_t *text) {
  int count = 0;
  for (; *text; ++text) {
    if (is_high(text[0]) && is_low(text[1])) {
      ++text;
    } else {
      count += is_high(*text) || is_low(*text);
    }
  }
  return count;
}

uint32_t SPANPROOF_CONV character_at(const wchar_t *text, int index) {
  const wchar_t *at = text + index;
  if (!is_high(at[0]) || !is_low(at[1])) return at[0];
  return 0x10000u + ((uint32_t)(at[0] - 0xd800) << 10) + (uint32_t)(at[1] - 0xdc00);
}

int SPANPROOF_CONV replace_character(wchar_t *text, uint32_t old_one, uint32_t new_one) {
  int count = 0;
  for (; *text; ++text) {
    if (character_at(text, 0) != old_one) continue;
    text[0] = (wchar_t)(0xd800 + ((new_one - 0x10000u) >> 10));
    text[1] = (wchar_t)(0xdc00 + ((new_one - 0x10000u) & 0x3ff));
    ++count;
  }
  return count;
}

int SPANPROOF_CONV count_unit(const char *units, int n, char unit) {
  int count = 0;
  for (int i = 0; i < n; ++i) count += units[i] == unit;
  return count;
}

int SPANPROOF_CONV count_unit_w(const wchar_t *units, int n, wchar_t unit) {
  int count = 0;
  for (int i = 0; i < n; ++i) count += units[i] == unit;
  return count;
}

void SPANPROOF_CONV replace_unit(char *units, int n, char old_unit, char new_unit) {
  for (int i = 0; i < n; ++i) units[i] = units[i] == old_unit ? new_unit : units[i];
}

void SPANPROOF_CONV replace_unit_w(wchar_t *units, int n, wchar_t old_unit, wchar_t new_unit) {
  for (int i = 0; i < n; ++i) units[i] = units[i] == old_unit ? new_unit : units[i];
}

int SPANPROOF_CONV count_texts(const char *texts) {
  int count = 0;
  for (; *texts; texts += strlen(texts) + 1) ++count;
  return count;
}

int SPANPROOF_CONV count_texts_w(const wchar_t *texts) {
  int count = 0;
  for (; *texts; texts += wcslen(texts) + 1) ++count;
  return count;
}

int SPANPROOF_CONV write_texts(int n, char *out, int capacity) {
  static const char *const kTexts[] = {"one", "two", "three", "four", "five"};
  int written = 0;
  for (int i = 0; i < n && i < 5; ++i) {
    const int units = (int)strlen(kTexts[i]) + 1;
    if (written + units + 1 > capacity) break;
    memcpy(out + written, kTexts[i], (size_t)units);
    written += units;
  }
  out[written] = 0;
  return written + 1;
}

int SPANPROOF_CONV name_length(const Badge *badge) { return (int)strnlen(badge->name, 8); }
int SPANPROOF_CONV label_length(const Badge *badge) { return (int)wcsnlen(badge->label, 5); }
char SPANPROOF_CONV grade_of(const Badge *badge) { return badge->grade; }
int SPANPROOF_CONV badge_size(void) { return (int)sizeof(Badge); }

void SPANPROOF_CONV write_badge(Badge *badge, const char *name, const wchar_t *label) {
  memset(badge->name, 0, sizeof badge->name);
  memset(badge->label, 0, sizeof badge->label);
  memcpy(badge->name, name, strnlen(name, 8));
  memcpy(badge->label, label, wcsnlen(label, 5) * sizeof(wchar_t));
  ++badge->grade;
}

void SPANPROOF_CONV reverse_names(Badge *badges, int n) {
  for (int i = 0; i < n; ++i) {
    char *name = badges[i].name;
    for (int left = 0, right = name_length(&badges[i]) - 1; left < right; ++left, --right) {
      const char swapped = name[left];
      name[left] = name[right];
      name[right] = swapped;
    }
  }
}

int SPANPROOF_CONV widen_text(uint32_t code_page, const char *bytes, int n, wchar_t *out, int capacity) {
  return MultiByteToWideChar(code_page, 0, bytes, n, out, capacity);
}

int SPANPROOF_CONV narrow_text(uint32_t code_page, const wchar_t *units, int n, char *out, int capacity) {
  return WideCharToMultiByte(code_page, 0, units, n, out, capacity, NULL, NULL);
}

int SPANPROOF_CONV check_text(uint32_t code_page, const char *bytes, int n) {
  return MultiByteToWideChar(code_page, MB_ERR_INVALID_CHARS, bytes, n, NULL, 0);
}

int SPANPROOF_CONV is_lead_byte(uint32_t code_page, uint8_t byte) { return IsDBCSLeadByteEx(code_page, byte) != 0; }
