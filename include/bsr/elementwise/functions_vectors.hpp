// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Functions of a vector of floats or doubles, without branches: for every number, infinity and NaN as the
// function of <cmath>, and good to 4 units in the last place (tests/elementwise/functions_vectors.cpp).
//
// All come down to one odd polynomial x + x z P(z), z = x^2, or to e^r - 1 = r + r^2 Q(r), on a short
// interval. P and Q interpolate at the Chebyshev points of that interval, and are
// rounded to the type; next to each stands how large z P or r Q is off, which is about how much it adds to
// the relative error of the function.
#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "bsr/base/target.hpp"
#include "bsr/kernel/cpu/pack.hpp"

#if BSR_HAS_XSIMD
namespace bsr::inline v0::inline BSR_TARGET::detail {

/// Numbers of W as the bits that they are made of.
template <class W>
struct float_bits {
  using batch = xsimd::batch<W>;
  using word = std::conditional_t<sizeof(W) == 4, std::uint32_t, std::uint64_t>;
  using words = xsimd::batch<word>;
  static constexpr int fraction = std::numeric_limits<W>::digits - 1;  // so many bits follow the exponent
  static constexpr word one = static_cast<word>(std::numeric_limits<W>::max_exponent - 1)
                              << fraction;  // of 1
  static constexpr word exponent = ~((word{1} << fraction) - 1);

