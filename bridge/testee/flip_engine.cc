// SPDX-License-Identifier: MIT
#include "bridge/testee/flip_engine.h"

#include <mutex>
#include <utility>
#include <vector>

namespace bridge::testee {
namespace {

using namespace spanproof;  // every name below is the SDK's

class FlipEngine final : public Engine {
 public:
  FlipEngine(std::unique_ptr<Engine> engine, std::size_t argument, std::size_t offset)
      : engine_(std::move(engine)), argument_(argument), offset_(offset) {}

  Description Describe() override { return engine_->Describe(); }
  EngineResult<Handle> Load(const std::string& path) override { return engine_->Load(path); }
  EngineResult<void> Unload(Handle module) override { return engine_->Unload(module); }
  EngineResult<Handle> Bind(Handle module, const std::string& symbol, const TypeTable& types,
                            const Prototype& prototype) override {
    auto bound = engine_->Bind(module, symbol, types, prototype);
    if (!bound) return bound;
    const bool flips = argument_ < prototype.arguments.size() &&
                       types[prototype.arguments[argument_]].kind == Kind::kPointer;
    const std::lock_guard lock(mutex_);
    if (flips_.size() <= *bound) flips_.resize(*bound + 1);
    flips_[*bound] = flips;
    return bound;
  }
  EngineResult<Called> Call(Handle function, std::span<const Slot> arguments, const CallOptions& options) override {
    auto called = engine_->Call(function, arguments, options);
    const std::lock_guard lock(mutex_);
    if (called && flips_.at(function) && arguments[argument_].words[0] != 0)
      reinterpret_cast<unsigned char*>(arguments[argument_].words[0])[offset_] ^= 1;
    return called;
  }
  EngineResult<std::shared_ptr<void>> MakeCallback(const TypeTable& types, const Prototype& prototype,
                                                   CallbackSink sink) override {
    return engine_->MakeCallback(types, prototype, std::move(sink));
  }
  std::uint64_t CallbackAddress(const std::shared_ptr<void>& callback) override {
    return engine_->CallbackAddress(callback);
  }
  std::vector<PrintedText> TakeText() override { return engine_->TakeText(); }

 private:
  const std::unique_ptr<Engine> engine_;
  const std::size_t argument_, offset_;
  std::mutex mutex_;         // of the next
  std::vector<bool> flips_;  // by function
};

}  // namespace

std::unique_ptr<Engine> MakeFlipEngine(std::unique_ptr<Engine> engine, std::size_t argument, std::size_t offset) {
  return std::make_unique<FlipEngine>(std::move(engine), argument, offset);
}

}  // namespace bridge::testee
