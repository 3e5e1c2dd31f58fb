// SPDX-License-Identifier: MIT
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "harness/inproc/thunkgen/emit.h"

namespace {

constexpr char kUsage[] =
    "usage: spanproof-thunkgen --output FILE.c CASES...\n"
    "Writes the C source of thunks.dll for all prototypes of the case files; a\n"
    "folder stands for all case files in it.\n";

int Fail(const std::string& message) {
  std::fprintf(stderr, "spanproof-thunkgen: %s\n", message.c_str());
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  std::string output;
  std::vector<std::string> inputs;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument == "--help") {
      std::fputs(kUsage, stdout);
      return 0;
    }
    if (argument == "--output" && i + 1 < argc) {
      output = argv[++i];
    } else if (argument.starts_with("--")) {
      return Fail("unknown option " + argument + "\n" + kUsage);
    } else {
      inputs.push_back(argument);
    }
  }
  if (output.empty() || inputs.empty()) return Fail(std::string("needs --output and case files\n") + kUsage);

  spanproof::ThunkSet thunks;
  for (const std::string& input : inputs) {
    if (std::filesystem::is_directory(input)) {
      const auto files = spanproof::LoadSuite(input);
      if (!files) return Fail(files.error().message);
      for (const auto& file : *files) thunks.Add(file);
    } else {
      const auto file = spanproof::LoadCaseFile(input);
      if (!file) return Fail(file.error().message);
      thunks.Add(*file);
    }
  }
  std::ofstream stream(output, std::ios::binary | std::ios::trunc);
  stream << thunks.EmitC();
  stream.close();
  return stream ? 0 : Fail(output + " cannot be written");
}
