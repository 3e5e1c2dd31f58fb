// SPDX-License-Identifier: MIT
#include "bridge/client/text_capture.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <thread>

namespace bridge {
namespace {

struct Pipe {
  Pipe() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) std::abort();
    read = Descriptor(ends[0]), write = Descriptor(ends[1]);
  }
  Descriptor read, write;
};

// Stands in the place of standard output while it lives.
class StandardOutput {
 public:
  StandardOutput() : before_(dup(STDOUT_FILENO)) {
    fflush(stdout);
    dup2(pipe_.write.get(), STDOUT_FILENO);
    pipe_.write.Close();
  }
  ~StandardOutput() { GiveBack(); }
  void GiveBack() {
    if (!before_.open()) return;
    dup2(before_.get(), STDOUT_FILENO);
    before_.Close();
  }
  int reader() const { return pipe_.read.get(); }
  void CloseReader() { pipe_.read.Close(); }

 private:
  Pipe pipe_;
  Descriptor before_;
};

class TextCaptureTest : public ::testing::Test {
 protected:
  TextCaptureTest() { signal(SIGPIPE, SIG_IGN); }
  void Begin(TextMode mode) {
    ASSERT_TRUE(text_->Start(std::move(out_.read), std::move(err_.read), mode, self_.get(), [] {}));
  }
  // Lines with their numbers, `bytes` in all. Returns at the reader's end too.
  static std::uint64_t Flood(int to, std::uint64_t bytes, const std::atomic<bool>* enough = nullptr) {
    std::uint64_t done = 0;
    char line[24];
    std::string piece;
    while (done < bytes && !(enough && enough->load())) {
      piece.clear();
      for (std::uint64_t at = done; at < done + 4096; at += 16) {
        snprintf(line, sizeof line, "%15llu\n", static_cast<unsigned long long>(at));
        piece += line;
      }
      if (write(to, piece.data(), piece.size()) != static_cast<ssize_t>(piece.size())) break;
      done += piece.size();
    }
    return done;
  }
  static std::string Read(int from, std::size_t bytes) {
    std::string all(bytes, '\0');
    std::size_t done = 0;
    while (done < bytes) {
      const ssize_t count = read(from, all.data() + done, bytes - done);
      if (count <= 0) break;
      done += static_cast<std::size_t>(count);
    }
    all.resize(done);
    return all;
  }
  static std::string Lines(std::uint64_t from, std::uint64_t to) {
    std::string all;
    char line[24];
    for (; from < to; from += 16) {
      snprintf(line, sizeof line, "%15llu\n", static_cast<unsigned long long>(from));
      all += line;
    }
    return all;
  }

  Pipe out_, err_;
  Descriptor self_{static_cast<int>(syscall(SYS_pidfd_open, getpid(), 0))};
  std::optional<TextCapture> text_{std::in_place};
};

TEST_F(TextCaptureTest, AFloodIsKeptUpToItsBoundAndTheRestIsCounted) {
  Begin(TextMode::kCapture);
  constexpr std::uint64_t kAll = 64 << 20;
  std::thread other([&] { EXPECT_EQ(Flood(err_.write.get(), 1 << 20), 1u << 20); });
  EXPECT_EQ(Flood(out_.write.get(), kAll), kAll);
  other.join();
  const Text text = text_->Take();
  ASSERT_EQ(text.out.size(), TextCapture::kMaxKept);
  EXPECT_EQ(text.out_dropped, kAll - TextCapture::kMaxKept);
  EXPECT_TRUE(text.out == Lines(kAll - TextCapture::kMaxKept, kAll)) << "the last of it, every byte";
  EXPECT_TRUE(text.err == Lines(0, 1 << 20));
  EXPECT_EQ(text.err_dropped, 0u);
  const Text rest = text_->Take();
  EXPECT_EQ(rest.out + rest.err, "");
  EXPECT_EQ(rest.out_dropped, 0u);
}

TEST_F(TextCaptureTest, WhatIsTakenDuringAFloodIsAllOfIt) {
  Begin(TextMode::kCapture);
  std::atomic<bool> enough = false;
  std::uint64_t written = 0;
  std::thread flood([&] { written = Flood(out_.write.get(), UINT64_MAX / 2, &enough); });
  std::uint64_t taken = 0;
  for (int i = 0; i < 50; ++i) {
    const Text text = text_->Take();  // returns, though there is always more
    taken += text.out.size() + text.out_dropped;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  enough = true;
  flood.join();
  const Text text = text_->Take();
  EXPECT_EQ(taken + text.out.size() + text.out_dropped, written);
}

TEST_F(TextCaptureTest, ForwardingGivesEveryByteToASlowReader) {
  StandardOutput standard;
  Begin(TextMode::kForward);
  constexpr std::uint64_t kAll = 8 << 20;
  std::thread flood([&] { Flood(out_.write.get(), kAll); });
  const std::string first = Read(standard.reader(), 1000);
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  const std::string all = first + Read(standard.reader(), kAll - 1000);
  flood.join();
  standard.GiveBack();
  EXPECT_TRUE(all == Lines(0, kAll));
}

TEST_F(TextCaptureTest, AReaderThatDoesNotReadStopsNobodyElse) {
  StandardOutput standard;
  Begin(TextMode::kForward);
  std::atomic<bool> done = false;
  std::thread flood([&] { done = Flood(out_.write.get(), 8 << 20) == 8 << 20; });
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  const bool waits = !done;
  EXPECT_EQ(text_->Take().out, "");
  text_->ErrorTail();
  std::atomic<bool> watched = false;
  text_->Watch([&] { return watched = true, Descriptor(); }, [] {});
  for (int i = 0; i < 1000 && !watched; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  text_->Stop();  // returns
  text_.reset();
  flood.join();  // told that its pipe is gone
  standard.GiveBack();
  EXPECT_TRUE(waits) << "nothing is dropped while the session lives";
  EXPECT_FALSE(done);
  EXPECT_TRUE(watched);
}

TEST_F(TextCaptureTest, OutputThatIsClosedIsNobodysToWaitFor) {
  StandardOutput standard;
  standard.CloseReader();
  Begin(TextMode::kForward);
  EXPECT_EQ(Flood(out_.write.get(), 8 << 20), 8u << 20);
}

}  // namespace
}  // namespace bridge
