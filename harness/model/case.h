// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/model/record.h"
#include "harness/model/type.h"
#include "harness/model/value.h"

namespace spanproof {

// When a case or an expectation applies; an absent member means "any".
struct When {
  std::vector<std::string> arch;      // "win64", "win32", "linux64"
  std::vector<std::string> abi;       // "win64-gnu"...
  std::vector<std::string> lane;      // kinds: "bridge", "inproc", "native"...
  std::string wine;                   // "< 10", ">= 8.0"; empty: any, also without Wine
};

struct ObjectSpec {
  std::string name;
  TypeId type = 0;
  std::optional<Value> initial;  // absent: zeroed
  bool retained = false;         // the DLL may keep its address beyond a call
};

// What a step must produce; an absent member is not compared. A step of kind
// "call" without any is an error, as is a case without any (DESIGN 5).
struct Expectation {
  std::optional<Value> result;
  std::vector<NamedValue> objects;
  std::optional<std::vector<Event>> events;       // callbacks by name and arguments, texts exact
  std::optional<std::vector<CallbackRecord>> foreign;  // by threads that the DLL made, in any order
  std::optional<std::string> text;                // all of stdout, where order does not matter
  std::optional<std::uint32_t> last_error;
  std::optional<Ending> ending;                   // absent: kReturned
  std::optional<std::uint64_t> code;              // of the error, fault or end
  std::string message_contains;
  std::string kind;                               // of the error; empty: any
  std::string module;                             // of the fault; empty: any
  bool empty() const;
};

// Where a step reads or writes, or where code lies: where `pointer` points, or so
// many bytes into an exported variable.
struct StepPlace {
  std::string data;  // empty: not into a variable
  Pointer pointer;
};

// What a lane owes where the condition holds.
struct ExpectationWhen {
  When when;
  Expectation expect;
};

// Loading a module and binding a function are implied: whoever runs the steps
// does both before a function's first use. `load` and `bind` stand here only
// where a case is about them.
struct Step {
  std::string step;    // "load", "bind", "make", "call", "unload", "read", "write", "wait", "release"
  std::string target;  // a place as it is written in the file
  std::vector<Value> arguments;  // of a write: the value
  Expectation expect;
  StepPlace place = {};  // of a read or write; of a bind, where `pointer` is set
  TypeId type = 0;       // of what is there; of a make: the callback's
  bool pointer = false;  // a bind of code at `place`
  std::string thread = {};          // of a call; empty: main
  // Calls of one number, but 0, stand side by side: each thread makes its own in
  // order, all threads at the same time.
  std::uint32_t parallel = 0;
  std::uint64_t repeat = 1;         // of a call; of a wait: how many invocations
  std::uint32_t deadline_ms = 0;    // of a call; 0: none
  // The first whose condition holds takes the place of `expect` (ForLane).
  When when = {};
  std::vector<ExpectationWhen> instead = {};
  // What ForLane found: whether the step holds in the lane, and which
  // expectation, counted from 0 in the order of the file.
  bool due = true;
  std::uint32_t choice = 0;
};

// How the harness answers one invocation of a callback.
struct CallbackAnswer {
  std::optional<std::vector<Value>> expect_arguments;
  std::vector<Reached> expect_memory;
  std::vector<Reached> write;
  Value answer;
  std::vector<Step> steps = {};  // calls on the callback's thread, before the answer
  std::string raise = {};        // not empty: the handler raises this instead
};

// Answers are given in order; with `repeat_last` the last one serves all further
// calls. In `any_order` each invocation is given the first one that expects what
// came, however often: for callers whose order nobody owns.
struct CallbackSpec {
  std::string name;
  TypeId prototype = 0;
  std::vector<CallbackAnswer> answers;
  bool repeat_last = false;
  bool any_order = false;
  std::optional<Value> on_raise = {};  // what the DLL gets where the handler raises; absent: zero
};

struct FunctionSpec {
  std::string name;    // as the case calls it
  std::string module;  // empty: a step binds it to code at an address
  std::string symbol;  // as the DLL exports it
  Prototype prototype;
};

// A variable that a DLL exports.
struct DataSpec {
  std::string name;    // as the case calls it
  std::string module;
  std::string symbol;
  TypeId type = 0;
};

struct ModuleSpec {
  std::string name;
  std::string file;    // relative to the DLL folder of the lane's architecture
};

struct Case {
  std::string id;
  std::string about;
  std::string source;  // "seed 0, first example"
  When when;
  std::vector<ObjectSpec> objects;
  std::vector<CallbackSpec> callbacks;
  std::vector<Step> steps;
};

// One file of cases: what it declares is shared by its cases. A file is the
// unit of isolation: each runs in a testee of its own.
// With `conventions`, modules, types and functions exist once for each and end
// with its name ("bubblesort.stdcall"); symbols do not.
struct CaseFile {
  std::filesystem::path path;
  TypeTable types;
  std::vector<ModuleSpec> modules;
  std::vector<FunctionSpec> functions;
  std::vector<DataSpec> data;
  std::vector<Case> cases;  // already multiplied by convention, ids final
};

// kInvalidArgument with file, JSON pointer and what to write instead.
Expected<CaseFile> LoadCaseFile(const std::filesystem::path& path);
Expected<std::vector<CaseFile>> LoadSuite(const std::filesystem::path& folder);

}  // namespace spanproof
