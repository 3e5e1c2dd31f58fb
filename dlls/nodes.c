/* SPDX-License-Identifier: MIT */
#include "dlls/nodes.h"

#include <stddef.h>

/* A ring ends where it began. */
static Node *Following(const Node *node, const Node *first) { return node->next == first ? NULL : node->next; }

int SPANPROOF_CONV count_nodes(const Node *first) {
  int count = 0;
  for (const Node *node = first; node != NULL; node = Following(node, first)) ++count;
  return count;
}

int64_t SPANPROOF_CONV sum_nodes(const Node *first) {
  int64_t sum = 0;
  for (const Node *node = first; node != NULL; node = Following(node, first)) sum += node->value;
  return sum;
}

int SPANPROOF_CONV add_to_nodes(Node *first, int by) {
  int count = 0;
  for (Node *node = first; node != NULL; node = Following(node, first)) {
    node->value += by;
    ++count;
  }
  return count;
}

Node *SPANPROOF_CONV reverse_nodes(Node *first) {
  Node *done = NULL;
  while (first != NULL) {
    Node *const next = first->next;
    first->next = done;
    done = first;
    first = next;
  }
  return done;
}

Node *SPANPROOF_CONV find_node(Node *first, int value) {
  for (Node *node = first; node != NULL; node = Following(node, first))
    if (node->value == value) return node;
  return NULL;
}

Node *SPANPROOF_CONV pop_node(Node **first) {
  Node *const popped = *first;
  if (popped != NULL) {
    *first = popped->next;
    popped->next = NULL;
  }
  return popped;
}

int SPANPROOF_CONV insert_node(Node *first, Node *node) {
  node->next = first->next;
  first->next = node;
  return count_nodes(first);
}

int SPANPROOF_CONV share_a_node(const Node *a, const Node *b) {
  for (const Node *one = a; one != NULL; one = Following(one, a))
    for (const Node *other = b; other != NULL; other = Following(other, b))
      if (one == other) return 1;
  return 0;
}

int SPANPROOF_CONV check_links(const Link *first) {
  int sum = 0;
  for (const Link *link = first; link != NULL; link = link->after) {
    if (link->after != NULL && link->after->before != link) return -1;
    if (link->before != NULL && link->before->after != link) return -1;
    sum += link->value;
  }
  return sum;
}

void SPANPROOF_CONV remove_link(Link *link) {
  if (link->before != NULL) link->before->after = link->after;
  if (link->after != NULL) link->after->before = link->before;
  link->before = link->after = NULL;
}

int SPANPROOF_CONV depth_of_tree(const Tree *root) {
  if (root == NULL) return 0;
  const int left = depth_of_tree(root->left), right = depth_of_tree(root->right);
  return 1 + (left > right ? left : right);
}

static double WeighFrom(const Tree *root, int level) {
  if (root == NULL) return 0;
  return root->weight * level + WeighFrom(root->left, level + 1) + WeighFrom(root->right, level + 1);
}
double SPANPROOF_CONV weigh_tree(const Tree *root) { return WeighFrom(root, 1); }

void SPANPROOF_CONV mirror_tree(Tree *root) {
  if (root == NULL) return;
  Tree *const left = root->left;
  root->left = root->right;
  root->right = left;
  mirror_tree(root->left);
  mirror_tree(root->right);
}

int SPANPROOF_CONV count_branches(const Branch *root) {
  if (root == NULL) return 0;
  int count = 1;
  for (int i = 0; i < 3; ++i) count += count_branches(root->children[i]);
  return count;
}

void SPANPROOF_CONV capitalise(Branch *root) {
  if (root == NULL) return;
  if (root->name[0] >= 'a' && root->name[0] <= 'z') root->name[0] = (char)(root->name[0] - 'a' + 'A');
  for (int i = 0; i < 3; ++i) capitalise(root->children[i]);
}

int SPANPROOF_CONV walk_through(Door *door, int add) {
  int opened = 0;
  for (Door *at = door; at != NULL;) {
    ++opened;
    at->number += add;
    if (at->room == NULL) break;
    at->room->letter = (char)(at->room->letter + 1);
    at = at->room->door;
    if (at == door) break;
  }
  return opened;
}
