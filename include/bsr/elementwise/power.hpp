// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Powers, element by element. scipy: a ** n of arrays, power.
#include <cmath>
#include <complex>
#include <concepts>
#include <cstdint>
#include <type_traits>

#include "bsr/base/error.hpp"
#include "bsr/base/result_type.hpp"
#include "bsr/base/scalar.hpp"
#include "bsr/base/target.hpp"
#include "bsr/convert/copy.hpp"
#include "bsr/elementwise/conj.hpp"
#include "bsr/elementwise/map.hpp"
#include "bsr/elementwise/number.hpp"
#include "bsr/elementwise/transform.hpp"
#include "bsr/storage/view.hpp"

namespace bsr::inline v0::inline BSR_TARGET {
namespace detail {

/// x^n in U by repeated squaring; integers wrap.
template <class U>
struct whole_power {
  std::uint64_t n;  // > 0
  template <class T>
  BSR_INLINE U operator()(const T& x) const {
    U square = cast_scalar<U>(x);
    std::uint64_t rest = n;
    for (; rest % 2 == 0; rest /= 2) square = plain_product(square, square);
    U result = square;
    for (rest /= 2; rest != 0; rest /= 2) {
      square = plain_product(square, square);
      if (rest % 2 == 1) result = plain_product(result, square);
    }
    return result;
  }
};
/// x * x.
template <class U>
struct square_of {
  template <class T>
  BSR_INLINE U operator()(const T& x) const {
    const U u = cast_scalar<U>(x);
    return plain_product(u, u);
  }
};
/// std::pow, where W is the type in which U is computed.
template <class U, class W, class N>
struct any_power {
  N n;
  template <class T>
  BSR_INLINE U operator()(const T& x) const {
    if (x == T{}) return U{};
    return static_cast<U>(std::pow(cast_scalar<W>(x), n));
  }
};

}  // namespace detail

/// c(i, j) = a(i, j)^n for a number n > 0, after duplicates have been added up; the blocks are those of a,
/// sorted. The type is that of a where n is whole (bool: int8, as NumPy), else scaled_type_t: integers become
/// double. Integers wrap; negative real numbers to a broken power are NaN. O(nnz). Throws error when n is not
/// above 0: 0^0 is 1 and 0^-1 is infinite, so the result would be dense; format_error when an index of a is
/// out of range.
template <class A, class N>
  requires sparse_like<const A&> && std::is_arithmetic_v<N>
auto power(const A& a, N n) {
  using T = detail::element_of<A>;
  if (n == N{}) fail<error>("bsr: power(a, 0): zero power is not supported as it would densify the matrix.");
  if (!(n > N{}))
    fail<error>("bsr: power(a, ", detail::shown<N>{n},
                "): the power of the zeros that are not stored would not be zero; work with to_dense(a).");
  if constexpr (std::same_as<N, bool>) {
    return power(a, 1);
  } else if constexpr (std::integral<N>) {
    using U = std::conditional_t<std::same_as<T, bool>, std::int8_t, T>;
    if (n == N(2)) return detail::map_elements("power", a, detail::square_of<U>{});
    if constexpr (std::integral<U>) {
      return detail::map_elements("power", a, detail::whole_power<U>{static_cast<std::uint64_t>(n)});
    } else {
      using W = std::conditional_t<storage_detail::is_small_float<U>, float, U>;
      using real = typename scalar_traits<W>::real;
      if (n <= N(3))
        return detail::map_elements("power", a, detail::whole_power<U>{static_cast<std::uint64_t>(n)});
      return detail::map_elements("power", a, detail::any_power<U, W, real>{static_cast<real>(n)});
    }
  } else {
    using U = scaled_type_t<T, N>;
    using W = std::conditional_t<storage_detail::is_small_float<U>, float, U>;
    using real = typename scalar_traits<W>::real;
    if (n == N(2)) return detail::map_elements("power", a, detail::square_of<U>{});
    return detail::map_elements("power", a, detail::any_power<U, W, real>{static_cast<real>(n)});
  }
}

}  // namespace bsr::inline v0::inline BSR_TARGET
