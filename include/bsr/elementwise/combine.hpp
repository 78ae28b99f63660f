// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Two matrices, element by element. scipy: +, -, multiply, maximum, minimum.
#include <concepts>
#include <cstdint>
#include <iterator>
#include <type_traits>
#include <utility>

#include "bsr/base/error.hpp"
#include "bsr/base/extent.hpp"
#include "bsr/base/result_type.hpp"
#include "bsr/base/scalar.hpp"
#include "bsr/base/target.hpp"
#include "bsr/convert/copy.hpp"
#include "bsr/convert/index_width.hpp"
#include "bsr/convert/result_memory.hpp"
#include "bsr/convert/to_bsr.hpp"
#include "bsr/elementwise/conj.hpp"
#include "bsr/elementwise/map.hpp"
#include "bsr/elementwise/number.hpp"
#include "bsr/elementwise/transform.hpp"
#include "bsr/format/check_order.hpp"
#include "bsr/format/sum_duplicates.hpp"
#include "bsr/kernel/cpu/sparse/merge.hpp"
#include "bsr/storage/buffer.hpp"
#include "bsr/storage/matrix.hpp"
#include "bsr/storage/structure.hpp"
#include "bsr/storage/view.hpp"

namespace bsr::inline v0::inline BSR_TARGET {
namespace detail {

/// The arrays of a with sorted rows, no duplicates and blocks of `block`: where they lie, or in `copy`.
/// Checks the indices, and calls also(begin, end) for them as scan_rows does.
template <int R, int C, class View, class Copy, class Also>
merge_operand<typename View::value_type, typename View::index_type> merge_arrays(
    const char* who, const View& a, dims block, const typename View::value_type* zeros, Copy& copy,
    const Also& also) {
  if (check_format_and_order(who, index_arrays(a), also) && a.blocksize() == block)
    return {a.indptr().data(), a.indices().data(), a.data().data(), zeros};
  copy = to_bsr<R, C>(a, block, padded);
  sum_duplicates(copy);
  return {copy.indptr().data(), copy.indices().data(), copy.data().data(), zeros};
}

/// c = op(a, b) in the making. What does not depend on op is here, so that the compiler sees it once for all
/// operations on the same types.
template <class U, class A, class B>
class combination {
  using T = typename A::value_type;
  using V = typename B::value_type;
  static constexpr int R = A::static_rows;
  static constexpr int C = A::static_cols;

 public:
  using Index = wider_index_t<typename A::index_type, typename B::index_type>;
  using result = matrix<U, R, C, Index>;

  /// The arrays of the result may lie in the memory of `old`; see result_memory().
  combination(const char* who, const A& a, const B& b, result* old)
      : shape_(a.shape()), block_(a.blocksize()), rows_(a.block_rows()) {
    if (a.shape() != b.shape())
      fail<shape_error>("bsr: ", who, "(a, b): inconsistent shapes: a is ", a.shape(), ", b is ", b.shape(),
                        ".");
    const std::int64_t area = block_.rows * block_.cols;
    buffer<Index> indptr(rows_ + 1, uninitialized);
    zeros_a_ = buffer<T>(area);
    zeros_b_ = buffer<V>(area);
    // Indices of a are compared with b's while they are in the cache.
    same_ = b.blocksize() == block_ && std::ssize(b.indices()) >= std::ssize(a.indices()) &&
            same_indices(a.indptr().data(), b.indptr().data(), rows_ + 1);
    a_ = merge_arrays<R, C>(
        who, a, block_, zeros_a_.data(), copy_a_, [&](std::int64_t begin, std::int64_t end) {
          same_ = same_ && same_indices(a.indices().data() + begin, b.indices().data() + begin, end - begin);
        });
    same_ = same_ && a_.indptr == a.indptr().data();  // not a copy
    // What is known of a's indices then holds for b's, too.
    if (same_)
      b_ = {b.indptr().data(), b.indices().data(), b.data().data(), zeros_b_.data()};
    else
      b_ = merge_arrays<R, C>(who, b, block_, zeros_b_.data(), copy_b_, [](std::int64_t, std::int64_t) {});
    const std::int64_t room = same_ ? a_.indptr[rows_] : room_for_union(rows_, a_, b_);
    check_count_fits<Index>(who, room, "blocks");
    const std::int64_t elements = storage_detail::count_elements(who, room, block_);
    c_ = result_memory(old, elements + merge_slack, room + merge_slack, a, b);
    c_.indptr = std::move(indptr);
  }

