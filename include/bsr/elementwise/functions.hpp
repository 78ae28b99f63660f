// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// The functions that are 0 at 0, by scipy's names. Each gives a matrix with the blocks of a, canonical:
// duplicates are added up first. O(nnz), and sorting where a is not sorted. Real results are good to 4 units
// in the last place, complex ones to 8 units in the last place of their absolute value. All throw
// format_error when an index of a is out of range.
#include <cmath>
#include <complex>
#include <concepts>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "bsr/base/result_type.hpp"
#include "bsr/base/scalar.hpp"
#include "bsr/base/target.hpp"
#include "bsr/elementwise/conj.hpp"
#include "bsr/elementwise/functions_vectors.hpp"
#include "bsr/elementwise/map.hpp"
#include "bsr/elementwise/transform.hpp"
#include "bsr/kernel/cpu/pack.hpp"
#include "bsr/storage/view.hpp"

namespace bsr::inline v0::inline BSR_TARGET {
namespace detail {

/// Where functions of a T are computed: in float for what is smaller, else in the type of the result.
template <class T>
using computed_t = std::conditional_t<storage_detail::is_small_float<T>, float, unary_type_t<T>>;

/// x in the type in which its function is computed.
template <class T>
BSR_INLINE computed_t<T> widened(const T& x) {
  return static_cast<computed_t<T>>(x);
}

/// A function that returns unary_type_t, computed by F in computed_t.
template <class F>
struct unary {
  template <class T>
  BSR_INLINE unary_type_t<T> operator()(const T& x) const {
    return static_cast<unary_type_t<T>>(F{}(widened(x)));
  }
};
/// A function of each part of a complex number, computed by F.
template <class F>
struct part_by_part {
  F f{};
#if BSR_HAS_XSIMD
  template <class W>
    requires requires(const W& x) { F::vector(x); }
  BSR_INLINE static W vector(const W& x) {
    return F::vector(x);
  }
#endif
  template <class W>
  BSR_INLINE W operator()(const W& x) const {
    if constexpr (is_complex<W>)
      return {f(x.real()), f(x.imag())};
    else
      return f(x);
  }
};
/// A function that leaves bool and whole numbers as they are, computed by F.
template <class F>
struct of_fractions {
  F f{};
  template <class T>
  BSR_INLINE T operator()(const T& x) const {
    if constexpr (std::integral<T>)
      return x;
    else
      return static_cast<T>(f(widened(x)));
  }
};

struct absolute {
  template <class T>
  BSR_INLINE typename scalar_traits<T>::real operator()(const T& x) const {
    if constexpr (is_complex<T>)
      return of_parts(x.real(), x.imag());
    else if constexpr (std::unsigned_integral<T>)
      return x;
    else if constexpr (std::integral<T>)
      return x < 0 ? bsr::multiply(x, T(-1)) : x;
    else
      return static_cast<T>(std::fabs(widened(x)));
  }

