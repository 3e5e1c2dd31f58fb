// SPDX-License-Identifier: MIT
#include <windows.h>

#include <cstdio>
#include <cstring>
#include <string>

#include "harness/inproc/inproc_engine.h"
#include "harness/testee/sdk/session.h"

namespace {

int Fail(const std::string& message) {
  std::fprintf(stderr, "spanproof-inproc: %s\n", message.c_str());
  return 2;
}

std::wstring BesideThisProgram(const wchar_t* name) {
  std::wstring path(32768, L'\0');
  path.resize(GetModuleFileNameW(nullptr, path.data(), static_cast<DWORD>(path.size())));
  return path.substr(0, path.find_last_of(L'\\') + 1) + name;
}

}  // namespace

// spanproof-inproc --engine compiled|libffi
int main(int argc, char** argv) {
  const bool compiled = argc == 3 && std::strcmp(argv[1], "--engine") == 0 && std::strcmp(argv[2], "compiled") == 0;
  const bool libffi = argc == 3 && std::strcmp(argv[1], "--engine") == 0 && std::strcmp(argv[2], "libffi") == 0;
  if (!compiled && !libffi) return Fail("usage: spanproof-inproc --engine compiled|libffi");
  // A DLL's hard errors must not open a dialogue that nobody answers.
  SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX | SEM_NOOPENFILEERRORBOX);

  const auto channel = spanproof::TakeStandardChannel();
  if (!channel) return Fail(channel.error().message);
  std::unique_ptr<spanproof::CallEngine> calls;
  if (compiled) {
    auto thunks = spanproof::MakeCompiledCalls(BesideThisProgram(L"thunks.dll"));
    if (!thunks) return Fail(thunks.error().message);
    calls = std::move(*thunks);
  }
  auto text = spanproof::TextCapture::Start();
  if (!text) return Fail(text.error().message);
  const auto engine = spanproof::MakeInprocEngine(std::move(calls), std::move(*text));
  return spanproof::Serve(*engine, **channel);
}
