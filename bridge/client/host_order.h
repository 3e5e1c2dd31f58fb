// SPDX-License-Identifier: MIT
#pragma once

#ifdef __SANITIZE_THREAD__
extern "C" {
void __tsan_acquire(void* address);
void __tsan_release(void* address);
}
#endif

namespace bridge {

// An order between threads of the client that the host makes: what a handler did on a thread of the
// DLL's own comes before the return of a call that waited for that thread. ThreadSanitizer
// sees the client alone, so it is told; `host` is any address that the two sides share. Nothing in other builds.
inline void BeforeHost([[maybe_unused]] void* host) {
#ifdef __SANITIZE_THREAD__
  __tsan_release(host);
#endif
}
inline void AfterHost([[maybe_unused]] void* host) {
#ifdef __SANITIZE_THREAD__
  __tsan_acquire(host);
#endif
}

}  // namespace bridge
