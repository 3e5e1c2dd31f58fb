// SPDX-License-Identifier: MIT
#pragma once

namespace bridge {

// Descriptors that a forked child must not keep: with a copy of a doorbell's
// end alive in a child, a host would outlive its client (DESIGN 8). Registered
// descriptors are closed in every child that is forked afterwards. Thread-safe.
void CloseOnFork(int descriptor);
void ForgetOnFork(int descriptor);

// Runs `action` in every forked child, after the descriptors were closed.
void OnForkChild(void (*action)());

// An owned descriptor, registered for as long as it is open. In a forked child
// it owns nothing: its number may be another file's there. Never one of the standard streams' numbers, where what a program
// without them prints would reach our memory and pipes: what has such a number gets another. errno says why it is not open.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int value);
  ~Descriptor() { Close(); }
  Descriptor(Descriptor&& other) noexcept : value_(other.value_), generation_(other.generation_) { other.value_ = -1; }
  Descriptor& operator=(Descriptor&& other) noexcept;
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int get() const { return value_; }
  bool open() const { return value_ >= 0; }
  void Close();

 private:
  int value_ = -1;
  unsigned generation_ = 0;  // forks between the first process and the one that opened it
};

}  // namespace bridge
