// SPDX-License-Identifier: MIT
#include "harness/trace/reader.h"

#include <algorithm>

#include "harness/model/read_file.h"
#include "harness/trace/file_format.h"
#include "harness/trace/records.h"

namespace spanproof {
namespace {

tl::unexpected<Error> Corrupt(std::uint64_t offset, const std::string& what) {
  return Fail(ErrorCode::kCorrupt, "offset " + std::to_string(offset) + ": " + what);
}

// Puts records together into a trace and holds them to the grammar:
// environment (declarations (begin step* end)*)* trace-end.
class Assembler {
 public:
  explicit Assembler(Trace* trace) : trace_(trace) {}

  Expected<void> Add(TraceRecord record, std::uint64_t offset) {
    if (trace_->complete) return Corrupt(offset, "a record after the end record");
    if ((records_ == 0) != std::holds_alternative<Environment>(record)) {
      return Corrupt(offset, "the environment must be the first record, and only that");
    }
    const auto added = std::visit(
        [&](auto& content) { return Take(std::move(content), offset); }, record);
    ++records_;
    return added;
  }

 private:
  Expected<void> Take(Environment environment, std::uint64_t) {
    trace_->environment = std::move(environment);
    return {};
  }

  Expected<void> Take(TracedDeclarations declarations, std::uint64_t offset) {
    if (in_case_) return Corrupt(offset, "declarations inside a case");
    trace_->declarations.push_back(std::move(declarations));
    return {};
  }

  Expected<void> Take(CaseBegin begin, std::uint64_t offset) {
    if (in_case_) return Corrupt(offset, "a case inside a case");
    if (trace_->declarations.empty()) return Corrupt(offset, "a case before any declarations");
    in_case_ = true;
    TracedCase& traced = trace_->cases.emplace_back();
    traced.declarations = trace_->declarations.size() - 1;
    traced.objects = std::move(begin.objects);
    traced.callbacks = std::move(begin.callbacks);
    traced.record.id = std::move(begin.id);
    return {};
  }

  Expected<void> Take(StepRecord step, std::uint64_t offset) {
    if (!in_case_) return Corrupt(offset, "a step outside of a case");
    trace_->cases.back().record.steps.push_back(std::move(step));
    return {};
  }

  Expected<void> Take(std::monostate, std::uint64_t offset) {
    if (!in_case_) return Corrupt(offset, "the end of a case that has not begun");
    in_case_ = false;
    trace_->cases.back().complete = true;
    return {};
  }

  Expected<void> Take(TraceEnd end, std::uint64_t offset) {
    if (in_case_) return Corrupt(offset, "the trace ends inside a case");
    if (end.records != records_) {
      return Corrupt(offset, "the end record counts " + std::to_string(end.records) +
                                 " records, there are " + std::to_string(records_));
    }
    trace_->complete = true;
    return {};
  }

  Trace* trace_;
  std::uint64_t records_ = 0;
  bool in_case_ = false;
};

// Adds the record at `*offset` and moves past it.
Expected<void> ReadRecord(std::span<const std::uint8_t> bytes, std::uint32_t version, std::size_t* offset,
                          Assembler* assembler) {
  const auto rest = bytes.subspan(*offset);
  if (rest.size() < kRecordHeaderSize) return Corrupt(*offset, "the file ends in a record header");
  const std::uint32_t length = LoadU32(rest.data());
  if (length > kMaxRecord) return Corrupt(*offset, "a record longer than 1 GiB");
  if (length > rest.size() - kRecordHeaderSize) {
    return Corrupt(*offset, "a record of " + std::to_string(length) + " bytes, the file has " +
                                std::to_string(rest.size() - kRecordHeaderSize) + " left");
  }
  const auto payload = rest.subspan(kRecordHeaderSize, length);
  if (RecordChecksum(rest.first(4), payload) != LoadU32(rest.data() + 4)) {
    return Corrupt(*offset, "the checksum does not match");
  }
  auto record = DecodeRecord(payload, *offset + kRecordHeaderSize, version);
  if (!record) return tl::unexpected(record.error());
  if (auto added = assembler->Add(std::move(*record), *offset); !added) return added;
  *offset += kRecordHeaderSize + length;
  return {};
}

}  // namespace

Expected<Trace> ReadTrace(std::span<const std::uint8_t> bytes, ReadMode mode) {
  if (bytes.size() < kTraceMagic.size() ||
      !std::equal(kTraceMagic.begin(), kTraceMagic.end(), bytes.begin())) {
    return Corrupt(0, "this is no trace: its first bytes are not SPTRACE");
  }
  if (bytes.size() < kTraceHeaderSize) return Corrupt(kTraceMagic.size(), "the header ends early");
  const std::uint32_t version = LoadU32(bytes.data() + kTraceMagic.size());
  if (version == 0 || version > kTraceVersion) {
    return Corrupt(kTraceMagic.size(), "trace version " + std::to_string(version) +
                                           " is unknown, this program reads versions 1 to " +
                                           std::to_string(kTraceVersion));
  }
  Trace trace;
  trace.version = version;
  Assembler assembler(&trace);
  std::size_t offset = kTraceHeaderSize;
  while (offset < bytes.size()) {
    if (auto read = ReadRecord(bytes, version, &offset, &assembler); !read) {
      if (mode == ReadMode::kSalvage && offset > kTraceHeaderSize) {
        trace.complete = false;
        return trace;
      }
      return tl::unexpected(read.error());
    }
  }
  if (!trace.complete && mode == ReadMode::kStrict) {
    return Corrupt(offset, "the end record is missing, the recorder ended early");
  }
  return trace;
}

Expected<Trace> ReadTraceFile(const std::filesystem::path& path, ReadMode mode) {
  const auto bytes = ReadFile(path);
  if (!bytes) return tl::unexpected(bytes.error());
  auto trace =
      ReadTrace({reinterpret_cast<const std::uint8_t*>(bytes->data()), bytes->size()}, mode);
  if (!trace) return Fail(trace.error().code, path.string() + ": " + trace.error().message);
  return trace;
}

}  // namespace spanproof
