// SPDX-License-Identifier: MIT
#include "bridge/client/visitors.h"

#include <pthread.h>
#include <signal.h>

#include <memory>
#include <system_error>
#include <utility>

#include "bridge/client/connection.h"

namespace bridge {
namespace {

// Set where the session ended on this thread, which was the last to hold it.
thread_local bool t_orphan = false;

// The program's signals belong to its own threads, but for those that an instruction of a handler raises.
void BlockSignals() {
  sigset_t signals;
  sigfillset(&signals);
  for (const int raised : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT}) sigdelset(&signals, raised);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

}  // namespace

void Visitors::Prepare() {
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(prepared_, true)) return;
  }
  Start();
}

void Visitors::Start() {
  bool started = false;
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return;
    threads_.remove_if([](One& one) { return one.over && (one.thread.join(), true); });
    One& one = threads_.emplace_back();
    try {
      one.thread = std::thread([this, &one] {
        BlockSignals();
        Run();
        if (t_orphan) return;
        const std::lock_guard over(mutex_);
        one.over = true;
      });
      started = true;
    } catch (const std::system_error&) {
      threads_.pop_back();
      prepared_ = false;
    }
  }
  if (!started) connection_->RefuseVisitors();
}

void Visitors::Run() {
  auto opened = connection_->OpenVisitor();
  if (!opened) {
    connection_->RefuseVisitors();
    const std::lock_guard lock(mutex_);
    prepared_ = false;  // the next callback that is made, or the next thread that ends, tries again
    return;
  }
  Conversation* const here = *opened;
  const std::weak_ptr<Connection> session = connection_->weak_from_this();
  for (bool first = true; here->Listen() == Wake::kRang; first = false) {
    if (first) Start();
    std::shared_ptr<Connection> alive = session.lock();
    here->ServeVisit(alive == nullptr);
    alive.reset();
    if (t_orphan) return;
  }
  if (auto settled = here->SettleLoans(); !settled) connection_->Stray(std::make_exception_ptr(Exception(settled.error())));
  connection_->CloseVisitor(here);
  Prepare();
}

void Visitors::Close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
}

void Visitors::Join() {
  for (One& one : threads_) {
    if (one.thread.get_id() == std::this_thread::get_id()) {
      one.thread.detach();
      t_orphan = true;
    } else {
      one.thread.join();
    }
  }
  threads_.clear();
}

void Visitors::Abandon() {
  // Handles of threads that are not there: never joined, never freed.
  (void)new std::list<One>(std::move(threads_));
}

}  // namespace bridge
