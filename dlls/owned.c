/* SPDX-License-Identifier: MIT */
#include "dlls/owned.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

static int alive;

static int *counted_from(int size, int first) {
  int *arr = size < 0 ? NULL : malloc((size_t)size * sizeof *arr);
  if (!arr) return NULL;
  ++alive;
  for (int i = 0; i < size; ++i) arr[i] = first + i;
  return arr;
}

int *SPANPROOF_CONV allocate_array(int size) { return counted_from(size, 1); }
int *SPANPROOF_CONV get_array(int size) { return counted_from(size, 0); }

void SPANPROOF_CONV free_array(int *arr) {
  if (!arr) return;
  --alive;
  free(arr);
}

int SPANPROOF_CONV arrays_alive(void) { return alive; }

int SPANPROOF_CONV sum_array(const int *arr, int size) {
  int sum = 0;
  for (int i = 0; i < size; ++i) sum += arr[i];
  return sum;
}

int SPANPROOF_CONV allocate_through(int size, int **arr) {
  *arr = counted_from(size, 1);
  return *arr != NULL;
}

int SPANPROOF_CONV fill_block(Block *block, int count) {
  block->data = counted_from(count, 1);
  block->count = block->data ? count : 0;
  return block->data != NULL;
}

void SPANPROOF_CONV empty_block(Block *block) {
  free_array(block->data);
  block->data = NULL;
  block->count = 0;
}

Block *SPANPROOF_CONV new_block(int count) {
  Block *block = malloc(sizeof *block);
  if (block && !fill_block(block, count)) {
    free(block);
    return NULL;
  }
  return block;
}

void SPANPROOF_CONV free_block(Block *block) {
  if (!block) return;
  free_array(block->data);
  free(block);
}

void SPANPROOF_CONV new_block_through(int count, Block **block) { *block = new_block(count); }

int *SPANPROOF_CONV allocate_page(void) { return VirtualAlloc(NULL, 4096, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE); }

int SPANPROOF_CONV free_page(void *page) {
  int freed = VirtualFree(page, 0, MEM_RELEASE) != 0;
  if (!freed) SetLastError(0); /* of a page that is no more: 487 on Wine 8.0, 87 on Wine 10.0 */
  return freed;
}

typedef void *(__cdecl *allocate_t)(size_t);
typedef void(__cdecl *free_t)(void *);

static FARPROC find(const char *dll, const char *name) {
  HMODULE module = LoadLibraryA(dll); /* counted, but never given back: it stays for the process */
  return module ? GetProcAddress(module, name) : NULL;
}

static char *text_of(const char *dll, int n) {
  const allocate_t allocate = (allocate_t)(void *)find(dll, "malloc");
  char *text = allocate && n >= 0 ? allocate((size_t)n + 1) : NULL;
  if (!text) return NULL;
  memset(text, 'a', (size_t)n);
  text[n] = 0;
  return text;
}

static void free_in(const char *dll, char *text) {
  const free_t give_back = (free_t)(void *)find(dll, "free");
  if (give_back) give_back(text);
}

char *SPANPROOF_CONV msvcrt_text(int n) { return text_of("msvcrt.dll", n); }
void SPANPROOF_CONV msvcrt_free(char *text) { free_in("msvcrt.dll", text); }
char *SPANPROOF_CONV ucrt_text(int n) { return text_of("ucrtbase.dll", n); }
void SPANPROOF_CONV ucrt_free(char *text) { free_in("ucrtbase.dll", text); }

int SPANPROOF_CONV runtimes_differ(void) {
  const FARPROC msvcrt = find("msvcrt.dll", "malloc"), ucrt = find("ucrtbase.dll", "malloc");
  return msvcrt && ucrt && msvcrt != ucrt;
}

void *SPANPROOF_CONV open_scratch(const char *text) {
  FILE *file = tmpfile();
  if (!file) return NULL;
  fputs(text, file);
  rewind(file);
  return file;
}

int SPANPROOF_CONV read_scratch(void *file, char *to, int n) { return (int)fread(to, 1, (size_t)n, file); }
int SPANPROOF_CONV close_scratch(void *file) { return fclose(file); }

static unsigned char *retained;
static int retained_count;

void SPANPROOF_CONV retain_bytes(unsigned char *p, int n) {
  retained = p;
  retained_count = n;
}

int SPANPROOF_CONV write_retained(int value) {
  if (!retained) return -1;
  memset(retained, value, (size_t)retained_count);
  return retained_count;
}

int SPANPROOF_CONV sum_retained(void) {
  int sum = 0;
  for (int i = 0; i < retained_count; ++i) sum += retained[i];
  return sum;
}

static DWORD WINAPI write_value(void *value) {
  write_retained((int)(INT_PTR)value);
  return 0;
}

int SPANPROOF_CONV write_retained_by_thread(int value) {
  HANDLE thread = CreateThread(NULL, 0, write_value, (void *)(INT_PTR)value, 0, NULL);
  if (!thread) return -1;
  WaitForSingleObject(thread, INFINITE);
  CloseHandle(thread);
  return retained_count;
}
