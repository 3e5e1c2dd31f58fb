// SPDX-License-Identifier: MIT
#include "bridge/host/export_names.h"

#include <windows.h>

#include <algorithm>
#include <cstdint>

#include "bridge/core/nearest.h"

namespace bridge::host {
namespace {

constexpr std::size_t kMaxNames = 65536;  // a table that claims more is none
constexpr std::size_t kFew = 8;           // names that a message lists

bool IsDigits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// Memory of a mapped image, read by offset from its start.
class Image {
 public:
  Image(const void* module, std::uint32_t bytes) : begin_(static_cast<const char*>(module)), bytes_(bytes) {}

  template <typename T>
  const T* At(std::uint64_t offset, std::uint64_t count = 1) const {
    return offset <= bytes_ && count <= (bytes_ - offset) / sizeof(T) ? reinterpret_cast<const T*>(begin_ + offset) : nullptr;
  }
  std::string Text(std::uint32_t offset) const {
    if (offset >= bytes_) return {};
    return {begin_ + offset, strnlen(begin_ + offset, bytes_ - offset)};
  }

 private:
  const char* const begin_;
  const std::uint64_t bytes_;
};

std::string List(const std::vector<std::string_view>& names) {
  std::string text;
  for (std::string_view name : names) text += (text.empty() ? "'" : ", '") + std::string(name) + "'";
  return text;
}

}  // namespace

std::vector<Export> ReadExports(const void* module) {
  const auto* dos = static_cast<const IMAGE_DOS_HEADER*>(module);
  const auto* headers = reinterpret_cast<const IMAGE_NT_HEADERS*>(static_cast<const char*>(module) + dos->e_lfanew);
  if (dos->e_magic != IMAGE_DOS_SIGNATURE || headers->Signature != IMAGE_NT_SIGNATURE) return {};
  const Image image(module, headers->OptionalHeader.SizeOfImage);
  const IMAGE_DATA_DIRECTORY where = headers->OptionalHeader.DataDirectory[IMAGE_DIRECTORY_ENTRY_EXPORT];
  const auto* table = where.Size != 0 ? image.At<IMAGE_EXPORT_DIRECTORY>(where.VirtualAddress) : nullptr;
  if (table == nullptr || table->NumberOfNames > kMaxNames) return {};
  const auto* names = image.At<std::uint32_t>(table->AddressOfNames, table->NumberOfNames);
  const auto* ordinals = image.At<std::uint16_t>(table->AddressOfNameOrdinals, table->NumberOfNames);
  const auto* functions = image.At<std::uint32_t>(table->AddressOfFunctions, table->NumberOfFunctions);
  if (names == nullptr || ordinals == nullptr || functions == nullptr) return {};
  std::vector<Export> exports;
  for (std::uint32_t i = 0; i < table->NumberOfNames; ++i) {
    Export one{image.Text(names[i]), {}};
    // An address inside the export directory is that of a forwarder's text.
    const std::uint32_t at = ordinals[i] < table->NumberOfFunctions ? functions[ordinals[i]] : 0;
    if (at >= where.VirtualAddress && at - where.VirtualAddress < where.Size) one.forwarder = image.Text(at);
    if (!one.name.empty()) exports.push_back(std::move(one));
  }
  return exports;
}

bool IsVectorcall(std::string_view name) {
  const auto at = name.rfind("@@");
  return at != name.npos && at != 0 && name[0] != '?' && IsDigits(name.substr(at + 2));
}

std::string_view Undecorated(std::string_view name) {
  if (name.empty() || name[0] == '?') return name;  // C++: a name is not all that it says
  if (IsVectorcall(name)) return name.substr(0, name.rfind("@@"));
  std::string_view plain = name;
  if (const auto at = plain.rfind('@'); at != plain.npos && at != 0 && IsDigits(plain.substr(at + 1))) {
    plain = plain.substr(0, at);
    if (plain[0] == '@') plain.remove_prefix(1);
  }
  if (plain.size() > 1 && plain[0] == '_') plain.remove_prefix(1);
  return plain;
}

std::string AdviseOnSymbol(std::string_view wanted, const std::vector<Export>& exports) {
  std::vector<std::string_view> decorated;
  for (const Export& one : exports) {
    if (one.name == wanted)
      return one.forwarder.empty() ? "" : "; it leads to '" + one.forwarder + "', which was not found: load that DLL first, or it has no such name";
    const bool mangled = one.name[0] == '?' && std::string_view(one.name).substr(1).starts_with(std::string(wanted) + "@");
    if ((mangled || Undecorated(one.name) == Undecorated(wanted)) && decorated.size() < kFew) decorated.push_back(one.name);
  }
  if (!decorated.empty()) return "; it is exported as " + List(decorated) + ": bind that name";
  if (exports.empty()) return "; it exports no names";
  std::vector<std::string> names;
  for (const Export& one : exports) names.push_back(one.name);
  std::string advice = SuggestName(wanted, names);
  // Of a DLL with hundreds of names a list says nothing.
  if (names.size() > kFew && advice.find("did you mean") == advice.npos) return "";
  return advice;
}

}  // namespace bridge::host
