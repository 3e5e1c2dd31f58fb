// SPDX-License-Identifier: MIT
#pragma once

namespace bridge::host {

// Makes the host's own streams unbuffered; msvcrt, which MinGW DLLs share with it, follows.
void UnbufferStandardStreams();

// fflush(NULL) in every C runtime that is loaded and can be asked.
void FlushCRuntimes();

// Sets the handler of a signal in all of them, but where a DLL has set its own.
using SignalHandler = void(__cdecl*)(int);
void CatchSignal(int number, SignalHandler handler);

}  // namespace bridge::host