 private:
  /// Without std::hypot, which takes six times as long, as long as no square overflows or is lost.
  template <class Real>
  BSR_INLINE static Real of_parts(Real r, Real i) {
    using limits = std::numeric_limits<Real>;
    const Real square = r * r + i * i;
    return square >= (limits::min)() / limits::epsilon() && square <= (limits::max)() ? std::sqrt(square)
                                                                                      : std::hypot(r, i);
  }
};

struct sign_of {
  template <class T>
  BSR_INLINE T operator()(const T& x) const {
    if constexpr (is_complex<T>) {
      using real = typename T::value_type;
      const real largest = (std::numeric_limits<real>::max)();
      real r = x.real();
      real i = x.imag();
      real size = std::hypot(r, i);
      if (size > largest) {
        const bool endless_r = std::fabs(r) > largest;
        const bool endless_i = std::fabs(i) > largest;
        if (endless_r && endless_i) size = std::numeric_limits<real>::quiet_NaN();
        if (endless_r != endless_i)
          return {endless_r ? std::copysign(real(1), r) : real(0),
                  endless_i ? std::copysign(real(1), i) : real(0)};
        r /= 4;
        i /= 4;
        if (!endless_r) size = std::hypot(r, i);
      }
      if (size != size) return {size, size};
      return size == real(0) ? T{} : T(r / size, i / size);
    } else if constexpr (std::unsigned_integral<T>) {
      return static_cast<T>(x != 0 ? 1 : 0);
    } else if constexpr (std::integral<T>) {
      return static_cast<T>((x > 0 ? 1 : 0) - (x < 0 ? 1 : 0));
    } else {
      return x > T(0) ? T(1) : x < T(0) ? T(-1) : x == T(0) ? T(0) : x;
    }
  }
};

// The same function of a vector of floats or doubles, where there is xsimd.
#if BSR_HAS_XSIMD
#define BSR_VECTOR_FUNCTION(function)                                  \
  template <class W>                                                   \
  BSR_INLINE static xsimd::batch<W> vector(const xsimd::batch<W>& x) { \
    return function(x);                                                \
  }
#else
#define BSR_VECTOR_FUNCTION(function)
#endif

/// The vector function is right for every number, infinity and NaN: see vector_limit_of.
struct takes_every_number {
  template <class W>
  static constexpr W vector_limit = std::numeric_limits<W>::infinity();
};

struct floor_of {
  template <class W>
  BSR_INLINE W operator()(W x) const {
    return std::floor(x);
  }
  BSR_VECTOR_FUNCTION(xsimd::floor)
};
struct ceil_of {
  template <class W>
  BSR_INLINE W operator()(W x) const {
    return std::ceil(x);
  }
  BSR_VECTOR_FUNCTION(xsimd::ceil)
};
struct trunc_of {
  template <class W>
  BSR_INLINE W operator()(W x) const {
    return std::trunc(x);
  }
  BSR_VECTOR_FUNCTION(xsimd::trunc)
};
struct rint_of {
  template <class W>
  BSR_INLINE W operator()(W x) const {
    return std::rint(x);
  }
  BSR_VECTOR_FUNCTION(xsimd::rint)
};

/// NumPy's round: x 10^decimals to the nearest whole number, ties to even, and back.
template <class W>
struct round_fraction {
  W power;        // 10^|decimals|
  bool negative;  // decimals < 0
  BSR_INLINE W operator()(W x) const {
    return negative ? std::rint(x / power) * power : std::rint(x * power) / power;
  }
};
/// Whole numbers, rounded to multiples of `power`, ties to even; power 0: all are nearer to 0 than to a
/// multiple. What is too large wraps.
template <class T>
struct round_whole {
  std::uint64_t power;
  BSR_INLINE T operator()(T x) const {
    if (power == 0) return T{};
    const bool below_zero = x < T{};
    const std::uint64_t size = below_zero ? 0 - static_cast<std::uint64_t>(x) : static_cast<std::uint64_t>(x);
    const std::uint64_t rest = size % power;
    std::uint64_t quotient = size / power;
    if (rest > power - rest || (rest == power - rest && quotient % 2 == 1)) ++quotient;
    const std::uint64_t rounded = quotient * power;
    return static_cast<T>(below_zero ? 0 - rounded : rounded);
  }
};
/// 10^n, or 0 when that is more than 64 bits hold.
inline std::uint64_t power_of_ten(std::int64_t n) {
  if (n > 19) return 0;
  std::uint64_t power = 1;
  for (std::int64_t k = 0; k < n; ++k) power *= 10;
  return power;
}

struct sqrt_of {
  template <class W>
  BSR_INLINE W operator()(const W& x) const {
    return std::sqrt(x);
  }
  BSR_VECTOR_FUNCTION(xsimd::sqrt)
};
struct expm1_of : takes_every_number {
  template <class W>
  BSR_INLINE W operator()(const W& x) const {
    if constexpr (is_complex<W>) {
      // e^r cos i - 1 = (e^r - 1) cos i - 2 sin(i / 2)^2
      using real = typename W::value_type;
      const real half = std::sin(x.imag() / 2);
      return {std::expm1(x.real()) * std::cos(x.imag()) - 2 * half * half,
              std::exp(x.real()) * std::sin(x.imag())};
    } else {
      return std::expm1(x);
    }
  }
  BSR_VECTOR_FUNCTION(vector_expm1)
};
struct log1p_of : takes_every_number {
  template <class W>
  BSR_INLINE W operator()(const W& x) const {
    if constexpr (is_complex<W>) {
      using real = typename W::value_type;
      const real r = x.real();
      const real i = x.imag();
      const real angle = std::atan2(i, r + 1);
      // |1 + x|^2 - 1 = r (2 + r) + i^2; exact enough where |1 + x| is near 1, and it cannot overflow there.
      const bool near_one = std::fabs(r) < real(0.5) && std::fabs(i) < real(0.5);
      return {near_one ? std::log1p(r * (2 + r) + i * i) / 2 : std::log(std::hypot(r + 1, i)), angle};
    } else {
      return std::log1p(x);
    }
  }
  BSR_VECTOR_FUNCTION(vector_log1p)
};
struct sin_of {
  template <class W>
  BSR_INLINE W operator()(const W& x) const {
    return std::sin(x);
  }
  BSR_VECTOR_FUNCTION(xsimd::sin)
};
struct tan_of {
  template <class W>
  BSR_INLINE W operator()(const W& x) const {
    return std::tan(x);
  }
  BSR_VECTOR_FUNCTION(xsimd::tan)
};
struct arcsin_of {
  template <class W>
  BSR_INLINE W operator()(const W& x) const {
    return std::asin(x);
  }
  BSR_VECTOR_FUNCTION(vector_arcsin)
};
struct arctan_of {
  template <class W>
  BSR_INLINE W operator()(const W& x) const {
    return std::atan(x);
  }
  BSR_VECTOR_FUNCTION(vector_arctan)
};
struct sinh_of {
  template <class W>
  BSR_INLINE W operator()(const W& x) const {
    return std::sinh(x);
  }
  BSR_VECTOR_FUNCTION(xsimd::sinh)
  // Near the end of the range the vector function becomes infinite too early.
  template <class W>
  static constexpr W vector_limit = sizeof(W) == 4 ? W(88) : W(709);
};
struct tanh_of : takes_every_number {
  template <class W>
  BSR_INLINE W operator()(const W& x) const {
    return std::tanh(x);
  }
  BSR_VECTOR_FUNCTION(vector_tanh)
};
struct arcsinh_of : takes_every_number {
  template <class W>
  BSR_INLINE W operator()(const W& x) const {
    return std::asinh(x);
  }
  BSR_VECTOR_FUNCTION(vector_arcsinh)
};
struct arctanh_of : takes_every_number {
  template <class W>
  BSR_INLINE W operator()(const W& x) const {
    return std::atanh(x);
  }
  BSR_VECTOR_FUNCTION(vector_arctanh)
};
#undef BSR_VECTOR_FUNCTION

#if BSR_HAS_XSIMD
/// Functions with a form for vectors of W.
template <class F, class W>
concept has_vector_form = has_xsimd<W> && requires(const xsimd::batch<W>& x) { F::vector(x); };

/// How large the numbers may be that F's vector function is used for; infinity: all, and NaN. On its way
/// xsimd casts doubles to 64-bit integers, whether it needs the result or not, and in C++ that has no meaning
/// for what such an integer does not hold.
template <class F, class W>
inline constexpr W vector_limit_of = W(1e18);
template <class F, class W>
  requires requires { F::template vector_limit<W>; }
inline constexpr W vector_limit_of<F, W> = F::template vector_limit<W>;

/// The vector function F of `batch::size` numbers; one by one where one of them is too large or NaN.
template <class F, class W>
BSR_INLINE void vector_function(const W* from, W* to) {
  using batch = xsimd::batch<W>;
  const batch x = batch::load_unaligned(from);
  constexpr W limit = vector_limit_of<F, W>;
  if (limit > (std::numeric_limits<W>::max)() || xsimd::all(xsimd::abs(x) <= batch(limit)))
    F::vector(x).store_unaligned(to);
  else
    for (std::size_t l = 0; l < batch::size; ++l) to[l] = F{}(from[l]);
}

/// to[k] = F(from[k]), computed in W by vectors; through a piece of memory where the types differ.
template <class F, class W, class T, class U>
void transform_by_vectors(const T* BSR_RESTRICT from, U* BSR_RESTRICT to, std::int64_t n) {
  constexpr auto size = static_cast<std::int64_t>(xsimd::batch<W>::size);
  constexpr bool direct = std::same_as<T, W> && std::same_as<U, W>;
  std::int64_t k = 0;
  if constexpr (direct)
    for (; k + size <= n; k += size) vector_function<F>(from + k, to + k);
  constexpr std::int64_t piece = direct ? size : 16 * size;
  W in[piece] = {};
  W out[piece];
  for (; k < n; k += piece) {
    const std::int64_t count = n - k < piece ? n - k : piece;
    for (std::int64_t l = 0; l < count; ++l) in[l] = widened(from[k + l]);
    for (std::int64_t l = 0; l < count; l += size) vector_function<F>(in + l, out + l);
    for (std::int64_t l = 0; l < count; ++l) to[k + l] = static_cast<U>(out[l]);
  }
}

// Found by transform() through its function.
template <class T, class U, class F>
  requires has_vector_form<F, computed_t<T>>
void transform_array(const T* BSR_RESTRICT from, U* BSR_RESTRICT to, std::int64_t n, const unary<F>&) {
  transform_by_vectors<F, computed_t<T>>(from, to, n);
}
template <class T, class U, class F>
  requires(has_vector_form<F, computed_t<T>> && !std::integral<T>)
void transform_array(const T* BSR_RESTRICT from, U* BSR_RESTRICT to, std::int64_t n, const of_fractions<F>&) {
  transform_by_vectors<F, computed_t<T>>(from, to, n);
}
#endif

struct radians {
  template <class W>
  BSR_INLINE W operator()(W x) const {
    return x * static_cast<W>(3.141592653589793238462643383279502884L / 180);
  }
};
struct degrees {
  template <class W>
  BSR_INLINE W operator()(W x) const {
    return x * static_cast<W>(180 / 3.141592653589793238462643383279502884L);
  }
};

}  // namespace detail

/// |x|. Complex elements give real ones. The smallest signed integer has no opposite and stays.
template <class A>
  requires sparse_like<const A&>
auto abs(const A& a) {
  return detail::map_elements("abs", a, detail::absolute{});
}
/// -1, 0 or 1 of the type of the elements; NaN for NaN; x / |x| for complex ones (NumPy 2).
template <class A>
  requires sparse_like<const A&>
auto sign(const A& a) {
  static_assert(!std::same_as<detail::element_of<A>, bool>, "bsr: sign(a): a bool has no sign.");
  if constexpr (!std::same_as<detail::element_of<A>, bool>)
    return detail::map_elements("sign", a, detail::sign_of{});
}
/// The largest whole number not above x; integers stay integers. Not for complex elements.
template <class A>
  requires sparse_like<const A&>
auto floor(const A& a) {
  static_assert(!is_complex<detail::element_of<A>>, "bsr: floor(a) is not defined for complex elements.");
  if constexpr (!is_complex<detail::element_of<A>>)
    return detail::map_elements("floor", a, detail::of_fractions<detail::floor_of>{});
}
/// The smallest whole number not below x; integers stay integers. Not for complex elements.
template <class A>
  requires sparse_like<const A&>
auto ceil(const A& a) {
  static_assert(!is_complex<detail::element_of<A>>, "bsr: ceil(a) is not defined for complex elements.");
  if constexpr (!is_complex<detail::element_of<A>>)
    return detail::map_elements("ceil", a, detail::of_fractions<detail::ceil_of>{});
}
/// x without its fraction; integers stay integers. Not for complex elements.
template <class A>
  requires sparse_like<const A&>
auto trunc(const A& a) {
  static_assert(!is_complex<detail::element_of<A>>, "bsr: trunc(a) is not defined for complex elements.");
  if constexpr (!is_complex<detail::element_of<A>>)
    return detail::map_elements("trunc", a, detail::of_fractions<detail::trunc_of>{});
}
/// The nearest whole number, ties to even, as unary_type_t; complex numbers part by part.
template <class A>
  requires sparse_like<const A&>
auto rint(const A& a) {
  return detail::map_elements("rint", a, detail::unary<detail::part_by_part<detail::rint_of>>{});
}
/// x rounded to so many decimals, ties to even, of the same type; complex numbers part by part. Negative
/// decimals round to tens, hundreds, ..., integers too. numpy.round, which goes the same way over x
/// 10^decimals.
template <class A>
  requires sparse_like<const A&>
auto round(const A& a, int decimals = 0) {
  using T = detail::element_of<A>;
  static_assert(!std::same_as<T, bool>, "bsr: round(a): a bool has no decimals.");
  const std::int64_t size = decimals < 0 ? -std::int64_t{decimals} : decimals;
  if constexpr (std::same_as<T, bool>) {
    return;
  } else if constexpr (std::integral<T>) {
    return detail::map_elements("round", a,
                                detail::round_whole<T>{decimals < 0 ? detail::power_of_ten(size) : 1});
  } else {
    using W = typename scalar_traits<detail::computed_t<T>>::real;
    using rounding = detail::part_by_part<detail::round_fraction<W>>;
    const W power = std::pow(W(10), static_cast<W>(size));
    return detail::map_elements("round", a, detail::of_fractions<rounding>{rounding{{power, decimals < 0}}});
  }
}
/// The square root, as unary_type_t; NaN for negative real elements.
template <class A>
  requires sparse_like<const A&>
auto sqrt(const A& a) {
  return detail::map_elements("sqrt", a, detail::unary<detail::sqrt_of>{});
}
/// e^x - 1, as unary_type_t.
template <class A>
  requires sparse_like<const A&>
auto expm1(const A& a) {
  return detail::map_elements("expm1", a, detail::unary<detail::expm1_of>{});
}
/// log(1 + x); NaN for real elements below -1, as unary_type_t.
template <class A>
  requires sparse_like<const A&>
auto log1p(const A& a) {
  return detail::map_elements("log1p", a, detail::unary<detail::log1p_of>{});
}
/// sin x, as unary_type_t.
template <class A>
  requires sparse_like<const A&>
auto sin(const A& a) {
  return detail::map_elements("sin", a, detail::unary<detail::sin_of>{});
}
/// tan x, as unary_type_t.
template <class A>
  requires sparse_like<const A&>
auto tan(const A& a) {
  return detail::map_elements("tan", a, detail::unary<detail::tan_of>{});
}
/// The angle whose sine is x; NaN for real elements beyond -1 .. 1, as unary_type_t.
template <class A>
  requires sparse_like<const A&>
auto arcsin(const A& a) {
  return detail::map_elements("arcsin", a, detail::unary<detail::arcsin_of>{});
}
/// The angle whose tangent is x, as unary_type_t.
template <class A>
  requires sparse_like<const A&>
auto arctan(const A& a) {
  return detail::map_elements("arctan", a, detail::unary<detail::arctan_of>{});
}
/// sinh x, as unary_type_t.
template <class A>
  requires sparse_like<const A&>
auto sinh(const A& a) {
  return detail::map_elements("sinh", a, detail::unary<detail::sinh_of>{});
}
/// tanh x, as unary_type_t.
template <class A>
  requires sparse_like<const A&>
auto tanh(const A& a) {
  return detail::map_elements("tanh", a, detail::unary<detail::tanh_of>{});
}
/// The number whose sinh is x, as unary_type_t.
template <class A>
  requires sparse_like<const A&>
auto arcsinh(const A& a) {
  return detail::map_elements("arcsinh", a, detail::unary<detail::arcsinh_of>{});
}
/// The number whose tanh is x; NaN for real elements beyond -1 .. 1, as unary_type_t.
template <class A>
  requires sparse_like<const A&>
auto arctanh(const A& a) {
  return detail::map_elements("arctanh", a, detail::unary<detail::arctanh_of>{});
}
/// x pi / 180, as unary_type_t. Not for complex elements.
template <class A>
  requires sparse_like<const A&>
auto deg2rad(const A& a) {
  static_assert(!is_complex<detail::element_of<A>>, "bsr: deg2rad(a) is not defined for complex elements.");
  if constexpr (!is_complex<detail::element_of<A>>)
    return detail::map_elements("deg2rad", a, detail::unary<detail::radians>{});
}
/// x 180 / pi, as unary_type_t. Not for complex elements.
template <class A>
  requires sparse_like<const A&>
auto rad2deg(const A& a) {
  static_assert(!is_complex<detail::element_of<A>>, "bsr: rad2deg(a) is not defined for complex elements.");
  if constexpr (!is_complex<detail::element_of<A>>)
    return detail::map_elements("rad2deg", a, detail::unary<detail::degrees>{});
}

}  // namespace bsr::inline v0::inline BSR_TARGET
