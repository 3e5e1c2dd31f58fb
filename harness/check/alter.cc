// SPDX-License-Identifier: MIT
#include "harness/check/alter.h"

#include <utility>

#include "harness/model/place.h"

namespace spanproof {
namespace {

class Alterations {
 public:
  explicit Alterations(const std::function<void(const std::string&)>& changed) : changed_(changed) {}

  std::size_t count() const { return count_; }

  void OfExpectation(Expectation* expect, const std::string& prefix) {
    if (expect->empty()) return;
    if (expect->result) OfValue(&*expect->result, {prefix + "result", ""});
    for (NamedValue& object : expect->objects) OfObject(&object, prefix);
    if (expect->events) OfEvents(&*expect->events, prefix);
    if (expect->foreign) OfForeign(&*expect->foreign, prefix);
    if (expect->text) OfText(&*expect->text, prefix + "text");
    if (expect->last_error) With(&*expect->last_error, *expect->last_error ^ 1, prefix + "last_error");
    OfEnding(expect, prefix);
  }

  // What an answer is chosen by owes nothing: another would be chosen, or none.
  void OfAnswer(CallbackAnswer* answer, bool any_order, const std::string& prefix) {
    if (answer->expect_arguments && !any_order) OfArguments(&*answer->expect_arguments, prefix + "expect_args ");
    for (Reached& reached : answer->expect_memory) {
      if (!any_order) OfReached(&reached, prefix + "expect_memory ");
    }
    for (std::size_t i = 0; i < answer->steps.size(); ++i) {
      OfExpectation(&answer->steps[i].expect, prefix + "step " + std::to_string(i + 1) + " expect ");
    }
  }

 private:
  template <typename T, typename U>
  void With(T* at, U other, const std::string& place) {
    T kept = std::exchange(*at, T(std::move(other)));
    ++count_;
    changed_(place);
    *at = std::move(kept);
  }

  void OfValue(Value* value, const Place& place) {
    if (auto* scalar = std::get_if<Scalar>(&value->data)) {
      With(&scalar->bits, scalar->bits ^ 1, place.Spell());
    } else if (auto* pointer = std::get_if<Pointer>(&value->data)) {
      OfPointer(pointer, place);
    } else if (auto* packed = std::get_if<Packed>(&value->data)) {
      OfPacked(packed, place);
    } else if (auto* array = std::get_if<Array>(&value->data)) {
      auto& elements = array->elements;
      if (elements.empty()) return;
      OfValue(&elements.front(), place.Element(0));
      if (elements.size() > 1) OfValue(&elements.back(), place.Element(elements.size() - 1));
    } else if (auto* record = std::get_if<Record>(&value->data)) {
      for (auto& [name, member] : record->fields) OfValue(&member, place.Member(name));
    }
  }

  void OfPointer(Pointer* pointer, const Place& place) {
    With(pointer, Pointer{Pointer::To::kForeign, "dll99999", 0, 0}, place.Spell());
    if (pointer->to == Pointer::To::kNull) return;
    With(pointer, Pointer{}, place.Spell() + " (null)");
    if (pointer->to == Pointer::To::kCallback) return;
    With(&pointer->offset, pointer->offset + 1, place.Spell() + " (offset)");
  }

  void OfPacked(Packed* packed, const Place& place) {
    const std::size_t count = packed->bytes.size() / packed->width;
    if (count == 0) return;
    With(&packed->bytes.front(), packed->bytes.front() ^ 1, place.Element(0).Spell());
    auto* last = &packed->bytes[(count - 1) * packed->width];
    if (count > 1) With(last, *last ^ 1, place.Element(count - 1).Spell());
  }

  void OfObject(NamedValue* object, const std::string& prefix) {
    OfValue(&object->value, {prefix + "object " + object->name, ""});
    With(&object->name, object->name + "'", prefix + "object " + object->name + " (another)");
  }

  void OfArguments(std::vector<Value>* arguments, const std::string& prefix) {
    for (std::size_t i = 0; i < arguments->size(); ++i) {
      OfValue(&(*arguments)[i], {prefix + "argument " + std::to_string(i), ""});
    }
  }

  void OfReached(Reached* reached, const std::string& prefix) {
    Place place = PlaceOf(reached->path);
    place.root = prefix + place.root;
    OfValue(&reached->value, place);
    Path other = reached->path;
    other.segments.emplace_back(std::string("elsewhere"));
    With(&reached->path, std::move(other), place.Spell() + " (elsewhere)");
  }

