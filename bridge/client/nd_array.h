// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "bridge/client/exception.h"
#include "bridge/client/type_of.h"
#include "bridge/core/memsync.h"

// Arrays as numpy has them, for functions that take a pointer to their data, and demands on
// them as numpy's ndpointer makes them (seed 3):
//   bridge::NdArray image = bridge::NdView(pixels.data(), {480, 640});
//   bridge::NdPointer demands = {.dtype = "<f4", .ndim = 2, .flags = "C_CONTIGUOUS,ALIGNED"};
//   blur(demands.Data<float>(image), 640, 480);   // throws before anything crosses
namespace bridge {

// An element's type: byte order and kind, "<f4", ">i4", "u2" (little-endian), "b1", or a name: "float32", "c_int", "intc".
struct DType {
  char kind = 'u';        // 'i', 'u', 'f', or 'b' for bool
  std::uint32_t size = 1;  // bytes
  bool big_endian = false;
  bool operator==(const DType&) const = default;

  // kInvalidArgument with the nearest name.
  static Expected<DType> Parse(std::string_view text);
  std::string Spell() const;  // "<f4", "|u1"
};

// Of C++'s type, in this process's byte order.
template <typename T>
DType DTypeOf() {
  static_assert(std::is_arithmetic_v<T> && !std::is_same_v<T, long double>, "arrays have elements of 1 to 8 bytes");
  return {std::is_same_v<T, bool> ? 'b' : std::is_floating_point_v<T> ? 'f' : std::is_signed_v<T> ? 'i' : 'u', sizeof(T), false};
}

// Memory of the caller's, and how to read it. Owns nothing but its description.
struct NdArray {
  void* data = nullptr;
  DType dtype;
  std::vector<std::int64_t> shape;
  std::vector<std::int64_t> strides;  // bytes from one element to the next, by dimension; may be negative or 0
  bool writeable = true;

  std::int64_t ndim() const { return static_cast<std::int64_t>(shape.size()); }
  std::int64_t elements() const;
  // As numpy has them: dimensions of length 1 and empty arrays do not break contiguity.
  bool c_contiguous() const;
  bool f_contiguous() const;
  bool aligned() const;
  std::string Spell() const;  // "<f4 array of shape (10, 10), strides (40, 4), C_CONTIGUOUS, ALIGNED, WRITEABLE"
};

// The strides of a contiguous array: (2, 3, 4) of 8 bytes is (96, 32, 8) in C's order.
std::vector<std::int64_t> ContiguousStrides(const std::vector<std::int64_t>& shape, std::uint32_t size, bool fortran = false);

// A contiguous array over memory that holds `shape` elements in C's order.
template <typename T>
NdArray NdView(T* data, std::vector<std::int64_t> shape) {
  using Element = std::remove_const_t<T>;
  auto strides = ContiguousStrides(shape, sizeof(T));
  return {const_cast<Element*>(data), DTypeOf<Element>(), std::move(shape), std::move(strides), !std::is_const_v<T>};
}

// An array that meets demands, for the time of a call. Where it had to be made contiguous it holds a copy, and
// writes that back into a writeable original when it ends.
class NdReady {
 public:
  ~NdReady();
  NdReady(NdReady&& other) noexcept;
  NdReady& operator=(NdReady&&) = delete;

  void* data() const { return copy_.empty() ? original_.data : const_cast<std::byte*>(copy_.data()); }
  int ndim() const { return static_cast<int>(original_.ndim()); }
  bool is_copy() const { return !copy_.empty(); }
  // For functions that take (data, ndim, shape*, strides*); see NdMemsync. Valid while this lives.
  std::int32_t* shape() { return shape_.data(); }
  std::int32_t* strides() { return strides_.data(); }

 private:
  friend struct NdPointer;
  NdReady(NdArray original, bool copied, bool fortran);
  NdArray original_;
  std::vector<std::int64_t> copy_strides_;
  std::vector<std::byte> copy_;
  std::vector<std::int32_t> shape_, strides_;
};

// What a function demands of an array; what is not said is not demanded. A value.
struct NdPointer {
  std::string dtype = {};                               // as DType::Parse reads it
  std::optional<std::int64_t> ndim = {};
  std::optional<std::vector<std::int64_t>> shape = {};
  std::string flags = {};                               // of C_CONTIGUOUS (CONTIGUOUS, C), F_CONTIGUOUS (FORTRAN, F), ALIGNED (A), WRITEABLE (W)
  bool make_contiguous = false;                         // else a view that is not contiguous is refused

  // kInvalidArgument says what was demanded, what came and what to do; or which word of these demands is wrong.
  // Nothing crosses here: what comes out is passed like any pointer, with the function's memsync directives.
  Expected<NdReady> TryCheck(const NdArray& array) const;
  NdReady Check(const NdArray& array) const { return ValueOrThrow(TryCheck(array)); }

  // The pointer alone, where no copy can be needed.
  template <typename T>
  T* Data(const NdArray& array) const {
    NdPointer demands = *this;
    demands.make_contiguous = false;
    if (demands.dtype.empty()) demands.dtype = DTypeOf<std::remove_const_t<T>>().Spell();
    if (!std::is_const_v<T>) demands.flags += demands.flags.empty() ? "WRITEABLE" : ",WRITEABLE";
    return static_cast<T*>(demands.Check(array).data());
  }
};

// The directives of a function that takes data, ndim, shape and strides in the four arguments from `first` on, for
// contiguous arrays of `dimensions` dimensions; more than four dimensions need directives of their own.
Expected<std::vector<Memsync>> NdMemsync(int first, int dimensions, const Type& element);

}  // namespace bridge
