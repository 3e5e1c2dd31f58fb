// SPDX-License-Identifier: MIT
#include "bridge/host/missing_dlls.h"

#include <windows.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <optional>

#include "bridge/host/unix_path.h"

namespace bridge::host {
namespace {

constexpr std::size_t kMostImports = 4096;   // of one DLL; a malformed list ends here
constexpr std::size_t kMostFiles = 64;       // that one question looks into
constexpr std::int64_t kLargestFile = 256 << 20;

// A file by offsets and by the addresses that its sections will have.
class Image {
 public:
  explicit Image(std::span<const std::uint8_t> file) : file_(file) {}

  // Where the import directory begins, as an address; nothing where there is none.
  std::optional<std::uint32_t> Imports() {
    const auto dos = At<IMAGE_DOS_HEADER>(0);
    if (!dos || dos->e_magic != IMAGE_DOS_SIGNATURE || dos->e_lfanew < 0) return {};
    const auto begin = static_cast<std::size_t>(dos->e_lfanew);
    const auto signature = At<std::uint32_t>(begin);
    const auto header = At<IMAGE_FILE_HEADER>(begin + 4);
    const std::size_t optional_header = begin + 4 + sizeof(IMAGE_FILE_HEADER);
    const auto magic = At<std::uint16_t>(optional_header);
    if (!signature || *signature != IMAGE_NT_SIGNATURE || !header || !magic) return {};
    first_section_ = optional_header + header->SizeOfOptionalHeader;
    sections_ = header->NumberOfSections;
    const std::size_t directories = *magic == IMAGE_NT_OPTIONAL_HDR64_MAGIC ? offsetof(IMAGE_OPTIONAL_HEADER64, DataDirectory)
                                                                            : offsetof(IMAGE_OPTIONAL_HEADER32, DataDirectory);
    const auto import =
        At<IMAGE_DATA_DIRECTORY>(optional_header + directories + IMAGE_DIRECTORY_ENTRY_IMPORT * sizeof(IMAGE_DATA_DIRECTORY));
    if (!import || import->VirtualAddress == 0) return {};
    return import->VirtualAddress;
  }

  template <typename T>
  std::optional<T> AtAddress(std::uint32_t address) const {
    const auto offset = Offset(address);
    return offset ? At<T>(*offset) : std::nullopt;
  }

  std::string TextAt(std::uint32_t address) const {
    const auto offset = Offset(address);
    if (!offset || *offset >= file_.size()) return {};
    const auto rest = file_.subspan(*offset, std::min<std::size_t>(file_.size() - *offset, MAX_PATH));
    return {rest.begin(), std::find(rest.begin(), rest.end(), 0)};
  }

 private:
  template <typename T>
  std::optional<T> At(std::size_t offset) const {
    if (offset > file_.size() || file_.size() - offset < sizeof(T)) return {};
    T value;
    std::memcpy(&value, file_.data() + offset, sizeof value);
    return value;
  }

  std::optional<std::size_t> Offset(std::uint32_t address) const {
    for (std::size_t i = 0; i < sections_; ++i) {
      const auto section = At<IMAGE_SECTION_HEADER>(first_section_ + i * sizeof(IMAGE_SECTION_HEADER));
      if (!section) return {};
      if (address >= section->VirtualAddress && address - section->VirtualAddress < section->SizeOfRawData)
        return std::size_t{section->PointerToRawData} + (address - section->VirtualAddress);
    }
    return {};
  }

  const std::span<const std::uint8_t> file_;
  std::size_t first_section_ = 0;
  std::size_t sections_ = 0;
};

// Empty for what cannot be read. By the system's own calls: streams would treble the host's size.
std::vector<std::uint8_t> ReadWhole(const std::wstring& path) {
  std::vector<std::uint8_t> bytes;
  const HANDLE file = CreateFileW(path.c_str(), GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_DELETE, nullptr, OPEN_EXISTING, 0, nullptr);
  if (file == INVALID_HANDLE_VALUE) return bytes;
  LARGE_INTEGER size;
  if (GetFileSizeEx(file, &size) && size.QuadPart <= kLargestFile) {
    bytes.resize(static_cast<std::size_t>(size.QuadPart));
    DWORD got = 0;
    if (!ReadFile(file, bytes.data(), static_cast<DWORD>(bytes.size()), &got, nullptr)) got = 0;
    bytes.resize(got);
  }
  CloseHandle(file);
  return bytes;
}

bool IsFile(const std::wstring& path) { return GetFileAttributesW(path.c_str()) != INVALID_FILE_ATTRIBUTES; }

// Names that stand for a set of functions: there is no such file on Windows.
bool IsApiSet(const std::string& name) {
  return _strnicmp(name.c_str(), "api-ms-", 7) == 0 || _strnicmp(name.c_str(), "ext-ms-", 7) == 0;
}

}  // namespace

std::vector<std::string> ImportedDlls(std::span<const std::uint8_t> file) {
  std::vector<std::string> names;
  Image image(file);
  const auto imports = image.Imports();
  for (std::uint32_t i = 0; imports && i < kMostImports; ++i) {
    constexpr auto kSize = static_cast<std::uint32_t>(sizeof(IMAGE_IMPORT_DESCRIPTOR));
    const auto entry = image.AtAddress<IMAGE_IMPORT_DESCRIPTOR>(*imports + i * kSize);
    if (!entry || entry->Name == 0) break;
    if (std::string name = image.TextAt(entry->Name); !name.empty()) names.push_back(std::move(name));
  }
  return names;
}

std::vector<std::string> MissingDlls(const std::wstring& path) {
  const std::wstring folder = path.substr(0, path.rfind(L'\\') + 1);
  std::vector<std::string> missing;
  std::vector<std::wstring> files = {path};
  for (std::size_t i = 0; i < files.size() && i < kMostFiles; ++i) {
    for (const std::string& name : ImportedDlls(ReadWhole(files[i]))) {
      const std::wstring wide = Widen(name);
      if (IsApiSet(name) || GetModuleHandleW(wide.c_str()) != nullptr) continue;
      if (const std::wstring beside = folder + wide; IsFile(beside)) {
        if (std::find(files.begin(), files.end(), beside) == files.end()) files.push_back(beside);
        continue;
      }
      if (SearchPathW(nullptr, wide.c_str(), nullptr, 0, nullptr, nullptr) != 0) continue;
      missing.push_back(i == 0 ? name : name + " (for " + Narrow(files[i].substr(folder.size())) + ")");
    }
  }
  return missing;
}

}  // namespace bridge::host
