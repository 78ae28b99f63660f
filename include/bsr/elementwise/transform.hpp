// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// What the functions of one matrix have in common: same structure, other elements.
#include <complex>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <utility>

#include "bsr/base/error.hpp"
#include "bsr/base/extent.hpp"
#include "bsr/base/scalar.hpp"
#include "bsr/base/target.hpp"
#include "bsr/convert/result_memory.hpp"
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

/// A matrix with the structure of a and elements of U.
template <class U, class View>
using of_same_structure = matrix<U, View::static_rows, View::static_cols, typename View::index_type>;

/// A matrix with the structure of a and the elements f(element); padding is not given to f and becomes zero.
/// Maybe in the memory of `old`. The indices of a must have been checked. O(nnz).
template <class U, class View, class F>
of_same_structure<U, View> transform(const View& a, const F& f, of_same_structure<U, View>* old = nullptr) {
  const std::int64_t blocks = used_blocks(a);
  const std::int64_t n = blocks * a.blocksize().rows * a.blocksize().cols;
  const auto* const from = a.data().data();
  buffer<typename View::index_type> indptr(a.indptr());
  auto made = result_memory(old, n, blocks, a);
  U* const to = made.data.data();
  if (!a.is_padded()) {
    transform_array(from, to, n, f);
  } else {
    for (std::int64_t k = 0; k < n; ++k) to[k] = U{};
    for_each_piece_inside(a, [&](std::int64_t first, std::int64_t count) {
      transform_array(from + first, to + first, count, f);
    });
  }
  if (blocks > 0) std::memcpy(made.indices.data(), a.indices().data(), made.indices.bytes());
  return of_same_structure<U, View>(a.shape(), std::move(made.data), std::move(made.indices),
                                    std::move(indptr), a.blocksize(), padded);
}

}  // namespace bsr::inline v0::inline BSR_TARGET::detail
