// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// A matrix times a number, or with its rows or columns times one number each.
#include <complex>
#include <concepts>
#include <cstdint>
#include <type_traits>

#include "bsr/base/error.hpp"
#include "bsr/base/extent.hpp"
#include "bsr/base/result_type.hpp"
#include "bsr/base/scalar.hpp"
#include "bsr/base/target.hpp"
#include "bsr/convert/copy.hpp"
#include "bsr/elementwise/conj.hpp"
#include "bsr/elementwise/number.hpp"
#include "bsr/elementwise/transform.hpp"
#include "bsr/format/check_format.hpp"
#include "bsr/storage/buffer.hpp"
#include "bsr/storage/matrix.hpp"
#include "bsr/storage/matrix_view.hpp"
#include "bsr/storage/structure.hpp"
#include "bsr/storage/view.hpp"

namespace bsr::inline v0::inline BSR_TARGET {
namespace detail {

/// What a number becomes next to elements of type U: a U, but a real one next to complex elements stays real.
template <class U, class S>
using factor_t = std::conditional_t<is_complex<S>, U, typename scalar_traits<U>::real>;

/// x * factor as a U.
template <class U, class Factor>
struct times {
  Factor factor;
  template <class T>
  BSR_INLINE U operator()(const T& x) const {
    if constexpr (is_complex<U> && !is_complex<Factor>) {
      const U z = cast_scalar<U>(x);
      return {z.real() * factor, z.imag() * factor};
    } else {
      return plain_product(cast_scalar<U>(x), factor);
    }
  }
};
/// x / divisor as a U; divisor is real.
template <class U, class Divisor>
struct divided_by {
  Divisor divisor;
  template <class T>
  BSR_INLINE U operator()(const T& x) const {
    if constexpr (is_complex<U>) {
      const U z = cast_scalar<U>(x);
      return {z.real() / divisor, z.imag() / divisor};
    } else {
      return cast_scalar<U>(x) / divisor;
    }
  }
};

/// The function x -> x * s, or x -> x / s, for results of type U.
template <class U, class S>
auto multiplier(const char* who, const S& s) {
  using factor = factor_t<U, S>;
  return times<U, factor>{number_as<factor>(who, s)};
}
template <class U, class S>
auto divider_by(const char* who, const S& s) {
  using factor = factor_t<U, S>;
  if constexpr (is_complex<factor>)
    return times<U, factor>{factor(1) / number_as<factor>(who, s)};
  else
    return divided_by<U, factor>{number_as<factor>(who, s)};
}

/// data[k] = f(data[k]).
template <class T, class F>
void transform_in_place(T* data, std::int64_t n, const F& f) {
  for (std::int64_t k = 0; k < n; ++k) data[k] = f(data[k]);
}

template <class T, class S>
inline constexpr bool keeps_type = std::same_as<scaled_type_t<T, S>, T>;

/// A sparse matrix whose elements may be written.
template <class A>
concept writable_matrix = sparse_like<A> && !std::is_const_v<typename view_t<A>::element_type>;

/// The numbers of v as Ts, with zeros up to a whole number of blocks.
template <class T, class V>
buffer<T> factors(const char* who, const char* what, const V& v, std::int64_t wanted,
                  std::int64_t padded_size) {
  if (v.size() != wanted)
    fail<shape_error>("bsr: ", who, "(a, v): v has ", v.size(), " elements, a has ", wanted, ' ', what, '.');
  buffer<T> result(padded_size);
  for (std::int64_t k = 0; k < wanted; ++k) result[k] = cast_scalar<T>(v(k));
  return result;
}

template <class T, int R, int C, class Index>
void scale_block_rows(const matrix_view<T, R, C, Index>& a, const T* factor) {
  const extent<R> rows(a.blocksize().rows);
  const extent<C> cols(a.blocksize().cols);
  const Index* const indptr = a.indptr().data();
  T* const data = a.data().data();
  for (std::int64_t i = 0; i < a.block_rows(); ++i)
    for (std::int64_t k = indptr[i]; k < indptr[i + 1]; ++k)
      for (std::int64_t r = 0; r < rows.value(); ++r) {
        const T f = factor[i * rows.value() + r];
        T* BSR_RESTRICT const row = data + (k * rows.value() + r) * cols.value();
        for (std::int64_t c = 0; c < cols.value(); ++c) row[c] = plain_product(row[c], f);
      }
}
template <class T, int R, int C, class Index>
void scale_block_columns(const matrix_view<T, R, C, Index>& a, const T* factor) {
  const extent<R> rows(a.blocksize().rows);
  const extent<C> cols(a.blocksize().cols);
  const Index* const indices = a.indices().data();
  const std::int64_t blocks = used_blocks(a);
  T* const data = a.data().data();
  for (std::int64_t k = 0; k < blocks; ++k) {
    const T* BSR_RESTRICT const f = factor + indices[k] * cols.value();
    T* BSR_RESTRICT const block = data + k * rows.value() * cols.value();
    for (std::int64_t r = 0; r < rows.value(); ++r)
      for (std::int64_t c = 0; c < cols.value(); ++c)
        block[r * cols.value() + c] = plain_product(block[r * cols.value() + c], f[c]);
  }
}

}  // namespace detail

/// a * s for a number s, of type scaled_type_t: a number widens the kind of the elements, never their
/// precision. The structure stays as it is: order, duplicates, blocks that become zero. bool times bool is
/// "and", integers wrap. O(nnz). Throws error when s is an integer that the integer type of the result cannot
/// hold, format_error when an index of a is out of range.
template <class A, scalar S>
  requires sparse_like<const A&>
auto multiply(const A& a, const S& s) {
  using U = scaled_type_t<detail::element_of<A>, S>;
  return detail::transform_as_stored<U>("multiply", a, detail::multiplier<U>("multiply", s));
}

/// a / s for a number s: real elements become double (float too, as in scipy), long double and complex ones
/// stay. Each element is divided, where scipy multiplies by 1 / s; a complex s is inverted once. Stored zeros
/// divided by 0 are NaN, zeros that are not stored stay zeros. The structure stays as it is. O(nnz). Throws
/// format_error when an index of a is out of range.
template <class A, scalar S>
  requires sparse_like<const A&>
auto divide(const A& a, const S& s) {
  using U = scaled_type_t<division_type_t<detail::element_of<A>>, S>;
  return detail::transform_as_stored<U>("divide", a, detail::divider_by<U>("divide", s));
}

/// a *= s in place. s must not be of a wider kind than the elements. O(nnz). Throws as multiply; indices are
/// not looked at.
template <class T, int R, int C, class Index, scalar S>
const matrix_view<T, R, C, Index>& operator*=(const matrix_view<T, R, C, Index>& a, const S& s) {
  static_assert(!std::is_const_v<T>, "bsr: a *= s: the elements of a are const.");
  static_assert(
      detail::keeps_type<T, S>,
      "bsr: a *= s: the product does not fit into the elements of a. Write multiply(a, s), or convert a with "
      "astype first.");
  detail::transform_in_place(a.data().data(), a.nnz(), detail::multiplier<T>("a *= s", s));
  return a;
}
template <class T, int R, int C, class Index, scalar S>
matrix<T, R, C, Index>& operator*=(matrix<T, R, C, Index>& a, const S& s) {
  a.view() *= s;
  return a;
}

/// a /= s in place, for real and complex elements; they keep their type. O(nnz).
template <class T, int R, int C, class Index, scalar S>
const matrix_view<T, R, C, Index>& operator/=(const matrix_view<T, R, C, Index>& a, const S& s) {
  static_assert(!std::is_const_v<T>, "bsr: a /= s: the elements of a are const.");
  static_assert(
      !std::integral<T> && detail::keeps_type<T, S>,
      "bsr: a /= s: the quotient does not fit into the elements of a. Write divide(a, s), or convert a with "
      "astype first.");
  detail::transform_in_place(a.data().data(), a.nnz(), detail::divider_by<T>("a /= s", s));
  return a;
}
template <class T, int R, int C, class Index, scalar S>
matrix<T, R, C, Index>& operator/=(matrix<T, R, C, Index>& a, const S& s) {
  a.view() /= s;
  return a;
}

/// a(i, j) *= v(i) in place: diag(v) a. v may lie anywhere, also in a; its elements must not be of a wider
/// kind than those of a. O(nnz + m). Throws shape_error unless v has a.rows() elements, format_error when an
/// index of a is out of range. scipy's compiled bsr_scale_rows.
template <class A, class V>
  requires sparse_like<A> && vector_like<const V&>
void scale_rows(A&& matrix_to_scale, const V& v) {
  const auto a = view(std::forward<A>(matrix_to_scale));
  using T = typename decltype(a)::value_type;
  static_assert(detail::writable_matrix<A>, "bsr: scale_rows(a, v): the elements of a are const.");
  static_assert(
      detail::keeps_type<T, typename input_t<const V&>::value_type>,
      "bsr: scale_rows(a, v): the products do not fit into the elements of a. Convert a with astype first.");
  if constexpr (detail::writable_matrix<A> && detail::keeps_type<T, typename input_t<const V&>::value_type>) {
    detail::check_format_for("scale_rows", a, checks::full);
    const auto factor =
        detail::factors<T>("scale_rows", "rows", input(v), a.rows(), a.block_rows() * a.blocksize().rows);
    detail::scale_block_rows(a, factor.data());
  }
}

/// a(i, j) *= v(j) in place: a diag(v). As scale_rows; v has a.cols() elements. scipy's compiled
/// bsr_scale_columns.
template <class A, class V>
  requires sparse_like<A> && vector_like<const V&>
void scale_columns(A&& matrix_to_scale, const V& v) {
  const auto a = view(std::forward<A>(matrix_to_scale));
  using T = typename decltype(a)::value_type;
  static_assert(detail::writable_matrix<A>, "bsr: scale_columns(a, v): the elements of a are const.");
  static_assert(detail::keeps_type<T, typename input_t<const V&>::value_type>,
                "bsr: scale_columns(a, v): the products do not fit into the elements of a. Convert a with "
                "astype first.");
  if constexpr (detail::writable_matrix<A> && detail::keeps_type<T, typename input_t<const V&>::value_type>) {
    detail::check_format_for("scale_columns", a, checks::full);
    const auto factor = detail::factors<T>("scale_columns", "columns", input(v), a.cols(),
                                           a.block_cols() * a.blocksize().cols);
    detail::scale_block_columns(a, factor.data());
  }
}

}  // namespace bsr::inline v0::inline BSR_TARGET
