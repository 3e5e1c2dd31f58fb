// SPDX-License-Identifier: MIT
// Objects, and what lies where pointers point.
#include <cstring>

#include "harness/model/value_json.h"
#include "harness/testee/sdk/session_state.h"

namespace spanproof {
namespace {

using nlohmann::json;

tl::unexpected<EngineError> Invalid(std::string message) {
  return Refuse(EngineError::Kind::kInvalid, std::move(message));
}

std::string Text(const json& message, const char* name) { return message.at(name).get<std::string>(); }

// Bounds what one request makes the testee allocate.
constexpr std::uint64_t kLargestForeign = std::uint64_t{1} << 30;

}  // namespace

MemoryView Session::ViewOf(const AddressBook::Object& object) const {
  MemoryView view = view_;
  view.memory = object.layout.value_or(view_.memory);
  // What both sides see holds the DLL's pointers.
  if (!direct_memory_ && view.memory != view_.memory) view.foreign = &engine_;
  return view;
}

Answer Session::MakeObject(const json& message) {
  const std::string name = Text(message, "name");
  auto lock = Lock();
  const auto type = types_.Parse(Text(message, "type"));
  if (!type) return tl::unexpected(FromError(type.error()));
  const bool retained = message.value("retained", false);
  // Memory that both sides share is laid out for the DLL.
  const Abi layout_abi = retained ? view_.abi : view_.memory;
  const auto layout = LayoutOf(types_, *type, layout_abi);
  if (!layout) return tl::unexpected(FromError(layout.error()));
  if (types_[*type].kind == Kind::kArray && types_[*type].count == 0) return Invalid("an object cannot be an array without a length");
  std::optional<Value> initial;
  if (const auto given = message.find("value"); given != message.end()) {
    auto value = bulk_.Decode(*given);
    if (!value) return tl::unexpected(FromError(value.error()));
    initial = std::move(*value);
  }
  MemoryView view = view_;
  view.memory = layout_abi;
  // The value says how long the object's flexible array is.
  const std::uint64_t flexible = initial ? view.FlexibleCount(*type, *initial) : 0;
  const auto size = view.SizeWith(*type, flexible);
  if (!size) return tl::unexpected(FromError(size.error()));
  std::shared_ptr<void> memory;
  if (retained && !direct_memory_) {
    if (book_.FindObject(name) != nullptr) return Invalid("an object \"" + name + "\" exists already; drop it first");
    lock.unlock();
    auto made = engine_.MakeRetained(*size);
    if (!made) return tl::unexpected(made.error());
    memory = std::move(*made);
    lock = Lock();
  }
  const auto object = book_.AddObject(name, *type, *size, layout_abi, std::move(memory), layout->align);
  if (!object) return tl::unexpected(FromError(object.error()));
  (*object)->flexible = flexible;
  if (!initial) return json::object();
  const auto done = view.Store(*type, *initial, (*object)->at, flexible);
  if (done) return json::object();
  memory = book_.DropObject(name);
  lock.unlock();
  return tl::unexpected(FromError(done.error()));
}

Answer Session::WriteObject(const json& message) {
  const std::string name = Text(message, "name");
  const auto lock = Lock();
  AddressBook::Object* object = book_.FindObject(name);
  if (object == nullptr) return Invalid("no object \"" + name + "\"");
  const auto value = bulk_.Decode(message.at("value"));
  if (!value) return tl::unexpected(FromError(value.error()));
  const auto done = ViewOf(*object).Store(object->type, *value, object->at, object->flexible);
  if (!done) return tl::unexpected(FromError(done.error()));
  return json::object();
}

// Where `read` and `write` go: an object by name and offset, or what a pointer
// names. Of objects only what lies inside; memory of the DLL is trusted. Under the lock.
EngineResult<Session::Spot> Session::FindSpot(const json& message) {
  Spot spot;
  if (const auto spelled = message.find("type"); spelled != message.end()) {
    const auto parsed = types_.Parse(spelled->get<std::string>());
    if (!parsed) return tl::unexpected(FromError(parsed.error()));
    spot.type = *parsed;
  }
  Pointer pointer{Pointer::To::kObject, {}, 0, 0};
  if (message.contains("pointer")) {
    const auto value = bulk_.Decode(message["pointer"]);
    if (!value) return tl::unexpected(FromError(value.error()));
    const auto* given = std::get_if<Pointer>(&value->data);
    // Only what has a name: a null or wild pointer would end the testee.
    if (given == nullptr || (given->to != Pointer::To::kObject && given->to != Pointer::To::kForeign)) {
      return Invalid("\"pointer\" names no memory that can be reached");
    }
    if (types_[spot.type].kind == Kind::kVoid) return Invalid("going where a pointer points needs a \"type\"");
    pointer = *given;
  } else {
    pointer.name = Text(message, "name");
    pointer.offset = message.value("offset", std::int64_t{0});
  }
  const auto address = view_.Address(pointer);
  if (!address) return tl::unexpected(FromError(address.error()));
  spot.address = *address;
  spot.view = view_;
  if (pointer.to == Pointer::To::kForeign) {
    spot.view.memory = view_.abi;
    spot.foreign = !direct_memory_;
    if (spot.foreign) spot.view.foreign = &engine_;
    return spot;
  }
  const AddressBook::Object& object = *book_.FindObject(pointer.name);
  spot.view = ViewOf(object);
  if (types_[spot.type].kind == Kind::kVoid) spot.type = object.type;
  if (spot.type == object.type && pointer.offset == 0) spot.flexible = object.flexible;
  const auto layout = LayoutOf(types_, spot.type, spot.view.memory);
  if (!layout) return tl::unexpected(FromError(layout.error()));
  const std::uint64_t offset = *address - reinterpret_cast<std::uintptr_t>(object.at);
  if (offset > object.size || layout->size > object.size - offset) {
    return Invalid("reaches outside of object \"" + pointer.name + "\"");
  }
  return spot;
}

// How many bytes of the DLL's memory a spot is, within bounds. Under the lock.
EngineResult<std::uint64_t> Session::ForeignSize(const Spot& spot) {
  const auto layout = LayoutOf(types_, spot.type, spot.view.memory);
  if (!layout) return tl::unexpected(FromError(layout.error()));
  if (layout->size > kLargestForeign) return Refuse(EngineError::Kind::kUnsupported, "reads more than 1 GiB at once");
  return layout->size;
}

Answer Session::Read(const json& message) {
  auto lock = Lock();
  const auto spot = FindSpot(message);
  if (!spot) return tl::unexpected(spot.error());
  const auto* at = reinterpret_cast<const std::uint8_t*>(static_cast<std::uintptr_t>(spot->address));
  std::vector<std::uint8_t> copy;
  if (spot->foreign) {
    const auto size = ForeignSize(*spot);
    if (!size) return tl::unexpected(size.error());
    lock.unlock();
    copy.resize(*size);
    if (auto read = engine_.ReadForeign(spot->address, copy); !read) return tl::unexpected(read.error());
    at = copy.data();
    lock = Lock();
  }
  const auto read = spot->view.Load(spot->type, at, spot->flexible);
  if (!read) return tl::unexpected(FromError(read.error()));
  auto encoded = bulk_.Encode(*read);
  if (!encoded) return tl::unexpected(FromError(encoded.error()));
  return json{{"value", std::move(*encoded)}};
}

Answer Session::Write(const json& message) {
  if (!message.contains("pointer")) return WriteObject(message);
  auto lock = Lock();
  const auto spot = FindSpot(message);
  if (!spot) return tl::unexpected(spot.error());
  const auto value = bulk_.Decode(message.at("value"));
  if (!value) return tl::unexpected(FromError(value.error()));
  if (!spot->foreign) {
    auto* at = reinterpret_cast<std::uint8_t*>(static_cast<std::uintptr_t>(spot->address));
    const auto done = spot->view.Store(spot->type, *value, at, spot->flexible);
    if (!done) return tl::unexpected(FromError(done.error()));
    return json::object();
  }
  const auto size = ForeignSize(*spot);
  if (!size) return tl::unexpected(size.error());
  lock.unlock();
  // What the value does not say, padding and other members of a union, stays.
  std::vector<std::uint8_t> bytes(*size);
  if (auto read = engine_.ReadForeign(spot->address, bytes); !read) return tl::unexpected(read.error());
  lock = Lock();
  const auto done = spot->view.Store(spot->type, *value, bytes.data());
  lock.unlock();
  if (!done) return tl::unexpected(FromError(done.error()));
  if (auto written = engine_.WriteForeign(spot->address, bytes); !written) return tl::unexpected(written.error());
  return json::object();
}

Answer Session::FindData(const json& message) {
  const std::string name = Text(message, "module");
  auto lock = Lock();
  const auto at = modules_.find(name);
  if (at == modules_.end()) return Invalid("no module \"" + name + "\"");
  const Handle module = at->second;
  const auto type = types_.Parse(Text(message, "type"));
  if (!type) return tl::unexpected(FromError(type.error()));
  const TypeTable types = types_;
  lock.unlock();
  const auto address = engine_.FindData(module, Text(message, "symbol"), types, *type);
  if (!address) return tl::unexpected(address.error());
  lock = Lock();
  return json{{"value", EncodeValue(Value{book_.Name(*address)})}};
}

}  // namespace spanproof