  // Patterns for addresses stay what they are.
  void OfText(std::string* text, const std::string& place) {
    With(text, "~" + *text, place + " (begin)");
    With(text, *text + "~", place + " (end)");
    if (text->size() > 2) With(text, text->substr(0, text->size() - 1), place + " (shorter)");
  }

  void OfEvents(std::vector<Event>* events, const std::string& prefix) {
    for (std::size_t i = 0; i < events->size(); ++i) {
      const std::string place = prefix + "event " + std::to_string(i + 1) + " ";
      if (auto* text = std::get_if<PrintedText>(&(*events)[i])) {
        OfText(&text->bytes, place + "text");
        const Stream other = text->stream == Stream::kStdout ? Stream::kStderr : Stream::kStdout;
        With(&text->stream, other, place + "stream");
      } else {
        OfInvocation(&std::get<CallbackRecord>((*events)[i]), place);
      }
    }
    std::vector<Event> fewer = *events;
    if (!fewer.empty()) {
      fewer.pop_back();
      With(events, fewer, prefix + "events (one fewer)");
    }
    std::vector<Event> more = *events;
    more.emplace_back(PrintedText{Stream::kStderr, "~"});
    With(events, more, prefix + "events (one more)");
  }

  void OfInvocation(CallbackRecord* record, const std::string& place) {
    With(&record->callback, record->callback + "'", place + "callback");
    OfArguments(&record->arguments, place);
    for (Reached& reached : record->memory) OfReached(&reached, place);
    for (Reached& reached : record->written) OfReached(&reached, place + "write ");
    if (!record->raised.empty()) With(&record->raised, record->raised + "~", place + "raise");
    OfValue(&record->answer, {place + "return", ""});
  }

  void OfForeign(std::vector<CallbackRecord>* calls, const std::string& prefix) {
    for (std::size_t i = 0; i < calls->size(); ++i) {
      CallbackRecord& call = (*calls)[i];
      const std::string place = prefix + "foreign " + std::to_string(i + 1) + " ";
      With(&call.callback, call.callback + "'", place + "callback");
      OfArguments(&call.arguments, place);
      for (Reached& reached : call.memory) OfReached(&reached, place);
    }
    std::vector<CallbackRecord> fewer = *calls, more = *calls;
    if (!fewer.empty()) {
      fewer.pop_back();
      With(calls, fewer, prefix + "foreign (one fewer)");
    }
    more.push_back({"~", {}, {}, {}, {}});
    With(calls, more, prefix + "foreign (one more)");
  }

  void OfEnding(Expectation* expect, const std::string& prefix) {
    const Ending wanted = expect->ending.value_or(Ending::kReturned);
    for (const Ending other : {Ending::kReturned, Ending::kError, Ending::kFault, Ending::kCrash, Ending::kTimeout,
                               Ending::kEnded}) {
      if (other != wanted) With(&expect->ending, other, prefix + "ending " + std::string(Name(other)));
    }
    if (expect->code) With(&expect->code, *expect->code ^ 1, prefix + "code");
    if (!expect->kind.empty()) With(&expect->kind, expect->kind + "~", prefix + "kind");
    if (!expect->module.empty()) With(&expect->module, expect->module + "~", prefix + "module");
    if (!expect->message_contains.empty()) {
      With(&expect->message_contains, expect->message_contains + "~", prefix + "message (end)");
      With(&expect->message_contains, "~" + expect->message_contains, prefix + "message (begin)");
    }
  }

  const std::function<void(const std::string&)>& changed_;
  std::size_t count_ = 0;
};

}  // namespace

std::size_t ForEachAlteration(Case* spec, const std::function<void(const std::string& place)>& changed) {
  Alterations alterations(changed);
  for (std::size_t i = 0; i < spec->steps.size(); ++i) {
    if (!spec->steps[i].due) continue;
    alterations.OfExpectation(&spec->steps[i].expect, "step " + std::to_string(i + 1) + " expect ");
  }
  for (CallbackSpec& callback : spec->callbacks) {
    for (std::size_t i = 0; i < callback.answers.size(); ++i) {
      alterations.OfAnswer(&callback.answers[i], callback.any_order,
                           "callback " + callback.name + " answer " + std::to_string(i + 1) + " ");
    }
  }
  return alterations.count();
}

}  // namespace spanproof
