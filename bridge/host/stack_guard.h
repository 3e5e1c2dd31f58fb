// SPDX-License-Identifier: MIT
#pragma once

namespace bridge::host {

// Sees to it that a stack overflow of the calling thread is raised while 128 KiB are left for those who handle it:
// the DLL's own handlers first, then the frame of the call. Once a thread; threads with little stack stay as they are.
void GuardStack();

// The same again, after an overflow was unwound.
void RestoreStackGuard();

}  // namespace bridge::host
