// From C++ types to dtypes, and from pointers and vectors to windows.
#ifndef HEARTH_DETAIL_WINDOW_HPP
#define HEARTH_DETAIL_WINDOW_HPP
#include <complex>
#include <hearth/array.h>
#include <hearth/detail/span.hpp>
#include <vector>

namespace hearth {

/// The dtype of a C++ type; only the types below have one.
template <class T> struct dtype_of;
template <> struct dtype_of<bool> { static constexpr hearth_dtype value = HEARTH_BOOL; };
template <> struct dtype_of<int8_t> { static constexpr hearth_dtype value = HEARTH_INT8; };
template <> struct dtype_of<uint8_t> { static constexpr hearth_dtype value = HEARTH_UINT8; };
template <> struct dtype_of<int16_t> { static constexpr hearth_dtype value = HEARTH_INT16; };
template <> struct dtype_of<int32_t> { static constexpr hearth_dtype value = HEARTH_INT32; };
template <> struct dtype_of<int64_t> { static constexpr hearth_dtype value = HEARTH_INT64; };
template <> struct dtype_of<float> { static constexpr hearth_dtype value = HEARTH_FLOAT32; };
template <> struct dtype_of<double> { static constexpr hearth_dtype value = HEARTH_FLOAT64; };
template <> struct dtype_of<std::complex<float>> { static constexpr hearth_dtype value = HEARTH_COMPLEX64; };
template <> struct dtype_of<std::complex<double>> { static constexpr hearth_dtype value = HEARTH_COMPLEX128; };
static_assert(sizeof(bool) == 1, "HEARTH_BOOL is one byte");

/// Describes memory that the program keeps: `extents` elements per dimension, `strides` bytes between neighbours.
/// A shape that no window can describe gives a window that every call refuses.
template <class T> hearth_window window(T *base, span<const int64_t> extents, span<const int64_t> strides) noexcept {
  static_assert(!std::is_const_v<T>, "a window may be written through");
  hearth_window made = {};
  if (extents.size() > HEARTH_MAX_NDIM || strides.size() != extents.size()) return made;
  made.base = base;
  made.dtype = dtype_of<T>::value;
  made.ndim = static_cast<int32_t>(extents.size());
  for (std::size_t d = 0; d < extents.size(); d++) {
    made.extent[d] = extents[d];
    made.stride[d] = strides[d];
  }
  return made;
}

/// The same for contiguous memory, row-major (last dimension contiguous) unless `order` says otherwise.
template <class T> hearth_window window(T *base, span<const int64_t> extents, hearth_order order = HEARTH_ROW_MAJOR) noexcept {
  int64_t strides[HEARTH_MAX_NDIM] = {};
  const std::size_t n = extents.size();
  if (n > HEARTH_MAX_NDIM) return hearth_window{};
  int64_t stride = sizeof(T);
  for (std::size_t k = 0; k < n; k++) {
    const std::size_t d = order == HEARTH_COLUMN_MAJOR ? k : n - 1 - k;
    strides[d] = stride;
    stride *= extents[d];
  }
  return window(base, extents, span<const int64_t>(strides, n));
}

/// All of a vector, one dimension.
template <class T> hearth_window window(std::vector<T> &values) noexcept {
  return window(values.data(), {static_cast<int64_t>(values.size())});
}

} // namespace hearth
#endif
