// SPDX-License-Identifier: MIT
// The steps of a case, one by one and side by side.
#include <algorithm>
#include <chrono>

#include "harness/run/callback_replies.h"
#include "harness/run/case_runner.h"

namespace spanproof {
namespace {

using Clock = std::chrono::steady_clock;

std::uint64_t NanosecondsSince(Clock::time_point begin) {
  return static_cast<std::uint64_t>((Clock::now() - begin) / std::chrono::nanoseconds(1));
}

// What the case says of the step, rather than the lane.
void Mark(const Step& step, StepRecord* record) {
  record->step = step.step;
  record->target = step.target;
  record->thread = step.thread;
  record->parallel = step.parallel;
  record->repeat = step.repeat;
  record->deadline_ms = step.deadline_ms;
  record->due = step.due;
  record->choice = step.choice;
}

// Calls of threads come in any order; a record has one.
std::vector<CallbackRecord> Sorted(std::vector<CallbackRecord> calls) {
  const auto key = [](const CallbackRecord& call) {
    std::string text = call.callback;
    for (const Value& argument : call.arguments) text += ' ' + Show(argument);
    for (const Reached& reached : call.memory) text += ' ' + Show(reached.value);
    return text;
  };
  std::stable_sort(calls.begin(), calls.end(),
                   [&](const CallbackRecord& left, const CallbackRecord& right) { return key(left) < key(right); });
  return calls;
}

template <typename Visit>
void ForEachCallInside(StepRecord* record, const Visit& visit) {
  const auto inside = [&](CallbackRecord& callback) {
    for (StepRecord& step : callback.steps) {
      visit(&step);
      ForEachCallInside(&step, visit);
    }
  };
  for (Event& event : record->events) {
    if (auto* callback = std::get_if<CallbackRecord>(&event)) inside(*callback);
  }
  for (CallbackRecord& callback : record->foreign) inside(callback);
}

void CrashIsEnd(StepRecord* record) {
  if (record->ending == Ending::kCrash) record->ending = Ending::kEnded;
}

}  // namespace

bool CaseRunner::RunStep(const Step& step, Live* live) {
  StepRecord record;
  Mark(step, &record);
  if (!step.due) {
    live->run->record.steps.push_back(std::move(record));
    return true;
  }
  if (const auto can = Demand(step); !can) {
    GiveUp(can.error(), step.step + " " + step.target, live->run);
    return false;
  }
  const auto begin = Clock::now();
  const auto carried = Carry(step, &record, live);
  record.nanoseconds = NanosecondsSince(begin);
  if (live->run->outcome) return false;  // a value did not fit, or what callbacks need was not to be had
  return Keep(step, std::move(record), carried ? std::nullopt : std::optional(carried.error()), live);
}

// Adds the step to the record. False: the case cannot go on.
bool CaseRunner::Keep(const Step& step, StepRecord record, const std::optional<TesteeError>& error, Live* live) {
  CaseRun* run = live->run;
  if (error) {
    // A refusal that the step expects is what the case is about.
    const bool unsupported = error->trouble == Trouble::kUnsupported && step.expect.ending != Ending::kError;
    if (unsupported || error->trouble == Trouble::kCancelled) {
      GiveUp(*error, step.step + " " + step.target, run);
      return false;
    }
    NoteTrouble(*error, &record);
    const bool alive = error->alive() && (error->trouble != Trouble::kEnded || description_.Can("restart"));
    run->testee_alive = run->testee_alive && alive;
    if (error->trouble == Trouble::kCrash && description_.Can("direct_memory")) {
      CrashIsEnd(&record);
      ForEachCallInside(&record, CrashIsEnd);
    }
  }
  ForEachCallInside(&record, [&](const StepRecord* inside) {
    if (inside->kind != Name(Trouble::kUnsupported) || run->outcome) return;
    GiveUp({Trouble::kUnsupported, 0, inside->message}, "call " + inside->target + " in a callback", run);
  });
  if (run->outcome) return false;
  run->record.steps.push_back(std::move(record));
  return run->testee_alive;
}

// What a testee cannot do is not asked of it.
Answer<void> CaseRunner::Demand(const Step& step) const {
  const auto lacks = [](const char* what) {
    return tl::unexpected(TesteeError{Trouble::kUnsupported, 0, std::string("the testee has no ") + what});
  };
  if (!step.thread.empty() && !description_.Can("threads")) return lacks("threads to make calls on");
  const bool foreign = step.step == "wait" || step.expect.foreign.has_value();
  if (foreign && !description_.Can("foreign_threads")) return lacks("callbacks from threads of the DLL");
  if (step.pointer && !description_.Can("function_pointers")) return lacks("functions at addresses");
  return {};
}

Answer<void> CaseRunner::Carry(const Step& step, StepRecord* record, Live* live) {
  if (step.step == "call" || step.step == "wait") {
    if (!BindCallsInside(live)) return {};
    return step.step == "call" ? Call(step, record, live) : Await(step, record);
  }
  if (step.step == "read") return ReadPlace(step, record, live);
  if (step.step == "write") return WritePlace(step, record, live);
  if (step.step == "bind") {
    if (!step.pointer) return bindings_.Bind(step.target);
    record->arguments = {Value{step.place.pointer}};
    return bindings_.BindAt(step.target, step.place.pointer);
  }
  if (step.step == "release") return testee_->DropCallback(step.target);
  if (step.step == "make") return testee_->Callback(file_.types, {"made", step.type, {}});
  // Where variables lie is asked again: the module may come to lie elsewhere.
  live->data.clear();
  return step.step == "unload" ? bindings_.Unload(step.target) : bindings_.Load(step.target);
}

Answer<void> CaseRunner::Call(const Step& step, StepRecord* record, Live* live) {
  auto request = RequestFor(step, description_);
  if (!request) {
    DoesNotFit(request.error(), live->run);
    return {};
  }
  request->after.clear();
  for (const NamedValue& object : live->objects) request->after.push_back(object.name);
  record->arguments = request->arguments;
  record->before = live->objects;
  record->after = live->objects;
  if (auto bound = bindings_.NeedFunction(step.target); !bound) return bound;
  CallResult result = testee_->Call(*request);
  const auto error = result ? std::nullopt : std::optional(result.error().error);
  *record = RecordOf(*request, std::move(result));
  Mark(step, record);
  record->before = live->objects;
  if (step.expect.foreign) record->foreign = Sorted(testee_->TakeForeign());
  if (error) {
    // What the call changed is not known: `after` stays what was before.
    record->after = live->objects;
    return tl::unexpected(*error);
  }
  if (record->after.size() == live->objects.size()) live->objects = record->after;
  return {};
}

Answer<void> CaseRunner::Await(const Step& step, StepRecord* record) {
  auto calls = testee_->AwaitForeign(step.target, step.repeat);
  if (!calls) return tl::unexpected(calls.error());
  record->foreign = Sorted(std::move(*calls));
  return {};
}

// Calls of a block are recorded in the order of the file. What an object is
// between them nobody can say, so each tells those alone that it expects.
bool CaseRunner::RunBlock(std::span<const Step> block, Live* live) {
  CaseRun* run = live->run;
  std::vector<std::vector<CallRequest>> lists;
  std::vector<std::vector<std::size_t>> places;  // of the lists' calls in the block
  std::vector<std::string> threads;
  for (std::size_t i = 0; i < block.size(); ++i) {
    const Step& step = block[i];
    if (!step.due) continue;
    Answer<void> ready = Demand(step);
    if (ready && !BindCallsInside(live)) return false;
    if (ready) ready = bindings_.NeedFunction(step.target);
    if (!ready) {
      GiveUp(ready.error(), step.step + " " + step.target, run);
      return false;
    }
    auto request = RequestFor(step, description_);
    if (!request) {
      DoesNotFit(request.error(), run);
      return false;
    }
    const auto list = static_cast<std::size_t>(std::find(threads.begin(), threads.end(), step.thread) - threads.begin());
    if (list == threads.size()) {
      threads.push_back(step.thread);
      lists.emplace_back();
      places.emplace_back();
    }
    lists[list].push_back(std::move(*request));
    places[list].push_back(i);
  }
  struct Ended {
    StepRecord record;
    std::optional<TesteeError> error = {};
  };
  std::vector<std::optional<Ended>> ended(block.size());
  const auto begin = Clock::now();
  testee_->CallInParallel(lists, [&](std::size_t list, std::size_t index, CallResult result) {
    const auto error = result ? std::nullopt : std::optional(result.error().error);
    StepRecord record = RecordOf(lists[list][index], std::move(result));
    record.nanoseconds = NanosecondsSince(begin);
    ended[places[list][index]] = Ended{std::move(record), error};
  });
  // What did not begin ended with the testee.
  const auto gone = std::find_if(ended.begin(), ended.end(), [](const std::optional<Ended>& one) {
    return one && one->error && !one->error->alive();
  });
  bool going = true;
  for (std::size_t i = 0; i < block.size(); ++i) {
    if (!block[i].due) {
      RunStep(block[i], live);
      continue;
    }
    if (!ended[i]) ended[i] = Ended{{}, (*gone)->error};
    Mark(block[i], &ended[i]->record);
    if (!Keep(block[i], std::move(ended[i]->record), ended[i]->error, live)) going = false;
    if (run->outcome) return false;
  }
  return going && ReadObjects(live);
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
    if (spec == file_.data.end()) {
      return tl::unexpected(TesteeError{Trouble::kInternal, 0, "the case names no variable " + place.data});
    }
    if (auto loaded = bindings_.NeedModule(spec->module); !loaded) return tl::unexpected(loaded.error());
    auto pointer = testee_->Data(file_.types, *spec);
    if (!pointer) return pointer;
    known = live->data.emplace(place.data, std::move(*pointer)).first;
  }
  Pointer pointer = known->second;
  pointer.offset += place.pointer.offset;
  return pointer;
}

}  // namespace spanproof
