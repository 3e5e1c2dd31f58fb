// SPDX-License-Identifier: MIT
#include "harness/run/case_runner.h"

#include <algorithm>
#include <chrono>

namespace spanproof {
namespace {

const FunctionSpec* FindFunction(const CaseFile& file, const std::string& name) {
  const auto found = std::find_if(file.functions.begin(), file.functions.end(),
                                  [&](const FunctionSpec& one) { return one.name == name; });
  return found == file.functions.end() ? nullptr : &*found;
}

TesteeError NoSuch(const std::string& what, const std::string& name) {
  return {Trouble::kInternal, 0, "the case names no " + what + " " + name};
}

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

Ending EndingFor(Trouble trouble) {
  switch (trouble) {
    case Trouble::kFault: return Ending::kFault;
    case Trouble::kCrash:
    case Trouble::kGarbage: return Ending::kCrash;
    case Trouble::kTimeout: return Ending::kTimeout;
    default: return Ending::kError;
  }
}

}  // namespace

CaseRunner::CaseRunner(Testee* testee, const TesteeDescription& description, const CaseFile& file,
                       std::function<std::string(const ModuleSpec&)> path_of)
    : testee_(testee), description_(description), file_(file), path_of_(std::move(path_of)) {}

CaseRun CaseRunner::Run(const Case& spec) {
  CaseRun run;
  run.record.id = spec.id;
  Live live{spec, &run, {}, {}, {}};
  if (!SetUp(&live)) return run;
  for (const Step& step : spec.steps) {
    if (!RunStep(step, &live)) break;
  }
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
  }
  used_ = true;
  for (const CallbackSpec& callback : live->spec.callbacks) {
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

bool CaseRunner::RunStep(const Step& step, Live* live) {
  CaseRun* run = live->run;
  StepRecord record;
  record.step = step.step;
  record.target = step.target;
  const auto begin = std::chrono::steady_clock::now();
  const auto carried = Carry(step, &record, live);
  record.nanoseconds = static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now() - begin)
          .count());
  if (run->outcome) return false;  // a value did not fit
  if (!carried) {
    const TesteeError& error = carried.error();
    // A refusal that the step expects is what the case is about.
    const bool unsupported = error.trouble == Trouble::kUnsupported && step.expect.ending != Ending::kError;
    if (unsupported || error.trouble == Trouble::kCancelled) {
      GiveUp(error, step.step + " " + step.target, run);
      return false;
    }
    record.ending = EndingFor(error.trouble);
    record.code = error.code;
    record.message = error.message;
    run->testee_alive = error.alive();
  }
  run->record.steps.push_back(std::move(record));
  return run->testee_alive;
}

Answer<void> CaseRunner::Carry(const Step& step, StepRecord* record, Live* live) {
  if (step.step == "call") return Call(step, record, live);
  if (step.step == "read") return ReadPlace(step, record, live);
  if (step.step == "write") return WritePlace(step, record, live);
  if (step.step == "bind") {
    bound_.erase(step.target);
    return BindFunction(step.target);
  }
  if (step.step == "make") return testee_->Callback(file_.types, {"made", step.type, {}});
  // Where variables lie is asked again: the module may come to lie elsewhere.
  live->data.clear();
  if (step.step == "unload") return UnloadModule(step.target);
  if (loaded_.contains(step.target)) {
    if (auto unloaded = UnloadModule(step.target); !unloaded) return unloaded;
  }
  return LoadModule(step.target);
}

Answer<void> CaseRunner::Call(const Step& step, StepRecord* record, Live* live) {
  for (const Value& argument : step.arguments) {
    if (!Fit(argument, &record->arguments.emplace_back(), live->run)) return {};
  }
  record->before = live->objects;
  record->after = live->objects;
  if (auto bound = BindFunction(step.target); !bound) return bound;
  std::vector<std::string> names;
  for (const NamedValue& object : live->objects) names.push_back(object.name);
  auto outcome = testee_->Call(
      step.target, record->arguments, names,
      [&](const CallbackRecord& invocation) { return Reply(invocation, live); });
  if (!outcome) {
    record->events = std::move(outcome.error().events);
    // What the call changed is not known: `after` stays what was before.
    return tl::unexpected(outcome.error().error);
  }
  record->result = std::move(outcome->result);
  record->events = std::move(outcome->events);
  record->last_error_known = outcome->last_error.has_value();
  record->last_error = outcome->last_error.value_or(0);
  record->after.clear();
  // In the case's order; what the testee left out stays out, and is found so.
  for (const std::string& name : names) {
    const auto found = std::find_if(outcome->objects.begin(), outcome->objects.end(),
                                    [&](const NamedValue& one) { return one.name == name; });
    if (found != outcome->objects.end()) record->after.push_back(std::move(*found));
  }
  if (record->after.size() == live->objects.size()) live->objects = record->after;
  return {};
}

