// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>

#include "harness/cli/commands.h"

namespace spanproof {
namespace {

constexpr const char* kFooter =
    "Exit status: 0 green, 1 red (a failure, or a difference from the baseline),\n"
    "2 wrong usage or an error of the harness, 3 nothing ran.\n";

void AddSuiteOptions(CLI::App* command, RunArguments* arguments) {
  command->add_option("--filter", arguments->filter,
                      "only cases whose id matches this glob, as in 'memory.*'");
  command->add_option("--suite", arguments->suite, "folder of case files (default: the installed suite)");
}

// For every command that knows lanes.
void AddLaneOptions(CLI::App* command, RunArguments* arguments) {
  command->add_option("--testee", arguments->testees,
                      "the manifest of a testee of yours (MANIFESTS.md); may be given again");
  command->add_option("--wine", arguments->wines,
                      "a Wine: its wine64, the folder that holds it, or a root of\n"
                      "make_wine_root.sh (default: as installed); more than one: side by side");
}

void AddRunOptions(CLI::App* command, RunArguments* arguments) {
  command->add_option("--lane", arguments->lanes,
                      "a lane, or the left part of its name: bridge, bridge/win64, "
                      "bridge@wine-8.0; may be given again (default: inproc and bridge)");
  AddSuiteOptions(command, arguments);
  AddLaneOptions(command, arguments);
  command->add_option("--shard", arguments->shard,
                      "K/N: the K-th of N parts of the suite, as 2/3. A part is of whole case files, by a\n"
                      "hash of their names, and so the same everywhere; `merge` joins the reports")
      ->check([](const std::string& text) {
        const auto shard = ParseShard(text);
        return shard ? std::string() : shard.error().message;
      });
  command->add_option("--expect", arguments->expect,
                      "folder of lists of what testees are known to fail, TESTEE.json\n"
                      "(default: expectations in the suite)")
      ->check(CLI::ExistingDirectory);
  command->add_option("--prefix", arguments->prefix,
                      "a Wine prefix to use (default: one of our own below ~/.cache/spanproof)");
  command->add_option("--output", arguments->output,
                      "folder for the reports (default: spanproof-report)");
  command->add_option("--trace", arguments->traces,
                      "folder for the traces (default: traces in the output folder)");
  command->add_option("--deadline", arguments->deadline_seconds, "seconds that a request may take")
      ->check(CLI::Range(1u, 3600u))
      ->capture_default_str();
}

Expected<Registry> MakeRegistry(const RunArguments& arguments) {
  auto installation = FindInstallation();
  if (!installation) return tl::unexpected(installation.error());
  auto testees = LoadManifests(installation->testees());
  if (!testees) return tl::unexpected(testees.error());
  for (const std::filesystem::path& file : arguments.testees) {
    auto testee = LoadManifest(file);
    if (!testee) return tl::unexpected(testee.error());
    // One of yours goes before one of ours with its name.
    std::erase_if(*testees, [&](const TesteeManifest& one) { return one.name == testee->name; });
    testees->push_back(std::move(*testee));
  }
  return Registry{std::move(*installation), std::move(*testees)};
}

int Main(int count, char** words) {
  CLI::App app{"Runs Windows DLLs through bridges and without one, and shows where they differ."};
  app.footer(kFooter);
  app.set_version_flag("--version", "spanproof " SPANPROOF_VERSION);
  app.require_subcommand(1);

  RunArguments arguments;
  std::filesystem::path left, right, trace;
  std::vector<std::filesystem::path> shards;
  bool lanes = false, topics = false, salvage = false;
  auto* run = app.add_subcommand(
      "run", "Run the suite on some lanes, compare them with the baseline, write reports");
  AddRunOptions(run, &arguments);
  run->footer(kFooter);
  auto* record = app.add_subcommand("record", "Run, with the traces put where --trace says");
  AddRunOptions(record, &arguments);
  record->get_option("--trace")->required();
  auto* list = app.add_subcommand("list", "List the cases, the topics they belong to, or the lanes");
  AddSuiteOptions(list, &arguments);
  AddLaneOptions(list, &arguments);
  auto* lanes_flag = list->add_flag("--lanes", lanes, "the lanes there are, and those that lack something");
  auto* topics_flag = list->add_flag("--topics", topics,
                 "the topics, with their numbers of cases on each architecture; those without are\n"
                 "marked EMPTY, which is no error unless --require is given");
  topics_flag->excludes(lanes_flag);
  std::vector<std::string> required;
  auto* require_option = list->add_option("--require", required,
                   "an empty topic of these areas or topics (globs, with commas between them;\n"
                   "default: all) gives status 1")
      ->expected(0, -1)->delimiter(',')->needs(topics_flag);
  list->add_option("--except", arguments.except, "topics that --require does not require")
      ->delimiter(',')->needs(require_option);
  bool markdown = false;
  auto* types = app.add_subcommand(
      "types", "The types of case files: in C, in ctypes, as typecodes, and their sizes on each ABI");
  types->add_flag("--markdown", markdown, "as the page suites/TYPES.md");
  auto* compare = app.add_subcommand(
      "compare", "Compare two traces: one line for each difference, status 1 if there is any");
  compare->add_option("left", left, "a trace, the truth as a rule")->required();
  compare->add_option("right", right, "the other trace")->required();
  auto* merge = app.add_subcommand(
      "merge", "Join the reports of all shards of a run into one, as if it had been run whole");
  merge->add_option("shards", shards, "the report folders of `run --shard`, in any order")->required();
  merge->add_option("--output", arguments.output, "folder for the report of the whole")->required();
  merge->footer(kFooter);
  auto* exported = app.add_subcommand("export", "Write a trace as JSON to standard output");
  exported->add_option("trace", trace)->required();
  exported->add_flag("--salvage", salvage, "of a damaged trace, what stands before the damage");
  auto* doctor = app.add_subcommand(
      "doctor", "Say what was found on this machine, and what each missing thing would enable");
  AddLaneOptions(doctor, &arguments);

  try {
    app.parse(count, words);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kExitError;
  }

  if (*types) return ListTypes(markdown);
  if (*merge) return MergeReports(shards, arguments.output);
  if (*compare) return CompareFiles(left, right);
  if (*exported) return ExportFile(trace, salvage);
  const auto registry = MakeRegistry(arguments);
  if (!registry) return Complain(registry.error());
  if (*doctor) return Doctor(*registry, arguments);
  if (*require_option) {
    std::erase(required, std::string());  // what stands for none given
    arguments.required = required;
  }
  if (*list && topics) return ListTopics(*registry, arguments);
  if (*list) return lanes ? ListLanes(*registry, arguments) : ListCases(*registry, arguments);
  return RunSuite(*registry, arguments);
}

}  // namespace

int Complain(const Error& error) {
  fmt::print(stderr, "spanproof: {}\n", error.message);
  return kExitError;
}

}  // namespace spanproof

int main(int count, char** words) {
  try {
    const int status = spanproof::Main(count, words);
    // What was printed last may wait in the buffer, for a disk that is full.
    if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return status;
    return spanproof::Complain({spanproof::ErrorCode::kInternal, "cannot write to standard output"});
  } catch (const std::exception& exception) {
    return spanproof::Complain({spanproof::ErrorCode::kInternal, exception.what()});
  }
}
