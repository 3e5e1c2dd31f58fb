// SPDX-License-Identifier: MIT
// able-to-fail SUITE TRACE...
// Holds what lanes did, as their traces tell it, against cases in which one
// expectation at a time was changed. Each change must turn its case red: one that
// does not is an expectation that checks nothing. Exit status: 0 each did, 1 some
// escaped, 2 wrong usage or an error, 3 no trace is of this suite.
#include <cstdio>
#include <map>
#include <set>

#include "harness/check/alter.h"
#include "harness/check/check.h"
#include "harness/run/digest.h"
#include "harness/run/for_lane.h"
#include "harness/trace/reader.h"

namespace {

using namespace spanproof;

struct Tally {
  std::size_t cases = 0, failing = 0, alterations = 0, escaped = 0;
};

class Prover {
 public:
  explicit Prover(std::vector<CaseFile> files) : files_(std::move(files)) {
    for (const CaseFile& file : files_) {
      for (const Case& one : file.cases) cases_.emplace(one.id, &one);
    }
  }

  Tally Prove(const Trace& trace) {
    Tally tally;
    const Environment& lane = trace.environment;
    const Circumstances here{lane.lane.substr(lane.lane.rfind('/') + 1), lane.abi, lane.kind, lane.wine_version};
    for (const TracedCase& lived : trace.cases) {
      const auto found = cases_.find(lived.record.id);
      if (found == cases_.end()) continue;
      auto held = ForLane(*found->second, here);
      if (!held) continue;  // nor was it lived
      Case* spec = &*held;
      if (Judge(*spec, lived.record).outcome != Outcome::kPass) {
        ++tally.failing;  // red as it is, which proves nothing
        continue;
      }
      ++tally.cases;
      proved_.insert(spec->id);
      tally.alterations += ForEachAlteration(spec, [&](const std::string& place) {
        if (Judge(*spec, lived.record).outcome != Outcome::kPass) return;
        ++tally.escaped;
        std::printf("%s %s: still green when changed (%s)\n", spec->id.c_str(), place.c_str(),
                    trace.environment.lane.c_str());
      });
    }
    return tally;
  }

  std::vector<std::string> Unproved() const {
    std::vector<std::string> ids;
    for (const auto& [id, spec] : cases_) {
      if (!proved_.contains(id)) ids.push_back(id);
    }
    return ids;
  }

 private:
  std::vector<CaseFile> files_;
  std::map<std::string, const Case*> cases_;
  std::set<std::string> proved_;
};

int Complain(const Error& error) {
  std::fprintf(stderr, "able-to-fail: %s\n", error.message.c_str());
  return 2;
}

int Main(int count, char** words) {
  if (count < 3) return Complain({ErrorCode::kInvalidArgument, "usage: able-to-fail SUITE TRACE..."});
  auto files = LoadSuite(words[1]);
  if (!files) return Complain(files.error());
  std::vector<std::filesystem::path> paths;
  for (const CaseFile& file : *files) paths.push_back(file.path);
  const auto revision = RevisionOf(paths);
  if (!revision) return Complain(revision.error());
  Prover prover(std::move(*files));
  Tally all;
  std::size_t traces = 0;
  for (int i = 2; i < count; ++i) {
    const auto trace = ReadTraceFile(words[i]);
    if (!trace) return Complain(trace.error());
    const std::string& lane = trace->environment.lane;
    if (trace->environment.suite_revision != *revision) {
      std::printf("%s: left out, it ran another revision of the suite\n", lane.c_str());
      continue;
    }
    ++traces;
    const Tally one = prover.Prove(*trace);
    std::printf("%s: %zu cases, %zu changes, %zu escaped; %zu cases are red as they are\n", lane.c_str(), one.cases,
                one.alterations, one.escaped, one.failing);
    all.alterations += one.alterations;
    all.escaped += one.escaped;
  }
  if (traces == 0) return 3;
  const auto unproved = prover.Unproved();
  for (const std::string& id : unproved) std::printf("%s: green in none of these lanes\n", id.c_str());
  std::printf("in all %zu changes, %zu escaped; %zu cases were green in no lane\n", all.alterations, all.escaped,
              unproved.size());
  return all.escaped == 0 && all.alterations > 0 ? 0 : 1;
}

}  // namespace

int main(int count, char** words) { return Main(count, words); }
