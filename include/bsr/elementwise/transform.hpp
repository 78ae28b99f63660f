// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// What the functions of one matrix have in common: same structure, other elements.
#include <complex>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "bsr/base/error.hpp"
#include "bsr/base/extent.hpp"
#include "bsr/base/scalar.hpp"
#include "bsr/base/target.hpp"
#include "bsr/storage/buffer.hpp"
#include "bsr/storage/matrix.hpp"
#include "bsr/storage/structure.hpp"

namespace bsr::inline v0::inline BSR_TARGET::detail {

/// A number in an error.
template <class T>
struct shown {
  T value;
};
template <class T>
message& operator<<(message& out, const shown<T>& number) {
  if constexpr (std::same_as<T, bool>)
    return out << (number.value ? "true" : "false");
  else if constexpr (std::integral<T>)
    return out << static_cast<std::conditional_t<std::is_signed_v<T>, std::int64_t, std::uint64_t>>(
               number.value);
  else if constexpr (is_complex<T>)
    return out << '(' << shown<typename T::value_type>{number.value.real()} << ", "
               << shown<typename T::value_type>{number.value.imag()} << ')';
  else if (number.value != number.value)
    return out << "nan";  // without its sign, which no one has set
  else
    return out << static_cast<double>(number.value);
}

/// The blocks up to indptr[-1].
template <class View>
std::int64_t used_blocks(const View& a) {
  return a.indptr()[static_cast<std::size_t>(a.block_rows())];
}

/// to[k] = f(from[k]).
template <class T, class U, class F>
void transform_array(const T* BSR_RESTRICT from, U* BSR_RESTRICT to, std::int64_t n, const F& f) {
  for (std::int64_t k = 0; k < n; ++k) to[k] = f(from[k]);
}

/// Calls row(first, count) for every piece of a row that lies inside the matrix, where data[first .. first +
/// count) are its elements.
template <class View, class F>
void for_each_piece_inside(const View& a, const F& row) {
  const dims block = a.blocksize();
  const auto* const indptr = a.indptr().data();
  const auto* const indices = a.indices().data();
  for (std::int64_t i = 0; i < a.block_rows(); ++i) {
    const std::int64_t below = a.rows() - i * block.rows;
    const std::int64_t height = below < block.rows ? below : block.rows;
    for (std::int64_t k = indptr[i]; k < indptr[i + 1]; ++k) {
      const std::int64_t right = a.cols() - indices[k] * block.cols;
      const std::int64_t width = right < block.cols ? right : block.cols;
      for (std::int64_t r = 0; r < height; ++r) row((k * block.rows + r) * block.cols, width);
    }
  }
}

/// A matrix with the structure of a and other elements, as many as a has in blocks up to indptr[-1].
template <class U, class View>
auto with_elements(const View& a, buffer<U>&& data) {
  using Index = typename View::index_type;
  return matrix<U, View::static_rows, View::static_cols, Index>(
      a.shape(), std::move(data), buffer<Index>(a.indices().first(static_cast<std::size_t>(used_blocks(a)))),
      buffer<Index>(a.indptr()), a.blocksize(), padded);
}

/// A matrix with the structure of a and the elements f(element); padding is not given to f and becomes zero.
/// The indices of a must have been checked. O(nnz).
template <class U, class View, class F>
auto transform(const View& a, const F& f) {
  const std::int64_t n = used_blocks(a) * a.blocksize().rows * a.blocksize().cols;
  const auto* const from = a.data().data();
  buffer<U> data;
  if (!a.is_padded()) {
    data = buffer<U>(n, uninitialized);
    transform_array(from, data.data(), n, f);
  } else {
    data = buffer<U>(n);
    U* const to = data.data();
    for_each_piece_inside(a, [&](std::int64_t first, std::int64_t count) {
      transform_array(from + first, to + first, count, f);
    });
  }
  return with_elements<U>(a, std::move(data));
}

}  // namespace bsr::inline v0::inline BSR_TARGET::detail
