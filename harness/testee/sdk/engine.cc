// SPDX-License-Identifier: MIT
#include "harness/testee/sdk/engine.h"

namespace spanproof {
namespace {

tl::unexpected<EngineError> Cannot(const char* what) {
  return tl::unexpected(EngineError{EngineError::Kind::kUnsupported, 0, 0, std::string("this testee cannot ") + what});
}

}  // namespace

EngineResult<Handle> Engine::BindAt(std::uint64_t, const TypeTable&, const Prototype&) {
  return Cannot("bind functions by their address");
}

EngineResult<std::uint64_t> Engine::FindData(Handle, const std::string&, const TypeTable&, TypeId) {
  return Cannot("find exported variables");
}

EngineResult<void> Engine::ReadForeign(std::uint64_t, std::span<std::uint8_t>) {
  return Cannot("read memory of the DLL's");
}

EngineResult<void> Engine::WriteForeign(std::uint64_t, std::span<const std::uint8_t>) {
  return Cannot("write memory of the DLL's");
}

EngineResult<std::shared_ptr<void>> Engine::MakeRetained(std::uint64_t) {
  return Cannot("make memory that the DLL may keep");
}

}  // namespace spanproof
