// Local data as C++ sees it: an open piece of an array that closes itself.
#ifndef HEARTH_DETAIL_LOCAL_VIEW_HPP
#define HEARTH_DETAIL_LOCAL_VIEW_HPP
#include <hearth/array.h>
#include <hearth/detail/error.hpp>
#include <hearth/detail/window.hpp>

namespace hearth {

/// A piece of an array, open for the host until release() or the end of the view's life; the array must live as long. Indices are local.
template <class T> class local_view {
public:
  using value_type = std::remove_const_t<T>;

  local_view(hearth_array *array, const hearth_context *ctx, int32_t piece, int32_t access) : array_(array), ctx_(ctx), piece_(piece) {
    detail::check(hearth_array_access(array, piece, access, &window_), ctx, "array::access");
    if (window_.dtype == dtype_of<value_type>::value) return;
    hearth_array_release(array, piece);
    throw error(HEARTH_ERR_ARGUMENT, 0,
                std::string("array::access: the elements are ") + hearth_dtype_name(static_cast<hearth_dtype>(window_.dtype)) + ", not " +
                    hearth_dtype_name(dtype_of<value_type>::value));
  }
  local_view(const local_view &) = delete;
  local_view &operator=(const local_view &) = delete;
  local_view(local_view &&other) noexcept : array_(std::exchange(other.array_, nullptr)), ctx_(other.ctx_), piece_(other.piece_), window_(other.window_) {}
  local_view &operator=(local_view &&) = delete;
  ~local_view() {
    if (array_ != nullptr) hearth_array_release(array_, piece_);
  }

  /// Closes the piece (and brings what was written back); the view is not used afterwards.
  void release() { detail::check(hearth_array_release(std::exchange(array_, nullptr), piece_), ctx_, "array::release"); }

  T *base() const noexcept { return static_cast<T *>(window_.base); }
  int ndim() const noexcept { return window_.ndim; }
  int64_t extent(int dim) const noexcept { return window_.extent[dim]; }
  /// Bytes between neighbours.
  int64_t stride(int dim) const noexcept { return window_.stride[dim]; }
  const hearth_window &window() const noexcept { return window_; }
  int64_t size() const noexcept {
    int64_t elements = 1;
    for (int d = 0; d < ndim(); d++) elements *= extent(d);
    return elements;
  }

  /// The element at the local indices, as many as there are dimensions.
  template <class... Index> T &operator()(Index... index) const noexcept {
    const int64_t indices[] = {static_cast<int64_t>(index)...};
    int64_t offset = 0;
    for (std::size_t d = 0; d < sizeof...(index); d++) offset += indices[d] * window_.stride[d];
    return *reinterpret_cast<T *>(static_cast<char *>(window_.base) + offset);
  }

  /// True if the elements follow one another in row-major (last dimension fastest) or column-major order.
  bool contiguous() const noexcept { return dense(HEARTH_ROW_MAJOR) || dense(HEARTH_COLUMN_MAJOR); }
  bool contiguous(hearth_order order) const noexcept { return dense(order); }
  /// All elements in the order of memory; an error if they are not contiguous.
  hearth::span<T> span() const {
    if (!contiguous()) throw error(HEARTH_ERR_UNSUPPORTED, 0, "local_view::span: the elements are not contiguous, use operator()");
    return {base(), static_cast<std::size_t>(size())};
  }

private:
  bool dense(hearth_order order) const noexcept {
    if (size() == 0) return true;
    int64_t step = sizeof(T);
    for (int k = 0; k < ndim(); k++) {
      const int d = order == HEARTH_COLUMN_MAJOR ? k : ndim() - 1 - k;
      if (extent(d) != 1 && stride(d) != step) return false;
      step *= extent(d);
    }
    return true;
  }

  hearth_array *array_;
  const hearth_context *ctx_;
  int32_t piece_;
  hearth_window window_ = {};
};

namespace detail {

/// Adds access<T>(piece, access) to class array.
template <class Array> class typed_access {
public:
  /// Opens piece `piece` of this rank: HEARTH_READ, HEARTH_WRITE or HEARTH_READ_WRITE. Local. Throws if T is not the array's type.
  template <class T> local_view<T> access(int32_t piece = 0, int32_t access = HEARTH_READ_WRITE) {
    Array &self = static_cast<Array &>(*this);
    return local_view<T>(self.get(), self.context_handle(), piece, access);
  }
};

} // namespace detail
} // namespace hearth
#endif
