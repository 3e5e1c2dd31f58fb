// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "harness/model/value.h"

namespace spanproof {

struct NamedValue {
  std::string name;
  Value value;
  bool operator==(const NamedValue&) const = default;
};

// What a pointer reachable from an argument points at: [0] is argument 0's
// pointee, [0,"data"] what its member `data` points at.
struct Reached {
  Path path;
  Value value;
  bool operator==(const Reached&) const = default;
};

enum class Stream : std::uint8_t { kStdout, kStderr };

// Bytes that the DLL printed, in order among the callbacks.
struct PrintedText {
  Stream stream = Stream::kStdout;
  std::string bytes;
  bool operator==(const PrintedText&) const = default;
};

struct StepRecord;

// One invocation of a callback by the DLL: what it got and what it was answered.
struct CallbackRecord {
  std::string callback;          // its name in the case
  std::vector<Value> arguments;
  std::vector<Reached> memory;   // at entry
  Value answer;
  std::vector<Reached> written;  // what the handler changed before it returned
  std::vector<StepRecord> steps = {};  // calls that the handler made before it answered
  std::string raised = {};       // not empty: the handler raised this instead of an answer
  // Which of the case's answers it was given, from 0; one beyond the last is the last. Not compared.
  std::uint32_t nth = 0;
  bool operator==(const CallbackRecord&) const;
};

using Event = std::variant<PrintedText, CallbackRecord>;

enum class Ending : std::uint8_t {
  kReturned,
  kError,    // the testee answered with an error: missing DLL, missing symbol, refused signature
  kFault,    // an exception of the DLL's, with code and address
  kCrash,    // the testee ended without a word, though the DLL does not live in its process
  kTimeout,  // the deadline passed and the testee was ended
  kEnded,    // the DLL's process ended; the testee is that process, or has told of its end
};
std::string_view Name(Ending ending);  // "returned", "fault"...

// One step of a case as a lane lived it. Only calls have events and objects.
// What was read is a result; what was written, and where the code lies that was
// bound, the only argument.
struct StepRecord {
  std::string step;    // "load", "bind", "make", "call", "unload", "read", "write", "wait", "release"
  std::string target;  // module, function, callback or place, as the case names it
  Ending ending = Ending::kReturned;
  std::vector<Value> arguments;
  std::vector<NamedValue> before;  // every object of the case, before the call
  std::vector<NamedValue> after;   // and after it
  Value result;
  std::vector<Event> events;       // text and callbacks, in their order
  std::uint32_t last_error = 0;
  bool last_error_known = false;
  // kError: the Win32 error (126, 127, 193...), 0 if none. kFault: the
  // exception code. kCrash, kEnded: the exit status, not compared.
  std::uint64_t code = 0;
  std::string message;             // of what did not return; not compared
  std::uint64_t nanoseconds = 0;   // duration seen by the tester; not compared
  std::string type = {};           // of what was read or written, spelled
  std::string thread = {};         // that a call was made on; empty: main
  std::uint32_t parallel = 0;      // calls of the same number, but 0, were under way together
  std::uint64_t repeat = 1;        // how often a call was made; how many invocations were waited for
  std::uint32_t deadline_ms = 0;   // the call's own; 0: none
  // Whether the step holds in this lane, and which of its expectations, from 0.
  // What is not due was not lived; what lanes owe differently is not compared.
  bool due = true;
  std::uint32_t choice = 0;
  std::string kind = {};           // kError: as TESTEE.md names it, "os", "raised"
  std::string module = {};         // kFault: the file that the address lies in; empty: not known
  std::vector<CallbackRecord> foreign = {};  // calls by threads that the DLL made, sorted
  bool operator==(const StepRecord&) const = default;
};

struct CaseRecord {
  std::string id;  // "memory.bubblesort.seed_vector.stdcall"
  std::vector<StepRecord> steps;
};

// Where and on what a lane ran. Wine in `wine_version` (empty: no Wine, and
// only then may the lane be called native) is for ever.
struct Environment {
  std::string lane;           // "bridge@wine-8.0/win64"
  std::string testee;         // "bridge", "inproc", "inproc-ffi"
  std::string testee_version;
  std::string engine;         // "compiled", "libffi", "bridge"...
  std::string abi;            // "win64-gnu"
  std::string os;             // build of the OS, or "wine"
  std::string wine_version;
  std::string cpu;
  std::string compiler;       // that built the fixtures
  std::string suite_revision;
  std::vector<std::pair<std::string, std::string>> dlls;  // file name, SHA-256
  std::string kind = {};      // of the testee, which its variants share: "bridge", "inproc"

  bool native() const { return wine_version.empty() && os.starts_with("windows"); }
};

enum class Outcome : std::uint8_t {
  kPass, kFail, kCrash, kTimeout, kUnsupported, kSkipped, kNotRun, kMissing, kHarnessError,
  kKnownFail,       // failed as suites/expectations says
  kUnexpectedPass,  // passed against what it says
};
std::string_view Name(Outcome outcome);  // "pass", "not-run", "harness-error"...

// The verdict on one case in one lane.
struct Verdict {
  std::string id;
  std::string lane;
  Outcome outcome = Outcome::kNotRun;
  std::string message;  // place and difference; the reason where it was not run
  std::uint64_t nanoseconds = 0;
  std::string file = {};  // of the case, relative to the suite, with slashes
};

}  // namespace spanproof
