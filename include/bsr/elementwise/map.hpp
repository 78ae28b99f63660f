// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// A function of every element.
#include <concepts>
#include <type_traits>

#include "bsr/base/error.hpp"
#include "bsr/base/scalar.hpp"
#include "bsr/base/target.hpp"
#include "bsr/elementwise/transform.hpp"
#include "bsr/format/sum_duplicates.hpp"
#include "bsr/storage/view.hpp"

namespace bsr::inline v0::inline BSR_TARGET {
namespace detail {

template <class F, class T>
using mapped_t = std::remove_cvref_t<decltype(std::declval<const F&>()(std::declval<const T&>()))>;

template <class A, class F>
auto map_elements(const char* who, const A& matrix_to_map, const F& f) {
  const auto a = input(matrix_to_map);
  using T = typename decltype(a)::value_type;
  using U = mapped_t<F, T>;
  const without_duplicates canonical(who, a);
  return transform<U>(canonical.view(), f);
}

}  // namespace detail

/// c(i, j) = f(a(i, j)). f must be a function of one number that gives 0 for 0, because the zeros that are
/// not stored stay zeros; it is called once for 0, and once for each stored element, in any order, but not
/// for padding. The element type is that of f's result. Duplicates are added up first, so the result is
/// canonical; it has the blocks of a, also those that become zero. O(nnz), and sorting where a is not sorted.
/// Throws error when f(0) is not 0, format_error when an index of a is out of range.
template <class A, class F>
  requires sparse_like<const A&>
auto map(const A& a, const F& f) {
  using T = typename input_t<const A&>::value_type;
  static_assert(requires(const T& x) { f(x); }, "bsr: map(a, f) calls f(x) with an element x of a.");
  using U = detail::mapped_t<F, T>;
  static_assert(scalar<U>, "bsr: map(a, f): what f returns is no number that a matrix can hold.");
  const U at_zero = f(T{});
  if (at_zero != U{})
    fail<error>("bsr: map: f(0) is ", detail::shown<U>{at_zero},
                ", so the result would be dense; map the dense matrix instead: to_dense(a).");
  return detail::map_elements("map", a, f);
}

}  // namespace bsr::inline v0::inline BSR_TARGET