Answer<void> CaseRunner::ReadPlace(const Step& step, StepRecord* record, Live* live) {
  record->type = file_.types.Spell(step.type);
  const auto place = Locate(step.place, live);
  if (!place) return tl::unexpected(place.error());
  auto value = testee_->ReadAt(file_.types, step.type, *place);
  if (!value) return tl::unexpected(value.error());
  record->result = std::move(*value);
  return {};
}

Answer<void> CaseRunner::WritePlace(const Step& step, StepRecord* record, Live* live) {
  record->type = file_.types.Spell(step.type);
  Value value;
  if (!Fit(step.arguments.at(0), &value, live->run)) return {};
  record->arguments = {value};
  const auto place = Locate(step.place, live);
  if (!place) return tl::unexpected(place.error());
  if (auto written = testee_->WriteAt(file_.types, step.type, *place, value); !written) return written;
  for (NamedValue& object : live->objects) {
    if (place->to != Pointer::To::kObject || object.name != place->name) continue;
    auto now = testee_->Read(object.name);
    if (!now) return tl::unexpected(now.error());
    object.value = std::move(*now);
  }
  return {};
}

Answer<Pointer> CaseRunner::Locate(const StepPlace& place, Live* live) {
  if (place.data.empty()) return place.pointer;
  auto known = live->data.find(place.data);
  if (known == live->data.end()) {
    const auto spec = std::find_if(file_.data.begin(), file_.data.end(),
                                   [&](const DataSpec& one) { return one.name == place.data; });
    if (spec == file_.data.end()) return tl::unexpected(NoSuch("variable", place.data));
    if (!loaded_.contains(spec->module)) {
      if (auto loaded = LoadModule(spec->module); !loaded) return tl::unexpected(loaded.error());
    }
    auto pointer = testee_->Data(file_.types, *spec);
    if (!pointer) return pointer;
    known = live->data.emplace(place.data, std::move(*pointer)).first;
  }
  Pointer pointer = known->second;
  pointer.offset += place.pointer.offset;
  return pointer;
}

Answer<void> CaseRunner::LoadModule(const std::string& name) {
  const auto module = std::find_if(file_.modules.begin(), file_.modules.end(),
                                   [&](const ModuleSpec& one) { return one.name == name; });
  if (module == file_.modules.end()) return tl::unexpected(NoSuch("module", name));
  auto answer = testee_->Load(name, path_of_(*module));
  if (answer) loaded_.insert(name);
  return answer;
}

Answer<void> CaseRunner::UnloadModule(const std::string& name) {
  loaded_.erase(name);
  for (const FunctionSpec& function : file_.functions) {
    if (function.module == name) bound_.erase(function.name);
  }
  return testee_->Unload(name);
}

Answer<void> CaseRunner::BindFunction(const std::string& name) {
  if (bound_.contains(name)) return {};
  const FunctionSpec* function = FindFunction(file_, name);
  if (function == nullptr) return tl::unexpected(NoSuch("function", name));
  if (!loaded_.contains(function->module)) {
    if (auto loaded = LoadModule(function->module); !loaded) return loaded;
  }
  auto answer = testee_->Bind(file_.types, *function);
  if (answer) bound_.insert(name);
  return answer;
}

Expected<CallbackReply> CaseRunner::Reply(const CallbackRecord& invocation, Live* live) {
  const auto& specs = live->spec.callbacks;
  const auto spec = std::find_if(specs.begin(), specs.end(), [&](const CallbackSpec& one) {
    return one.name == invocation.callback;
  });
  if (spec == specs.end()) {
    return Fail(ErrorCode::kCorrupt, "the case has no callback " + invocation.callback);
  }
  const std::size_t nth = live->invocations[invocation.callback]++;
  if (nth >= spec->answers.size() && !(spec->repeat_last && !spec->answers.empty())) {
    return Fail(ErrorCode::kInvalidArgument,
                "callback " + spec->name + " was called " + std::to_string(nth + 1) +
                    " times, the case answers " + std::to_string(spec->answers.size()));
  }
  const CallbackAnswer& answer = spec->answers[std::min(nth, spec->answers.size() - 1)];
  CallbackReply reply;
  auto fitted = ForAbi(answer.answer, description_.abi);
  if (!fitted) return tl::unexpected(fitted.error());
  reply.answer = std::move(*fitted);
  for (const Reached& write : answer.write) {
    auto value = ForAbi(write.value, description_.abi);
    if (!value) return tl::unexpected(value.error());
    reply.write.push_back({write.path, std::move(*value)});
  }
  return reply;
}

bool CaseRunner::Fit(const Value& value, Value* fitted, CaseRun* run) {
  auto converted = ForAbi(value, description_.abi);
  if (converted) {
    *fitted = std::move(*converted);
    return true;
  }
  const bool unsupported = converted.error().code == ErrorCode::kUnsupported;
  run->outcome = unsupported ? Outcome::kUnsupported : Outcome::kHarnessError;
  run->message = converted.error().message;
  return false;
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
