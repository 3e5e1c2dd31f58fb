// SPDX-License-Identifier: MIT
#pragma once

#include <sys/mman.h>

#include <cstddef>

namespace bridge::testing {

// Zeroed pages of memory, behind which one lies that nobody can touch.
class Pages {
 public:
  static constexpr std::size_t kPage = 4096;

  explicit Pages(std::size_t count)
      : bytes_(count * kPage),
        begin_(static_cast<std::byte*>(mmap(nullptr, bytes_ + kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))) {
    mprotect(end(), kPage, PROT_NONE);
  }
  ~Pages() { munmap(begin_, bytes_ + kPage); }
  Pages(const Pages&) = delete;
  Pages& operator=(const Pages&) = delete;

  std::byte* begin() const { return begin_; }
  std::byte* end() const { return begin_ + bytes_; }
  std::byte* page(std::size_t index) const { return begin_ + index * kPage; }
  std::size_t bytes() const { return bytes_; }
  // The last `count` elements that fit.
  template <typename T>
  T* Last(std::size_t count) const {
    return reinterpret_cast<T*>(end()) - count;
  }
  void Protect(std::size_t index, int how) { mprotect(page(index), kPage, how); }
  void Protect(int how) { mprotect(begin_, bytes_, how); }

 private:
  const std::size_t bytes_;
  std::byte* const begin_;
};

}  // namespace bridge::testing
