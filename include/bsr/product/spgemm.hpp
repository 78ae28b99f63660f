// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// The product of two block-sparse matrices. scipy: a @ b.
#include <concepts>
#include <cstdint>
#include <span>
#include <type_traits>
#include <utility>

#include "bsr/base/error.hpp"
#include "bsr/base/policy.hpp"
#include "bsr/base/result_type.hpp"
#include "bsr/base/target.hpp"
#include "bsr/convert/index_width.hpp"
#include "bsr/convert/result_memory.hpp"
#include "bsr/convert/to_bsr.hpp"
#include "bsr/expr/sparse.hpp"
#include "bsr/format/check_format.hpp"
#include "bsr/format/clear_padding.hpp"
#include "bsr/kernel/backend.hpp"
#include "bsr/kernel/epilogue.hpp"
#include "bsr/storage/buffer.hpp"
#include "bsr/storage/matrix.hpp"
#include "bsr/storage/matrix_view.hpp"
#include "bsr/storage/view.hpp"

namespace bsr::inline v0::inline BSR_TARGET {
namespace detail {

/// The product of matrices of these types.
template <class A, class B>
using product_matrix_t =
    matrix<result_type_t<typename A::value_type, typename B::value_type>, A::static_rows, B::static_cols,
           wider_index_t<typename A::index_type, typename B::index_type>>;

/// A number as an element: an integer cannot take part of one.
template <class T, class S>
T alpha_as(const char* who, S value) {
  if constexpr (std::integral<T> && std::floating_point<S>) {
    const bool fits = std::same_as<T, bool>
                          ? value == S(0) || value == S(1)
                          : value >= S(-0x1p63) && value < S(0x1p64) &&
                                value == (value < S(0) ? S(static_cast<std::int64_t>(value))
                                                       : S(static_cast<std::uint64_t>(value)));
    if (!fits)
      fail<error>("bsr: ", who, ": the factor is ", static_cast<double>(value), ", but the elements are ",
                  std::same_as<T, bool> ? "true or false." : "integers.");
    return value < S(0) ? static_cast<T>(static_cast<std::int64_t>(value))
                        : static_cast<T>(static_cast<std::uint64_t>(value));
  } else {
    return convert<T>(value);
  }
}

template <class T, class Index>
struct factor_arrays {
  buffer<T> data;
  buffer<Index> indices;
  buffer<Index> indptr;
};
/// The arrays of `from` with elements of T and indices of Index.
template <class T, class Index, class From, class FromIndex>
factor_arrays<T, Index> copy_factor(const matrix_view<const From, dynamic, dynamic, FromIndex>& from) {
  factor_arrays<T, Index> to{buffer<T>(from.nnz(), uninitialized),
                             buffer<Index>(from.num_blocks(), uninitialized),
                             buffer<Index>(from.block_rows() + 1, uninitialized)};
  const auto copy = [](const auto& x, auto& y, const auto& as_element) {
    for (std::int64_t k = 0; k < y.size(); ++k) y[k] = as_element(x[static_cast<std::size_t>(k)]);
  };
  const auto as_index = [](FromIndex k) { return static_cast<Index>(k); };
  copy(from.indptr(), to.indptr, as_index);
  copy(from.indices(), to.indices, as_index);
  copy(from.data(), to.data, [](const From& x) { return convert<T>(x); });
  return to;
}

/// `from` with elements of T and indices of Index, and zeros in the padding of its columns (of its rows): the
/// view itself where that is what it is, else a copy kept in `owner`.
template <class T, class Index, class From, int R, int C, class FromIndex>
matrix_view<const T, R, C, Index> prepare_factor(const matrix_view<const From, R, C, FromIndex>& from,
                                                 matrix<T, R, C, Index>& owner) {
  if constexpr (std::same_as<T, From> && std::same_as<Index, FromIndex>)
    if (!from.is_padded()) return from;
  auto copy = copy_factor<T, Index>(matrix_view<const From, dynamic, dynamic, FromIndex>(from));
  owner = matrix<T, R, C, Index>(from.shape(), std::move(copy.data), std::move(copy.indices),
                                 std::move(copy.indptr), from.blocksize(), padded);
  clear_padding(owner);
  return std::as_const(owner).view();
}

template <class T, class Index, class Left, class B, class F>
auto with_right_factor(const Left& left, const B& b, const F& f) {
  matrix<T, B::static_rows, B::static_cols, Index> own_b;
  return f(left, prepare_factor<T, Index>(b, own_b));
}

/// Calls f(a, b) with views of one element and index type whose inner block sizes agree, b's blocks cut anew
/// where they do not.
template <class A, class B, class F>
auto with_factors(const char* who, const A& a, const B& b, const F& f) {
  using result = product_matrix_t<A, B>;
  using T = typename result::value_type;
  using Index = typename result::index_type;
  if (a.cols() != b.rows())
    fail<shape_error>("bsr: ", who, ": a is ", a.shape(), ", b is ", b.shape(),
                      ": a must have as many columns as b has rows.");
  check_format_for(who, a, checks::full);
  check_format_for(who, b, checks::full);
  constexpr bool known = A::static_cols != dynamic && B::static_rows != dynamic;
  matrix<T, A::static_rows, A::static_cols, Index> own_a;
  const auto left = prepare_factor<T, Index>(a, own_a);
  if constexpr (!known)
    if (a.blocksize().cols == b.blocksize().rows) return with_right_factor<T, Index>(left, b, f);
  if constexpr (known && A::static_cols == B::static_rows) {
    return with_right_factor<T, Index>(left, b, f);
  } else {
    const auto cut =
        to_bsr<A::static_cols, B::static_cols>(b, dims(a.blocksize().cols, b.blocksize().cols), padded);
    return with_right_factor<T, Index>(left, input(cut), f);
  }
}

/// alpha * a * b as a Result: the matrix type of the product, or the same with block sizes known earlier or
/// later. Its values may lie in the memory of `old`, which is touched only when nothing can fail any more.
template <class Result, class Policy, class A, class B, class Alpha>
Result multiply_sparse(const char* who, const Policy& policy, const A& a, const B& b, Alpha alpha,
                       Result* old = nullptr) {
  return with_factors(who, a, b, [&](const auto& x, const auto& y) {
    using T = typename Result::value_type;
    using pattern = typename Result::pattern_view_type;
    const dims shape(x.rows(), y.cols()), block(x.blocksize().rows, y.blocksize().cols);
    storage_detail::check_static_blocksize<Result::static_rows, Result::static_cols>(who, block);
    const T factor = alpha_as<T>(who, alpha);
    auto [indptr, indices] = backend<Policy>::spgemm_structure(policy, x, y);
    const std::int64_t size = storage_detail::count_elements(who, indices.size(), block);
    auto work = backend<Policy>::spgemm_workspace(
        policy, x, y,
        pattern(shape, std::as_const(indices).span(), std::as_const(indptr).span(), block, padded));
    // Of `old` the indices live on until the end: an operand may be a view of other values with them.
    typename Result::arrays gone;
    if (old != nullptr && has_room(old->data(), old->data_capacity(), size, x.data(), y.data()))
      gone = old->release();
    else
      gone.data = buffer<T>(size, uninitialized);
    gone.data.resize_in_place(size);
    Result c(shape, std::move(gone.data), std::move(indices), std::move(indptr), block, padded);
    backend<Policy>::spgemm(policy, work, factor, x, y, c.view());
    return c;
  });
}

}  // namespace detail

/// alpha * a * b, a new matrix: rows sorted, one block at every place where blocks of a and b meet, blocks
/// that are zero included; blocks of a's rows times b's columns. If the inner block sizes differ, b is cut
/// anew to a's.
///
/// Elements: result_type_t of both; sums are formed in it, so integers wrap and bool is "or of ands", as in
/// scipy. O(products of blocks). Each sum runs through the blocks of a's row in storage order: the same bits
/// for every number of threads. Throws shape_error when the shapes do not fit or the index type cannot count
/// the blocks, format_error when an index of a or b is out of range. scipy: alpha * (a @ b), sorted.
template <class Policy, class A, class B, class Alpha = double>
  requires(sparse_like<const A&> && sparse_like<const B&>)
auto spgemm(const Policy& policy, const A& a, const B& b, Alpha alpha = 1) {
  return detail::multiply_sparse<detail::product_matrix_t<input_t<const A&>, input_t<const B&>>>(
      "a * b", policy, input(a), input(b), alpha);
}

/// c = alpha * a * b at the places that c has: its structure stays, and places that the product does not
/// reach become zero. For a structure that is known: spgemm without a destination makes one. Of several
/// blocks at one place the last takes the sum. Throws shape_error when shapes or block sizes do not fit, or
/// the product has a block where c has none.
template <class Policy, class A, class B, class Alpha, class C>
  requires(sparse_like<const A&> && sparse_like<const B&> && sparse_like<C>)
void spgemm_at(const Policy& policy, const A& a, const B& b, Alpha alpha, C&& c) {
  const auto to = view(std::forward<C>(c));
  detail::with_factors("c = a * b", input(a), input(b), [&](const auto& x, const auto& y) {
    using left = std::remove_cvref_t<decltype(x)>;
    using right = std::remove_cvref_t<decltype(y)>;
    using result = detail::product_matrix_t<left, right>;
    static_assert(
        std::same_as<typename result::value_type, typename decltype(to)::element_type> &&
            std::same_as<typename result::index_type, typename decltype(to)::index_type>,
        "bsr: c = a * b into an existing structure: c must hold elements and indices of the product's type.");
    const dims block(x.blocksize().rows, y.blocksize().cols);
    if (to.shape() != dims(x.rows(), y.cols()) || to.blocksize() != block)
      fail<shape_error>("bsr: c = a * b: the product is ", dims(x.rows(), y.cols()), " in blocks of ", block,
                        ", c is ", to.shape(), " in blocks of ", to.blocksize(), ".");
    check_format(to, checks::full);
    if (!backend<Policy>::spgemm_fits(policy, x, y, to))
      fail<shape_error>(
          "bsr: c = a * b: the product has a block where c has none. Assign to a matrix, which takes the "
          "product's structure, instead of a view.");
    auto work = backend<Policy>::spgemm_workspace(policy, x, y, to);
    backend<Policy>::spgemm(policy, work, detail::alpha_as<typename result::value_type>("c = a * b", alpha),
                            x, y, to);
  });
}

}  // namespace bsr::inline v0::inline BSR_TARGET
