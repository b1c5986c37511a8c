// The part of C++20's std::span that the binding needs, for C++17.
#ifndef HEARTH_DETAIL_SPAN_HPP
#define HEARTH_DETAIL_SPAN_HPP
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <type_traits>
#include <utility>

namespace hearth {

/// Borrowed contiguous elements. Made from anything with data() and size(), from a C array, from pointer and length, and (of const elements, for
/// the length of the call) from a braced list.
template <class T> class span {
  template <class C>
  using data_of = std::enable_if_t<std::is_convertible_v<std::remove_pointer_t<decltype(std::declval<C &>().data())> (*)[], T (*)[]> &&
                                   std::is_convertible_v<decltype(std::declval<C &>().size()), std::size_t>>;

public:
  span() noexcept = default;
  span(T *data, std::size_t size) noexcept : data_(data), size_(size) {}
  template <std::size_t N> span(T (&elements)[N]) noexcept : data_(elements), size_(N) {}
  template <class C, class = data_of<C>> span(C &&container) noexcept : data_(container.data()), size_(container.size()) {}
  template <class U = T, class = std::enable_if_t<std::is_const_v<U>>> span(std::initializer_list<std::remove_const_t<U>> list) noexcept : size_(list.size()) {
    data_ = list.begin();
  }

  T *data() const noexcept { return data_; }
  std::size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }
  T *begin() const noexcept { return data_; }
  T *end() const noexcept { return data_ + size_; }
  T &operator[](std::size_t i) const noexcept { return data_[i]; }

private:
  T *data_ = nullptr;
  std::size_t size_ = 0;
};

namespace detail {

/// The common size of several spans, or -1, which every C function refuses on all ranks: an exception here would leave the others waiting.
inline int64_t same_size(std::initializer_list<std::size_t> sizes) noexcept {
  for (std::size_t size : sizes)
    if (size != *sizes.begin()) return -1;
  return static_cast<int64_t>(*sizes.begin());
}

/// Number of rows of `columns` elements in each of several spans of equal size, or -1.
inline int64_t rows(std::initializer_list<std::size_t> sizes, int64_t columns) noexcept {
  const int64_t total = same_size(sizes);
  return columns > 0 && total >= 0 && total % columns == 0 ? total / columns : -1;
}

/// A length for a vector; the C function refuses the negative number itself.
inline int64_t at_least_zero(int64_t n) noexcept {
  return n < 0 ? 0 : n;
}

} // namespace detail
} // namespace hearth
#endif
