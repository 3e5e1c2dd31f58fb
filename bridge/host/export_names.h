// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace bridge::host {

// A name that a DLL exports.
struct Export {
  std::string name;
  std::string forwarder;  // "other.function" where it only leads to another DLL's
};

// The named exports of a loaded module, an HMODULE; empty where its headers make no sense.
std::vector<Export> ReadExports(const void* module);

// What a compiler decorated: `_f@8` and `f@8` (stdcall), `@f@8` (fastcall), `f@@8` (vectorcall), `_f` (cdecl).
// The plain name, or the name itself where nothing is decorated.
std::string_view Undecorated(std::string_view name);
bool IsVectorcall(std::string_view name);

// For the message about a symbol that is not there: decorated forms of it, the
// forwarder that leads nowhere, the nearest name. Begins with a space, or is empty.
std::string AdviseOnSymbol(std::string_view wanted, const std::vector<Export>& exports);

}  // namespace bridge::host
