// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "harness/trace/trace.h"

namespace spanproof {

// The payloads of a trace's records, as TRACE.md numbers them.
enum class RecordKind : std::uint8_t {
  kEnvironment = 1,
  kDeclarations = 2,
  kCaseBegin = 3,
  kStep = 4,
  kCaseEnd = 5,
  kEnd = 6,
};

struct CaseBegin {
  std::string id;
  std::vector<TracedObject> objects;
  std::vector<TracedCallback> callbacks;
};

struct TraceEnd {
  std::uint64_t records = 0;  // before this one
};

std::string EncodeRecord(const Environment& environment);
std::string EncodeRecord(const TracedDeclarations& declarations);
std::string EncodeRecord(const CaseBegin& begin);
std::string EncodeRecord(const StepRecord& step);
std::string EncodeCaseEnd();
std::string EncodeRecord(const TraceEnd& end);

using TraceRecord = std::variant<std::monostate, Environment, TracedDeclarations, CaseBegin,
                                 StepRecord, TraceEnd>;  // monostate: kCaseEnd

// kCorrupt with the offset, counted from `offset`, the payload's place in its
// file, which says `version`.
Expected<TraceRecord> DecodeRecord(std::span<const std::uint8_t> payload, std::uint64_t offset,
                                   std::uint32_t version);

}  // namespace spanproof