  BSR_INLINE static words of(const batch& x) { return xsimd::bitwise_cast<word>(x); }
  BSR_INLINE static batch number(const words& x) { return xsimd::bitwise_cast<W>(x); }
  /// A whole number below 2^fraction.
  BSR_INLINE static batch whole(const words& x) {
    constexpr word first = one + (static_cast<word>(fraction) << fraction);  // of 2^fraction
    return number(x | words(first)) - batch(static_cast<W>(word{1} << fraction));
  }
};

/// c[0] + c[1] x + c[2] x^2 ...
template <class W, std::size_t N>
BSR_INLINE xsimd::batch<W> polynomial(const xsimd::batch<W>& x, const W (&c)[N]) {
  xsimd::batch<W> sum(c[N - 1]);
  BSR_UNROLL for (int n = static_cast<int>(N) - 2; n >= 0; --n) sum =
      xsimd::fma(sum, x, xsimd::batch<W>(c[n]));
  return sum;
}

/// y with the sign of x, of which y has another one only if it is +0 or more.
template <class W>
BSR_INLINE xsimd::batch<W> with_sign_of(const xsimd::batch<W>& x, const xsimd::batch<W>& y) {
  return y | (x & xsimd::batch<W>(W(-0.0)));
}

/// P with arctanh(x) = x + x z P(z), 0 <= z = x^2 <= 1 / 9.
BSR_INLINE xsimd::batch<float> arctanh_series(const xsimd::batch<float>& z) {  // 2^-29.9
  return polynomial(z, {0.333333343f, 0.199998528f, 0.142961785f, 0.108532876f, 0.11612165f});
}
BSR_INLINE xsimd::batch<double> arctanh_series(const xsimd::batch<double>& z) {  // 2^-56.9
  return polynomial(z, {0.3333333333333333, 0.20000000000007292, 0.1428571428355438, 0.11111111358713932,
                        0.09090894718066429, 0.07692785032479312, 0.06657072104827468, 0.06000536404795356,
                        0.04400369243072337, 0.08082022805971766});
}

/// arctanh x. With 2^k the power of 2 below n = (1 + |x|) / (1 - |x|) it is k log(2) / 2 + arctanh f with
/// f = (n - 2^k) / (n + 2^k), 0 <= f < 1 / 3; for |x| < 1 / 3 that is |x| itself.
template <class W>
BSR_INLINE xsimd::batch<W> vector_arctanh(const xsimd::batch<W>& x) {
  using bits = float_bits<W>;
  using batch = typename bits::batch;
  using words = typename bits::words;
  using limits = std::numeric_limits<W>;
  const batch one(W(1));
  const batch size = xsimd::abs(x);
  // The exponent and the fraction of a quotient, as if both were one fixed-point number: what is lent makes
  // the exponent smaller exactly where the fractions' quotient is below 1.
  const batch rest = one - size;
  const words quotient = bits::of(one + size) - bits::of(rest);
  const batch power = bits::number(words(bits::one) - (quotient & words(bits::exponent)));  // 2^-k
  const batch k = bits::whole(quotient >> bits::fraction);
  // Where k > 0, the power is between a half and three halves of the rest, and loses nothing by it.
  const batch upper = xsimd::select(power == one, size + size, xsimd::fma(power, size, power - rest));
  const batch f = upper / xsimd::fma(power, size, power + rest);
  const batch z = f * f;
  const batch reduced = xsimd::fma(f * z, arctanh_series(z), f);
  const batch result = xsimd::fma(k, batch(static_cast<W>(0.34657359027997265470861606072908828L)), reduced);
  const batch outside = xsimd::select(size == one, batch(limits::infinity()), batch(limits::quiet_NaN()));
  return with_sign_of(x, xsimd::select(size < one, result, outside));
}

/// arcsinh x = log w, w = |x| + s, s = sqrt(1 + x^2). With 2^k the power of 2 below w, m = w / 2^k, it is
/// k log(2) + 2 arctanh(g / 2) with g = 2 (m - 1) / (m + 1); where k = 0, that is 2 |x| / (1 + s), and
/// nothing cancels.
template <class W>
BSR_INLINE xsimd::batch<W> vector_arcsinh(const xsimd::batch<W>& x) {
  using bits = float_bits<W>;
  using batch = typename bits::batch;
  using words = typename bits::words;
  const batch one(W(1));
  const batch half(W(0.5));
  const batch size = xsimd::abs(x);
  // The root is |x| long before the square overflows.
  const batch root = xsimd::select(size > batch(W(1 << 30)), size, xsimd::sqrt(xsimd::fma(size, size, one)));
  const batch w = xsimd::fma(half, root, half * size);  // half of it, which is finite
  const words k =
      (bits::of(w) - words(bits::one - (typename bits::word{1} << bits::fraction))) >> bits::fraction;
  const batch m = bits::number(bits::of(w) - (k << bits::fraction));  // half of it, too
  const auto is_small = w < one;
  const batch upper = xsimd::select(is_small, size, m + m - one);
  const batch lower = xsimd::select(is_small, half * root, m) + half;
  const batch g = upper / lower;
  const batch z = g * g * batch(W(0.25));
  const batch reduced = xsimd::fma(g * z, arctanh_series(z), g);
  const batch result =
      xsimd::fma(bits::whole(k), batch(static_cast<W>(0.69314718055994530941723212145817657L)), reduced);
  const batch largest((std::numeric_limits<W>::max)());
  return with_sign_of(x, xsimd::select(size <= largest, result, size));
}

/// Q with e^r - 1 = r + r^2 Q(r), |r| <= log(2) / 2.
BSR_INLINE xsimd::batch<float> expm1_series(const xsimd::batch<float>& r) {  // 2^-29.4
  return polynomial(r, {0.5f, 0.166666672f, 0.0416664667f, 0.00833331048f, 0.00139336498f, 0.000198909911f});
}
BSR_INLINE xsimd::batch<double> expm1_series(const xsimd::batch<double>& r) {  // 2^-60
  return polynomial(
      r, {0.5, 0.1666666666666667, 0.04166666666666667, 0.008333333333326136, 0.0013888888888883748,
          0.00019841269874820627, 2.4801587325547743e-05, 2.7557255400206422e-06, 2.75572736431103e-07,
          2.5105217004720745e-08, 2.0914686968086876e-09});
}

/// x = k log(2) + r, |r| <= log(2) / 2, for |x| < 2^10.
template <class W>
struct power_of_e {
  using bits = float_bits<W>;
  using batch = typename bits::batch;
  using words = typename bits::words;
  static constexpr bool single = sizeof(W) == 4;

  batch k, r;

