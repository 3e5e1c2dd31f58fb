// SPDX-License-Identifier: MIT
#include "harness/trace/reader.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "harness/trace/diff.h"
#include "harness/trace/export_json.h"
#include "harness/trace/file_format.h"
#include "harness/trace/sample_trace.h"

namespace spanproof {
namespace {

TEST(TraceReader, ReadsWhatTheWriterWrote) {
  const Trace written = SampleTrace();
  const auto read = ReadTrace(BytesOf(written));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_TRUE(read->complete);
  EXPECT_EQ(read->declarations, written.declarations);
  ASSERT_EQ(read->cases.size(), 1u);
  EXPECT_EQ(read->cases[0].objects, written.cases[0].objects);
  EXPECT_EQ(read->cases[0].callbacks, written.cases[0].callbacks);
  EXPECT_EQ(read->cases[0].record.steps, written.cases[0].record.steps);
  EXPECT_EQ(ExportJson(*read), ExportJson(written));
  EXPECT_TRUE(CompareTraces(*read, written).empty());
}

TEST(TraceReader, ReadsTheGoldenFileOfVersion1) {
  const auto golden = ReadTraceFile(SPANPROOF_SOURCE_DIR "/fixtures/traces/version1.trace");
  ASSERT_TRUE(golden) << golden.error().message;
  EXPECT_EQ(ExportJson(*golden), ExportJson(SampleTraceOfVersion1()));
  EXPECT_EQ(golden->declarations, SampleTraceOfVersion1().declarations);
  EXPECT_TRUE(CompareTraces(*golden, SampleTraceOfVersion1()).empty());
}

TEST(TraceReader, ReadsTheGoldenFileOfVersion2) {
  const auto golden = ReadTraceFile(SPANPROOF_SOURCE_DIR "/fixtures/traces/version2.trace");
  ASSERT_TRUE(golden) << golden.error().message;
  EXPECT_EQ(ExportJson(*golden), ExportJson(SampleTraceOfVersion2()));
  EXPECT_EQ(golden->declarations, SampleTraceOfVersion2().declarations);
  EXPECT_TRUE(CompareTraces(*golden, SampleTraceOfVersion2()).empty());
}

TEST(TraceReader, ReadsTheGoldenFileOfVersion3) {
  const std::string path = SPANPROOF_SOURCE_DIR "/fixtures/traces/version3.trace";
  const std::vector<std::uint8_t> bytes = BytesOf(SampleTrace());
  if (std::getenv("SPANPROOF_WRITE_GOLDEN") != nullptr) {
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()), static_cast<long>(bytes.size()));
  }
  const auto golden = ReadTraceFile(path);
  ASSERT_TRUE(golden) << golden.error().message;
  EXPECT_EQ(ExportJson(*golden), ExportJson(SampleTrace()));
  std::ifstream file(path, std::ios::binary);
  const std::vector<std::uint8_t> in_file{std::istreambuf_iterator<char>(file), {}};
  EXPECT_EQ(in_file, bytes) << "the writer no longer writes version 3";
}

TEST(TraceReader, RefusesEveryTruncation) {
  const auto bytes = BytesOf(SampleTrace());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const auto read = ReadTrace(std::span(bytes).first(size));
    ASSERT_FALSE(read) << size;
    EXPECT_EQ(read.error().code, ErrorCode::kCorrupt);
    EXPECT_NE(read.error().message.find("offset "), std::string::npos);
  }
}

TEST(TraceReader, RefusesEveryFlippedBit) {
  const auto bytes = BytesOf(SampleTrace());
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      auto flipped = bytes;
      flipped[at] ^= static_cast<std::uint8_t>(1u << bit);
      ASSERT_FALSE(ReadTrace(flipped)) << "byte " << at << " bit " << bit;
    }
  }
}

// Past the checksum: every payload byte changed, with the checksum made right
// again, must give an error or a trace, never a crash or a large allocation.
TEST(TraceReader, SurvivesBadPayloadsWithGoodChecksums) {
  const auto bytes = BytesOf(SampleTrace());
  for (const std::uint8_t value : {0x00, 0x01, 0x7f, 0x80, 0xff}) {
    std::size_t record = kTraceHeaderSize;
    while (record < bytes.size()) {
      const std::size_t length = LoadU32(&bytes[record]);
      for (std::size_t at = 0; at < length; ++at) {
        auto bad = bytes;
        bad[record + kRecordHeaderSize + at] = value;
        const std::span all(bad);
        StoreU32(RecordChecksum(all.subspan(record, 4),
                                all.subspan(record + kRecordHeaderSize, length)),
                 &bad[record + 4]);
        const auto read = ReadTrace(bad);
        if (!read) {
          EXPECT_EQ(read.error().code, ErrorCode::kCorrupt);
        }
      }
      record += kRecordHeaderSize + length;
    }
  }
}

TEST(TraceReader, SalvagesTheRecordsBeforeTheDamage) {
  const auto bytes = BytesOf(SampleTrace());
  const auto read = ReadTrace(std::span(bytes).first(bytes.size() - 20), ReadMode::kSalvage);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_FALSE(read->complete);
  ASSERT_EQ(read->cases.size(), 1u);
  EXPECT_EQ(read->cases[0].record.steps.size(), 8u);
}

TEST(TraceReader, NamesAnUnknownVersion) {
  auto bytes = BytesOf(SampleTrace());
  bytes[8] = 4;
  const auto read = ReadTrace(bytes);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().message,
            "offset 8: trace version 4 is unknown, this program reads versions 1 to 3");
}

TEST(TraceReader, SaysThatAFolderOrNothingIsNoTrace) {
  for (const std::string& path : {testing::TempDir(), testing::TempDir() + "no_such.trace"}) {
    const auto read = ReadTraceFile(path);
    ASSERT_FALSE(read);
    EXPECT_NE(read.error().message.find(path + ": cannot be read"), std::string::npos)
        << read.error().message;
  }
}

}  // namespace
}  // namespace spanproof
