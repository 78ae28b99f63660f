// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Complex numbers: the conjugate, and the two parts. scipy: conj, real, imag.
#include <complex>

#include "bsr/base/scalar.hpp"
#include "bsr/base/target.hpp"
#include "bsr/elementwise/transform.hpp"
#include "bsr/format/check_format.hpp"
#include "bsr/storage/view.hpp"

namespace bsr::inline v0::inline BSR_TARGET {
namespace detail {

struct conjugate {
  template <class T>
  BSR_INLINE T operator()(const T& x) const {
    if constexpr (is_complex<T>)
      return {x.real(), -x.imag()};
    else
      return x;
  }
};
struct real_part {
  template <class T>
  BSR_INLINE typename scalar_traits<T>::real operator()(const T& x) const {
    if constexpr (is_complex<T>)
      return x.real();
    else
      return x;
  }
};
struct imaginary_part {
  template <class T>
  BSR_INLINE typename scalar_traits<T>::real operator()(const T& x) const {
    if constexpr (is_complex<T>)
      return x.imag();
    else
      return T{};
  }
};

template <class U, class A, class F>
auto transform_as_stored(const char* who, const A& matrix_to_read, const F& f) {
  const auto a = input(matrix_to_read);
  check_format_for(who, a, checks::full);
  return transform<U>(a, f);
}

template <class A>
using element_of = typename input_t<const A&>::value_type;

}  // namespace detail

/// The conjugate of every element; a copy where they are real. Blocks stay as they are, duplicates and order
/// included. O(nnz). Throws format_error when an index of a is out of range.
template <class A>
  requires sparse_like<const A&>
auto conj(const A& a) {
  return detail::transform_as_stored<detail::element_of<A>>("conj", a, detail::conjugate{});
}
/// The real parts, as a real matrix; a copy where they are real. The same rules.
template <class A>
  requires sparse_like<const A&>
auto real(const A& a) {
  return detail::transform_as_stored<typename scalar_traits<detail::element_of<A>>::real>(
      "real", a, detail::real_part{});
}
/// The imaginary parts, as a real matrix; stored zeros where the elements are real. The same rules.
template <class A>
  requires sparse_like<const A&>
auto imag(const A& a) {
  return detail::transform_as_stored<typename scalar_traits<detail::element_of<A>>::real>(
      "imag", a, detail::imaginary_part{});
}

}  // namespace bsr::inline v0::inline BSR_TARGET