  BSR_INLINE explicit power_of_e(const batch& x) {
    // A number so large that its last bit is 1: what is added becomes whole.
    const batch large(static_cast<W>(typename bits::word{3} << (bits::fraction - 1)));
    shifted_ = xsimd::fma(x, batch(static_cast<W>(1.4426950408889634073599246810018921L)), large);
    k = shifted_ - large;
    // log(2) in two parts; k times the first one is exact.
    r = xsimd::fma(k, batch(single ? W(-1.42860682030941723212e-6) : W(-1.90821492927058770002e-10)),
                   xsimd::fma(k, batch(single ? W(-0.693145751953125) : W(-0x1.62e42feep-1)), x));
  }
  /// 2^(k - N), of which the exponent must be in range.
  template <int N>
  BSR_INLINE batch power() const {
    constexpr auto exponent = bits::one - (typename bits::word{N} << bits::fraction);
    return bits::number((bits::of(shifted_) << bits::fraction) + words(exponent));
  }
  /// e^r - 1.
  BSR_INLINE batch reduced() const { return xsimd::fma(r * r, expm1_series(r), r); }

 private:
  batch shifted_;  // k, in the last bits
};

/// e^x - 1 = 2^k (e^r - 1) + (2^k - 1), x = k log(2) + r.
template <class W>
BSR_INLINE xsimd::batch<W> vector_expm1(const xsimd::batch<W>& x) {
  using batch = xsimd::batch<W>;
  constexpr bool single = sizeof(W) == 4;
  // Beyond these the result is infinite, or -1, and the power would leave the range of exponents. NaN stays.
  const batch highest(single ? W(89) : W(710));
  const batch lowest(single ? W(-20) : W(-40));
  batch bounded = xsimd::select(x > highest, highest, x);
  bounded = xsimd::select(bounded < lowest, lowest, bounded);
  const power_of_e<W> e(bounded);
  const batch reduced = e.reduced();
  const batch power = e.template power<1>();  // half of it, because 2^k may be too large
  const batch half = xsimd::fma(power, reduced, power - batch(W(0.5)));
  return with_sign_of(x, xsimd::select(e.k == batch(W(0)), reduced, half + half));
}

/// tanh x = -y / (2 + y), y = e^(-2 |x|) - 1.
template <class W>
BSR_INLINE xsimd::batch<W> vector_tanh(const xsimd::batch<W>& x) {
  using batch = xsimd::batch<W>;
  const batch highest(sizeof(W) == 4 ? W(10) : W(20));  // where it has become 1; NaN stays
  const batch size = xsimd::abs(x);
  const power_of_e<W> e(xsimd::select(size > highest, highest, size) * batch(W(-2)));
  const batch power = e.template power<0>();
  const batch y = xsimd::fma(power, e.reduced(), power - batch(W(1)));
  return with_sign_of(x, xsimd::abs(y) / (y + batch(W(2))));
}

/// log(1 + x) = k log(2) + log(1 + f), where 1 + f = (1 + x) / 2^k lies between 2/3 and 4/3; and log(1 + f) =
/// 2 arctanh g = f - g (f - 2 g^2 P(g^2)), g = f / (2 + f), of which f is the larger part and exact.
template <class W>
BSR_INLINE xsimd::batch<W> vector_log1p(const xsimd::batch<W>& x) {
  using bits = float_bits<W>;
  using batch = typename bits::batch;
  using word = typename bits::word;
  using words = typename bits::words;
  using limits = std::numeric_limits<W>;
  constexpr word third = sizeof(W) == 4 ? word{0x3eaaaaab} : static_cast<word>(0x3fd5555555555555);  // of 1/3
  constexpr word two = bits::one + (word{1} << bits::fraction);
  const batch one(W(1));
  const batch half(W(0.5));
  const batch sum = xsimd::fma(half, x, half);                             // half of 1 + x, which is finite
  const batch lost = xsimd::fma(batch(W(2)), half - sum, x);               // what 1 + x was rounded by
  const words k = (bits::of(sum) - words(third)) & words(bits::exponent);  // where the exponent is
  const batch scale = bits::number(words(two) - k);  // 2^(1 - k); 0 for the largest k, where nothing is lost
  const batch m = bits::number(bits::of(sum) - k);
  const batch f = xsimd::fma(lost, half * scale, m + m - one);
  const batch g = f / (batch(W(2)) + f);
  const batch z = g * g;
  const batch reduced = xsimd::fnma(g, xsimd::fnma(z + z, arctanh_series(z), f), f);
  using signed_word = std::make_signed_t<word>;
  constexpr auto log_of_2 = static_cast<W>(0.69314718055994530941723212145817657L);
  const batch result = xsimd::fma(xsimd::to_float(xsimd::bitwise_cast<signed_word>(k)),
                                  batch(log_of_2 / static_cast<W>(word{1} << bits::fraction)), reduced);
  const batch inside = with_sign_of(x, xsimd::select(x <= batch((limits::max)()), result, x));
  const batch outside = xsimd::select(x == -one, batch(-limits::infinity()), batch(limits::quiet_NaN()));
  return xsimd::select(x > -one, inside, outside);
}

// Those of floats are quick enough in xsimd.
BSR_INLINE xsimd::batch<float> vector_arctan(const xsimd::batch<float>& x) { return xsimd::atan(x); }
BSR_INLINE xsimd::batch<float> vector_arcsin(const xsimd::batch<float>& x) { return xsimd::asin(x); }

/// arctan x = a + arctan t: t = |x| and a = 0 to tan(pi / 8), t = (|x| - 1) / (|x| + 1) and a = pi / 4 to
/// tan(3 pi / 8), t = -1 / |x| and a = pi / 2 beyond.
BSR_INLINE xsimd::batch<double> vector_arctan(const xsimd::batch<double>& x) {
  using batch = xsimd::batch<double>;
  const batch zero(0.0);
  const batch one(1.0);
  const batch size = xsimd::abs(x);
  const auto middle = size > batch(0.41421356237309503);
  const auto high = size > batch(2.414213562373095);
  const batch upper = xsimd::select(high, batch(-1.0), xsimd::select(middle, size - one, size));
  const batch lower = xsimd::select(high, size, xsimd::select(middle, size + one, one));
  const batch angle =
      xsimd::select(high, batch(1.5707963267948966), xsimd::select(middle, batch(0.7853981633974483), zero));
  // What pi / 2 and pi / 4 have beyond a double.
  const batch rest = xsimd::select(high, batch(6.123233995736766e-17),
                                   xsimd::select(middle, batch(3.061616997868383e-17), zero));
  const batch t = upper / lower;
  const batch z = t * t;
  const batch p = polynomial(
      z, {-0.3333333333333333, 0.19999999999999804, -0.14285714285659748, 0.11111111105147764,
          -0.09090908753118594, 0.07692296363979952, -0.066664246872465, 0.05878926715756726,
          -0.052304374642516874, 0.045515165635903104, -0.0345685906686069, 0.01628357235648259});  // 2^-58.1
  return with_sign_of(x, angle + (t + xsimd::fma(t * z, p, rest)));
}

/// arcsin x to 1/2; beyond it pi / 2 - 2 arcsin sqrt((1 - |x|) / 2).
BSR_INLINE xsimd::batch<double> vector_arcsin(const xsimd::batch<double>& x) {
  using batch = xsimd::batch<double>;
  const batch half(0.5);
  const batch size = xsimd::abs(x);
  const auto is_large = size > half;
  const batch rest = xsimd::fnma(half, size, half);
  const batch z = xsimd::select(is_large, rest, size * size);
  const batch s = xsimd::select(is_large, xsimd::sqrt(rest), size);
  const batch p =
      polynomial(z, {0.16666666666666669, 0.07499999999998433, 0.04464285714635543, 0.030381944138531247,
                     0.02237217294214989, 0.017352392720869973, 0.013971212973552933, 0.011479177415184906,
                     0.01032281435018578, 0.005457506718640358, 0.01740087944269402, -0.014851887071247204,
                     0.028757851367421566});  // 2^-57.4
  const batch angle = xsimd::fma(s * z, p, s);
  // NaN beyond 1: the root of a negative number.
  return with_sign_of(
      x, xsimd::select(is_large, xsimd::fnma(batch(2.0), angle, batch(1.5707963267948966)), angle));
}

}  // namespace bsr::inline v0::inline BSR_TARGET::detail
#endif
