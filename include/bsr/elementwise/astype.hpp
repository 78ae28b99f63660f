// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Another element type. scipy: astype.
#include <concepts>

#include "bsr/base/scalar.hpp"
#include "bsr/base/target.hpp"
#include "bsr/convert/copy.hpp"
#include "bsr/elementwise/transform.hpp"
#include "bsr/format/check_format.hpp"
#include "bsr/format/sum_duplicates.hpp"
#include "bsr/storage/view.hpp"

namespace bsr::inline v0::inline BSR_TARGET {
namespace detail {

/// x as a U: as cast_scalar, and complex numbers are true unless they are 0.
template <class U>
struct cast_to {
  template <class T>
  BSR_INLINE U operator()(const T& x) const {
    if constexpr (std::same_as<U, bool>)
      return x != T{};
    else
      return cast_scalar<U>(x);
  }
};

}  // namespace detail

/// a with elements of type U, a copy: astype<double>(a). Every number converts as static_cast does it; as
/// bool it is whether it is not 0 (NaN is not); what an integer type cannot hold becomes some number. As in
/// scipy another type adds up duplicates, after the conversion, and sorts; the same type copies blocks as
/// they are. O(nnz), and sorting. Throws format_error when an index of a is out of range. Complex to real
/// does not compile: take real(a) or abs(a).
template <scalar U, class A>
  requires sparse_like<const A&>
auto astype(const A& matrix_to_convert) {
  const auto a = input(matrix_to_convert);
  using T = typename decltype(a)::value_type;
  static_assert(
      !is_complex<T> || is_complex<U> || std::same_as<U, bool>,
      "bsr: astype<U>(a): complex elements do not fit into real ones. Take real(a), imag(a) or abs(a).");
  if constexpr (!is_complex<T> || is_complex<U> || std::same_as<U, bool>) {
    detail::check_format_for("astype", a, checks::full);
    auto result = detail::transform<U>(a, detail::cast_to<U>{});
    if constexpr (!std::same_as<T, U>) sum_duplicates(result);
    return result;
  }
}

}  // namespace bsr::inline v0::inline BSR_TARGET
