// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Comparisons, element by element. scipy: ==, !=, <, <=, >, >=.
#include <complex>
#include <concepts>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "bsr/base/extent.hpp"
#include "bsr/base/result_type.hpp"
#include "bsr/base/scalar.hpp"
#include "bsr/base/target.hpp"
#include "bsr/convert/copy.hpp"
#include "bsr/elementwise/combine.hpp"
#include "bsr/elementwise/conj.hpp"
#include "bsr/elementwise/number.hpp"
#include "bsr/elementwise/transform.hpp"
#include "bsr/storage/matrix.hpp"
#include "bsr/storage/view.hpp"

namespace bsr::inline v0::inline BSR_TARGET {

/// What a comparison of matrices says: stored(i, j) where a block is stored, `elsewhere` in all other places.
/// A stored block differs from `elsewhere` in at least one place. With elsewhere == false, `stored` alone is
/// the answer.
template <int R = dynamic, int C = R, index Index = std::int32_t>
struct comparison {
  matrix<bool, R, C, Index> stored;
  bool elsewhere = false;
};

namespace detail {

struct is_equal {
  template <class T>
  BSR_INLINE bool operator()(const T& x, const T& y) const {
    return x == y;
  }
};
struct is_not_equal {
  template <class T>
  BSR_INLINE bool operator()(const T& x, const T& y) const {
    return x != y;
  }
};
struct is_less {
  template <class T>
  BSR_INLINE bool operator()(const T& x, const T& y) const {
    return less_than(x, y);
  }
};
struct is_less_equal {
  template <class T>
  BSR_INLINE bool operator()(const T& x, const T& y) const {
    if constexpr (is_complex<T>)
      return x.real() == y.real() ? x.imag() <= y.imag() : x.real() <= y.real();
    else
      return x <= y;
  }
};
/// y op x.
template <class Op>
struct turned {
  template <class T>
  BSR_INLINE bool operator()(const T& x, const T& y) const {
    return Op{}(y, x);
  }
};

/// Compares numbers of two types by their values: whole numbers exactly, others in result_type_t.
template <class Op>
struct compare_values {
  static constexpr bool both_only = false;
  template <class T, class V>
  BSR_INLINE bool operator()(const T& x, const V& y) const {
    if constexpr (std::integral<T> && std::integral<V> && std::is_signed_v<T> != std::is_signed_v<V>) {
      // A negative number is less than any unsigned one: then compare -1 and 0 instead.
      if constexpr (std::is_signed_v<T>)
        return x < 0 ? Op{}(-1, 0) : Op{}(static_cast<std::uint64_t>(x), static_cast<std::uint64_t>(y));
      else
        return y < 0 ? Op{}(0, -1) : Op{}(static_cast<std::uint64_t>(x), static_cast<std::uint64_t>(y));
    } else {
      using common = result_type_t<T, V>;
      return Op{}(cast_scalar<common>(x), cast_scalar<common>(y));
    }
  }
};

template <class Op, class A, class B>
auto compare_matrices(const char* who, const A& a, const B& b) {
  const compare_values<Op> op;
  const bool elsewhere = op(element_of<A>{}, element_of<B>{});
  auto stored = combine<bool>(who, a, b, op, elsewhere);
  using result = decltype(stored);
  return comparison<result::static_rows, result::static_cols, typename result::index_type>{std::move(stored),
                                                                                           elsewhere};
}

/// x op y with the number as the elements' type, or wider where it is of a wider kind.
template <class Op, class S>
struct compare_with_number {
  static constexpr bool both_only = false;
  S number;
  template <class T, class V>
  BSR_INLINE bool operator()(const T& x, const V&) const {
    return compare_values<Op>{}(x, number);
  }
};

/// The number next to elements of type T: whole numbers stay as they are next to whole numbers and bool,
/// others take scaled_type_t.
template <class T, class S>
using compared_number_t = std::conditional_t<std::integral<T> && std::integral<S>, S, scaled_type_t<T, S>>;

template <class Op, class A, class S>
auto compare_to_number(const char* who, const A& matrix_to_compare, const S& s) {
  using number_type = compared_number_t<element_of<A>, S>;
  const compare_with_number<Op, number_type> op{cast_scalar<number_type>(s)};
  const bool elsewhere = op(element_of<A>{}, element_of<A>{});
  const auto a = input(matrix_to_compare);
  // Compared with itself, so that blocks without news are left out.
  auto stored = combine<bool>(who, a, a, op, elsewhere);
  using result = decltype(stored);
  return comparison<result::static_rows, result::static_cols, typename result::index_type>{std::move(stored),
                                                                                           elsewhere};
}

}  // namespace detail

/// a(i, j) == b(i, j), and the five other comparisons below. Zeros that are not stored take part; which of
/// the places without a block are true is said once, by `elsewhere`. Blocks are of a's size and sorted.
/// Duplicates are added up in their own types first. Numbers are compared by their values: whole numbers
/// exactly, others in result_type_t; NaN is not equal to anything; complex numbers are in the order of their
/// real, then of their imaginary parts. O(blocks + nnz) for sorted operands without duplicates, else as add.
/// Throws shape_error when the shapes differ (scipy: == is False then), format_error when an index is out of
/// range.
///
/// With a number for b: whole numbers are compared exactly, others as scaled_type_t, so matrices of float are
/// compared with 0.1f when the number is 0.1.
template <class A, class B>
  requires sparse_like<const A&> && sparse_like<const B&>
auto equal(const A& a, const B& b) {
  return detail::compare_matrices<detail::is_equal>("equal", a, b);
}
template <class A, scalar S>
  requires sparse_like<const A&>
auto equal(const A& a, const S& s) {
  return detail::compare_to_number<detail::is_equal>("equal", a, s);
}
/// a(i, j) != b(i, j). As equal.
template <class A, class B>
  requires sparse_like<const A&> && sparse_like<const B&>
auto not_equal(const A& a, const B& b) {
  return detail::compare_matrices<detail::is_not_equal>("not_equal", a, b);
}
template <class A, scalar S>
  requires sparse_like<const A&>
auto not_equal(const A& a, const S& s) {
  return detail::compare_to_number<detail::is_not_equal>("not_equal", a, s);
}
/// a(i, j) < b(i, j). As equal.
template <class A, class B>
  requires sparse_like<const A&> && sparse_like<const B&>
auto less(const A& a, const B& b) {
  return detail::compare_matrices<detail::is_less>("less", a, b);
}
template <class A, scalar S>
  requires sparse_like<const A&>
auto less(const A& a, const S& s) {
  return detail::compare_to_number<detail::is_less>("less", a, s);
}
/// a(i, j) <= b(i, j). As equal.
template <class A, class B>
  requires sparse_like<const A&> && sparse_like<const B&>
auto less_equal(const A& a, const B& b) {
  return detail::compare_matrices<detail::is_less_equal>("less_equal", a, b);
}
template <class A, scalar S>
  requires sparse_like<const A&>
auto less_equal(const A& a, const S& s) {
  return detail::compare_to_number<detail::is_less_equal>("less_equal", a, s);
}
/// a(i, j) > b(i, j). As equal.
template <class A, class B>
  requires sparse_like<const A&> && sparse_like<const B&>
auto greater(const A& a, const B& b) {
  return detail::compare_matrices<detail::turned<detail::is_less>>("greater", a, b);
}
template <class A, scalar S>
  requires sparse_like<const A&>
auto greater(const A& a, const S& s) {
  return detail::compare_to_number<detail::turned<detail::is_less>>("greater", a, s);
}
/// a(i, j) >= b(i, j). As equal.
template <class A, class B>
  requires sparse_like<const A&> && sparse_like<const B&>
auto greater_equal(const A& a, const B& b) {
  return detail::compare_matrices<detail::turned<detail::is_less_equal>>("greater_equal", a, b);
}
template <class A, scalar S>
  requires sparse_like<const A&>
auto greater_equal(const A& a, const S& s) {
  return detail::compare_to_number<detail::turned<detail::is_less_equal>>("greater_equal", a, s);
}

}  // namespace bsr::inline v0::inline BSR_TARGET
