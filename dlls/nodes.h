/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "dlls/export.h"

/* Structs that point at their own type: lists, trees, rings, and two types that point at each other. */

typedef struct Node {
  int32_t value;
  struct Node *next;
} Node;

/* Up to the end of the list or, in a ring, once round. */
SPANPROOF_API int SPANPROOF_CONV count_nodes(const Node *first);
SPANPROOF_API int64_t SPANPROOF_CONV sum_nodes(const Node *first);
/* Adds `by` to every value; returns how many there were. */
SPANPROOF_API int SPANPROOF_CONV add_to_nodes(Node *first, int by);
/* Turns a list round; returns what is first now. */
SPANPROOF_API Node *SPANPROOF_CONV reverse_nodes(Node *first);
/* The first node with the value, or NULL. */
SPANPROOF_API Node *SPANPROOF_CONV find_node(Node *first, int value);
/* Takes the first node off; *first becomes the second. */
SPANPROOF_API Node *SPANPROOF_CONV pop_node(Node **first);
/* Puts the node behind the first; returns the new count. */
SPANPROOF_API int SPANPROOF_CONV insert_node(Node *first, Node *node);
/* Whether both lists reach the very same node. */
SPANPROOF_API int SPANPROOF_CONV share_a_node(const Node *a, const Node *b);

typedef struct Link {
  struct Link *before, *after;
  int16_t value;
} Link;

/* -1 where a neighbour does not point back; else the sum of the values from this link to the end. */
SPANPROOF_API int SPANPROOF_CONV check_links(const Link *first);
/* Takes a link out: its neighbours meet, its own pointers become NULL. */
SPANPROOF_API void SPANPROOF_CONV remove_link(Link *link);

typedef struct Tree {
  struct Tree *left, *right;
  double weight;
} Tree;

SPANPROOF_API int SPANPROOF_CONV depth_of_tree(const Tree *root);
SPANPROOF_API double SPANPROOF_CONV weigh_tree(const Tree *root);  /* each weight times its level, from 1 */
/* Swaps left and right everywhere. */
SPANPROOF_API void SPANPROOF_CONV mirror_tree(Tree *root);

typedef struct Branch {
  char name[8];
  struct Branch *children[3];
} Branch;

/* How many branches, NULLs not counted. */
SPANPROOF_API int SPANPROOF_CONV count_branches(const Branch *root);
/* Makes the first letters of all names capitals. */
SPANPROOF_API void SPANPROOF_CONV capitalise(Branch *root);

struct Room;
typedef struct Door {
  int32_t number;
  struct Room *room;
} Door;
typedef struct Room {
  char letter;
  Door *door;
} Room;

/* Doors opened on the way from one to the next, until a room without a door, or back at the first. */
SPANPROOF_API int SPANPROOF_CONV walk_through(Door *door, int add);
