// SPDX-License-Identifier: MIT
#include "harness/testee/sdk/memory.h"

#include <cstring>

#include "harness/testee/sdk/spot.h"

namespace spanproof {
namespace {

// Bounds what one value may hold once it is text in a frame.
constexpr std::uint64_t kLargestRead = std::uint64_t{1} << 32;

std::uint64_t LoadBits(const std::uint8_t* at, std::uint64_t width) {
  std::uint64_t bits = 0;
  for (std::uint64_t i = width; i-- > 0;) bits = bits << 8 | at[i];
  return bits;
}

void StoreBits(std::uint64_t bits, std::uint64_t width, std::uint8_t* at) {
  for (std::uint64_t i = 0; i < width; ++i) at[i] = static_cast<std::uint8_t>(bits >> (8 * i));
}

tl::unexpected<Error> Mismatch(const TypeTable& types, TypeId type, const Value& value) {
  return Fail(ErrorCode::kInvalidArgument, Show(value).substr(0, 80) + " is no value of type \"" + types.Spell(type) + "\"");
}

Expected<std::string_view> TagOf(const TypeTable& types, TypeId type, std::uint64_t width) {
  const std::string_view tag = Tag(types[type].kind, static_cast<std::uint8_t>(width));
  if (tag.empty()) return Fail(ErrorCode::kUnsupported, "values of type \"" + types.Spell(type) + "\" cannot be said yet");
  return tag;
}

// What is wider in memory than as a value is as wide as a pointer: an unsigned
// number, or one that the other ABI's code reads as its lower half.
Expected<std::uint64_t> LoadNarrow(const std::uint8_t* at, std::uint64_t wide, std::uint64_t narrow) {
  for (std::uint64_t i = narrow; i < wide; ++i) {
    if (at[i] != 0) return Fail(ErrorCode::kUnsupported, "a number there is wider than the DLL's");
  }
  return LoadBits(at, narrow);
}

}  // namespace

Expected<std::uint64_t> MemoryView::Address(const Pointer& pointer) const {
  if (pointer.to != Pointer::To::kObject) return book->Address(pointer);
  const AddressBook::Object* object = book->FindObject(pointer.name);
  if (object == nullptr) return book->Address(pointer);
  const Abi layout = object->layout.value_or(memory);
  if (layout == abi) return book->Address(pointer);
  Pointer here = pointer;
  const auto offset = SameSpot(*types, object->type, pointer.offset, abi, layout);
  if (!offset) return tl::unexpected(offset.error());
  here.offset = *offset;
  return book->Address(here);
}

Expected<Pointer> MemoryView::Name(std::uint64_t address) const {
  Pointer named = book->Name(address);
  if (named.to != Pointer::To::kObject) return named;
  const AddressBook::Object* object = book->FindObject(named.name);
  const Abi layout = object->layout.value_or(memory);
  if (layout == abi) return named;
  const auto offset = SameSpot(*types, object->type, named.offset, layout, abi);
  if (!offset) return tl::unexpected(offset.error());
  named.offset = *offset;
  return named;
}

std::uint64_t MemoryView::ValueWidth(TypeId scalar) const {
  const auto layout = LayoutOf(*types, scalar, abi);
  return layout ? layout->size : 0;
}

Expected<void> MemoryView::Store(TypeId id, const Value& value, std::uint8_t* at) const {
  const Type& type = (*types)[id];
  if (type.kind == Kind::kVoid) return Mismatch(*types, id, value);
  if (type.kind == Kind::kArray) {
    const auto* packed = std::get_if<Packed>(&value.data);
    const auto* array = std::get_if<Array>(&value.data);
    const std::uint64_t given = packed != nullptr ? packed->bytes.size() / packed->width
                                : array != nullptr ? array->elements.size() : 0;
    if (given != type.count) return Mismatch(*types, id, value);
    return StoreElements(type.element, type.count, value, at);
  }
  const auto layout = LayoutOf(*types, id, memory);
  if (!layout) return tl::unexpected(layout.error());
  if (IsScalar(type.kind)) {
    const auto tag = TagOf(*types, id, ValueWidth(id));
    if (!tag) return tl::unexpected(tag.error());
    const auto* scalar = std::get_if<Scalar>(&value.data);
    if (scalar == nullptr || Tag(scalar->kind, scalar->width) != *tag) return Mismatch(*types, id, value);
    StoreBits(scalar->bits, layout->size, at);
    return {};
  }
  if (IsAddress(type.kind)) {
    const auto* pointer = std::get_if<Pointer>(&value.data);
    if (pointer == nullptr) return Mismatch(*types, id, value);
    const auto address = Address(*pointer);
    if (!address) return tl::unexpected(address.error());
    if (layout->size < 8 && *address >> (8 * layout->size) != 0) {
      return Fail(ErrorCode::kUnsupported, Show(value) + " lies above what a pointer of " + std::string(spanproof::Name(memory)) + " reaches");
    }
    StoreBits(*address, layout->size, at);
    return {};
  }
  const auto* record = std::get_if<Record>(&value.data);
  const auto offsets = FieldOffsets(*types, id, memory);
  if (!offsets) return tl::unexpected(offsets.error());
  if (record == nullptr || (type.kind == Kind::kStruct && record->fields.size() != type.fields.size())) {
    return Mismatch(*types, id, value);
  }
  for (const auto& [name, member] : record->fields) {
    std::size_t i = 0;
    while (i < type.fields.size() && type.fields[i].name != name) ++i;
    if (i == type.fields.size()) return Mismatch(*types, id, value);
    if (auto done = Store(type.fields[i].type, member, at + (*offsets)[i]); !done) return done;
  }
  return {};
}

Expected<Value> MemoryView::Load(TypeId id, const std::uint8_t* at) const {
  const Type& type = (*types)[id];
  if (type.kind == Kind::kVoid) return Value{};
  if (type.kind == Kind::kArray) return LoadElements(type.element, type.count, at);
  const auto layout = LayoutOf(*types, id, memory);
  if (!layout) return tl::unexpected(layout.error());
  if (IsScalar(type.kind)) {
    const std::uint64_t width = ValueWidth(id);
    if (const auto tag = TagOf(*types, id, width); !tag) return tl::unexpected(tag.error());
    return LoadNarrow(at, layout->size, width).map([&](std::uint64_t bits) {
      return Value{Scalar{type.kind, static_cast<std::uint8_t>(width), bits}};
    });
  }
  if (IsAddress(type.kind)) {
    return Name(LoadBits(at, layout->size)).map([](Pointer pointer) { return Value{std::move(pointer)}; });
  }
  const auto offsets = FieldOffsets(*types, id, memory);
  if (!offsets) return tl::unexpected(offsets.error());
  Record record;
  for (std::size_t i = 0; i < type.fields.size(); ++i) {
    auto member = Load(type.fields[i].type, at + (*offsets)[i]);
    if (!member) return member;
    record.fields.emplace_back(type.fields[i].name, std::move(*member));
  }
  return Value{std::move(record)};
}

Expected<void> MemoryView::StoreElements(TypeId element, std::uint64_t count, const Value& value,
                                         std::uint8_t* at) const {
  const auto layout = LayoutOf(*types, element, memory);
  if (!layout) return tl::unexpected(layout.error());
  if (const auto* packed = std::get_if<Packed>(&value.data)) {
    const std::uint64_t width = ValueWidth(element);
    const auto tag = TagOf(*types, element, width);
    if (!tag) return tl::unexpected(tag.error());
    if (Tag(packed->kind, packed->width) != *tag || packed->bytes.size() > count * width) {
      return Mismatch(*types, element, value);
    }
    if (width != layout->size) {
      for (std::uint64_t i = 0; i < packed->bytes.size() / width; ++i) {
        StoreBits(LoadBits(packed->bytes.data() + i * width, width), layout->size, at + i * layout->size);
      }
    } else if (!packed->bytes.empty()) {
      std::memcpy(at, packed->bytes.data(), packed->bytes.size());
    }
    return {};
  }
  const auto* array = std::get_if<Array>(&value.data);
  if (array == nullptr || array->elements.size() > count) return Mismatch(*types, element, value);
  for (std::size_t i = 0; i < array->elements.size(); ++i) {
    if (auto done = Store(element, array->elements[i], at + i * layout->size); !done) return done;
  }
  return {};
}

Expected<Value> MemoryView::LoadElements(TypeId element, std::uint64_t count, const std::uint8_t* at) const {
  const auto layout = LayoutOf(*types, element, memory);
  if (!layout) return tl::unexpected(layout.error());
  if (layout->size != 0 && count > kLargestRead / layout->size) {
    return Fail(ErrorCode::kInvalidArgument, std::to_string(count) + " elements are more than 4 GiB");
  }
  const Type& type = (*types)[element];
  if (IsScalar(type.kind)) {
    const std::uint64_t width = ValueWidth(element);
    if (const auto tag = TagOf(*types, element, width); !tag) return tl::unexpected(tag.error());
    Packed packed{type.kind, static_cast<std::uint8_t>(width), {}};
    if (width == layout->size) {
      packed.bytes.assign(at, at + count * width);
      return Value{std::move(packed)};
    }
    packed.bytes.resize(count * width);
    for (std::uint64_t i = 0; i < count; ++i) {
      const auto bits = LoadNarrow(at + i * layout->size, layout->size, width);
      if (!bits) return tl::unexpected(bits.error());
      StoreBits(*bits, width, packed.bytes.data() + i * width);
    }
    return Value{std::move(packed)};
  }
  Array array;
  for (std::uint64_t i = 0; i < count; ++i) {
    auto each = Load(element, at + i * layout->size);
    if (!each) return each;
    array.elements.push_back(std::move(*each));
  }
  return Value{std::move(array)};
}

}  // namespace spanproof
