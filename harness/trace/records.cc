// SPDX-License-Identifier: MIT
#include "harness/trace/records.h"

#include <concepts>
#include <sstream>

#include "harness/trace/archive.h"

namespace spanproof {

// cereal finds these by their names; each says its members in the order of the
// file. A change here is a new version of the format (TRACE.md).

void save(TraceOutput& archive, const Value& value);
void load(BoundedInput& archive, Value& value);
void save(TraceOutput& archive, const StepRecord& step);
void load(BoundedInput& archive, StepRecord& step);

template <class Archive>
void serialize(Archive& archive, Scalar& scalar) {
  archive(ChoiceOf(scalar.kind, Kind::kArray), scalar.width, scalar.bits);
  // No value of version 1 was as wide.
  if (scalar.width == kX87Width) archive(scalar.high);
}

template <class Archive>
void serialize(Archive& archive, Pointer& pointer) {
  archive(ChoiceOf(pointer.to, Pointer::To::kOpaque), pointer.name, pointer.offset,
          pointer.address);
}

void save(TraceOutput& archive, const Packed& packed) {
  archive(static_cast<std::uint8_t>(packed.kind), packed.width,
          static_cast<std::uint64_t>(packed.bytes.size()));
  archive(cereal::binary_data(packed.bytes.data(), packed.bytes.size()));
}

void load(BoundedInput& archive, Packed& packed) {
  std::uint64_t size = 0;
  archive(ChoiceOf(packed.kind, Kind::kArray), packed.width, size);
  archive.Bound(size);
  if (packed.width == 0 || size % packed.width != 0) archive.Refuse("an array ends in an element");
  packed.bytes.resize(size);
  archive.Take(packed.bytes.data(), size);
}

template <class Archive>
void serialize(Archive& archive, Array& array) {
  archive(ListOf(array.elements));
}

template <class Archive>
void serialize(Archive& archive, Record& record) {
  archive(ListOf(record.fields));
}

void save(TraceOutput& archive, const Value& value) {
  archive(static_cast<std::uint8_t>(value.data.index()));
  std::visit(
      [&archive](const auto& held) {
        if constexpr (!std::is_same_v<decltype(held), const std::monostate&>) archive(held);
      },
      value.data);
}

template <class T>
void LoadInto(BoundedInput& archive, Value& value) {
  T held;
  archive(held);
  value.data = std::move(held);
}

void load(BoundedInput& archive, Value& value) {
  const BoundedInput::Nested nested(archive);
  std::uint8_t index = 0;
  archive(index);
  switch (index) {
    case 0: value.data = std::monostate{}; return;
    case 1: return LoadInto<Scalar>(archive, value);
    case 2: return LoadInto<Pointer>(archive, value);
    case 3: return LoadInto<Packed>(archive, value);
    case 4: return LoadInto<Array>(archive, value);
    case 5: return LoadInto<Record>(archive, value);
    default: archive.Refuse("a value of no known form");
  }
}

void save(TraceOutput& archive, const Path& path) {
  archive(static_cast<std::int32_t>(path.root), static_cast<std::uint64_t>(path.segments.size()));
  for (const auto& segment : path.segments) {
    archive(static_cast<std::uint8_t>(segment.index()));
    std::visit([&archive](const auto& held) { archive(held); }, segment);
  }
}

void load(BoundedInput& archive, Path& path) {
  std::int32_t root = 0;
  std::uint64_t count = 0;
  archive(root, count);
  archive.Bound(count);
  path.root = root;
  for (std::uint64_t i = 0; i < count; ++i) {
    bool named = false;
    archive(FlagOf(named));
    if (named) {
      std::string name;
      archive(name);
      path.segments.emplace_back(std::move(name));
    } else {
      std::int64_t number = 0;
      archive(number);
      path.segments.emplace_back(number);
    }
  }
}

template <class Archive>
void serialize(Archive& archive, Directive& directive) {
  archive(directive.pointer, ListOf(directive.length), directive.func, directive.type,
          FlagOf(directive.null), FlagOf(directive.unic));
}

template <class Archive>
void serialize(Archive& archive, NamedValue& named) {
  archive(named.name, named.value);
}

template <class Archive>
void serialize(Archive& archive, Reached& reached) {
  archive(reached.path, reached.value);
}

template <class Archive>
void serialize(Archive& archive, PrintedText& text) {
  archive(ChoiceOf(text.stream, Stream::kStderr), text.bytes);
}

template <class Archive>
void serialize(Archive& archive, CallbackRecord& record) {
  archive(record.callback, ListOf(record.arguments), ListOf(record.memory), record.answer,
          ListOf(record.written));
  if (Since(archive, 3)) archive(ListOf(record.steps), record.raised, record.nth);
}

// Exactly an Event: what converts into one has a form of its own.
template <std::same_as<Event> T>
void save(TraceOutput& archive, const T& event) {
  archive(static_cast<std::uint8_t>(event.index()));
  std::visit([&archive](const auto& held) { archive(held); }, event);
}

template <std::same_as<Event> T>
void load(BoundedInput& archive, T& event) {
  bool is_callback = false;
  archive(FlagOf(is_callback));
  if (is_callback) {
    archive(event.template emplace<CallbackRecord>());
  } else {
    archive(event.template emplace<PrintedText>());
  }
}

template <class Archive>
void Members(Archive& archive, StepRecord& step) {
  // Of what came with version 3, the older never had an end.
  archive(step.step, step.target, ChoiceOf(step.ending, Since(archive, 3) ? Ending::kEnded : Ending::kTimeout),
          ListOf(step.arguments), ListOf(step.before), ListOf(step.after), step.result,
          ListOf(step.events), step.last_error, FlagOf(step.last_error_known), step.code,
          step.message, step.nanoseconds);
  if (Since(archive, 2)) archive(step.type);
  if (Since(archive, 3)) {
    archive(step.thread, step.parallel, step.repeat, step.deadline_ms, FlagOf(step.due), step.choice, step.kind,
            step.module, ListOf(step.foreign));
  }
}

void save(TraceOutput& archive, const StepRecord& step) { Members(archive, const_cast<StepRecord&>(step)); }

void load(BoundedInput& archive, StepRecord& step) {
  const BoundedInput::Nested nested(archive);
  Members(archive, step);
}

template <class Archive>
void serialize(Archive& archive, Environment& environment) {
  archive(environment.lane, environment.testee, environment.testee_version, environment.engine,
          environment.abi, environment.os, environment.wine_version, environment.cpu,
          environment.compiler, environment.suite_revision, ListOf(environment.dlls));
  if (Since(archive, 3)) archive(environment.kind);
}

template <class Archive>
void serialize(Archive& archive, TracedStruct& traced) {
  archive(traced.name, ListOf(traced.fields), traced.pack, FlagOf(traced.is_union));
  if (Since(archive, 2)) archive(traced.align);
}

template <class Archive>
void serialize(Archive& archive, TracedPrototype& prototype) {
  archive(ChoiceOf(prototype.convention, Convention::kVectorcall), prototype.result,
          ListOf(prototype.arguments), ListOf(prototype.memsync));
}

template <class Archive>
void serialize(Archive& archive, TracedFunction& function) {
  archive(function.name, function.module, function.symbol, function.prototype);
}

template <class Archive>
void serialize(Archive& archive, TracedData& data) {
  archive(data.name, data.module, data.symbol, data.type);
}

template <class Archive>
void serialize(Archive& archive, TracedDeclarations& declarations) {
  archive(declarations.file, ListOf(declarations.modules), ListOf(declarations.structs),
          ListOf(declarations.prototypes), ListOf(declarations.functions));
  if (Since(archive, 2)) archive(ListOf(declarations.data));
}

void SaveOptional(TraceOutput& archive, const std::optional<Value>& value) {
  archive(static_cast<std::uint8_t>(value.has_value()));
  if (value) archive(*value);
}

void LoadOptional(BoundedInput& archive, std::optional<Value>& value) {
  bool there = false;
  archive(FlagOf(there));
  if (there) archive(value.emplace());
}

void save(TraceOutput& archive, const TracedObject& object) {
  archive(object.name, object.type);
  SaveOptional(archive, object.initial);
  archive(static_cast<std::uint8_t>(object.retained));
}

void load(BoundedInput& archive, TracedObject& object) {
  archive(object.name, object.type);
  LoadOptional(archive, object.initial);
  if (Since(archive, 2)) archive(FlagOf(object.retained));
}

void save(TraceOutput& archive, const TracedCallback& callback) {
  archive(callback.name, callback.prototype);
  SaveOptional(archive, callback.on_raise);
}

void load(BoundedInput& archive, TracedCallback& callback) {
  archive(callback.name, callback.prototype);
  if (Since(archive, 3)) LoadOptional(archive, callback.on_raise);
}

template <class Archive>
void serialize(Archive& archive, CaseBegin& begin) {
  archive(begin.id, ListOf(begin.objects), ListOf(begin.callbacks));
}

template <class Archive>
void serialize(Archive& archive, TraceEnd& end) {
  archive(end.records);
}

namespace {

template <class T>
std::string Encode(RecordKind kind, const T& content) {
  std::ostringstream bytes(std::ios::binary);
  {
    TraceOutput archive(bytes, TraceOutput::Options::LittleEndian());
    archive(static_cast<std::uint8_t>(kind));
    if constexpr (!std::is_same_v<T, std::monostate>) archive(content);
  }
  return std::move(bytes).str();
}

template <class T>
T Decode(BoundedInput& archive) {
  T content;
  archive(content);
  return content;
}

TraceRecord DecodeContent(BoundedInput& archive) {
  std::uint8_t kind = 0;
  archive(kind);
  switch (static_cast<RecordKind>(kind)) {
    case RecordKind::kEnvironment: return Decode<Environment>(archive);
    case RecordKind::kDeclarations: return Decode<TracedDeclarations>(archive);
    case RecordKind::kCaseBegin: return Decode<CaseBegin>(archive);
    case RecordKind::kStep: return Decode<StepRecord>(archive);
    case RecordKind::kCaseEnd: return std::monostate{};
    case RecordKind::kEnd: return Decode<TraceEnd>(archive);
  }
  archive.Refuse("a record of unknown kind " + std::to_string(kind));
}

}  // namespace

std::string EncodeRecord(const Environment& environment) {
  return Encode(RecordKind::kEnvironment, environment);
}
std::string EncodeRecord(const TracedDeclarations& declarations) {
  return Encode(RecordKind::kDeclarations, declarations);
}
std::string EncodeRecord(const CaseBegin& begin) { return Encode(RecordKind::kCaseBegin, begin); }
std::string EncodeRecord(const StepRecord& step) { return Encode(RecordKind::kStep, step); }
std::string EncodeCaseEnd() { return Encode(RecordKind::kCaseEnd, std::monostate{}); }
std::string EncodeRecord(const TraceEnd& end) { return Encode(RecordKind::kEnd, end); }

Expected<TraceRecord> DecodeRecord(std::span<const std::uint8_t> payload, std::uint64_t offset,
                                   std::uint32_t version) {
  try {
    BoundedInput archive(payload, version);
    TraceRecord record = DecodeContent(archive);
    if (archive.left() != 0) archive.Refuse("the record has bytes that belong to nothing");
    return record;
  } catch (const ArchiveError& error) {
    return Fail(ErrorCode::kCorrupt,
                "offset " + std::to_string(offset + error.at) + ": " + error.what());
  } catch (const cereal::Exception& error) {
    return Fail(ErrorCode::kCorrupt, "offset " + std::to_string(offset) + ": " + error.what());
  }
}

}  // namespace spanproof
