// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>

#include "harness/model/results.h"

namespace spanproof {

// results.json (RESULTS.md), and back. Reading takes bytes from outside: it
// never throws, kCorrupt says what was wrong.
std::string RenderJson(const Results& results);
Expected<Results> ParseResults(const std::string& text);

// JUnit: a test suite for each lane, a test case for each verdict.
std::string RenderJunit(const Results& results);

std::string RenderMarkdown(const Results& results);

// One self-contained page that opens offline, everything from outside escaped.
std::string RenderHtml(const Results& results);

// The verdict table and what failed, for a terminal; `colours` by ANSI codes.
std::string RenderTerminal(const Results& results, bool colours);

// What the baseline is worth, in one sentence: the truth needs a native one.
std::string BaselineSentence(const Results& results);

// What was run, in one sentence, where that was not the whole suite; else empty.
std::string PlanSentence(const RunPlan& plan);

// results.json, junit.xml, report.md and index.html in the folder.
Expected<void> WriteReports(const Results& results, const std::filesystem::path& folder);

}  // namespace spanproof
