// SPDX-License-Identifier: MIT
#pragma once

#include "bridge/core/protocol.h"

namespace bridge::host {

// From now on the end of this process is written to `ended` first, where it is one that a DLL brings about and that
// can be noticed: ExitProcess (and so exit), abort, an exception on a thread of a DLL's own. Not TerminateProcess.
// The last of them ends the process at once, without a debugger and without a dialogue. Once, before any DLL is loaded.
void WatchEnding(protocol::Ended* ended);

// The same for abort in the C runtimes that were loaded since. A DLL's own handler of SIGABRT stays.
void WatchAborts();

}  // namespace bridge::host