  /// Forms op(a, b); returns the number of blocks.
  template <class Op>
  std::int64_t merge_with(const Op& op, U blank) {
    const merge_edges edges{shape_, block_, shape_.rows % block_.rows != 0 || shape_.cols % block_.cols != 0};
    const auto run = [&](auto size) {
      return merge(edges, rows_, size, a_, b_, same_, op, blank,
                   merge_result<U, Index>{c_.indptr.data(), c_.indices.data(), c_.data.data()});
    };
    if constexpr (R != dynamic && C != dynamic) {
      return run(extent<R * C>());
    } else {
      const std::int64_t area = block_.rows * block_.cols;
      return area == 1 ? run(extent<1>()) : run(extent<dynamic>(area));
    }
  }

  /// The first `kept` blocks as a matrix.
  result take(std::int64_t kept) {
    const std::int64_t area = block_.rows * block_.cols;
    // Memory that most of the blocks have left is given back.
    if (kept < c_.indices.size() / 2) {
      c_.data.resize(kept * area, uninitialized);
      c_.indices.resize(kept, uninitialized);
    }
    c_.data.truncate(kept * area);
    c_.indices.truncate(kept);
    return result(shape_, std::move(c_.data), std::move(c_.indices), std::move(c_.indptr), block_, padded);
  }

