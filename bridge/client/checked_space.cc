// SPDX-License-Identifier: MIT
#include "bridge/client/checked_space.h"

#include <algorithm>
#include <cstring>

#include "bridge/client/connection.h"

namespace bridge {
namespace {

constexpr std::uint64_t kPage = 4096;
constexpr std::byte kPattern{0xc5};

std::uint64_t AlignUp(std::uint64_t value, std::uint64_t align) { return (value + align - 1) & ~(align - 1); }

}  // namespace

CheckedSpace::~CheckedSpace() {
  Release(0);
  if (!open_) return;  // pages that nobody can use stay taken
  for (const auto& [bytes, area] : spare_) conversation_->connection().arena().Free(area.whole);
}

bool CheckedSpace::Protect(const Area& area, bool no_access) {
  const std::uint64_t delta = conversation_->connection().segment().delta();
  for (const std::byte* guard : {area.begin - kPage, area.begin + area.bytes})
    if (!conversation_->Ask(protocol::Verb::kProtect, no_access, {reinterpret_cast<std::uint64_t>(guard) + delta, kPage},
                            "protecting a page"))
      return false;
  return true;
}

Expected<CheckedSpace::Area> CheckedSpace::MakeArea(std::uint64_t bytes) {
  if (const auto spare = spare_.find(bytes); spare != spare_.end()) {
    const Area area = spare->second;
    spare_.erase(spare);
    return area;
  }
  auto whole = conversation_->connection().arena().Allocate(bytes + 3 * kPage);
  if (!whole) return tl::unexpected(whole.error());
  const auto first = AlignUp(reinterpret_cast<std::uint64_t>(whole->begin), kPage);
  const Area area{*whole, reinterpret_cast<std::byte*>(first + kPage), bytes};
  open_ = false;
  if (!Protect(area, true)) return Fail(ErrorCode::kInternal, "the host cannot protect pages: run without checked mode");
  return area;
}

Expected<std::byte*> CheckedSpace::Allocate(std::uint64_t bytes, std::uint64_t align) {
  if (align > kPage || bytes > (std::uint64_t{1} << 40)) return Fail(ErrorCode::kUnsupported, "checked mode places nothing that is aligned beyond a page, or larger than 2^40 bytes: "
                                        "run without it");
  auto area = MakeArea(AlignUp(std::max<std::uint64_t>(bytes, 1), kPage));
  if (!area) return tl::unexpected(area.error());
  std::byte* const end = area->begin + area->bytes;
  std::byte* const begin = end - AlignUp(bytes, align);
  std::memset(area->begin, static_cast<int>(kPattern), static_cast<std::size_t>(begin - area->begin));
  std::memset(begin + bytes, static_cast<int>(kPattern), static_cast<std::size_t>(end - (begin + bytes)));
  blocks_.push_back({*area, begin, bytes});
  return begin;
}

void CheckedSpace::Release(std::size_t mark) {
  for (; blocks_.size() > mark; blocks_.pop_back()) spare_.emplace(blocks_.back().area.bytes, blocks_.back().area);
}

void CheckedSpace::Promise(const std::byte* frame) {
  for (Taken& one : blocks_)
    if (frame >= one.begin && frame < one.begin + one.bytes) one.promised.assign(one.begin, one.begin + one.bytes);
}

std::optional<CheckedSpace::Beyond> CheckedSpace::Verify(std::size_t mark) const {
  const auto written = [](std::byte b) { return b != kPattern; };
  for (std::size_t i = mark; i < blocks_.size(); ++i) {
    const Taken& one = blocks_[i];
    // The nearest first.
    const auto before = std::find_if(std::make_reverse_iterator(one.begin), std::make_reverse_iterator(one.area.begin), written);
    if (before.base() != one.area.begin) return Beyond{one.begin, one.bytes, before.base() - 1 - one.begin};
    const std::byte* const end = one.area.begin + one.area.bytes;
    const std::byte* const behind = std::find_if(static_cast<const std::byte*>(one.begin + one.bytes), end, written);
    if (behind != end) return Beyond{one.begin, one.bytes, behind - one.begin};
    const auto changed = std::mismatch(one.promised.begin(), one.promised.end(), one.begin).first;
    if (changed != one.promised.end()) return Beyond{one.begin, one.bytes, changed - one.promised.begin()};
  }
  return {};
}

std::optional<CheckedSpace::Beyond> CheckedSpace::Locate(const std::byte* touched) const {
  for (const Taken& one : blocks_)
    if (touched >= one.area.begin - kPage && touched < one.area.begin + one.area.bytes + kPage)
      return Beyond{one.begin, one.bytes, touched - one.begin};
  return {};
}

bool CheckedSpace::Open() {
  Release(0);
  if (open_) return true;
  for (const auto& [bytes, area] : spare_)
    if (!Protect(area, false)) return false;
  return open_ = true;
}

}  // namespace bridge
