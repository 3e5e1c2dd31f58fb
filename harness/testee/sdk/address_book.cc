// SPDX-License-Identifier: MIT
#include "harness/testee/sdk/address_book.h"

#include <algorithm>
#include <cstring>
#include <new>

namespace spanproof {
namespace {

constexpr std::uint64_t kAlignment = 16;
constexpr std::uint64_t kLargestObject = std::uint64_t{1} << 32;
// No system maps its first pages or the very last: what "points" there is a number.
constexpr std::uint64_t kFirstMapped = 0x10000;

bool IsNumber(std::uint64_t address) {
  return address < kFirstMapped || address >= ~std::uint64_t{0} - kFirstMapped ||
         (address <= 0xffffffff && address >= 0xffff0000);
}

}  // namespace

Expected<AddressBook::Object*> AddressBook::AddObject(const std::string& name, TypeId type,
                                                      std::uint64_t size, std::optional<Abi> layout,
                                                      std::shared_ptr<void> memory, std::uint64_t align) {
  if (name.empty() || name.size() > 256) return Fail(ErrorCode::kInvalidArgument, "an object needs a name");
  if (objects_.contains(name)) {
    return Fail(ErrorCode::kInvalidArgument, "an object \"" + name + "\" exists already; drop it first");
  }
  if (size > kLargestObject) return Fail(ErrorCode::kUnsupported, "object \"" + name + "\" is larger than 4 GiB");
  Object object;
  object.type = type;
  object.size = size;
  object.layout = layout;
  object.storage = std::move(memory);
  object.at = static_cast<std::uint8_t*>(object.storage.get());
  if (!object.storage) {
    // A gap behind each object, so that one past its end is not the next one.
    align = std::max<std::uint64_t>(align, kAlignment);
    const std::uint64_t bytes = size + 2 * align;
    auto* own = new (std::nothrow) std::uint8_t[bytes];
    if (own == nullptr) return Fail(ErrorCode::kUnsupported, "no memory for object \"" + name + "\"");
    object.storage = std::shared_ptr<std::uint8_t[]>(own);
    std::memset(own, 0, bytes);
    object.at = own + (align - reinterpret_cast<std::uintptr_t>(own) % align) % align;
  }
  by_address_[reinterpret_cast<std::uintptr_t>(object.at)] = name;
  return &objects_.emplace(name, std::move(object)).first->second;
}

AddressBook::Object* AddressBook::FindObject(const std::string& name) {
  const auto at = objects_.find(name);
  return at == objects_.end() ? nullptr : &at->second;
}

std::shared_ptr<void> AddressBook::DropObject(const std::string& name) {
  const auto at = objects_.find(name);
  if (at == objects_.end()) return nullptr;
  by_address_.erase(reinterpret_cast<std::uintptr_t>(at->second.at));
  auto storage = std::move(at->second.storage);
  objects_.erase(at);
  return storage;
}

void AddressBook::NameCallback(const std::string& name, std::uint64_t address) {
  callbacks_[name] = address;
  callback_names_[address] = name;
}

void AddressBook::ForgetCallback(const std::string& name) {
  const auto at = callbacks_.find(name);
  if (at == callbacks_.end()) return;
  callback_names_.erase(at->second);
  callbacks_.erase(at);
}

Pointer AddressBook::Name(std::uint64_t address) {
  Pointer pointer;
  pointer.address = address;
  if (address == 0) return pointer;
  if (const auto callback = callback_names_.find(address); callback != callback_names_.end()) {
    pointer.to = Pointer::To::kCallback;
    pointer.name = callback->second;
    return pointer;
  }
  // One past the end still belongs to an object: C lets pointers stand there.
  if (auto after = by_address_.upper_bound(address); after != by_address_.begin()) {
    const auto& [first, name] = *std::prev(after);
    if (address - first <= objects_.at(name).size) {
      pointer.to = Pointer::To::kObject;
      pointer.name = name;
      pointer.offset = static_cast<std::int64_t>(address - first);
      return pointer;
    }
  }
  if (IsNumber(address)) {
    pointer.to = Pointer::To::kOpaque;
    return pointer;
  }
  auto known = std::find_if(foreign_.begin(), foreign_.end(),
                            [&](const Foreign& each) { return each.address == address; });
  if (known == foreign_.end()) {
    std::uint32_t number = 0;
    for (const Foreign& each : foreign_) number = std::max(number, each.number);
    foreign_.push_back({address, number + 1, passing_for_});
    known = std::prev(foreign_.end());
  }
  if (known->passing_for != kKept) known->passing_for = passing_for_;
  pointer.to = Pointer::To::kForeign;
  pointer.name = "dll" + std::to_string(known->number);
  return pointer;
}

Expected<std::uint64_t> AddressBook::Address(const Pointer& pointer) const {
  const auto unknown = [&](const char* what) {
    return Fail(ErrorCode::kInvalidArgument, std::string("no ") + what + " \"" + pointer.name + "\"");
  };
  const auto offset = static_cast<std::uint64_t>(pointer.offset);
  switch (pointer.to) {
    case Pointer::To::kNull: return 0;
    case Pointer::To::kOpaque: return pointer.address;
    case Pointer::To::kObject: {
      const auto at = objects_.find(pointer.name);
      if (at == objects_.end()) return unknown("object");
      return reinterpret_cast<std::uintptr_t>(at->second.at) + offset;
    }
    case Pointer::To::kCallback: {
      const auto at = callbacks_.find(pointer.name);
      if (at == callbacks_.end()) return unknown("callback");
      return at->second;
    }
    case Pointer::To::kForeign:
      for (const Foreign& each : foreign_) {
        if (pointer.name == "dll" + std::to_string(each.number)) return each.address + offset;
      }
      return unknown("memory of the DLL");
  }
  return unknown("pointer");
}

void AddressBook::EndCall(int thread) {
  std::erase_if(foreign_, [thread](const Foreign& each) { return each.passing_for == thread; });
}

void AddressBook::Clear() {
  objects_.clear();
  by_address_.clear();
  callbacks_.clear();
  callback_names_.clear();
  foreign_.clear();
}

}  // namespace spanproof