 private:
  dims shape_;
  dims block_;
  std::int64_t rows_;
  buffer<T> zeros_a_;
  buffer<V> zeros_b_;
  matrix<T, R, C, typename A::index_type> copy_a_;
  matrix<V, R, C, typename B::index_type> copy_b_;
  merge_operand<T, typename A::index_type> a_;
  merge_operand<V, typename B::index_type> b_;
  bool same_;  // whether a_ and b_ have the same blocks
  typename result::arrays c_;
};

/// The matrix type of op(a, b) with elements U.
template <class U, class A, class B>
using combined_t = typename combination<U, input_t<const A&>, input_t<const B&>>::result;

/// c = op(a, b) with elements U: the blocks of a's size that hold anything but `blank`, sorted; maybe in the
/// memory of `old`. Op: see merge().
template <class U, class A, class B, class Op>
auto combine(const char* who, const A& left, const B& right, const Op& op, U blank,
             combined_t<U, A, B>* old = nullptr) {
  combination<U, input_t<const A&>, input_t<const B&>> c(who, input(left), input(right), old);
  return c.take(c.merge_with(op, blank));
}

/// Functions of two elements, computed in U. both_only: 0 wherever one of the two is 0.
template <class U>
struct sum_of {
  static constexpr bool both_only = false;
  template <class T, class V>
  BSR_INLINE U operator()(const T& x, const V& y) const {
    return bsr::add(cast_scalar<U>(x), cast_scalar<U>(y));
  }
};
template <class U>
struct difference_of {
  static constexpr bool both_only = false;
  template <class T, class V>
  BSR_INLINE U operator()(const T& x, const V& y) const {
    return plain_difference(cast_scalar<U>(x), cast_scalar<U>(y));
  }
};
template <class U>
struct product_of {
  static constexpr bool both_only = std::integral<U>;  // elsewhere 0 times inf or NaN is NaN
  template <class T, class V>
  BSR_INLINE U operator()(const T& x, const V& y) const {
    return plain_product(cast_scalar<U>(x), cast_scalar<U>(y));
  }
};
/// y where it is NaN, or where it is better and x is not NaN; else x. Without a branch for real numbers, of
/// which none is better than NaN.
template <class U>
BSR_INLINE U extreme(const U& x, const U& y, bool better) {
  if constexpr (is_complex<U>) {
    return is_nan(y) || (better && !is_nan(x)) ? y : x;
  } else {
    const U known = better ? y : x;
    return is_nan(y) ? y : known;
  }
}
template <class U>
struct larger_of {
  static constexpr bool both_only = false;
  template <class T, class V>
  BSR_INLINE U operator()(const T& left, const V& right) const {
    const U x = cast_scalar<U>(left);
    const U y = cast_scalar<U>(right);
    return extreme(x, y, less_than(x, y));
  }
};
template <class U>
struct smaller_of {
  static constexpr bool both_only = std::unsigned_integral<U>;
  template <class T, class V>
  BSR_INLINE U operator()(const T& left, const V& right) const {
    const U x = cast_scalar<U>(left);
    const U y = cast_scalar<U>(right);
    return extreme(x, y, less_than(y, x));
  }
};

template <template <class> class Op, class A, class B>
auto combine_as_numbers(const char* who, const A& a, const B& b) {
  using U = result_type_t<element_of<A>, element_of<B>>;
  return combine<U>(who, a, b, Op<U>{}, U{});
}

}  // namespace detail

/// c(i, j) = a(i, j) + b(i, j), of type result_type_t, in blocks of a's size: b is re-blocked if its blocks
/// are others. The result is sorted and has no duplicates; blocks that are all zero (0 or -0.0; NaN is not
/// zero) are left out. Duplicates of a and b are added up in their own types first. bool is "or", integers
/// wrap. O(blocks + nnz) for sorted operands without duplicates, else as sum_duplicates, and to_bsr. Throws
/// shape_error when the shapes differ or the result has too many blocks for its index type, format_error when
/// an index is out of range.
template <class A, class B>
  requires sparse_like<const A&> && sparse_like<const B&>
auto add(const A& a, const B& b) {
  return detail::combine_as_numbers<detail::sum_of>("add", a, b);
}

/// c(i, j) = a(i, j) - b(i, j). As add. Two matrices of bool have no difference (NumPy; scipy's is
/// not_equal).
template <class A, class B>
  requires sparse_like<const A&> && sparse_like<const B&>
auto subtract(const A& a, const B& b) {
  static_assert(!std::same_as<result_type_t<detail::element_of<A>, detail::element_of<B>>, bool>,
                "bsr: subtract(a, b): matrices of bool cannot be subtracted. Take not_equal(a, b).");
  return detail::combine_as_numbers<detail::difference_of>("subtract", a, b);
}

/// c(i, j) = a(i, j) * b(i, j), element by element. As add; bool is "and". NaN and infinity times a zero that
/// is not stored is NaN, as in scipy.
template <class A, class B>
  requires sparse_like<const A&> && sparse_like<const B&>
auto multiply(const A& a, const B& b) {
  return detail::combine_as_numbers<detail::product_of>("multiply", a, b);
}

/// c(i, j) = the larger of a(i, j) and b(i, j), where what is not stored is 0; NaN if one is NaN (as NumPy;
/// scipy keeps NaN of a only). Complex numbers by their real, then by their imaginary parts. As add.
template <class A, class B>
  requires sparse_like<const A&> && sparse_like<const B&>
auto maximum(const A& a, const B& b) {
  return detail::combine_as_numbers<detail::larger_of>("maximum", a, b);
}

/// c(i, j) = the smaller of a(i, j) and b(i, j). As maximum.
template <class A, class B>
  requires sparse_like<const A&> && sparse_like<const B&>
auto minimum(const A& a, const B& b) {
  return detail::combine_as_numbers<detail::smaller_of>("minimum", a, b);
}

namespace detail {

/// maximum or minimum of an element and a number.
template <class U, template <class> class Op>
struct with_number {
  U number;
  template <class T>
  BSR_INLINE U operator()(const T& x) const {
    return Op<U>{}(x, number);
  }
};

template <template <class> class Op, class A, class S>
auto combine_with_number(const char* who, const A& a, const S& s) {
  using U = scaled_type_t<element_of<A>, S>;
  const U number = number_as<U>(who, s);
  if (Op<U>{}(U{}, number) != U{})
    fail<error>("bsr: ", who, "(a, s): ", shown<S>{s},
                " takes the place of every zero, so the result would be dense; work with to_dense(a).");
  return map_elements(who, a, with_number<U, Op>{number});
}

}  // namespace detail

/// c(i, j) = the larger of a(i, j) and the number s, which must not be larger than 0, of type scaled_type_t.
/// Duplicates are added up first; the blocks are those of a, sorted. NaN stays NaN. O(nnz). Throws error when
/// s is above 0 or NaN, because the result would be dense, or is an integer that the integer type of the
/// result cannot hold; format_error when an index of a is out of range.
template <class A, scalar S>
  requires sparse_like<const A&>
auto maximum(const A& a, const S& s) {
  return detail::combine_with_number<detail::larger_of>("maximum", a, s);
}
/// c(i, j) = the smaller of a(i, j) and the number s, which must not be smaller than 0. As maximum.
template <class A, scalar S>
  requires sparse_like<const A&>
auto minimum(const A& a, const S& s) {
  return detail::combine_with_number<detail::smaller_of>("minimum", a, s);
}

}  // namespace bsr::inline v0::inline BSR_TARGET
