// SPDX-License-Identifier: MIT
#include <fcntl.h>
#include <io.h>
#include <windows.h>

#include <psapi.h>

#include <cstdio>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "harness/inproc/text_capture.h"

namespace spanproof {
namespace {

// What one answer can carry; a flood beyond it is cut, and says so.
constexpr std::int64_t kMostText = 4 << 20;

struct Sink {
  HANDLE reading = INVALID_HANDLE_VALUE;
  std::int64_t taken = 0;
};

Expected<Sink> Redirect(const std::wstring& path, int descriptor, DWORD standard) {
  const auto failed = [&](const char* what) {
    return Fail(ErrorCode::kInternal, std::string(what) + ": error " + std::to_string(GetLastError()));
  };
  constexpr DWORD kShare = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;
  // Inheritable: what a DLL starts prints to the same place. Appending: several
  // C runtimes and programs write side by side.
  SECURITY_ATTRIBUTES inheritable = {sizeof inheritable, nullptr, TRUE};
  const HANDLE writing = CreateFileW(path.c_str(), FILE_APPEND_DATA | SYNCHRONIZE, kShare, &inheritable, CREATE_ALWAYS,
                                     FILE_ATTRIBUTE_TEMPORARY, nullptr);
  if (writing == INVALID_HANDLE_VALUE) return failed("the file for printed text cannot be made");
  Sink sink;
  sink.reading = CreateFileW(path.c_str(), GENERIC_READ | DELETE, kShare, nullptr, OPEN_EXISTING,
                             FILE_FLAG_DELETE_ON_CLOSE, nullptr);
  if (sink.reading == INVALID_HANDLE_VALUE) return failed("the file for printed text cannot be read");
  // The C runtime closes its descriptor's old handle, so it gets one of its own.
  HANDLE runtime = nullptr;
  if (!DuplicateHandle(GetCurrentProcess(), writing, GetCurrentProcess(), &runtime, 0, TRUE, DUPLICATE_SAME_ACCESS)) {
    return failed("the handle for printed text cannot be duplicated");
  }
  const int opened = _open_osfhandle(reinterpret_cast<std::intptr_t>(runtime), _O_TEXT | _O_APPEND);
  if (opened < 0 || _dup2(opened, descriptor) != 0) return failed("the C runtime's output cannot be turned");
  _close(opened);
  _setmode(descriptor, _O_TEXT);  // Wine 5.0.3 does not take it over from `opened`
  SetStdHandle(standard, writing);
  return sink;
}

using Flush = int(__cdecl*)(std::FILE*);

// The C runtimes of other DLLs than MinGW's. To ask for one by name costs a
// search of PATH wherever it is not loaded, so that is done once for each
// set of modules. The bridge's host looks for them by itself: what holds the
// bridge to account shares no code with it.
class OtherRuntimes {
 public:
  void FlushAll() {
    for (const Flush flush : Loaded()) flush(nullptr);
  }

 private:
  std::vector<Flush> Loaded() {
    std::vector<HMODULE> now = Modules();
    const std::lock_guard lock(mutex_);
    if (now.empty() || now != modules_) {
      flushes_.clear();
      for (const wchar_t* name : {L"ucrtbase.dll", L"ucrtbased.dll", L"msvcr120.dll", L"msvcr100.dll"}) {
        const HMODULE module = GetModuleHandleW(name);
        if (module == nullptr) continue;
        const auto flush = reinterpret_cast<Flush>(reinterpret_cast<void*>(GetProcAddress(module, "fflush")));
        if (flush != nullptr) flushes_.push_back(flush);
      }
      modules_ = std::move(now);
    }
    return flushes_;
  }

  // Those of this process; none where it does not say.
  static std::vector<HMODULE> Modules() {
    std::vector<HMODULE> modules(64);
    for (DWORD needed = 0;;) {
      const auto size = static_cast<DWORD>(modules.size() * sizeof(HMODULE));
      if (!EnumProcessModules(GetCurrentProcess(), modules.data(), size, &needed)) return {};
      const bool enough = needed <= size;
      modules.resize(needed / sizeof(HMODULE));
      if (enough) return modules;
    }
  }

  std::mutex mutex_;
  std::vector<HMODULE> modules_;
  std::vector<Flush> flushes_;  // of modules_
};

std::string ReadNew(Sink* sink) {
  LARGE_INTEGER size;
  if (!GetFileSizeEx(sink->reading, &size) || size.QuadPart <= sink->taken) return {};
  const std::int64_t fresh = size.QuadPart - sink->taken;
  std::string bytes(static_cast<std::size_t>(fresh < kMostText ? fresh : kMostText), '\0');
  LARGE_INTEGER from;
  from.QuadPart = sink->taken;
  SetFilePointerEx(sink->reading, from, nullptr, FILE_BEGIN);
  DWORD got = 0;
  if (!ReadFile(sink->reading, bytes.data(), static_cast<DWORD>(bytes.size()), &got, nullptr)) got = 0;
  bytes.resize(got);
  sink->taken = size.QuadPart;
  if (fresh > kMostText) bytes += "\n[spanproof: " + std::to_string(fresh - kMostText) + " more bytes were printed]\n";
  return bytes;
}

class FileCapture final : public TextCapture {
 public:
  FileCapture(Sink output, Sink error) : output_(output), error_(error) {}
  FileCapture(const FileCapture&) = delete;
  FileCapture& operator=(const FileCapture&) = delete;
  ~FileCapture() override {
    CloseHandle(output_.reading);
    CloseHandle(error_.reading);
  }

  std::vector<PrintedText> Take() override {
    std::fflush(nullptr);  // msvcrt's, which MinGW's DLLs share with us
    others_.FlushAll();
    const std::lock_guard lock(mutex_);
    std::vector<PrintedText> out;
    if (std::string text = ReadNew(&output_); !text.empty()) out.push_back({Stream::kStdout, std::move(text)});
    if (std::string text = ReadNew(&error_); !text.empty()) out.push_back({Stream::kStderr, std::move(text)});
    return out;
  }

 private:
  OtherRuntimes others_;
  std::mutex mutex_;
  Sink output_;
  Sink error_;
};

}  // namespace

Expected<std::unique_ptr<TextCapture>> TextCapture::Start() {
  wchar_t folder[MAX_PATH + 1];
  if (GetTempPathW(MAX_PATH, folder) == 0) return Fail(ErrorCode::kInternal, "there is no folder for temporary files");
  const std::wstring base = std::wstring(folder) + L"spanproof-" + std::to_wstring(GetCurrentProcessId());
  const auto output = Redirect(base + L"-out.txt", 1, STD_OUTPUT_HANDLE);
  if (!output) return tl::unexpected(output.error());
  const auto error = Redirect(base + L"-err.txt", 2, STD_ERROR_HANDLE);
  if (!error) return tl::unexpected(error.error());
  return std::make_unique<FileCapture>(*output, *error);
}

}  // namespace spanproof
