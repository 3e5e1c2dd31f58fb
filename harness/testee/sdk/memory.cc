// SPDX-License-Identifier: MIT
#include "harness/testee/sdk/memory.h"

#include <algorithm>
#include <cstring>

#include "harness/testee/sdk/engine.h"
#include "harness/testee/sdk/spot.h"

namespace spanproof {
namespace {

// Bounds what one value may hold once it is text in a frame.
constexpr std::uint64_t kLargestRead = std::uint64_t{1} << 32;

std::uint64_t LoadBytes(const std::uint8_t* at, std::uint64_t width) {
  std::uint64_t bits = 0;
  for (std::uint64_t i = width; i-- > 0;) bits = bits << 8 | at[i];
  return bits;
}

void StoreBytes(std::uint64_t bits, std::uint64_t width, std::uint8_t* at) {
  for (std::uint64_t i = 0; i < width; ++i) at[i] = static_cast<std::uint8_t>(bits >> (8 * i));
}

bool IsMsvc(Abi abi) { return abi == Abi::kWin64Msvc || abi == Abi::kWin32Msvc; }

tl::unexpected<Error> Mismatch(const TypeTable& types, TypeId type, const Value& value) {
  return Fail(ErrorCode::kInvalidArgument, Show(value).substr(0, 80) + " is no value of type \"" + types.Spell(type) + "\"");
}

std::uint64_t CountOf(const Value& value) {
  const auto* packed = std::get_if<Packed>(&value.data);
  const auto* array = std::get_if<Array>(&value.data);
  return packed != nullptr ? packed->bytes.size() / packed->width : array != nullptr ? array->elements.size() : 0;
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
  if (foreign != nullptr && address != 0) address = foreign->OwnAddress(address);
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
  if ((*types)[scalar].kind == Kind::kLongDouble) return IsMsvc(abi) ? 8 : kX87Width;
  const auto layout = LayoutOf(*types, scalar, abi);
  return layout ? layout->size : 0;
}

Expected<Scalar> MemoryView::LoadScalar(TypeId id, const std::uint8_t* at) const {
  const Kind kind = (*types)[id].kind;
  const auto width = static_cast<std::uint8_t>(ValueWidth(id));
  if (kind == Kind::kLongDouble) {
    Scalar scalar{kind, 8, LoadBytes(at, 8)};
    if (!IsMsvc(memory)) {
      scalar.width = kX87Width;
      scalar.high = static_cast<std::uint16_t>(LoadBytes(at + 8, 2));
    }
    // The other ABI's format, where the number is one of its own.
    const auto said = ForAbi(Value{scalar}, abi);
    if (!said) return tl::unexpected(said.error());
    return std::get<Scalar>(said->data);
  }
  const auto layout = LayoutOf(*types, id, memory);
  if (!layout) return tl::unexpected(layout.error());
  // What is wider in memory than as a value is as wide as a pointer: an unsigned
  // number, or one that the other ABI's code reads as its lower half.
  for (std::uint64_t i = width; i < layout->size; ++i) {
    if (at[i] != 0) return Fail(ErrorCode::kUnsupported, "a number there is wider than the DLL's");
  }
  return Scalar{kind, width, LoadBytes(at, width)};
}

Expected<void> MemoryView::StoreScalar(TypeId id, const Scalar& scalar, std::uint8_t* at) const {
  const Kind kind = (*types)[id].kind;
  if (Tag(scalar.kind, scalar.width) != Tag(kind, static_cast<std::uint8_t>(ValueWidth(id)))) {
    return Mismatch(*types, id, Value{scalar});
  }
  if (kind == Kind::kLongDouble) {
    const auto there = ForAbi(Value{Scalar{kind, scalar.width, scalar.bits, scalar.high}}, memory);
    if (!there) return tl::unexpected(there.error());
    const auto& stored = std::get<Scalar>(there->data);
    StoreBytes(stored.bits, 8, at);
    if (stored.width == kX87Width) StoreBytes(stored.high, 2, at + 8);
    return {};
  }
  const auto layout = LayoutOf(*types, id, memory);
  if (!layout) return tl::unexpected(layout.error());
  StoreBytes(scalar.bits, layout->size, at);
  return {};
}

Expected<Scalar> MemoryView::LoadBits(TypeId id, const std::uint8_t* at, unsigned bit, unsigned bits) const {
  std::uint64_t number = 0;
  for (unsigned i = 0; i < bits; ++i) {
    const unsigned from = bit + i;
    number |= std::uint64_t{at[from / 8] >> from % 8 & 1u} << i;
  }
  Scalar scalar{(*types)[id].kind, static_cast<std::uint8_t>(ValueWidth(id)), number};
  const unsigned all = 8u * scalar.width;
  if (IsSigned(scalar.kind) && bits < all && (number >> (bits - 1) & 1) != 0) {
    scalar.bits |= ~std::uint64_t{0} << bits;
    if (all < 64) scalar.bits &= (std::uint64_t{1} << all) - 1;
  }
  return scalar;
}

Expected<void> MemoryView::StoreMember(const NamedMember& member, const Value& value, std::uint8_t* at,
                                       std::uint64_t flexible) const {
  if (!member.bits) {
    const Type& type = (*types)[member.type];
    if (type.kind != Kind::kArray || type.count != 0) return Store(member.type, value, at);
    if (CountOf(value) > flexible) {
      return Fail(ErrorCode::kInvalidArgument, "\"" + member.name + "\" has room for " + std::to_string(flexible) + " elements");
    }
    return StoreElements(type.element, flexible, value, at);
  }
  const auto* scalar = std::get_if<Scalar>(&value.data);
  if (scalar == nullptr || Tag(scalar->kind, scalar->width) != Tag((*types)[member.type].kind, static_cast<std::uint8_t>(ValueWidth(member.type)))) {
    return Mismatch(*types, member.type, value);
  }
  if (!FitsBits(*scalar, *member.bits)) {
    return Fail(ErrorCode::kInvalidArgument, Show(value) + " does not fit the " + std::to_string(*member.bits) + " bits of \"" + member.name + "\"");
  }
  for (unsigned i = 0; i < *member.bits; ++i) {
    std::uint8_t& byte = at[(member.place.bit + i) / 8];
    const unsigned mask = 1u << (member.place.bit + i) % 8;
    byte = static_cast<std::uint8_t>((scalar->bits >> i & 1) != 0 ? byte | mask : byte & ~mask);
  }
  return {};
}

Expected<void> MemoryView::StoreRecord(TypeId id, const Record& record, std::uint8_t* at, std::uint64_t flexible) const {
  const auto members = PlacedMembers(*types, id, memory);
  if (!members) return tl::unexpected(members.error());
  const auto said = [&](const NamedMember& member) -> const Value* {
    for (const auto& [name, value] : record.fields) {
      if (name == member.name) return &value;
    }
    return nullptr;
  };
  std::size_t stored = 0;
  for (const NamedMember& member : *members) {
    const Value* value = said(member);
    if (value == nullptr && member.choice) continue;
    if (value == nullptr) return Mismatch(*types, id, Value{record});
    if (auto done = StoreMember(member, *value, at + member.place.offset, flexible); !done) return done;
    ++stored;
  }
  if (stored != record.fields.size()) return Mismatch(*types, id, Value{record});
  return {};
}

Expected<void> MemoryView::Store(TypeId id, const Value& value, std::uint8_t* at, std::uint64_t flexible) const {
  const Type& type = (*types)[id];
  if (type.kind == Kind::kArray) {
    if (CountOf(value) != type.count) return Mismatch(*types, id, value);
    return StoreElements(type.element, type.count, value, at);
  }
  if (const auto* scalar = std::get_if<Scalar>(&value.data); IsScalar(type.kind) && scalar != nullptr) {
    return StoreScalar(id, *scalar, at);
  }
  if (const auto* record = std::get_if<Record>(&value.data); IsAggregate(type.kind) && record != nullptr) {
    return StoreRecord(id, *record, at, flexible);
  }
  const auto* pointer = std::get_if<Pointer>(&value.data);
  if (!IsAddress(type.kind) || pointer == nullptr) return Mismatch(*types, id, value);
  auto address = Address(*pointer);
  if (!address) return tl::unexpected(address.error());
  if (foreign != nullptr && *address != 0) address = foreign->ForeignAddress(*address);
  const std::uint64_t width = PointerSize(memory);
  if (width < 8 && *address >> (8 * width) != 0) {
    return Fail(ErrorCode::kUnsupported, Show(value) + " lies above what a pointer of " + std::string(spanproof::Name(memory)) + " reaches");
  }
  StoreBytes(*address, width, at);
  return {};
}

Expected<Value> MemoryView::Load(TypeId id, const std::uint8_t* at, std::uint64_t flexible) const {
  const Type& type = (*types)[id];
  const auto as_value = [](auto loaded) { return Value{std::move(loaded)}; };
  if (type.kind == Kind::kVoid) return Value{};
  if (type.kind == Kind::kArray) return LoadElements(type.element, type.count, at);
  if (IsScalar(type.kind)) return LoadScalar(id, at).map(as_value);
  if (IsAddress(type.kind)) return Name(LoadBytes(at, PointerSize(memory))).map(as_value);
  const auto members = PlacedMembers(*types, id, memory);
  if (!members) return tl::unexpected(members.error());
  Record record;
  for (const NamedMember& one : *members) {
    const std::uint8_t* there = at + one.place.offset;
    const Type& member = (*types)[one.type];
    auto value = one.bits ? LoadBits(one.type, there, one.place.bit, *one.bits).map(as_value)
                 : member.kind == Kind::kArray && member.count == 0 ? LoadElements(member.element, flexible, there)
                                                                    : Load(one.type, there);
    if (!value) return value;
    record.fields.emplace_back(one.name, std::move(*value));
  }
  return Value{std::move(record)};
}

std::uint64_t MemoryView::FlexibleCount(TypeId id, const Value& value) const {
  const auto* record = std::get_if<Record>(&value.data);
  if (record == nullptr || !FlexibleElement(*types, id)) return 0;
  const std::string& last = (*types)[id].fields.back().name;
  for (const auto& [name, member] : record->fields) {
    if (name == last) return CountOf(member);
  }
  return 0;
}

Expected<std::uint64_t> MemoryView::SizeWith(TypeId id, std::uint64_t flexible) const {
  const auto layout = LayoutOf(*types, id, memory);
  if (!layout) return tl::unexpected(layout.error());
  const auto element = FlexibleElement(*types, id);
  if (!element) return layout->size;
  const auto offsets = FieldOffsets(*types, id, memory);
  const auto each = LayoutOf(*types, *element, memory);
  if (!offsets || !each || flexible > kLargestRead) return Fail(ErrorCode::kInvalidArgument, "the flexible array has no size");
  return std::max(layout->size, offsets->back() + flexible * each->size);
}

Expected<void> MemoryView::StoreElements(TypeId element, std::uint64_t count, const Value& value,
                                         std::uint8_t* at) const {
  const auto layout = LayoutOf(*types, element, memory);
  if (!layout) return tl::unexpected(layout.error());
  if (CountOf(value) > count) return Mismatch(*types, element, value);
  if (const auto* packed = std::get_if<Packed>(&value.data); packed != nullptr && IsScalar((*types)[element].kind)) {
    const std::uint64_t width = ValueWidth(element);
    const bool same = Tag(packed->kind, packed->width) == Tag((*types)[element].kind, static_cast<std::uint8_t>(width));
    if (!same || packed->bytes.size() % width != 0) return Mismatch(*types, element, value);
    if (width == layout->size) {
      if (!packed->bytes.empty()) std::memcpy(at, packed->bytes.data(), packed->bytes.size());
      return {};
    }
    for (std::uint64_t i = 0; i < CountOf(value); ++i) {
      if (auto done = StoreScalar(element, ElementOf(*packed, i), at + i * layout->size); !done) return done;
    }
    return {};
  }
  const auto* array = std::get_if<Array>(&value.data);
  if (array == nullptr) return Mismatch(*types, element, value);
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
    Packed packed{type.kind, static_cast<std::uint8_t>(ValueWidth(element)), {}};
    if (packed.width == layout->size) {
      packed.bytes.assign(at, at + count * packed.width);
      return Value{std::move(packed)};
    }
    for (std::uint64_t i = 0; i < count; ++i) {
      const auto scalar = LoadScalar(element, at + i * layout->size);
      if (!scalar) return tl::unexpected(scalar.error());
      Append(*scalar, &packed);
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
