// SPDX-License-Identifier: MIT
#include "bridge/client/nd_array.h"

#include <algorithm>
#include <cctype>
#include <cstring>
#include <functional>
#include <iterator>
#include <numeric>
#include <utility>

#include "bridge/core/nearest.h"

namespace bridge {
namespace {

struct Named {
  std::string_view name;
  DType dtype;
};
// ctypes' and numpy's names, with Windows' widths.
constexpr Named kNames[] = {
    {"bool", {'b', 1}}, {"c_bool", {'b', 1}}, {"int8", {'i', 1}}, {"c_byte", {'i', 1}}, {"c_char", {'i', 1}}, {"byte", {'i', 1}},
    {"uint8", {'u', 1}}, {"c_ubyte", {'u', 1}}, {"ubyte", {'u', 1}}, {"int16", {'i', 2}}, {"c_short", {'i', 2}}, {"short", {'i', 2}},
    {"uint16", {'u', 2}}, {"c_ushort", {'u', 2}}, {"ushort", {'u', 2}}, {"int32", {'i', 4}}, {"c_int", {'i', 4}}, {"intc", {'i', 4}},
    {"c_long", {'i', 4}}, {"uint32", {'u', 4}}, {"c_uint", {'u', 4}}, {"uintc", {'u', 4}}, {"c_ulong", {'u', 4}}, {"int64", {'i', 8}},
    {"c_longlong", {'i', 8}}, {"longlong", {'i', 8}}, {"uint64", {'u', 8}}, {"c_ulonglong", {'u', 8}}, {"ulonglong", {'u', 8}},
    {"float32", {'f', 4}}, {"c_float", {'f', 4}}, {"single", {'f', 4}}, {"float64", {'f', 8}}, {"c_double", {'f', 8}},
    {"double", {'f', 8}}, {"float", {'f', 8}}};

bool Fits(const DType& dtype) {
  if (dtype.kind == 'b') return dtype.size == 1;
  if (dtype.kind == 'f') return dtype.size == 4 || dtype.size == 8;
  return (dtype.kind == 'i' || dtype.kind == 'u') && (dtype.size == 1 || dtype.size == 2 || dtype.size == 4 || dtype.size == 8);
}

std::string Tuple(const std::vector<std::int64_t>& values) {
  std::string text = "(";
  for (std::size_t i = 0; i < values.size(); ++i) text += (i ? ", " : "") + std::to_string(values[i]);
  return text + (values.size() == 1 ? ",)" : ")");
}

bool Contiguous(const NdArray& array, bool fortran) {
  if (std::find(array.shape.begin(), array.shape.end(), 0) != array.shape.end()) return true;
  std::int64_t expected = array.dtype.size;
  for (std::size_t i = 0; i < array.shape.size(); ++i) {
    const std::size_t k = fortran ? i : array.shape.size() - 1 - i;
    if (array.shape[k] != 1 && array.strides[k] != expected) return false;
    expected *= array.shape[k];
  }
  return true;
}

// Calls with the byte offsets of each element in two layouts of one shape.
template <typename F>
void ForEach(const std::vector<std::int64_t>& shape, const std::vector<std::int64_t>& a, const std::vector<std::int64_t>& b, F&& visit) {
  if (std::find(shape.begin(), shape.end(), 0) != shape.end()) return;
  std::vector<std::int64_t> index(shape.size(), 0);
  std::int64_t at_a = 0, at_b = 0;
  for (;;) {
    visit(at_a, at_b);
    std::size_t k = shape.size();
    for (; k > 0; --k) {
      ++index[k - 1], at_a += a[k - 1], at_b += b[k - 1];
      if (index[k - 1] < shape[k - 1]) break;
      at_a -= a[k - 1] * shape[k - 1], at_b -= b[k - 1] * shape[k - 1];
      index[k - 1] = 0;
    }
    if (k == 0) return;
  }
}

struct Flags {
  bool c = false, f = false, aligned = false, writeable = false;
};

Expected<Flags> ParseFlags(std::string_view text) {
  static const std::vector<std::string> known = {"C_CONTIGUOUS", "CONTIGUOUS", "C", "F_CONTIGUOUS", "FORTRAN", "F", "ALIGNED", "A", "WRITEABLE", "W"};
  Flags flags;
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    std::string word;
    for (char c : text.substr(0, comma))
      if (c != ' ') word += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    text = comma == text.npos ? std::string_view() : text.substr(comma + 1);
    const auto at = std::find(known.begin(), known.end(), word) - known.begin();
    if (at == std::ssize(known))
      return Fail(ErrorCode::kInvalidArgument, "an array's flags: '" + word + "' is none" + SuggestName(word, known));
    (at < 3 ? flags.c : at < 6 ? flags.f : at < 8 ? flags.aligned : flags.writeable) = true;
  }
  return flags;
}

tl::unexpected<Error> Mismatch(const std::string& asked, const NdArray& array, const std::string& advice) {
  return Fail(ErrorCode::kInvalidArgument, "the function asks for " + asked + ", this is a " + array.Spell() + ": " + advice);
}

Expected<void> CheckDescription(const NdArray& array) {
  const auto no = [](const std::string& why) { return Fail(ErrorCode::kInvalidArgument, "this is no array: " + why); };
  if (!Fits(array.dtype)) return no("elements of kind '" + std::string(1, array.dtype.kind) + "' have no " + std::to_string(array.dtype.size) + " bytes");
  if (array.shape.size() > 32) return no("it has " + std::to_string(array.shape.size()) + " dimensions, 32 are the most");
  if (array.shape.size() != array.strides.size())
    return no("it has " + std::to_string(array.shape.size()) + " dimensions and " + std::to_string(array.strides.size()) + " strides");
  std::int64_t elements = 1;
  for (std::int64_t length : array.shape)
    if (length < 0 || __builtin_mul_overflow(elements, length, &elements) || elements > std::int64_t{1} << 40)
      return no("shape " + Tuple(array.shape) + " is negative or beyond reason");
  if (array.data == nullptr && elements != 0) return no("its data is null");
  return {};
}

}  // namespace

