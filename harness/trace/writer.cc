// SPDX-License-Identifier: MIT
#include "harness/trace/writer.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "harness/trace/file_format.h"
#include "harness/trace/records.h"

namespace spanproof {

TraceWriter::TraceWriter(int descriptor, std::filesystem::path path)
    : descriptor_(descriptor), path_(std::move(path)) {}

TraceWriter::~TraceWriter() { close(descriptor_); }

Expected<std::unique_ptr<TraceWriter>> TraceWriter::Create(const std::filesystem::path& path,
                                                           const Environment& environment) {
  const int descriptor = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (descriptor < 0) {
    return Fail(ErrorCode::kInvalidArgument,
                "cannot write the trace " + path.string() + ": " + std::strerror(errno));
  }
  std::unique_ptr<TraceWriter> writer(new TraceWriter(descriptor, path));
  std::uint8_t header[kTraceHeaderSize];
  std::memcpy(header, kTraceMagic.data(), kTraceMagic.size());
  StoreU32(kTraceVersion, header + kTraceMagic.size());
  if (auto done = writer->WriteAll({reinterpret_cast<const char*>(header), sizeof header}); !done) {
    return tl::unexpected(done.error());
  }
  if (auto done = writer->Append(EncodeRecord(environment)); !done) {
    return tl::unexpected(done.error());
  }
  return writer;
}

Expected<void> TraceWriter::Declare(const TracedDeclarations& declarations) {
  return Append(EncodeRecord(declarations));
}

Expected<void> TraceWriter::BeginCase(
    const std::string& id, const std::vector<TracedObject>& objects,
    const std::vector<TracedCallback>& callbacks) {
  return Append(EncodeRecord(CaseBegin{id, objects, callbacks}));
}

Expected<void> TraceWriter::AddStep(const StepRecord& step) { return Append(EncodeRecord(step)); }

Expected<void> TraceWriter::EndCase() { return Append(EncodeCaseEnd()); }

Expected<void> TraceWriter::Finish() { return Append(EncodeRecord(TraceEnd{records_})); }

Expected<void> TraceWriter::Append(const std::string& payload) {
  if (payload.size() > kMaxRecord) {
    return Fail(ErrorCode::kUnsupported, "a step of more than 1 GiB does not fit into a trace");
  }
  const std::span bytes(reinterpret_cast<const std::uint8_t*>(payload.data()), payload.size());
  std::uint8_t header[kRecordHeaderSize];
  StoreU32(static_cast<std::uint32_t>(payload.size()), header);
  StoreU32(RecordChecksum({header, 4}, bytes), header + 4);
  ++records_;
  return WriteAll(std::string(reinterpret_cast<const char*>(header), sizeof header) + payload);
}

Expected<void> TraceWriter::WriteAll(std::string bytes) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t wrote = write(descriptor_, bytes.data() + done, bytes.size() - done);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) {
      return Fail(ErrorCode::kInternal,
                  "cannot write the trace " + path_.string() + ": " + std::strerror(errno));
    }
    done += static_cast<std::size_t>(wrote);
  }
  return {};
}

}  // namespace spanproof
