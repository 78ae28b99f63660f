// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// view(x): the one verb that turns anything with visible memory into a bsr view. It never copies.
#include <concepts>
#include <cstdint>
#include <iterator>
#include <ranges>
#include <type_traits>
#include <utility>

#include "bsr/base/scalar.hpp"
#include "bsr/base/target.hpp"
#include "bsr/storage/coo.hpp"
#include "bsr/storage/csc.hpp"
#include "bsr/storage/csr.hpp"
#include "bsr/storage/dense_matrix.hpp"
#include "bsr/storage/dense_view.hpp"
#include "bsr/storage/matrix.hpp"
#include "bsr/storage/matrix_view.hpp"

namespace bsr::inline v0 {

/// Whether a temporary M shows memory that outlives it, so that view(M{...}) is safe: true for views, false
/// for owners. Specialise it for a foreign view type (bsr/eigen.hpp does so for Eigen::Map and Eigen::Ref).
template <class M>
inline constexpr bool enable_borrowed_view = false;

// ---- bsr's own types -------------------------------------------------------------------------------------------------
template <class T, int R, int C, class Index, class S>
BSR_INLINE matrix_view<const T, R, C, Index, S> view(const matrix<T, R, C, Index, S>& a) {
  return a.view();
}
template <class T, int R, int C, class Index, class S>
BSR_INLINE matrix_view<T, R, C, Index, S> view(matrix<T, R, C, Index, S>& a) {
  return a.view();
}
template <class T, int R, int C, class Index, class S>
void view(const matrix<T, R, C, Index, S>&&) = delete;  // would outlive its memory
template <class T, int R, int C, class Index, class S>
BSR_INLINE matrix_view<T, R, C, Index, S> view(matrix_view<T, R, C, Index, S> a) {
  return a;
}
template <class T, class L, class S>
BSR_INLINE dense_view<const T, L, S> view(const dense_matrix<T, L, S>& x) {
  return x.view();
}
template <class T, class L, class S>
BSR_INLINE dense_view<T, L, S> view(dense_matrix<T, L, S>& x) {
  return x.view();
}
template <class T, class L, class S>
void view(const dense_matrix<T, L, S>&&) = delete;  // would outlive its memory
template <class T, class L, class S>
BSR_INLINE constexpr dense_view<T, L, S> view(dense_view<T, L, S> x) {
  return x;
}
template <class T, class S>
BSR_INLINE constexpr vector_view<T, S> view(vector_view<T, S> x) {
  return x;
}
template <class T, class Index>
BSR_INLINE csr_view<const T, Index> view(const csr<T, Index>& a) {
  return a.view();
}
template <class T, class Index>
BSR_INLINE csr_view<T, Index> view(csr<T, Index>& a) {
  return a.view();
}
template <class T, class Index>
void view(const csr<T, Index>&&) = delete;  // would outlive its memory
template <class T, class Index>
BSR_INLINE csr_view<T, Index> view(csr_view<T, Index> a) {
  return a;
}
template <class T, class Index>
BSR_INLINE csc_view<const T, Index> view(const csc<T, Index>& a) {
  return a.view();
}
template <class T, class Index>
BSR_INLINE csc_view<T, Index> view(csc<T, Index>& a) {
  return a.view();
}
template <class T, class Index>
void view(const csc<T, Index>&&) = delete;  // would outlive its memory
template <class T, class Index>
BSR_INLINE csc_view<T, Index> view(csc_view<T, Index> a) {
  return a;
}
template <class T, class Index>
BSR_INLINE coo_view<const T, Index> view(const coo<T, Index>& a) {
  return a.view();
}
template <class T, class Index>
BSR_INLINE coo_view<T, Index> view(coo<T, Index>& a) {
  return a.view();
}
template <class T, class Index>
void view(const coo<T, Index>&&) = delete;  // would outlive its memory
template <class T, class Index>
BSR_INLINE coo_view<T, Index> view(coo_view<T, Index> a) {
  return a;
}

// ---- foreign types, by name ------------------------------------------------------------------------------------------
/// How to see a type of another library, and so make it an operand. Specialise it with
///   static V view(X& x)      V one of bsr's views of x's memory, X const or not
/// Temporaries are accepted where enable_borrowed_view says so. (An overload of view, declared after this
/// header, would be found by those who call it, but not by bsr's operators.)
template <class X>
struct foreign_view {};

namespace storage_detail {
template <class X>
inline constexpr bool may_view =
    std::is_lvalue_reference_v<X> || enable_borrowed_view<std::remove_cvref_t<X>>;
template <class X>
concept has_foreign_view = requires(X& x) { foreign_view<std::remove_cvref_t<X>>::view(x); };
}  // namespace storage_detail

template <class X>
  requires storage_detail::has_foreign_view<X> && storage_detail::may_view<X>
BSR_INLINE auto view(X&& x) {
  return foreign_view<std::remove_cvref_t<X>>::view(x);
}

// ---- foreign types, known by their shape --------------------------------------------------------------------------------
/// Eigen's Matrix, Array, Map, Ref, and blocks of them; known by their members, not by an include.
template <class M>
concept eigen_like = requires(M& m) {
  m.data();
  m.rows();
  m.cols();
  m.innerStride();
  m.outerStride();
  std::bool_constant<bool(std::remove_cvref_t<M>::IsRowMajor)>{};
  std::bool_constant<bool(std::remove_cvref_t<M>::IsVectorAtCompileTime)>{};
};

namespace storage_detail {
template <class M>
using eigen_element_t = std::remove_pointer_t<decltype(std::declval<M&>().data())>;
/// Eigen's inner stride is a compile-time 1 for all but Map and Ref with an explicit one.
template <class M>
using eigen_layout_t =
    std::conditional_t<int(std::remove_cvref_t<M>::InnerStrideAtCompileTime) == 1,
                       std::conditional_t<bool(std::remove_cvref_t<M>::IsRowMajor), row_major, col_major>,
                       strided>;
}  // namespace storage_detail

/// An Eigen matrix: row_major or col_major as it is, strided when its inner stride is not 1 at compile time.
template <class M>
  requires eigen_like<M> && storage_detail::may_view<M> &&
           (!bool(std::remove_cvref_t<M>::IsVectorAtCompileTime))
BSR_INLINE auto view(M&& m) -> dense_view<storage_detail::eigen_element_t<std::remove_reference_t<M>>,
                                          storage_detail::eigen_layout_t<M>> {
  constexpr bool by_row = bool(std::remove_cvref_t<M>::IsRowMajor);
  if constexpr (std::same_as<storage_detail::eigen_layout_t<M>, strided>)
    return {m.data(), m.rows(), m.cols(), by_row ? m.outerStride() : m.innerStride(),
            by_row ? m.innerStride() : m.outerStride()};
  else
    return {m.data(), m.rows(), m.cols(), m.outerStride()};
}
/// An Eigen vector or a row or column of a matrix.
template <class M>
  requires eigen_like<M> && storage_detail::may_view<M> &&
           (bool(std::remove_cvref_t<M>::IsVectorAtCompileTime))
BSR_INLINE auto view(M&& m) -> vector_view<storage_detail::eigen_element_t<std::remove_reference_t<M>>> {
  return {m.data(), m.size(), m.innerStride()};
}
/// std::vector, std::array, std::span and every other contiguous range of scalars.
template <class V>
  requires std::ranges::contiguous_range<V> && std::ranges::sized_range<V> && (!eigen_like<V>) &&
           (!storage_detail::has_foreign_view<V>) && scalar<std::ranges::range_value_t<V>> &&
           (std::is_lvalue_reference_v<V> || std::ranges::borrowed_range<V> ||
            enable_borrowed_view<std::remove_cvref_t<V>>)
BSR_INLINE auto view(V&& v) -> vector_view<std::remove_reference_t<std::ranges::range_reference_t<V>>> {
  return {std::ranges::data(v), std::ranges::size(v)};
}

// ---- kinds -----------------------------------------------------------------------------------------------------------
/// What view(x) returns. Exists only where view accepts x; an owner must be an lvalue.
template <class X>
using view_t = decltype(bsr::view(std::declval<X>()));

namespace storage_detail {
template <class V>
inline constexpr bool is_matrix_view = false;
template <class T, int R, int C, class Index, class S>
inline constexpr bool is_matrix_view<matrix_view<T, R, C, Index, S>> = true;
template <class V>
inline constexpr bool is_dense_view = false;
template <class T, class L, class S>
inline constexpr bool is_dense_view<dense_view<T, L, S>> = true;
template <class V>
inline constexpr bool is_vector_view = false;
template <class T, class S>
inline constexpr bool is_vector_view<vector_view<T, S>> = true;
template <class V>
inline constexpr bool is_csr_view = false;
template <class T, class Index>
inline constexpr bool is_csr_view<csr_view<T, Index>> = true;
template <class V>
inline constexpr bool is_csc_view = false;
template <class T, class Index>
inline constexpr bool is_csc_view<csc_view<T, Index>> = true;
template <class V>
inline constexpr bool is_coo_view = false;
template <class T, class Index>
inline constexpr bool is_coo_view<coo_view<T, Index>> = true;
}  // namespace storage_detail

/// Something that is a block-sparse matrix to bsr, as an argument of exactly this value category.
template <class X>
concept sparse_like = requires { typename view_t<X>; } && storage_detail::is_matrix_view<view_t<X>>;
/// Something that is a dense matrix to bsr.
template <class X>
concept dense_like = requires { typename view_t<X>; } && storage_detail::is_dense_view<view_t<X>>;
/// Something that is a vector to bsr.
template <class X>
concept vector_like = requires { typename view_t<X>; } && storage_detail::is_vector_view<view_t<X>>;
template <class X>
concept csr_like = requires { typename view_t<X>; } && storage_detail::is_csr_view<view_t<X>>;
template <class X>
concept csc_like = requires { typename view_t<X>; } && storage_detail::is_csc_view<view_t<X>>;
template <class X>
concept coo_like = requires { typename view_t<X>; } && storage_detail::is_coo_view<view_t<X>>;

namespace storage_detail {
template <class V>
struct const_view;
template <class T, int R, int C, class Index, class S>
struct const_view<matrix_view<T, R, C, Index, S>> {
  using type = matrix_view<const T, R, C, Index, S>;
};
template <class T, class L, class S>
struct const_view<dense_view<T, L, S>> {
  using type = dense_view<const T, L, S>;
};
template <class T, class S>
struct const_view<vector_view<T, S>> {
  using type = vector_view<const T, S>;
};
template <class T, class Index>
struct const_view<csr_view<T, Index>> {
  using type = csr_view<const T, Index>;
};
template <class T, class Index>
struct const_view<csc_view<T, Index>> {
  using type = csc_view<const T, Index>;
};
template <class T, class Index>
struct const_view<coo_view<T, Index>> {
  using type = coo_view<const T, Index>;
};
}  // namespace storage_detail

/// The read-only view of an operand: what templates are instantiated with.
template <class X>
using input_t = typename storage_detail::const_view<view_t<X>>::type;
template <class X>
  requires requires { typename input_t<X>; }
BSR_INLINE input_t<X> input(X&& x) {
  return view(std::forward<X>(x));
}

}  // namespace bsr::inline v0
