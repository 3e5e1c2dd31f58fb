/* SPDX-License-Identifier: MIT */
#include "dlls/rows.h"

#include <string.h>

int SPANPROOF_CONV scale_rows(float **rows, int count, int length) {
  int seen = 0;
  for (int i = 0; i < count; ++i) {
    if (!rows[i]) continue;
    ++seen;
    for (int j = 0; j < length; ++j) rows[i][j] *= (float)(i + 1);
  }
  return seen;
}

int SPANPROOF_CONV take_all(int **numbers, int count) {
  int sum = 0;
  for (int i = 0; i < count; ++i) {
    if (!numbers[i]) continue;
    sum += *numbers[i];
    *numbers[i] = 0;
  }
  return sum;
}

int SPANPROOF_CONV take_three(int *(*numbers)[3]) { return take_all(*numbers, 3); }

int SPANPROOF_CONV count_characters(const char **texts, int count) {
  int total = 0;
  for (int i = 0; i < count; ++i) {
    if (texts[i]) total += (int)strlen(texts[i]);
  }
  return total;
}

void SPANPROOF_CONV cross_out(char **texts, int count) {
  for (int i = 0; i < count; ++i) {
    if (texts[i]) texts[i][0] = 'X';
  }
}

void SPANPROOF_CONV increment_at(int **number) { ++**number; }
void SPANPROOF_CONV increment_far(int ***number) { ++***number; }

void SPANPROOF_CONV point_to(int **where, int *to) { *where = to; }

int SPANPROOF_CONV forget(int **where) {
  const int known = *where != NULL;
  *where = NULL;
  return known;
}

void SPANPROOF_CONV reverse_pointers(int **numbers, int count) {
  for (int left = 0, right = count - 1; left < right; ++left, --right) {
    int *moved = numbers[left];
    numbers[left] = numbers[right];
    numbers[right] = moved;
  }
}

int SPANPROOF_CONV name_of(int n, const char **where) {
  static const char *const names[] = {"zero", "one", "two"};
  *where = n >= 0 && n < 3 ? names[n] : NULL;
  return *where ? (int)strlen(*where) : 0;
}
