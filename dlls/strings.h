/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>
#include <wchar.h>

#include "dlls/export.h"

/* A badge's name and label fill their arrays to the brim: only shorter ones have a terminator. */
typedef struct Badge {
  int32_t id;
  char name[8];
  wchar_t label[5];
  char grade;
} Badge;

/* Units before the terminator. */
SPANPROOF_API int SPANPROOF_CONV text_length(const char *text);
SPANPROOF_API int SPANPROOF_CONV text_length_w(const wchar_t *text);

/* The unit at `index` as a number, bytes without sign. */
SPANPROOF_API int SPANPROOF_CONV unit_at(const char *text, int index);
SPANPROOF_API int SPANPROOF_CONV unit_at_w(const wchar_t *text, int index);

/* Ends the text at `length`. */
SPANPROOF_API void SPANPROOF_CONV cut_text(char *text, int length);
SPANPROOF_API void SPANPROOF_CONV cut_text_w(wchar_t *text, int length);

/* Writes `letter` over the terminator, and a terminator behind it: one unit more than the text had. */
SPANPROOF_API void SPANPROOF_CONV append_letter(char *text, char letter);
SPANPROOF_API void SPANPROOF_CONV append_letter_w(wchar_t *text, wchar_t letter);

/*
 * `times` copies of the text into `out`, which has room for `capacity` units. What does not fit is left out; unless
 * the capacity is 0 there is a terminator; what lies behind it is not written. Returns the length of all copies.
 */
SPANPROOF_API int SPANPROOF_CONV repeat_text(const char *text, int times, char *out, int capacity);
SPANPROOF_API int SPANPROOF_CONV repeat_text_w(const wchar_t *text, int times, wchar_t *out, int capacity);

/* A text of the DLL's own, which nobody frees: "zero", "one", "two", and null for all else. */
SPANPROOF_API const char *SPANPROOF_CONV number_text(int number);
SPANPROOF_API const wchar_t *SPANPROOF_CONV number_text_w(int number);

/* <b>text</b> into `out`, terminated: 7 units more than the text, of which `length` are taken. */
SPANPROOF_API void SPANPROOF_CONV tag_text(const char *text, int length, char *out);
SPANPROOF_API void SPANPROOF_CONV tag_text_w(const wchar_t *text, int length, wchar_t *out);
/* The same, into memory that is allocated here and given back by free_text. */
SPANPROOF_API char *SPANPROOF_CONV tag_text_new(const char *text);
SPANPROOF_API void SPANPROOF_CONV tag_text_into(const char *text, char **out);
SPANPROOF_API void SPANPROOF_CONV free_text(char *text);

/* Characters, a surrogate pair being one, and so is each half that stands alone. */
SPANPROOF_API int SPANPROOF_CONV count_characters(const wchar_t *text);
SPANPROOF_API int SPANPROOF_CONV count_lone_halves(const wchar_t *text);
/* The character that begins at `index`, by its number in Unicode. */
SPANPROOF_API uint32_t SPANPROOF_CONV character_at(const wchar_t *text, int index);
/* Replaces every character `old_one` by `new_one`, both beyond U+FFFF. */
SPANPROOF_API int SPANPROOF_CONV replace_character(wchar_t *text, uint32_t old_one, uint32_t new_one);

/* Of exactly n units, whatever they are: how often `unit` occurs, and the same units with another in its place. */
SPANPROOF_API int SPANPROOF_CONV count_unit(const char *units, int n, char unit);
SPANPROOF_API int SPANPROOF_CONV count_unit_w(const wchar_t *units, int n, wchar_t unit);
SPANPROOF_API void SPANPROOF_CONV replace_unit(char *units, int n, char old_unit, char new_unit);
SPANPROOF_API void SPANPROOF_CONV replace_unit_w(wchar_t *units, int n, wchar_t old_unit, wchar_t new_unit);
/* Texts one behind another, an empty one at the end: how many there are, and their units without terminators. */
SPANPROOF_API int SPANPROOF_CONV count_texts(const char *texts);
SPANPROOF_API int SPANPROOF_CONV count_texts_w(const wchar_t *texts);
/* Writes "one", "two", … up to "five" in that form; `capacity` is enough. Returns the units written. */
SPANPROOF_API int SPANPROOF_CONV write_texts(int n, char *out, int capacity);

/* Units of the name and of the label; a full one has 8, or 5. */
SPANPROOF_API int SPANPROOF_CONV name_length(const Badge *badge);
SPANPROOF_API int SPANPROOF_CONV label_length(const Badge *badge);
SPANPROOF_API char SPANPROOF_CONV grade_of(const Badge *badge);
/* Both texts cut to what the arrays hold; zeros behind shorter ones. The grade becomes the next letter. */
SPANPROOF_API void SPANPROOF_CONV write_badge(Badge *badge, const char *name, const wchar_t *label);
/* Of n badges, turns each name around, within its own length. */
SPANPROOF_API void SPANPROOF_CONV reverse_names(Badge *badges, int n);
SPANPROOF_API int SPANPROOF_CONV badge_size(void);

/* Windows' own conversions. Returns units written, 0 for an error, which is then the last error. */
SPANPROOF_API int SPANPROOF_CONV widen_text(uint32_t code_page, const char *bytes, int n, wchar_t *out, int capacity);
SPANPROOF_API int SPANPROOF_CONV narrow_text(uint32_t code_page, const wchar_t *units, int n, char *out, int capacity);
/* Refuses bytes that are no text of the code page: last error 1113. */
SPANPROOF_API int SPANPROOF_CONV check_text(uint32_t code_page, const char *bytes, int n);
SPANPROOF_API int SPANPROOF_CONV is_lead_byte(uint32_t code_page, uint8_t byte);
