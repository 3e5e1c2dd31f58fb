/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "dlls/export.h"

/* Unions, records with text, and structs that go by value here and by pointer there. */

typedef struct { int8_t red, green, blue; } Tint;
typedef union { int32_t number; float real; Tint tint; int8_t bytes[4]; } Either;
typedef union { double real; int64_t number; Tint tints[5]; } Wide;
enum { kHoldsNumber, kHoldsReal, kHoldsTint, kHoldsNothing };
typedef struct { int16_t holds; Either either; } Tagged;
typedef struct { Tagged first; Wide wide; char end; } Unions;
typedef union { const char *text; int64_t number; } TextOrNumber;

/* As wide as the member that counts: the number, the real rounded down, the sum of the colours. */
SPANPROOF_API int SPANPROOF_CONV value_of(Either either, int holds);
SPANPROOF_API Either SPANPROOF_CONV make_either(int holds, double value);    /* a tint of value, value + 1, value + 2 */
SPANPROOF_API int SPANPROOF_CONV value_of_tagged(Tagged tagged);
SPANPROOF_API Tagged SPANPROOF_CONV make_tagged(int holds, double value);
SPANPROOF_API int SPANPROOF_CONV value_at(const Either *either, int holds);
/* Turns each from a number into a real of the same value; returns how many did. */
SPANPROOF_API int SPANPROOF_CONV make_real(Tagged *tagged, int count);
/* The number of each member of `wide` in turn: real, number, the 15 colours' sum. */
SPANPROOF_API double SPANPROOF_CONV value_of_wide(Wide wide, int member);
SPANPROOF_API Wide SPANPROOF_CONV make_wide(int first);                      /* 15 colours: first, first + 1… */
/* first's value (as value_of_tagged) + 1,000 * wide.number + 1,000,000 * end. */
SPANPROOF_API double SPANPROOF_CONV weigh_unions(Unions unions);
SPANPROOF_API void SPANPROOF_CONV change_unions(Unions *unions);             /* every byte of its members, by 1 */
/* The text's length where it is one, else the number. */
SPANPROOF_API int64_t SPANPROOF_CONV text_or_number(const TextOrNumber *what, int is_text);

typedef struct { int32_t timestamp; char desc[12]; } Weather;
/* Where the description is a word of seed 3, its first letter becomes a capital; returns how many did. */
SPANPROOF_API int SPANPROOF_CONV shout_weather(Weather *weather, int count);
/* Characters of all descriptions, which may fill their array; each timestamp must be the DLL's idea of later: -1 else. */
SPANPROOF_API int SPANPROOF_CONV count_weather(const Weather *weather, int count);
/* Sorts by description, as strncmp does; records with the same one keep their order. */
SPANPROOF_API void SPANPROOF_CONV sort_weather(Weather *weather, int count);
/* Writes "hour 0", "hour 1"… and timestamps 3,600 apart. */
SPANPROOF_API void SPANPROOF_CONV forecast(Weather *weather, int count, int from);
SPANPROOF_API int SPANPROOF_CONV later_by_value(Weather a, Weather b);       /* which has the later timestamp: 0 or 1 */

/* With padding, which a packed record of the same members lacks. */
typedef struct { int8_t kind; double value; int16_t count; } Padded;
#pragma pack(push, 1)
typedef struct { int8_t kind; double value; int16_t count; } Unpadded;
#pragma pack(pop)
/* kind + 10 * value + 100 * count, of all. */
SPANPROOF_API double SPANPROOF_CONV weigh_padded(const Padded *records, int count);
SPANPROOF_API double SPANPROOF_CONV weigh_unpadded(const Unpadded *records, int count);
SPANPROOF_API void SPANPROOF_CONV pack_records(const Padded *from, int count, Unpadded *to);
SPANPROOF_API int SPANPROOF_CONV size_of_record(int padded);

typedef struct { int32_t x, y; } Place;
typedef struct { Place low, high; int64_t seen; } Box;
SPANPROOF_API int SPANPROOF_CONV area_by_value(Box box);
SPANPROOF_API int SPANPROOF_CONV area_by_pointer(const Box *box);
SPANPROOF_API Box SPANPROOF_CONV moved_by_value(Box box, Place by);
SPANPROOF_API void SPANPROOF_CONV move_by_pointer(Box *box, const Place *by);
/* By value and by pointer at once: grows the pointed at one by the other; whether they were equal before. */
SPANPROOF_API int SPANPROOF_CONV grow_both_ways(Box value, Box *pointer, Place by);
SPANPROOF_API Box *SPANPROOF_CONV larger_of(Box *a, Box *b);

/* The callee changes its copy of `a`, then says what `b` is: 1 * low.x + 10 * low.y + 100 * high.x + 1,000 * high.y + seen. */
SPANPROOF_API int64_t SPANPROOF_CONV spoil_then_weigh(Box a, Box b);
SPANPROOF_API int64_t SPANPROOF_CONV spoil_beside(Box a, const Box *b);
/* Calls itself with a changed copy, `depth` deep, and then says what its own is. */
SPANPROOF_API int64_t SPANPROOF_CONV spoil_deep(Box a, int depth);

/* Twelve structs of one word, twelve of more, each x + 100 * y times its place from 1. */
SPANPROOF_API int64_t SPANPROOF_CONV weigh_twelve(Place a, Place b, Place c, Place d, Place e, Place f, Place g, Place h,
                                                  Place i, Place j, Place k, Place l);
SPANPROOF_API int64_t SPANPROOF_CONV weigh_twelve_boxes(Box a, Box b, Box c, Box d, Box e, Box f, Box g, Box h, Box i,
                                                        Box j, Box k, Box l);
typedef struct { int16_t values[700]; char end; } Large;
/* Three of 1,402 bytes: the sum of values times their index, the ends; the second's count 10 times, the third's 100 times. */
SPANPROOF_API int64_t SPANPROOF_CONV weigh_large(Large a, Large b, Large c);
SPANPROOF_API Large SPANPROOF_CONV scale_large(Large large, int by);

typedef struct { void *handle; int (SPANPROOF_CONV *function)(int); void *nothing; } Opaque;
/* A handle of the DLL's own (-2 as a pointer), a function that adds `by` = 7 to its argument, NULL. */
SPANPROOF_API void SPANPROOF_CONV open_opaque(Opaque *opaque);
/* 1 where the handle is that one, + 2 where function(1) is 8, + 4 where `nothing` is NULL. */
SPANPROOF_API int SPANPROOF_CONV check_opaque(const Opaque *opaque);
SPANPROOF_API int SPANPROOF_CONV check_opaque_by_value(Opaque opaque);
