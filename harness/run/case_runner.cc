// SPDX-License-Identifier: MIT
#include "harness/run/case_runner.h"

#include <algorithm>
#include <set>

#include "harness/run/callback_replies.h"

namespace spanproof {
namespace {

// Every object that the value points at is in `made`.
bool RefersOnlyTo(const std::set<std::string>& made, const Value& value) {
  if (const auto* pointer = std::get_if<Pointer>(&value.data)) {
    return pointer->to != Pointer::To::kObject || made.contains(pointer->name);
  }
  if (const auto* array = std::get_if<Array>(&value.data)) {
    return std::all_of(array->elements.begin(), array->elements.end(),
                       [&](const Value& one) { return RefersOnlyTo(made, one); });
  }
  if (const auto* record = std::get_if<Record>(&value.data)) {
    return std::all_of(record->fields.begin(), record->fields.end(),
                       [&](const auto& one) { return RefersOnlyTo(made, one.second); });
  }
  return true;
}

}  // namespace

CaseRunner::CaseRunner(Testee* testee, const TesteeDescription& description, const CaseFile& file,
                       std::function<std::string(const ModuleSpec&)> path_of)
    : testee_(testee), description_(description), file_(file), bindings_(testee, file, std::move(path_of)) {}

CaseRun CaseRunner::Run(const Case& spec) {
  CaseRun run;
  run.record.id = spec.id;
  Live live{spec, &run};
  CallbackReplies replies(spec, description_);
  testee_->Serve([&](CallbackRecord* invocation) {
    auto plan = replies.PlanFor(invocation);
    if (!plan && run.unanswered.empty()) run.unanswered = plan.error().message;
    return plan;
  });
  bool going = SetUp(&live);
  const std::span<const Step> steps = spec.steps;
  for (std::size_t i = 0; i < steps.size() && !run.outcome;) {
    std::size_t count = 1;
    if (steps[i].parallel != 0) {
      while (i + count < steps.size() && steps[i + count].parallel == steps[i].parallel) ++count;
    }
    // What is not due is told also behind the testee's end.
    const bool due = std::any_of(&steps[i], &steps[i] + count, [](const Step& step) { return step.due; });
    if (due && !going) break;
    going = (steps[i].parallel != 0 ? RunBlock(steps.subspan(i, count), &live) : RunStep(steps[i], &live)) && going;
    i += count;
  }
  // What threads of the DLL call from now on belongs to no case.
  testee_->Serve(nullptr);
  return run;
}

bool CaseRunner::SetUp(Live* live) {
  if (!types_said_) {
    if (const auto said = testee_->Types(file_.types); !said) {
      GiveUp(said.error(), "declaring types", live->run);
      return false;
    }
    types_said_ = true;
  }
  if (used_) {
    if (const auto reset = testee_->Reset(); !reset) {
      GiveUp(reset.error(), "reset", live->run);
      return false;
    }
    bindings_.ForgetCode();
  }
  used_ = true;
  testee_->TakeForeign();
  for (CallbackSpec callback : live->spec.callbacks) {
    if (callback.on_raise) {
      const Value said = *callback.on_raise;
      if (!Fit(said, &*callback.on_raise, live->run)) return false;
    }
    if (const auto made = testee_->Callback(file_.types, callback); !made) {
      GiveUp(made.error(), "making callback " + callback.name, live->run);
      return false;
    }
  }
  return MakeObjects(live);
}

// Those that point at others after them; of a ring, one is made empty and set
// when all are there.
bool CaseRunner::MakeObjects(Live* live) {
  std::vector<ObjectSpec> open = live->spec.objects;
  std::vector<ObjectSpec> later;
  for (ObjectSpec& object : open) {
    Value fitted;
    if (!object.initial) continue;
    if (!Fit(*object.initial, &fitted, live->run)) return false;
    object.initial = std::move(fitted);
  }
  std::set<std::string> made;
  while (!open.empty()) {
    auto next = std::find_if(open.begin(), open.end(), [&](const ObjectSpec& one) {
      return !one.initial || RefersOnlyTo(made, *one.initial);
    });
    if (next == open.end()) {
      next = open.begin();
      later.push_back(*next);
      next->initial.reset();
    }
    if (const auto answer = testee_->Object(file_.types, *next); !answer) {
      GiveUp(answer.error(), "making object " + next->name, live->run);
      return false;
    }
    made.insert(next->name);
    open.erase(next);
  }
  for (const ObjectSpec& object : later) {
    if (const auto answer = testee_->Write(object.name, *object.initial); !answer) {
      GiveUp(answer.error(), "setting object " + object.name, live->run);
      return false;
    }
  }
  return ReadObjects(live);
}

bool CaseRunner::ReadObjects(Live* live) {
  live->objects.clear();
  for (const ObjectSpec& object : live->spec.objects) {
    auto value = testee_->Read(object.name);
    if (!value) {
      GiveUp(value.error(), "reading object " + object.name, live->run);
      return false;
    }
    live->objects.push_back({object.name, std::move(*value)});
  }
  return true;
}

// What a callback calls has to be there when it comes.
bool CaseRunner::BindCallsInside(Live* live) {
  for (const CallbackSpec& callback : live->spec.callbacks) {
    for (const CallbackAnswer& answer : callback.answers) {
      for (const Step& step : answer.steps) {
        const bool has_module = std::any_of(file_.functions.begin(), file_.functions.end(), [&](const FunctionSpec& one) {
          return one.name == step.target && !one.module.empty();
        });
        if (!has_module) continue;
        if (const auto bound = bindings_.NeedFunction(step.target); !bound) {
          GiveUp(bound.error(), "binding " + step.target + " for callback " + callback.name, live->run);
          return false;
        }
      }
    }
  }
  return true;
}

bool CaseRunner::Fit(const Value& value, Value* fitted, CaseRun* run) {
  auto converted = ForAbi(value, description_.abi);
  if (!converted) {
    DoesNotFit(converted.error(), run);
    return false;
  }
  *fitted = std::move(*converted);
  return true;
}

void CaseRunner::DoesNotFit(const Error& error, CaseRun* run) {
  run->outcome = error.code == ErrorCode::kUnsupported ? Outcome::kUnsupported : Outcome::kHarnessError;
  run->message = error.message;
}

void CaseRunner::GiveUp(const TesteeError& error, const std::string& doing, CaseRun* run) {
  run->testee_alive = error.alive();
  run->message = doing + ": " + error.message;
  switch (error.trouble) {
    case Trouble::kUnsupported: run->outcome = Outcome::kUnsupported; break;
    case Trouble::kCancelled: run->outcome = Outcome::kNotRun; break;
    case Trouble::kTimeout: run->outcome = Outcome::kTimeout; break;
    case Trouble::kCrash:
    case Trouble::kGarbage: run->outcome = Outcome::kCrash; break;
    default: run->outcome = Outcome::kHarnessError; break;
  }
}

}  // namespace spanproof
