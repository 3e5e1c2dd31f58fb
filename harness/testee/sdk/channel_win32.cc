// SPDX-License-Identifier: MIT
#include "harness/testee/sdk/channel.h"

#include <fcntl.h>
#include <io.h>
#include <windows.h>

namespace spanproof {
namespace {

class HandleChannel final : public Channel {
 public:
  HandleChannel(HANDLE in, HANDLE out) : in_(in), out_(out) {}
  HandleChannel(const HandleChannel&) = delete;
  HandleChannel& operator=(const HandleChannel&) = delete;
  ~HandleChannel() override {
    CloseHandle(in_);
    CloseHandle(out_);
  }

  Expected<std::string> Read() override {
    char buffer[65536];
    DWORD n = 0;
    if (!ReadFile(in_, buffer, sizeof buffer, &n, nullptr)) {
      const DWORD error = GetLastError();
      // A pipe whose writer closed it has ended.
      if (error == ERROR_BROKEN_PIPE || error == ERROR_HANDLE_EOF) return std::string();
      return Fail(ErrorCode::kDisconnected, "reading from the tester: error " + std::to_string(error));
    }
    return std::string(buffer, n);
  }

  Expected<void> Write(std::string_view bytes) override {
    while (!bytes.empty()) {
      DWORD n = 0;
      const DWORD part = bytes.size() > 65536 ? 65536 : static_cast<DWORD>(bytes.size());
      if (!WriteFile(out_, bytes.data(), part, &n, nullptr)) {
        return Fail(ErrorCode::kDisconnected, "writing to the tester: error " + std::to_string(GetLastError()));
      }
      bytes.remove_prefix(n);
    }
    return {};
  }

 private:
  const HANDLE in_;
  const HANDLE out_;
};

HANDLE Duplicate(HANDLE handle) {
  HANDLE copy = nullptr;
  const HANDLE self = GetCurrentProcess();
  // Not inheritable: programs that a DLL starts do not get it either.
  return DuplicateHandle(self, handle, self, &copy, 0, FALSE, DUPLICATE_SAME_ACCESS) ? copy : nullptr;
}

}  // namespace

Expected<std::unique_ptr<Channel>> TakeStandardChannel() {
  const HANDLE in = Duplicate(GetStdHandle(STD_INPUT_HANDLE));
  const HANDLE out = Duplicate(GetStdHandle(STD_OUTPUT_HANDLE));
  const HANDLE empty = CreateFileW(L"NUL", GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE, nullptr, OPEN_EXISTING, 0, nullptr);
  if (in == nullptr || out == nullptr || empty == INVALID_HANDLE_VALUE) {
    return Fail(ErrorCode::kInternal, "standard input and output cannot be taken: error " + std::to_string(GetLastError()));
  }
  SetStdHandle(STD_INPUT_HANDLE, empty);
  SetStdHandle(STD_OUTPUT_HANDLE, GetStdHandle(STD_ERROR_HANDLE));
  // The C runtime, which DLLs share, keeps descriptors of its own.
  if (const int nul = _open("NUL", _O_RDONLY); nul < 0 || _dup2(nul, 0) != 0 || _dup2(2, 1) != 0) {
    return Fail(ErrorCode::kInternal, "the C runtime's standard input and output cannot be taken");
  }
  return std::make_unique<HandleChannel>(in, out);
}

}  // namespace spanproof
