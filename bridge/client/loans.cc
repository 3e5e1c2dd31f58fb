// SPDX-License-Identifier: MIT
#include "bridge/client/loans.h"

#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "bridge/core/copying.h"

namespace bridge {
namespace {

constexpr const char* kCallback = "a callback";  // in messages: whose result it is
constexpr std::uint64_t kAtOnce = 256;  // elements that are compared together

// Whether all could be read: what a handler was given it may have freed.
bool ReadOwn(const std::byte* from, std::span<std::byte> to) {
  iovec here{to.data(), to.size()}, there{const_cast<std::byte*>(from), to.size()};
  return process_vm_readv(getpid(), &here, 1, &there, 1, 0) == static_cast<ssize_t>(to.size());
}

}  // namespace

Expected<std::uint64_t> Loans::Lend(const std::shared_ptr<const Plan>& plan, std::span<const std::uint64_t> words, const FrameOrigin& origin,
                                    CheckedSpace* checked, Resolve known, void* context) {
  if (const std::uint64_t there = known(context, words.back()); there != words.back() || there == 0) return there;
  Loan loan{.plan = plan, .first = instances_.size(), .bytes = bytes_, .frames = frames_.mark(), .checked = checked};
  if (checked != nullptr) loan.checked_mark = checked->mark();
  std::vector<std::uint64_t> packed(words.begin(), words.end());
  Space* const space = checked != nullptr ? static_cast<Space*>(checked) : &frames_;
  const auto drop = [&] {
    instances_.resize(loan.first);
    frames_.Release(loan.frames);
    if (checked != nullptr) checked->Release(loan.checked_mark);
  };
  if (auto done = Pack(*plan, packed.data(), Road{space, origin.delta, origin.segment, {origin.access, kCallback}}, &instances_); !done) {
    drop();
    return tl::unexpected(done.error());
  }
  loan.count = instances_.size() - loan.first;
  const std::span<Instance> mine(instances_.data() + loan.first, loan.count);
  for (Instance& one : mine) {
    if (!one.copied || one.node->inlined || one.slot == nullptr) continue;
    const auto local = reinterpret_cast<std::uint64_t>(one.local);
    const std::uint64_t there = known(context, local);
    if (there == local) continue;
    one.copied = false;
    StorePointer(one.slot, one.written = there, plan->frame_pointer);
  }
  if (std::none_of(mine.begin(), mine.end(), [](const Instance& one) { return one.copied; })) return drop(), packed.back();
  if (const auto before = by_local_.find(mine[0].local); before != by_local_.end())
    if (const Loan& old = loans_[before->second]; old.plan == plan && Again(old, mine)) {
      drop();
      return instances_[old.first].written;
    }
  for (const Instance& one : mine) {
    const bool kept = one.copied && !one.node->read_only;
    as_lent_.emplace_back(one.frame, one.frame + (kept ? one.frame_bytes() : 0));
    if (one.copied) bytes_ += one.frame_bytes();
    if (checked != nullptr && one.copied && one.node->read_only) checked->Promise(one.frame);
  }
  by_local_[mine[0].local] = loans_.size();
  loans_.push_back(std::move(loan));
  return packed.back();
}

// Where the same memory was lent already the other side keeps its address. False where it is larger now, or leads elsewhere.
bool Loans::Again(const Loan& loan, std::span<const Instance> now) {
  const std::span<const Instance> old = instances().subspan(loan.first, loan.count);
  const auto alike = [](const Instance& a, const Instance& b) {
    return a.node == b.node && a.local == b.local && a.copied == b.copied && a.count >= b.count && a.parent == b.parent &&
           a.parent_offset == b.parent_offset && a.twin == b.twin;
  };
  if (!std::equal(old.begin(), old.end(), now.begin(), now.end(), alike)) return false;
  for (std::size_t i = 0; i < old.size(); ++i) {
    const Instance& one = old[i];
    if (one.copied) CopyToFrame(*loan.plan, *one.node, one.frame, one.local, now[i].count);
    if (one.slot != nullptr) StorePointer(one.slot, one.copied ? one.written : now[i].written, loan.plan->frame_pointer);
  }
  for (std::size_t i = 0; i < old.size(); ++i)
    if (auto& bytes = as_lent_[loan.first + i]; !bytes.empty()) std::memcpy(bytes.data(), old[i].frame, bytes.size());
  return true;
}

Expected<void> Loans::Settle(const Access* access, Resolve own, void* context) {
  Expected<void> all;
  for (const Loan& loan : loans_)
    for (std::size_t i = loan.first; i < loan.first + loan.count; ++i) {
      const Instance& one = instances_[i];
      if (as_lent_[i].empty() || std::memcmp(one.frame, as_lent_[i].data(), as_lent_[i].size()) == 0) continue;
      const std::byte* failed = SettleOne(*loan.plan, one, &as_lent_[i], access, own, context);
      if (failed != nullptr && all) [[unlikely]]
        all = tl::unexpected(CannotBe(Done::kWritten, {access, kCallback}, one.word, loan.plan->words, failed, one.local, one.local_bytes()));
    }
  return all;
}

const std::byte* Loans::SettleOne(const Plan& plan, const Instance& one, std::vector<std::byte>* as_lent, const Access* access, Resolve own, void* context) {
  const std::byte* failed = nullptr;
  const auto note = [&failed](const std::byte* at) {
    if (failed == nullptr) failed = at;
  };
  const Node& node = *one.node;
  const std::uint64_t frame_size = node.frame_size;
  const auto changed = [&](std::uint64_t begin, std::uint64_t count) {
    return std::memcmp(one.frame + begin * frame_size, as_lent->data() + begin * frame_size, count * frame_size) != 0;
  };
  for (std::uint64_t i = 0; i < one.count; ++i) {
    if (const std::uint64_t some = std::min(kAtOnce, one.count - i); i % kAtOnce == 0 && !changed(i, some)) {
      i += some - 1;
      continue;
    }
    if (!changed(i, 1)) continue;
    std::byte* const local = one.local + i * node.local_size;
    const std::byte* const frame = one.frame + i * frame_size;
    if (const std::byte* gone = FirstUnreadable(access, local, node.local_size)) [[unlikely]] {
      note(gone);
      continue;
    }
    note(CopyToLocal(plan, node, local, frame, 1, access));
    const auto take = [&](const Spot& at) {
      const std::uint64_t now = LoadPointer(frame + at.frame_offset, plan.frame_pointer);
      if (now != LoadPointer(as_lent->data() + i * frame_size + at.frame_offset, plan.frame_pointer))
        note(StorePointer(local + at.local_offset, now == 0 ? 0 : own(context, now), plan.local_pointer, access));
    };
    for (std::size_t k = 0; k < node.children.size(); ++k)
      if (!plan.nodes[node.children[k]].inlined) take(node.slots[k]);
    for (const Spot& at : node.opaque) take(at);
  }
  std::memcpy(as_lent->data(), one.frame, as_lent->size());
  return failed;
}

void Loans::Refresh(const Plan& plan, const Instance& part) {
  if (part.node->read_only) return;
  std::vector<std::byte> now(part.local_bytes());
  if (!ReadOwn(part.local, now)) return;
  CopyToFrame(plan, *part.node, part.frame, now.data(), part.count);
  for (std::size_t i = 0; i < instances_.size(); ++i) {
    const Instance& one = instances_[i];
    if (as_lent_[i].empty() || part.frame < one.frame || part.frame + part.frame_bytes() > one.frame + one.frame_bytes()) continue;
    std::memcpy(as_lent_[i].data() + (part.frame - one.frame), part.frame, part.frame_bytes());
  }
}

void Loans::End(std::size_t mark) {
  if (mark >= loans_.size()) return;
  const Loan& first = loans_[mark];
  // In memory that both sides see the address of a copy would outlive the copy.
  for (std::size_t i = mark; i < loans_.size(); ++i)
    for (const Instance& one : instances().subspan(loans_[i].first, loans_[i].count))
      if (one.copied && one.slot != nullptr && one.slot == one.local_slot && LoadPointer(one.slot, loans_[i].plan->frame_pointer) == one.written)
        StorePointer(one.slot, one.local_value, loans_[i].plan->frame_pointer);
  frames_.Release(first.frames);
  if (first.checked != nullptr) first.checked->Release(first.checked_mark);
  bytes_ = first.bytes;
  instances_.resize(first.first);
  as_lent_.resize(first.first);
  std::erase_if(by_local_, [mark](const auto& each) { return each.second >= mark; });
  loans_.resize(mark);
}

}  // namespace bridge
