// SPDX-License-Identifier: MIT
#include "harness/trace/sample_trace.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "harness/trace/writer.h"

namespace spanproof {
namespace {

Value Int16(std::uint16_t number) { return Value{Scalar{Kind::kInt16, 2, number}}; }

Value PointerTo(std::string name) {
  return Value{Pointer{Pointer::To::kObject, std::move(name), 0, 0x7000}};
}

TracedDeclarations SampleDeclarations() {
  Directive directive;
  directive.pointer = Path{0, {std::string("data")}};
  directive.length = {Path{0, {std::string("width")}}, Path{Path::kResult, {std::int64_t{-1}}}};
  directive.func = "lambda x, y: x * y";
  directive.type = "int16_t";
  TracedPrototype edge{Convention::kStdcall, "int16_t", {"Image*"}, {directive}};
  TracedPrototype filter{Convention::kCdecl, "void", {"Image*", "edge_t"}, {}};
  TracedDeclarations declarations;
  declarations.file = "callbacks/filter.json";
  declarations.modules = {{"image", "image.dll"}};
  declarations.structs = {{"Image", {{"data", "int16_t*"}, {"width", "int16_t"}}, 0, false}};
  declarations.prototypes = {{"edge_t", edge}};
  declarations.functions = {{"filter", "image", "filter_edge", filter}};
  return declarations;
}

StepRecord SampleCall() {
  Record image;
  image.fields = {{"data", PointerTo("pixels")}, {"width", Int16(3)}};
  const NamedValue before_image{"image", Value{image}};
  const NamedValue before_pixels{"pixels", Value{Packed{Kind::kInt16, 2, {1, 0, 2, 0, 3, 0}}}};
  const NamedValue after_pixels{"pixels", Value{Packed{Kind::kInt16, 2, {1, 0, 9, 0, 3, 0}}}};
  CallbackRecord callback;
  callback.callback = "edge";
  callback.arguments = {PointerTo("image")};
  callback.memory = {{Path{0, {}}, Value{image}},
                     {Path{0, {std::string("data")}}, before_pixels.value}};
  callback.answer = Int16(9);
  callback.written = {{Path{0, {std::string("data"), std::int64_t{1}}}, Int16(9)}};
  StepRecord call;
  call.step = "call";
  call.target = "filter";
  call.arguments = {PointerTo("image"), Value{Pointer{Pointer::To::kCallback, "edge", 0, 0}}};
  call.before = {before_image, before_pixels};
  call.after = {before_image, after_pixels};
  call.result = Value{Array{{Int16(1), Value{}, Value{Pointer{Pointer::To::kOpaque, "", 0, 7}}}}};
  call.events = {PrintedText{Stream::kStdout, "data = 0x00AF5778\n"}, callback,
                 PrintedText{Stream::kStderr, "done\n"}};
  call.last_error = 5;
  call.last_error_known = true;
  call.nanoseconds = 1234;
  return call;
}

}  // namespace

Trace SampleTrace() {
  Trace trace = SampleTraceOfVersion2();
  trace.version = 3;
  trace.environment.kind = "inproc";
  trace.declarations[0].functions.push_back({"at", "", "", {Convention::kCdecl, "int16_t", {"int16_t"}, {}}});
  TracedCase& one = trace.cases[0];
  one.callbacks.push_back({"tick", "tick_t", Int16(0xffff)});
  StepRecord bind;
  bind.step = "bind";
  bind.target = "at";
  bind.arguments = {Value{Pointer{Pointer::To::kForeign, "dll2", 0, 0x7100}}};
  StepRecord inside;
  inside.step = "call";
  inside.target = "at";
  inside.arguments = {Int16(1)};
  inside.ending = Ending::kFault;
  inside.code = 0xc0000005;
  inside.module = "image.dll";
  CallbackRecord outer;
  outer.callback = "tick";
  outer.arguments = {Int16(1)};
  outer.steps = {inside};
  outer.raised = "enough";
  CallbackRecord foreign;
  foreign.callback = "tick";
  foreign.arguments = {Int16(2)};
  foreign.answer = Int16(3);
  foreign.nth = 1;
  StepRecord call;
  call.step = "call";
  call.target = "filter";
  call.thread = "t1";
  call.parallel = 1;
  call.repeat = 3;
  call.deadline_ms = 250;
  call.choice = 1;
  call.ending = Ending::kError;
  call.kind = "raised";
  call.message = "enough";
  call.events = {outer};
  call.foreign = {foreign};
  StepRecord ended;
  ended.step = "call";
  ended.target = "at";
  ended.ending = Ending::kEnded;
  ended.code = 7;
  StepRecord not_due;
  not_due.step = "wait";
  not_due.target = "tick";
  not_due.due = false;
  for (const StepRecord& step : {bind, call, ended, not_due}) one.record.steps.push_back(step);
  return trace;
}

Trace SampleTraceOfVersion2() {
  Trace trace = SampleTraceOfVersion1();
  trace.version = 2;
  trace.declarations[0].structs.push_back({"Flags", {{"on", "int : 1"}, {"", "int : 0"}}, 0, false, 16});
  trace.declarations[0].prototypes.emplace_back("print_t",
                                                TracedPrototype{Convention::kVectorcall, "long double", {"char*", "...", "int"}, {}});
  trace.declarations[0].data = {{"counter", "image", "counter_of_images", "int16_t"}};
  TracedCase& one = trace.cases[0];
  one.objects.push_back({"kept", "int16_t[2]", std::nullopt, true});
  StepRecord read;
  read.step = "read";
  read.target = "data:counter";
  read.type = "int16_t";
  read.result = Int16(5);
  StepRecord write;
  write.step = "write";
  write.target = "dll1+2";
  write.type = "int16_t";
  write.arguments = {Int16(6), Value{Scalar{Kind::kLongDouble, kX87Width, 0xaaaaaaaaaaaaaaab, 0x3ffd}}};
  one.record.steps.push_back(read);
  one.record.steps.push_back(write);
  return trace;
}

Trace SampleTraceOfVersion1() {
  Trace trace;
  trace.version = 1;
  trace.environment = {"inproc@wine-8.0/win64", "inproc", "0.1.0", "compiled", "win64-gnu",
                       "wine", "8.0", "a CPU", "gcc 12", "r1", {{"image.dll", "00ff"}}};
  trace.declarations = {SampleDeclarations()};
  StepRecord load;
  load.step = "load";
  load.target = "missing";
  load.ending = Ending::kError;
  load.code = 126;
  load.message = "no such module";
  TracedCase one;
  one.objects = {{"image", "Image", std::nullopt}, {"pixels", "int16_t[3]", Value{}}};
  one.callbacks = {{"edge", "edge_t"}};
  one.record = {"callbacks.filter.sample", {load, SampleCall()}};
  one.complete = true;
  trace.cases = {one};
  trace.complete = true;
  return trace;
}

std::vector<std::uint8_t> BytesOf(const Trace& trace) {
  const auto path = std::filesystem::temp_directory_path() /
                    ("spanproof-sample-" + std::to_string(getpid()) + ".trace");
  {
    auto writer = TraceWriter::Create(path, trace.environment).value();
    std::size_t declared = 0;
    for (const TracedCase& one : trace.cases) {
      while (declared <= one.declarations) writer->Declare(trace.declarations[declared++]);
      writer->BeginCase(one.record.id, one.objects, one.callbacks);
      for (const StepRecord& step : one.record.steps) writer->AddStep(step);
      writer->EndCase();
    }
    writer->Finish();
  }
  std::ifstream file(path, std::ios::binary);
  std::vector<std::uint8_t> bytes{std::istreambuf_iterator<char>(file), {}};
  file.close();
  std::filesystem::remove(path);
  return bytes;
}

}  // namespace spanproof
