// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/model/type.h"
#include "harness/model/value.h"

namespace spanproof {

// What addresses of this process mean to the tester, and back. Owns the memory
// of the session's objects. Not thread-safe: the session's lock guards it.
class AddressBook {
 public:
  struct Object {
    TypeId type = 0;
    std::uint64_t size = 0;
    std::uint64_t flexible = 0;  // elements of the flexible array that it ends with
    std::uint8_t* at = nullptr;  // 16-aligned or as its type asks, stable for the object's life
    std::optional<Abi> layout;   // of its bytes; absent: as the view has it
    std::shared_ptr<void> storage;
  };

  // Zeroed memory; kInvalidArgument when the name is taken or the size unfit.
  // `memory`: of somebody else's making, zeroed and 16-aligned; absent: our own,
  // aligned to 16 or, if that is more, to `align`.
  Expected<Object*> AddObject(const std::string& name, TypeId type, std::uint64_t size,
                              std::optional<Abi> layout = {}, std::shared_ptr<void> memory = {},
                              std::uint64_t align = 1);
  Object* FindObject(const std::string& name);
  // What held its memory, for the caller to let go; nullptr where there is no such object.
  std::shared_ptr<void> DropObject(const std::string& name);

  void NameCallback(const std::string& name, std::uint64_t address);
  void ForgetCallback(const std::string& name);

  // Objects by containment, callbacks and foreign memory by their exact address. A
  // new foreign address gets the number after the highest in use.
  Pointer Name(std::uint64_t address);
  Expected<std::uint64_t> Address(const Pointer& pointer) const;

  // For whom names are given from now on: a thread's number, and whether it is inside
  // a callback. Names of foreign memory that only callbacks have shown end with the outermost
  // call of the last thread that met them: that memory is often the DLL's stack, which means something
  // else in the next call. Naming it outside of callbacks keeps it until Clear.
  void NameFor(int thread, bool in_callback) {
    passing_for_ = in_callback ? thread : kKept;
  }
  void EndCall(int thread);

  void Clear();

 private:
  static constexpr int kKept = 0;  // no thread's number
  struct Foreign {
    std::uint64_t address = 0;
    std::uint32_t number = 0;
    int passing_for = kKept;
  };

  std::map<std::string, Object> objects_;
  std::map<std::uint64_t, std::string> by_address_;  // objects, by their first byte
  std::map<std::string, std::uint64_t> callbacks_;
  std::map<std::uint64_t, std::string> callback_names_;
  std::vector<Foreign> foreign_;
  int passing_for_ = kKept;
};

}  // namespace spanproof