Expected<DType> DType::Parse(std::string_view text) {
  for (const Named& named : kNames)
    if (named.name == text) return named.dtype;
  DType dtype;
  std::string_view rest = text;
  if (!rest.empty() && (rest[0] == '<' || rest[0] == '>' || rest[0] == '=' || rest[0] == '|')) {
    dtype.big_endian = rest[0] == '>';
    rest.remove_prefix(1);
  }
  if (rest.size() == 2 && rest[1] >= '1' && rest[1] <= '8') {
    dtype.kind = rest[0];
    dtype.size = static_cast<std::uint32_t>(rest[1] - '0');
    if (dtype.size == 1) dtype.big_endian = false;
    if (Fits(dtype)) return dtype;
  }
  std::vector<std::string> names = {"<f4", "<f8", "<i4", ">i4", "<u2", "|u1", "|b1"};
  for (const Named& named : kNames) names.emplace_back(named.name);
  return Fail(ErrorCode::kInvalidArgument, "'" + std::string(text) + "' is no dtype" + SuggestName(text, names));
}

std::string DType::Spell() const {
  return std::string(1, size == 1 ? '|' : big_endian ? '>' : '<') + kind + std::to_string(size);
}

std::int64_t NdArray::elements() const {
  return std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>());
}
bool NdArray::c_contiguous() const { return Contiguous(*this, false); }
bool NdArray::f_contiguous() const { return Contiguous(*this, true); }
bool NdArray::aligned() const {
  const auto fits = [this](std::int64_t value) { return value % static_cast<std::int64_t>(dtype.size) == 0; };
  if (!fits(static_cast<std::int64_t>(reinterpret_cast<std::uintptr_t>(data) % dtype.size))) return false;
  for (std::size_t i = 0; i < shape.size(); ++i)
    if (shape[i] > 1 && !fits(strides[i])) return false;
  return true;
}

std::string NdArray::Spell() const {
  std::string text = dtype.Spell() + " array of shape " + Tuple(shape) + ", strides " + Tuple(strides);
  if (c_contiguous()) text += ", C_CONTIGUOUS";
  if (f_contiguous()) text += ", F_CONTIGUOUS";
  if (aligned()) text += ", ALIGNED";
  if (writeable) text += ", WRITEABLE";
  return text;
}

std::vector<std::int64_t> ContiguousStrides(const std::vector<std::int64_t>& shape, std::uint32_t size, bool fortran) {
  std::vector<std::int64_t> strides(shape.size());
  std::int64_t stride = size;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const std::size_t k = fortran ? i : shape.size() - 1 - i;
    strides[k] = stride;
    // What is too large for any memory is refused by who looks at the whole.
    if (__builtin_mul_overflow(stride, std::max<std::int64_t>(shape[k], 1), &stride)) stride = INT64_MAX;
  }
  return strides;
}

