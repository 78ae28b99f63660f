// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Sums and means. scipy: sum, mean.
#include <complex>
#include <concepts>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <utility>

#include "bsr/base/error.hpp"
#include "bsr/base/result_type.hpp"
#include "bsr/base/scalar.hpp"
#include "bsr/base/target.hpp"
#include "bsr/convert/copy.hpp"
#include "bsr/format/check_format.hpp"
#include "bsr/reduce/axis.hpp"
#include "bsr/reduce/distinct.hpp"
#include "bsr/reduce/fold.hpp"
#include "bsr/storage/buffer.hpp"
#include "bsr/storage/view.hpp"

namespace bsr::inline v0::inline BSR_TARGET {
namespace detail {

/// Chunks of float are put together in double: no rounding worth mentioning for any number of them.
template <class T>
using chunk_sum_t =
    std::conditional_t<std::same_as<T, float>, double,
                       std::conditional_t<std::same_as<T, std::complex<float>>, std::complex<double>, T>>;

/// The sum of elements as State.
template <class T, class State>
struct sum_fold {
  using state = State;
  using total = chunk_sum_t<State>;
  static constexpr int chunk = 64;
  BSR_INLINE static state start() { return State{}; }
  BSR_INLINE static state take(state sum, const T& x) { return add(sum, cast_scalar<State>(x)); }
  BSR_INLINE static state join(state x, state y) { return add(x, y); }
  BSR_INLINE static total close(state sum) { return cast_scalar<total>(sum); }
  BSR_INLINE static total join_totals(total x, total y) { return add(x, y); }
};

/// The sum of elements, each multiplied before.
template <class T, class State>
struct scaled_sum_fold : sum_fold<T, State> {
  typename scalar_traits<State>::real factor;
  BSR_INLINE State take(State sum, const T& x) const { return add(sum, cast_scalar<State>(x) * factor); }
};

/// What NumPy's mean is in: double for integers and bool.
template <class T>
using mean_type_t = std::conditional_t<std::integral<T>, double, T>;

/// Neither infinite nor NaN.
template <class T>
bool is_finite(const T& x) {
  if constexpr (is_complex<T>)
    return is_finite(x.real()) && is_finite(x.imag());
  else
    return x - x == x - x;
}

template <class To, class F, class T, int R, int C, class Index>
buffer<To> fold_axis(const F& f, const matrix_view<const T, R, C, Index>& a, int axis) {
  if (axis == 0) {
    auto states = fold_cols(f, a);
    if constexpr (std::same_as<To, typename F::state>) {
      return states;
    } else {
      buffer<To> result(states.size(), uninitialized);
      for (std::int64_t j = 0; j < states.size(); ++j) result[j] = cast_scalar<To>(states[j]);
      return result;
    }
  }
  buffer<To> result(a.rows(), uninitialized);
  fold_rows(f, a, [&](std::int64_t i, const auto& state) { result[i] = cast_scalar<To>(state); });
  return result;
}

inline void check_mean_size(std::int64_t count, dims shape) {
  if (count == 0) fail<shape_error>("bsr: mean: a mean over no elements does not exist; a is ", shape, ".");
}

}  // namespace detail

/// The sum of all elements, of type sum_type_t: bool and integers below 64 bits are added up in 64 bits,
/// others in their own type. A place that is stored more than once counts with its sum in the type of a, as
/// sum_duplicates has it (bool: or; integers wrap). O(nnz), pairwise in the end: the error grows with the
/// logarithm of nnz. Throws format_error when an index is out of range. scipy: sum().
template <class A>
  requires sparse_like<const A&>
auto sum(const A& x) {
  const auto a = input(x);
  using T = typename decltype(a)::value_type;
  using Sum = sum_type_t<T>;
  using State = accumulator_t<Sum>;
  const detail::sum_fold<T, State> f;
  // For other types it does not matter what is added to what first.
  if constexpr (!std::same_as<T, Sum>) {
    return detail::with_distinct_blocks("sum", a, [&](const auto& distinct) {
      return detail::cast_scalar<Sum>(detail::fold_all(f, distinct));
    });
  } else {
    detail::check_format_for("sum", a, checks::full);
    return detail::cast_scalar<Sum>(detail::fold_all(f, a));
  }
}

/// The sums of the columns (axis 0 or -2) or of the rows (axis 1 or -1), of type sum_type_t. As in scipy,
/// where this is a product with ones, all numbers that are stored for a place count, each as a sum_type_t:
/// two stored `true` are 2 here, and 1 in sum(a). O(nnz + rows + columns). Throws shape_error for another
/// axis, format_error when an index is out of range. scipy: sum(axis).
template <class A>
  requires sparse_like<const A&>
auto sum(const A& x, int axis) {
  const auto a = input(x);
  using T = typename decltype(a)::value_type;
  using Sum = sum_type_t<T>;
  axis = detail::check_axis("sum", axis);
  detail::check_format_for("sum", a, checks::full);
  return detail::fold_axis<Sum>(detail::sum_fold<T, accumulator_t<Sum>>(), a, axis);
}

/// The mean of all elements, zeros that are not stored included: the sum divided by rows * columns. In double
/// for integers and bool, else in the type of a. All numbers that are stored for a place count. A sum that
/// would overflow is formed of quotients. O(nnz).
/// Throws shape_error when there are no elements, format_error when an index is out of range. scipy: mean().
template <class A>
  requires sparse_like<const A&>
auto mean(const A& x) {
  const auto a = input(x);
  using T = typename decltype(a)::value_type;
  using Mean = detail::mean_type_t<T>;
  using State = accumulator_t<Mean>;
  using fold = detail::sum_fold<T, State>;
  using real = typename scalar_traits<typename fold::total>::real;
  detail::check_mean_size(a.rows() == 0 ? 0 : a.cols(), a.shape());
  detail::check_format_for("mean", a, checks::full);
  const real count = static_cast<real>(a.rows()) * static_cast<real>(a.cols());
  const auto total = detail::fold_all(fold(), a);
  if constexpr (!std::integral<T>)
    if (!detail::is_finite(total)) {
      using factor = typename scalar_traits<State>::real;
      const detail::scaled_sum_fold<T, State> scaled{{}, static_cast<factor>(1 / count)};
      return detail::cast_scalar<Mean>(detail::fold_all(scaled, a));
    }
  return detail::cast_scalar<Mean>(total / count);
}

/// The means of the columns (axis 0 or -2) or of the rows (axis 1 or -1), as above. O(nnz + rows + columns).
/// Throws shape_error for another axis or when there is nothing to take the mean of, format_error when an
/// index is out of range. scipy: mean(axis).
template <class A>
  requires sparse_like<const A&>
auto mean(const A& x, int axis) {
  const auto a = input(x);
  using T = typename decltype(a)::value_type;
  using Mean = detail::mean_type_t<T>;
  using State = accumulator_t<Mean>;
  using real = typename scalar_traits<State>::real;
  axis = detail::check_axis("mean", axis);
  const std::int64_t length = axis == 0 ? a.rows() : a.cols();
  detail::check_mean_size(length, a.shape());
  detail::check_format_for("mean", a, checks::full);
  const real count = static_cast<real>(length);
  auto sums = detail::fold_axis<State>(detail::sum_fold<T, State>(), a, axis);
  bool finite = true;
  if constexpr (!std::integral<T>)
    for (const State& total : sums) finite &= detail::is_finite(total);
  if (finite) {
    for (State& total : sums) total = total / count;
  } else if constexpr (!std::integral<T>) {
    const detail::scaled_sum_fold<T, State> scaled{{}, 1 / count};
    sums = detail::fold_axis<State>(scaled, a, axis);
  }
  if constexpr (std::same_as<State, Mean>) {
    return sums;
  } else {
    buffer<Mean> result(sums.size(), uninitialized);
    for (std::int64_t i = 0; i < sums.size(); ++i) result[i] = detail::cast_scalar<Mean>(sums[i]);
    return result;
  }
}

}  // namespace bsr::inline v0::inline BSR_TARGET
