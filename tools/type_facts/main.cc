// SPDX-License-Identifier: MIT
#include <exception>
#include <iostream>

#include "tools/type_facts/c_source.h"
#include "tools/type_facts/document.h"

namespace {

constexpr int kCount = 400;
constexpr unsigned kSeed = 1;

constexpr const char* kUsage = R"(usage: type_facts c | json | facts SECTION | document FOLDER

Types over which layouts are compared, the same at every run.
  c                the types as C, whose constant data say how they are laid out
  json             the types as a case file says them
  facts SECTION    that constant data, read out of an object file, as a fact file
  document FOLDER  docs/ABIS.md, from FOLDER/<abi>.section (tools/type_facts/collect.sh)
)";

}  // namespace

int main(int argc, char** argv) {
  using namespace type_facts;
  const std::string command = argc > 1 ? argv[1] : "";
  const Types types = {Constructs(), Generate(kCount, kSeed)};
  try {
    if (command == "c" && argc == 2) WriteC(types.All(), std::cout);
    else if (command == "json" && argc == 2) WriteJson(types.All(), std::cout);
    else if (command == "facts" && argc == 3) WriteFacts(types.All(), ReadSection(types.All(), ReadWhole(argv[2])), std::cout);
    else if (command == "document" && argc == 3) WriteDocument(types, argv[2], std::cout);
    else return std::cerr << kUsage, 2;
  } catch (const std::exception& error) {
    std::cerr << "type_facts: " << error.what() << '\n';
    return 1;
  }
  return std::cout.flush() ? 0 : 1;
}