Expected<NdReady> NdPointer::TryCheck(const NdArray& array) const {
  if (auto sound = CheckDescription(array); !sound) return tl::unexpected(sound.error());
  auto wanted = ParseFlags(flags);
  if (!wanted) return tl::unexpected(wanted.error());
  if (!dtype.empty()) {
    auto type = DType::Parse(dtype);
    if (!type) return tl::unexpected(type.error());
    if (type->kind == array.dtype.kind && type->size == array.dtype.size && *type != array.dtype)
      return Mismatch("dtype " + type->Spell(), array, "swap the bytes of its elements");
    if (*type != array.dtype) return Mismatch("dtype " + type->Spell(), array, "convert its elements");
  }
  if (ndim && *ndim != array.ndim())
    return Mismatch(std::to_string(*ndim) + " dimensions", array, "reshape it");
  if (shape && *shape != array.shape) return Mismatch("shape " + Tuple(*shape), array, "reshape or cut it");
  if (wanted->writeable && !array.writeable) return Mismatch("WRITEABLE", array, "pass a copy that may be written");
  const bool fortran = wanted->f && !wanted->c;
  // C's order is what a function means that says nothing, as soon as it wants a copy.
  const bool fits = (!wanted->c || array.c_contiguous()) && (!wanted->f || array.f_contiguous()) &&
                    (!wanted->aligned || array.aligned()) &&
                    (wanted->c || wanted->f || !make_contiguous || array.c_contiguous());
  if (fits) return NdReady(array, false, fortran);
  if (make_contiguous && !(wanted->c && wanted->f)) return NdReady(array, true, fortran);
  const std::string missing = wanted->c && !array.c_contiguous()   ? "C_CONTIGUOUS"
                              : wanted->f && !array.f_contiguous() ? "F_CONTIGUOUS"
                                                                   : "ALIGNED";
  return Mismatch(missing, array, "pass a contiguous copy, or say make_contiguous");
}

NdReady::NdReady(NdArray original, bool copied, bool fortran) : original_(std::move(original)) {
  if (copied) {
    copy_strides_ = ContiguousStrides(original_.shape, original_.dtype.size, fortran);
    copy_.resize(std::max<std::size_t>(static_cast<std::size_t>(original_.elements()) * original_.dtype.size, 1));
    ForEach(original_.shape, copy_strides_, original_.strides, [&](std::int64_t to, std::int64_t from) {
      std::memcpy(copy_.data() + to, static_cast<const std::byte*>(original_.data) + from, original_.dtype.size);
    });
  }
  shape_.assign(original_.shape.begin(), original_.shape.end());
  const auto& strides = copied ? copy_strides_ : original_.strides;
  strides_.assign(strides.begin(), strides.end());
}

NdReady::NdReady(NdReady&& other) noexcept
    : original_(std::move(other.original_)),
      copy_strides_(std::move(other.copy_strides_)),
      copy_(std::exchange(other.copy_, {})),
      shape_(std::move(other.shape_)),
      strides_(std::move(other.strides_)) {}

NdReady::~NdReady() {
  if (copy_.empty() || !original_.writeable) return;
  ForEach(original_.shape, original_.strides, copy_strides_, [&](std::int64_t to, std::int64_t from) {
    std::memcpy(static_cast<std::byte*>(original_.data) + to, copy_.data() + from, original_.dtype.size);
  });
}

Expected<std::vector<Memsync>> NdMemsync(int first, int dimensions, const Type& element) {
  static constexpr const char* kProducts[] = {"", "", "lambda x, y: x * y", "lambda x, y, z: x * y * z", "lambda a, b, c, d: a * b * c * d"};
  if (dimensions < 1 || dimensions > 4)
    return Fail(ErrorCode::kInvalidArgument, "arrays of " + std::to_string(dimensions) + " dimensions: directives are made for 1 to 4");
  Memsync data{.pointer = {first}, .func = kProducts[dimensions], .type = element};
  for (int i = 0; i < dimensions; ++i) data.length.push_back({first + 2, i});
  return std::vector<Memsync>{std::move(data),
                              {.pointer = {first + 2}, .length = {{first + 1}}, .type = kInt32},
                              {.pointer = {first + 3}, .length = {{first + 1}}, .type = kInt32}};
}

}  // namespace bridge
