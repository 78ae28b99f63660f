// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// How large a matrix is. scipy: scipy.sparse.linalg.norm.
#include <cmath>
#include <complex>
#include <concepts>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "bsr/base/error.hpp"
#include "bsr/base/scalar.hpp"
#include "bsr/base/target.hpp"
#include "bsr/format/check_format.hpp"
#include "bsr/reduce/distinct.hpp"
#include "bsr/reduce/extremum.hpp"
#include "bsr/reduce/fold.hpp"
#include "bsr/storage/view.hpp"

namespace bsr::inline v0 {

/// Which norm. Sums go over |a(i, j)|:
///   fro        the root of the sum of all squares (Frobenius)
///   one        the largest sum of a column
///   inf        the largest sum of a row
///   max        the largest |a(i, j)|
///   minus_one  the smallest sum of a column
///   minus_inf  the smallest sum of a row
enum class norms { fro, one, inf, max, minus_one, minus_inf };

}  // namespace bsr::inline v0

namespace bsr::inline v0::inline BSR_TARGET {
namespace detail {

/// The type of a norm: double of integers and bool, else that of an absolute value.
template <class T>
using norm_type_t = std::conditional_t<std::integral<T>, double, typename scalar_traits<T>::real>;

/// Norms are computed in double, or in long double.
template <class T>
using norm_state_t =
    std::conditional_t<std::same_as<typename scalar_traits<T>::real, long double>, long double, double>;

/// A sum of two squares that is no smaller is as good as if none had vanished.
template <class Real>
inline constexpr Real least_square =
    (std::numeric_limits<Real>::min)() /
    (std::numeric_limits<Real>::epsilon() * std::numeric_limits<Real>::epsilon());

/// |x|; of the smallest integer as well.
template <class T>
BSR_INLINE norm_state_t<T> magnitude_of(const T& x) {
  using real = norm_state_t<T>;
  if constexpr (is_complex<T>) {
    const real re = static_cast<real>(x.real());
    const real im = static_cast<real>(x.imag());
    const real squares = re * re + im * im;
    if constexpr (!std::same_as<typename T::value_type, real>) return std::sqrt(squares);
    // hypot is for squares that are too large or too small, and slow.
    const bool fits = (squares >= least_square<real>)&(squares <= (std::numeric_limits<real>::max)());
    return fits | ((re == 0) & (im == 0)) ? std::sqrt(squares) : std::hypot(re, im);
  } else {
    return std::fabs(static_cast<real>(x));
  }
}

/// |x * factor| squared.
template <class T, class Real>
BSR_INLINE Real scaled_square(const T& x, Real factor) {
  if constexpr (is_complex<T>)
    return scaled_square(x.real(), factor) + scaled_square(x.imag(), factor);
  else
    return (static_cast<Real>(x) * factor) * (static_cast<Real>(x) * factor);
}

/// The sum of |x|.
template <class T>
struct magnitude_fold {
  using state = norm_state_t<T>;
  using total = state;
  static constexpr int chunk = 64;
  BSR_INLINE static state start() { return 0; }
  BSR_INLINE static state take(state sum, const T& x) { return sum + magnitude_of(x); }
  BSR_INLINE static state join(state x, state y) { return x + y; }
  BSR_INLINE static total close(state sum) { return sum; }
  BSR_INLINE static total join_totals(total x, total y) { return x + y; }
};

template <class T>
struct unsigned_of {
  using type = std::make_unsigned_t<T>;
};
template <>
struct unsigned_of<bool> {
  using type = std::uint8_t;
};

/// What the largest element is looked for by: |x| for real numbers, in their own width for integers, and
/// |x|^2 for complex ones, because roots are slow.
template <class T>
BSR_INLINE auto size_of(const T& x) {
  if constexpr (std::integral<T>) {
    using size = typename unsigned_of<T>::type;
    return static_cast<size>(x < T{} ? static_cast<size>(0u - static_cast<size>(x)) : static_cast<size>(x));
  } else if constexpr (is_complex<T>) {
    return scaled_square(x, norm_state_t<T>(1));
  } else {
    return magnitude_of(x);
  }
}

/// The largest of size(x), a functor; NaN is the largest.
template <class T, class Size>
struct largest_fold {
  using state = decltype(Size()(T{}));
  using total = state;
  using of_sizes = extreme_fold<extremum::max, nans::propagate, state>;
  static constexpr int chunk = of_sizes::chunk;
  static state start() { return 0; }
  BSR_INLINE static state take(state best, const T& x) { return of_sizes::take(best, Size()(x)); }
  BSR_INLINE static state join(state x, state y) { return of_sizes::take(x, y); }
  BSR_INLINE static total close(state best) { return best; }
  BSR_INLINE static total join_totals(total x, total y) { return of_sizes::take(x, y); }
};
template <class T>
struct by_size {
  BSR_INLINE auto operator()(const T& x) const { return size_of(x); }
};
template <class T>
struct by_magnitude {
  BSR_INLINE auto operator()(const T& x) const { return magnitude_of(x); }
};

/// The largest |x|.
template <class T, int R, int C, class Index>
norm_state_t<T> largest_magnitude(const matrix_view<const T, R, C, Index>& a) {
  using real = norm_state_t<T>;
  const auto size = fold_all(largest_fold<T, by_size<T>>(), a);
  if constexpr (!is_complex<T>) {
    return static_cast<real>(size);
  } else {
    if constexpr (std::same_as<typename T::value_type, real>)
      if (!(size >= least_square<real> && size <= (std::numeric_limits<real>::max)()))
        return fold_all(largest_fold<T, by_magnitude<T>>(), a);
    return std::sqrt(size);
  }
}

/// The sum of |x * factor|^2.
template <class T>
struct square_fold : magnitude_fold<T> {
  using state = norm_state_t<T>;
  state factor = 1;
  BSR_INLINE state take(state sum, const T& x) const { return sum + scaled_square(x, factor); }
};

/// Squares of float and of integers have room enough in double; those of double may be too large or too small
/// for it, and then all are scaled by a power of two.
template <class T, int R, int C, class Index>
norm_state_t<T> frobenius_norm(const matrix_view<const T, R, C, Index>& a) {
  using real = norm_state_t<T>;
  using limits = std::numeric_limits<real>;
  const real sum = fold_all(square_fold<T>(), a);
  if constexpr (std::same_as<typename scalar_traits<T>::real, real>) {
    // Below this bound squares that were lost might matter; NaN stays NaN.
    if (sum < std::ldexp(real(1), limits::min_exponent + 121) || sum == limits::infinity()) {
      const real largest = largest_magnitude(a);
      if (largest == 0 || largest == limits::infinity()) return largest;
      int exponent = 0;
      (void)std::frexp(largest, &exponent);
      constexpr int bound = limits::max_exponent - 24;
      exponent = exponent > bound ? bound : exponent < -bound ? -bound : exponent;
      square_fold<T> scaled;
      scaled.factor = std::ldexp(real(1), -exponent);
      return std::ldexp(std::sqrt(fold_all(scaled, a)), exponent);
    }
  }
  return std::sqrt(sum);
}

/// The largest or smallest of the sums of rows or of columns; sums of lines that store nothing are 0.
template <extremum Which, class T, int R, int C, class Index>
norm_state_t<T> extreme_sum(const matrix_view<const T, R, C, Index>& a, bool of_rows) {
  using real = norm_state_t<T>;
  const magnitude_fold<T> f;
  const extreme_fold<Which, nans::propagate, real> extremes;
  real best = extremes.start();
  if (of_rows) {
    fold_rows(f, a, [&](std::int64_t, real sum) { best = extremes.take(best, sum); });
  } else {
    const auto sums = fold_cols(f, a);
    cascade<extreme_fold<Which, nans::propagate, real>> all(extremes);
    push_run(all, extremes, sums.data(), sums.size());
    best = all.result();
  }
  return best;
}

}  // namespace detail

/// A norm of a: norm(a) is Frobenius' one, norm(a, norms::inf) another. Computed in double (long double where
/// a is), of type double for integers and bool and of a's real type else. What is stored more than once is
/// added up first; a is not changed. Nothing overflows or vanishes on the way. NaN gives NaN. O(nnz),
/// plus rows or columns.
/// Throws shape_error when there is no row or column to take the largest of, format_error when an index is
/// out of range. scipy: scipy.sparse.linalg.norm(a, ord); its 1-norm of small integers wraps, and ours does
/// not.
template <class A>
  requires sparse_like<const A&>
auto norm(const A& x, norms which = norms::fro) {
  const auto a = input(x);
  using T = typename decltype(a)::value_type;
  const bool no_rows = a.rows() == 0 && which != norms::one && which != norms::minus_one;
  const bool no_cols = a.cols() == 0 && which != norms::inf && which != norms::minus_inf;
  if (which != norms::fro && (no_rows || no_cols))
    fail<shape_error>("bsr: norm: zero-size array to reduction operation: a is ", a.shape(), ".");
  return detail::with_distinct_blocks("norm", a, [which](const auto& distinct) {
    using result = detail::norm_type_t<T>;
    switch (which) {
      case norms::one:
        return static_cast<result>(detail::extreme_sum<detail::extremum::max>(distinct, false));
      case norms::inf:
        return static_cast<result>(detail::extreme_sum<detail::extremum::max>(distinct, true));
      case norms::minus_one:
        return static_cast<result>(detail::extreme_sum<detail::extremum::min>(distinct, false));
      case norms::minus_inf:
        return static_cast<result>(detail::extreme_sum<detail::extremum::min>(distinct, true));
      case norms::max:
        return static_cast<result>(detail::largest_magnitude(distinct));
      case norms::fro:
        break;
    }
    return static_cast<result>(detail::frobenius_norm(distinct));
  });
}

}  // namespace bsr::inline v0::inline BSR_TARGET
