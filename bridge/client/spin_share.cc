// SPDX-License-Identifier: MIT
#include "bridge/client/spin_share.h"

#include <sched.h>

#include <algorithm>
#include <mutex>
#include <vector>

#include "bridge/client/fork_guard.h"

namespace bridge {
namespace {

int AllowedCpus() {
  cpu_set_t set;
  return sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
}

}  // namespace

class SpinShares {
 public:
  // Never destroyed: sessions of static storage may outlive any order. A forked child gets an empty one, since
  // the parent's segments are not mapped there.
  static SpinShares& All() {
    static const bool registered = [] {
      OnForkChild([] { Instance() = new SpinShares(Instance()); });
      return true;
    }();
    (void)registered;
    return *Instance();
  }

  void Add(SpinShare* share) {
    const std::lock_guard lock(mutex_);
    shares_.push_back(share);
    Publish();
  }
  void Remove(SpinShare* share) {
    const std::lock_guard lock(mutex_);
    std::erase(shares_, share);
    Publish();
  }
  void Change(SpinShare* share, int by) {
    const std::lock_guard lock(mutex_);
    share->open_ += by;
    Publish();
  }

 private:
  explicit SpinShares(SpinShares* parents) : parents_(parents) {}
  static SpinShares*& Instance() {
    static SpinShares* instance = new SpinShares(nullptr);
    return instance;
  }
  void Publish() {
    int open = 0;
    for (const SpinShare* share : shares_) open += share->open_;
    const bool room = std::max(open, 1) * 2 <= AllowedCpus();
    for (const SpinShare* share : shares_) share->word_->store(room ? share->pauses_ : 0, std::memory_order_relaxed);
  }

  // In a forked child: never used, since its mutex may be held for ever, and kept, so that it is no leak.
  SpinShares* const parents_;
  std::mutex mutex_;
  std::vector<SpinShare*> shares_;
};

SpinShare::SpinShare(std::atomic<std::uint32_t>* word, std::uint32_t pauses) : word_(word), pauses_(pauses) {
  SpinShares::All().Add(this);
}

SpinShare::~SpinShare() { SpinShares::All().Remove(this); }

void SpinShare::Change(int by) { SpinShares::All().Change(this, by); }

}  // namespace bridge
