// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>

#include "harness/model/case.h"
#include "harness/model/record.h"
#include "harness/run/bindings.h"
#include "harness/testee/testee.h"

namespace spanproof {

// What became of one case in a testee.
struct CaseRun {
  CaseRecord record;
  // Set when the case could not be lived to its end for a reason that is no
  // step's: kUnsupported, kHarnessError, kCrash or kTimeout while objects were
  // made, kNotRun when the run was interrupted. Else the record is to be judged.
  std::optional<Outcome> outcome;
  std::string message;
  bool testee_alive = true;  // false: nothing more can be asked of it
  // Why the case had no answer for a callback; empty: it had one for each. The call that
  // waited has ended with it, but for a thread of the DLL's nobody did.
  std::string unanswered;
};

// Lives the cases of one file in one testee, one after another, recording
// each step. Loads modules and binds functions before their first use.
class CaseRunner {
 public:
  // `path_of` gives the path of a module's file as the testee wants it.
  CaseRunner(Testee* testee, const TesteeDescription& description, const CaseFile& file,
             std::function<std::string(const ModuleSpec&)> path_of);

  CaseRun Run(const Case& spec);  // as it holds for the lane

 private:
  // What one case needs while it runs.
  struct Live {
    const Case& spec;
    CaseRun* run;
    std::vector<NamedValue> objects = {};        // as they were last seen
    std::map<std::string, Pointer> data = {};    // exported variables that were asked for
  };

  bool SetUp(Live* live);
  bool MakeObjects(Live* live);
  bool ReadObjects(Live* live);
  bool BindCallsInside(Live* live);
  bool RunStep(const Step& step, Live* live);
  bool RunBlock(std::span<const Step> block, Live* live);
  bool Keep(const Step& step, StepRecord record, const std::optional<TesteeError>& error, Live* live);
  Answer<void> Carry(const Step& step, StepRecord* record, Live* live);
  Answer<void> Call(const Step& step, StepRecord* record, Live* live);
  Answer<void> Await(const Step& step, StepRecord* record);
  Answer<void> ReadPlace(const Step& step, StepRecord* record, Live* live);
  Answer<void> WritePlace(const Step& step, StepRecord* record, Live* live);
  Answer<Pointer> Locate(const StepPlace& place, Live* live);
  Answer<void> Demand(const Step& step) const;
  bool Fit(const Value& value, Value* fitted, CaseRun* run);
  void DoesNotFit(const Error& error, CaseRun* run);
  void GiveUp(const TesteeError& error, const std::string& doing, CaseRun* run);

  Testee* testee_;
  const TesteeDescription& description_;
  const CaseFile& file_;
  Bindings bindings_;
  bool types_said_ = false;
  bool used_ = false;  // a case ran before: reset first
};

}  // namespace spanproof
