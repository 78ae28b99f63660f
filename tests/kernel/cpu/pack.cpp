// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/kernel/cpu/pack.hpp"

#include <algorithm>
#include <array>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <complex>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>

#include "support/fence.hpp"
#include "support/identical.hpp"
#include "support/random.hpp"

namespace {

using namespace bsr_test;
using bsr::simd::pack;
using bsr_test::random;  // not the one of stdlib.h

// A type of every size, signed or not.
#define VECTOR_TYPES float, double, std::int8_t, std::uint16_t, std::int32_t, std::int64_t, std::uint64_t
#define ARRAY_TYPES bool, long double, std::complex<float>

template <class T>
using lanes = std::array<T, static_cast<std::size_t>(pack<T>::size)>;

template <class T>
lanes<T> lanes_of(const pack<T>& p) {
  lanes<T> result;
  p.store(result.data());
  return result;
}
template <class T>
pack<T> pack_of(const lanes<T>& values) {
  return pack<T>::load(values.data());
}

/// The same number, of the same sign if it is zero; NaN equals NaN.
template <class T>
bool same(const T& x, const T& y) {
  if constexpr (std::is_floating_point_v<T>)
    return same_number(x, y) && (x != T(0) || std::signbit(x) == std::signbit(y));
  else
    return same_number(x, y);
}
template <class T>
bool same(const lanes<T>& x, const lanes<T>& y) {
  for (std::size_t l = 0; l < x.size(); ++l)
    if (!same(x[l], y[l])) return false;
  return true;
}

/// f(l) for every lane.
template <class T, class F>
lanes<T> each_lane(const F& f) {
  lanes<T> result;
  for (std::size_t l = 0; l < result.size(); ++l) result[l] = f(l);
  return result;
}

/// Integers: any bits, now and then the smallest and the largest. Floating point: any fraction, moderate
/// size.
template <class T>
T any_value(random& rng) {
  if constexpr (std::is_same_v<T, bool> || !std::is_integral_v<T>) {
    return rng.value<T>();
  } else {
    if (rng.chance(0.1)) return std::numeric_limits<T>::min();
    if (rng.chance(0.1)) return std::numeric_limits<T>::max();
    return static_cast<T>(rng.bits());
  }
}
template <class T>
lanes<T> any_lanes(random& rng) {
  return each_lane<T>([&](std::size_t) { return any_value<T>(rng); });
}
/// Sums and products of them are exact in every type.
template <class T>
lanes<T> small_lanes(random& rng) {
  return each_lane<T>([&](std::size_t) { return rng.value<T>(numbers::small_integers); });
}

/// What an integer is when it is computed modulo 2^64 and cut.
template <class T>
T wrapped(std::uint64_t value) {
  return static_cast<T>(value);
}

// ---- size --------------------------------------------------------------------------------------------

TEMPLATE_TEST_CASE("pack fills a vector register", "[pack]", VECTOR_TYPES) {
#if defined(__AVX512F__)
  constexpr std::size_t bytes = 64;
#elif defined(__AVX__)
  constexpr std::size_t bytes = 32;
#elif defined(__ARM_FEATURE_SVE)
  constexpr std::size_t bytes = __ARM_FEATURE_SVE_BITS / 8;
#else
  constexpr std::size_t bytes = 16;
#endif
#if defined(__x86_64__) || defined(__aarch64__)
  STATIC_CHECK(sizeof(pack<TestType>) == bytes);
#endif
  STATIC_CHECK(sizeof(pack<TestType>) == pack<TestType>::size * sizeof(TestType));
  STATIC_CHECK(pack<TestType>::masks_are_free == bool(BSR_ISA_AVX512));
}

template <class P>
concept subtracts = requires(P p) { p - p; };
template <class P>
concept divides = requires(P p) { p / p; };
template <class P>
concept compares = requires(P p) { max_or_second(p, p); };
template <class P>
concept has_exp = requires(P p) { exp(p); };
template <class P>
concept has_erf = requires(P p) { erf(p); };

TEST_CASE("pack of a type without vectors is a small array that has what the type has", "[pack]") {
  STATIC_CHECK(pack<bool>::size == 16);
  STATIC_CHECK(pack<std::complex<float>>::size == 2);
  STATIC_CHECK(pack<std::complex<double>>::size == 1);
  STATIC_CHECK(pack<long double>::size == 1);
  STATIC_CHECK(pack<std::complex<long double>>::size == 1);
  STATIC_CHECK((!subtracts<pack<bool>> && !divides<pack<bool>>));
  STATIC_CHECK((compares<pack<bool>> && !compares<pack<std::complex<float>>>));
  STATIC_CHECK((subtracts<pack<std::complex<float>>> && divides<pack<std::complex<float>>>));
  STATIC_CHECK((has_exp<pack<std::complex<float>>> && !has_erf<pack<std::complex<float>>>));
  STATIC_CHECK((has_exp<pack<long double>> && has_erf<pack<long double>>));
  STATIC_CHECK((has_exp<pack<double>> && has_erf<pack<float>>));
  STATIC_CHECK((!has_exp<pack<std::int32_t>> && !has_erf<pack<std::int32_t>>));
}

// ---- memory --------------------------------------------------------------------------------------------

TEMPLATE_TEST_CASE("pack loads and stores all lanes, wherever they lie", "[pack]", VECTOR_TYPES,
                   ARRAY_TYPES) {
  using P = pack<TestType>;
  random rng(1);
  const fence page;
  const auto values = any_lanes<TestType>(rng);
  for (int offset = 0; offset <= P::size; ++offset)
    for (TestType* const at : {page.first<TestType>() + offset, page.last<TestType>(P::size + offset)}) {
      std::copy(values.begin(), values.end(), at);
      CHECK(same<TestType>(lanes_of(P::load(at)), values));
      const auto others = any_lanes<TestType>(rng);
      pack_of(others).store(at);
      CHECK(std::equal(others.begin(), others.end(), at));
    }
}

TEMPLATE_TEST_CASE("pack loads the first n lanes and reads no more", "[pack]", VECTOR_TYPES, ARRAY_TYPES) {
  using P = pack<TestType>;
  random rng(2);
  const fence page;
  for (int n = 0; n <= P::size; ++n) {
    const auto values = any_lanes<TestType>(rng);
    const auto expected =
        each_lane<TestType>([&](std::size_t l) { return static_cast<int>(l) < n ? values[l] : TestType{}; });
    TestType* const at = page.last<TestType>(n);
    std::copy_n(values.begin(), n, at);
    INFO("n = " << n);
    CHECK(same<TestType>(lanes_of(P::load(at, n)), expected));
    CHECK(same<TestType>(lanes_of(P::load(at, P::first(n))), expected));
    // What lies behind does not get into the other lanes.
    CHECK(same<TestType>(lanes_of(P::load(values.data(), n)), expected));
  }
}

TEMPLATE_TEST_CASE("pack stores the first n lanes and writes no more", "[pack]", VECTOR_TYPES, ARRAY_TYPES) {
  using P = pack<TestType>;
  random rng(3);
  const fence page;
  for (int n = 0; n <= P::size; ++n) {
    const auto values = any_lanes<TestType>(rng), before = any_lanes<TestType>(rng);
    INFO("n = " << n);
    // The lanes that are not stored would lie where nothing can be written ...
    TestType* const end = page.last<TestType>(n);
    pack_of(values).store(end, n);
    CHECK(std::equal(end, end + n, values.begin()));
    std::fill_n(end, n, TestType{});
    pack_of(values).store(end, P::first(n));
    CHECK(std::equal(end, end + n, values.begin()));
    // ... and where something else is.
    auto memory = before;
    pack_of(values).store(memory.data(), n);
    CHECK(same<TestType>(memory, each_lane<TestType>([&](std::size_t l) {
                           return static_cast<int>(l) < n ? values[l] : before[l];
                         })));
  }
}

/// T from U: all lanes, and the first n with nothing behind them.
template <class T, class U>
void check_load_from(random& rng) {
  using P = pack<T>;
  const fence page;
  for (int n = 0; n <= P::size; ++n) {
    U* const at = page.last<U>(n);
    for (int l = 0; l < n; ++l) at[l] = any_value<U>(rng);
    const auto expected =
        each_lane<T>([&](std::size_t l) { return static_cast<int>(l) < n ? static_cast<T>(at[l]) : T{}; });
    INFO("n = " << n << ", " << sizeof(U) << " to " << sizeof(T) << " bytes");
    CHECK(same<T>(lanes_of(P::load_from(at, P::first(n))), expected));
    if (n == P::size) CHECK(same<T>(lanes_of(P::load_from(at)), expected));
  }
}

template <class T, class... U>
void check_conversions() {
  random rng(4);
  for (int repeat = 0; repeat < 10; ++repeat) (check_load_from<T, U>(rng), ...);
}

TEST_CASE("pack loads elements of another type as static_cast converts them", "[pack]") {
  check_conversions<float, float, double, std::int8_t, std::uint8_t, std::int16_t, std::uint16_t,
                    std::int32_t, std::int64_t>();
  check_conversions<double, double, float, std::int8_t, std::uint16_t, std::int32_t, std::uint32_t,
                    std::int64_t, std::uint64_t>();
  check_conversions<std::int16_t, std::int16_t, std::int8_t, std::uint8_t>();
  check_conversions<std::int32_t, std::int32_t, std::int8_t, std::uint8_t, std::int16_t>();
  check_conversions<std::int64_t, std::int64_t, std::int8_t, std::int32_t, std::uint32_t>();
  check_conversions<std::uint64_t, std::uint64_t, std::int32_t, std::uint16_t>();
}

template <class T, int N>
void check_load_repeated(random& rng) {
  using P = pack<T>;
  if constexpr (N <= P::size) {
    const fence page;
    for (const bool behind : {false, true}) {
      T* const at = behind ? page.first<T>() : page.last<T>(N);
      for (int l = 0; l < N; ++l) at[l] = any_value<T>(rng);
      INFO("N = " << N);
      CHECK(same<T>(lanes_of(P::template load_repeated<N>(at)),
                    each_lane<T>([&](std::size_t l) { return at[l % N]; })));
    }
    check_load_repeated<T, 2 * N>(rng);
  }
}

TEMPLATE_TEST_CASE("pack repeats N elements and reads no more", "[pack]", VECTOR_TYPES) {
  random rng(5);
  check_load_repeated<TestType, 1>(rng);
}

// ---- lanes ---------------------------------------------------------------------------------------------

TEMPLATE_TEST_CASE("pack repeats one number in every lane", "[pack]", VECTOR_TYPES, ARRAY_TYPES) {
  using P = pack<TestType>;
  random rng(6);
  const auto check = [](TestType value) {
    CHECK(same<TestType>(lanes_of(P::broadcast(value)),
                         each_lane<TestType>([&](std::size_t) { return value; })));
  };
  for (int repeat = 0; repeat < 10; ++repeat) check(any_value<TestType>(rng));
  if constexpr (std::is_floating_point_v<TestType>) {
    using limits = std::numeric_limits<TestType>;
    for (const TestType value : {TestType(-0.0), limits::infinity(), -limits::infinity(), limits::quiet_NaN(),
                                 limits::max(), limits::denorm_min()})
      check(value);
  }
  CHECK(same<TestType>(lanes_of(P::zero()), each_lane<TestType>([](std::size_t) { return TestType{}; })));
}

TEMPLATE_TEST_CASE("pack exchanges lanes", "[pack]", VECTOR_TYPES) {
  using P = pack<TestType>;
  constexpr std::size_t size = P::size;
  random rng(7);
  const auto a = any_lanes<TestType>(rng), b = any_lanes<TestType>(rng);
  const P p = pack_of(a), q = pack_of(b);
  CHECK(same<TestType>(lanes_of(P::shuffle(p, q, [](int lane) { return P::size - 1 - lane; })),
                       each_lane<TestType>([&](std::size_t l) { return a[size - 1 - l]; })));
  CHECK(same<TestType>(
      lanes_of(P::shuffle(p, q, [](int lane) { return lane / 2 + (lane % 2 == 0 ? 0 : P::size); })),
      each_lane<TestType>([&](std::size_t l) { return (l % 2 == 0 ? a : b)[l / 2]; })));
  CHECK(same<TestType>(lanes_of(P::shuffle(p, q, [](int lane) { return lane + 1; })),
                       each_lane<TestType>([&](std::size_t l) { return l + 1 < size ? a[l + 1] : b[0]; })));
  CHECK(same<TestType>(lanes_of(P::shuffle(p, q, [](int) { return 2 * P::size - 1; })),
                       each_lane<TestType>([&](std::size_t) { return b[size - 1]; })));
}

TEMPLATE_TEST_CASE("pack adds neighbouring lanes", "[pack]", VECTOR_TYPES) {
  using P = pack<TestType>;
  constexpr std::size_t size = P::size;
  random rng(8);
  const auto a = small_lanes<TestType>(rng), b = small_lanes<TestType>(rng);
  CHECK(
      same<TestType>(lanes_of(P::pair_sums(pack_of(a), pack_of(b))), each_lane<TestType>([&](std::size_t l) {
                       const auto& from = l < size / 2 ? a : b;
                       return static_cast<TestType>(from[2 * l % size] + from[2 * l % size + 1]);
                     })));
}

TEMPLATE_TEST_CASE("pack keeps the first n lanes", "[pack]", VECTOR_TYPES) {
  using P = pack<TestType>;
  random rng(9);
  for (int n = 0; n <= P::size; ++n) {
    auto values = any_lanes<TestType>(rng);
    if constexpr (std::is_floating_point_v<TestType>)
      values.back() = std::numeric_limits<TestType>::quiet_NaN();  // times zero would not do
    INFO("n = " << n);
    CHECK(same<TestType>(lanes_of(P::select(P::first(n), pack_of(values))),
                         each_lane<TestType>([&](std::size_t l) {
                           return static_cast<int>(l) < n ? values[l] : TestType{};
                         })));
    for (int l = 0; l < P::size; ++l) CHECK(P::first(n).has(l) == (l < n));
  }
}

TEMPLATE_TEST_CASE("pack is the same in a register", "[pack]", VECTOR_TYPES) {
  random rng(10);
  const auto values = any_lanes<TestType>(rng);
  pack<TestType> p = pack_of(values);
  p.pin();
  CHECK(same<TestType>(lanes_of(p), values));
  CHECK(same<TestType>(lanes_of(pack<TestType>(p.value())), values));
}

// ---- arithmetic ------------------------------------------------------------------------------------------

TEMPLATE_TEST_CASE("pack of floating-point numbers computes as the numbers do", "[pack]", float, double) {
  using T = TestType;
  random rng(11);
  for (int repeat = 0; repeat < 50; ++repeat) {
    const auto a = any_lanes<T>(rng), b = any_lanes<T>(rng);
    const auto p = pack_of(a), q = pack_of(b);
    REQUIRE(same<T>(lanes_of(p + q), each_lane<T>([&](std::size_t l) { return a[l] + b[l]; })));
    REQUIRE(same<T>(lanes_of(p - q), each_lane<T>([&](std::size_t l) { return a[l] - b[l]; })));
    REQUIRE(same<T>(lanes_of(p * q), each_lane<T>([&](std::size_t l) { return a[l] * b[l]; })));
    REQUIRE(same<T>(lanes_of(p / q), each_lane<T>([&](std::size_t l) { return a[l] / b[l]; })));
  }
}

TEMPLATE_TEST_CASE("pack of integers wraps around", "[pack]", std::int8_t, std::uint8_t, std::int16_t,
                   std::uint16_t, std::int32_t, std::uint32_t, std::int64_t, std::uint64_t) {
  using T = TestType;
  random rng(12);
  for (int repeat = 0; repeat < 20; ++repeat) {
    const auto a = any_lanes<T>(rng), b = any_lanes<T>(rng), c = any_lanes<T>(rng);
    const auto wide = [](T x) { return static_cast<std::uint64_t>(x); };
    const auto p = pack_of(a), q = pack_of(b), r = pack_of(c);
    REQUIRE(same<T>(lanes_of(p + q),
                    each_lane<T>([&](std::size_t l) { return wrapped<T>(wide(a[l]) + wide(b[l])); })));
    REQUIRE(same<T>(lanes_of(p - q),
                    each_lane<T>([&](std::size_t l) { return wrapped<T>(wide(a[l]) - wide(b[l])); })));
    REQUIRE(same<T>(lanes_of(p * q),
                    each_lane<T>([&](std::size_t l) { return wrapped<T>(wide(a[l]) * wide(b[l])); })));
    REQUIRE(same<T>(lanes_of(fma(p, q, r)), each_lane<T>([&](std::size_t l) {
                      return wrapped<T>(wide(a[l]) * wide(b[l]) + wide(c[l]));
                    })));
    REQUIRE(same<T>(lanes_of(max_or_second(p, q)),
                    each_lane<T>([&](std::size_t l) { return std::max(a[l], b[l]); })));
    // The smallest number divided by -1 is not a number of the type.
    const auto divisor =
        each_lane<T>([&](std::size_t l) { return static_cast<T>(b[l] / 2 == 0 ? 3 : b[l] / 2); });
    const auto dividend = each_lane<T>([&](std::size_t l) { return static_cast<T>(a[l] / 2); });
    REQUIRE(same<T>(lanes_of(pack_of(dividend) / pack_of(divisor)),
                    each_lane<T>([&](std::size_t l) { return static_cast<T>(dividend[l] / divisor[l]); })));
  }
}

TEMPLATE_TEST_CASE("pack of a type without vectors computes as the type does", "[pack]", long double,
                   std::complex<float>, std::complex<double>) {
  using T = TestType;
  random rng(13);
  for (int repeat = 0; repeat < 20; ++repeat) {
    const auto a = small_lanes<T>(rng), b = small_lanes<T>(rng), c = small_lanes<T>(rng);
    const auto p = pack_of(a), q = pack_of(b), r = pack_of(c);
    CHECK(same<T>(lanes_of(p + q), each_lane<T>([&](std::size_t l) { return a[l] + b[l]; })));
    CHECK(same<T>(lanes_of(p - q), each_lane<T>([&](std::size_t l) { return a[l] - b[l]; })));
    CHECK(same<T>(lanes_of(p * q), each_lane<T>([&](std::size_t l) { return a[l] * b[l]; })));
    CHECK(same<T>(lanes_of(fma(p, q, r)), each_lane<T>([&](std::size_t l) { return a[l] * b[l] + c[l]; })));
    // Divided by a power of two, which rounds nothing.
    const T two = T(2);
    CHECK(same<T>(lanes_of(p / pack<T>::broadcast(two)),
                  each_lane<T>([&](std::size_t l) { return a[l] / two; })));
    CHECK(same<T>(lanes_of(exp(p)), each_lane<T>([&](std::size_t l) { return std::exp(a[l]); })));
    if constexpr (std::is_floating_point_v<T>) {
      CHECK(same<T>(lanes_of(erf(p)), each_lane<T>([&](std::size_t l) { return std::erf(a[l]); })));
      CHECK(same<T>(lanes_of(max_or_second(p, q)),
                    each_lane<T>([&](std::size_t l) { return std::max(a[l], b[l]); })));
    }
  }
}

TEMPLATE_TEST_CASE("pack: max_or_nan keeps NaN of either side, sqrt is rounded correctly", "[pack]", float,
                   double, long double) {
  using T = TestType;
  const T nan = std::numeric_limits<T>::quiet_NaN();
  random rng(21);
  for (int repeat = 0; repeat < 50; ++repeat) {
    auto a = any_lanes<T>(rng), b = any_lanes<T>(rng);
    const auto larger = each_lane<T>([&](std::size_t l) { return std::max(a[l], b[l]); });
    CHECK(same<T>(lanes_of(max_or_nan(pack_of(a), pack_of(b))), larger));
    const auto size = each_lane<T>([&](std::size_t l) { return std::fabs(a[l]); });
    CHECK(same<T>(lanes_of(sqrt(pack_of(size))),
                  each_lane<T>([&](std::size_t l) { return std::sqrt(size[l]); })));
    a[0] = nan;
    CHECK(std::isnan(lanes_of(max_or_nan(pack_of(a), pack_of(b)))[0]));
    CHECK(std::isnan(lanes_of(max_or_nan(pack_of(b), pack_of(a)))[0]));
  }
}

TEST_CASE("pack of bool: + is or, * is and", "[pack]") {
  random rng(14);
  const auto a = any_lanes<bool>(rng), b = any_lanes<bool>(rng), c = any_lanes<bool>(rng);
  const auto p = pack_of(a), q = pack_of(b);
  CHECK(same<bool>(lanes_of(p + q), each_lane<bool>([&](std::size_t l) { return a[l] || b[l]; })));
  CHECK(same<bool>(lanes_of(p * q), each_lane<bool>([&](std::size_t l) { return a[l] && b[l]; })));
  CHECK(same<bool>(lanes_of(fma(p, q, pack_of(c))),
                   each_lane<bool>([&](std::size_t l) { return (a[l] && b[l]) || c[l]; })));
  CHECK(same<bool>(lanes_of(max_or_second(p, q)),
                   each_lane<bool>([&](std::size_t l) { return a[l] || b[l]; })));
}

TEMPLATE_TEST_CASE("pack: fma rounds once where the target can", "[pack]", float, double) {
  using T = TestType;
  random rng(15);
  bool twice = false;
  for (int repeat = 0; repeat < 200; ++repeat) {
    const auto a = any_lanes<T>(rng), b = any_lanes<T>(rng);
    // The sum nearly cancels, so one rounding or two is a visible difference.
    const auto c = each_lane<T>([&](std::size_t l) { return -a[l] * b[l] + any_value<T>(rng) * T(0x1p-12); });
    const auto sum = lanes_of(fma(pack_of(a), pack_of(b), pack_of(c)));
    for (std::size_t l = 0; l < sum.size(); ++l) {
      if (same(sum[l], std::fma(a[l], b[l], c[l]))) continue;
      volatile T product = a[l] * b[l];
      REQUIRE(same(sum[l], static_cast<T>(product + c[l])));
      twice = true;
    }
  }
#if defined(__FMA__) && BSR_HAS_XSIMD
  CHECK_FALSE(twice);
#else
  SUCCEED(twice);
#endif
}

TEMPLATE_TEST_CASE("pack: max_or_second is the second number when one is not a number", "[pack]", float,
                   double, long double) {
  using T = TestType;
  using limits = std::numeric_limits<T>;
  const T nan = limits::quiet_NaN(), inf = limits::infinity();
  const auto of = [](T a, T b) {
    return lanes_of(max_or_second(pack<T>::broadcast(a), pack<T>::broadcast(b)))[0];
  };
  CHECK(std::isnan(of(1, nan)));
  CHECK(std::isnan(of(nan, nan)));
  CHECK(of(nan, 1) == 1);
  CHECK(of(nan, -inf) == -inf);
  CHECK(of(2, 1) == 2);
  CHECK(of(1, 2) == 2);
  CHECK(of(-inf, inf) == inf);
  CHECK(of(inf, -inf) == inf);
  // Equal numbers: the second one.
  CHECK(std::signbit(of(T(0.0), T(-0.0))));
  CHECK_FALSE(std::signbit(of(T(-0.0), T(0.0))));
  random rng(16);
  const auto a = any_lanes<T>(rng), b = any_lanes<T>(rng);
  CHECK(same<T>(lanes_of(max_or_second(pack_of(a), pack_of(b))),
                each_lane<T>([&](std::size_t l) { return std::max(a[l], b[l]); })));
}

// ---- functions ---------------------------------------------------------------------------------------------

/// The distance of a number of this size from the next one in T.
template <class T>
long double unit_at(long double value) {
  int exponent = 0;
  std::frexp(std::max(std::fabs(value), static_cast<long double>(std::numeric_limits<T>::min())), &exponent);
  return std::ldexp(1.0L, exponent - std::numeric_limits<T>::digits);
}

/// A number that the compiler does not know. xsimd converts even NaN to integers, which hardware does and a
/// compiler may refuse to when it computes the constant.
template <class T>
T at_run_time(T value) {
  volatile T hidden = value;
  return hidden;
}

/// The largest error of f in units in the last place at `count` numbers from `low` to `high`.
template <class T, class F, class Exact>
long double worst_error(long double low, long double high, int count, const F& f, const Exact& exact) {
  long double worst = 0;
  for (int i = 0; i < count; i += pack<T>::size) {
    const auto x = each_lane<T>([&](std::size_t l) {
      return static_cast<T>(low + (high - low) * static_cast<long double>(i + static_cast<int>(l)) / count);
    });
    const auto y = lanes_of(f(pack_of(x)));
    for (std::size_t l = 0; l < x.size(); ++l) {
      const long double wanted = exact(static_cast<long double>(x[l]));
      const long double error = std::fabs(static_cast<long double>(y[l]) - wanted) / unit_at<T>(wanted);
      if (!(error <= worst)) worst = error;  // NaN is the worst
    }
  }
  return worst;
}

TEMPLATE_TEST_CASE("pack: exp is within 2 units in the last place", "[pack]", float, double) {
  using T = TestType;
  using limits = std::numeric_limits<T>;
  const auto f = [](pack<T> p) { return exp(p); };
  const auto exact = [](long double x) { return std::exp(x); };
  const long double low = std::log(static_cast<long double>(limits::min()) * 2);
  const long double high = std::log(static_cast<long double>(limits::max()) / 2);
  CHECK(worst_error<T>(low, high, 100000, f, exact) <= 2);
  CHECK(worst_error<T>(-1, 1, 20000, f, exact) <= 2);

  const auto of = [&](T x) { return lanes_of(f(pack<T>::broadcast(at_run_time(x))))[0]; };
  CHECK(of(0) == 1);
  CHECK(of(T(-0.0)) == 1);
  CHECK(of(limits::infinity()) == limits::infinity());
  CHECK(of(limits::max()) == limits::infinity());
  CHECK(same<T>(of(-limits::infinity()), 0));
  CHECK(same<T>(of(limits::lowest()), 0));
  CHECK(std::isnan(of(limits::quiet_NaN())));
  // Between twice the smallest normal number and zero, and between half the largest number and infinity.
  for (int i = 0; i <= 1000; ++i) {
    const T x = static_cast<T>(low * (1 + static_cast<long double>(i) / 5000));
    const long double small = exact(static_cast<long double>(x));
    REQUIRE((of(x) >= 0 && static_cast<long double>(of(x)) <= small + 2 * unit_at<T>(small)));
    const long double z = high + std::log(2.0L) * i / 1000;
    const T at = static_cast<T>(z), y = of(at);
    const long double wanted = exact(static_cast<long double>(at));
    REQUIRE((y == limits::infinity() ||
             std::fabs(static_cast<long double>(y) - wanted) <= 2 * unit_at<T>(wanted)));
  }
}

TEMPLATE_TEST_CASE("pack: erf is within 3 units in the last place, 80 of double", "[pack]", float, double) {
  using T = TestType;
  using limits = std::numeric_limits<T>;
  const auto f = [](pack<T> p) { return erf(p); };
  const auto exact = [](long double x) { return std::erf(x); };
  constexpr int bound = std::is_same_v<T, float> ? 3 : 80;
  for (const long double range : {1e-30L, 1e-3L, 1.0L, 3.0L, 7.0L, 1e3L})
    CHECK(worst_error<T>(-range, range, 20000, f, exact) <= bound);

  const auto of = [&](T x) { return lanes_of(f(pack<T>::broadcast(at_run_time(x))))[0]; };
  CHECK(same<T>(of(T(0.0)), T(0.0)));
  CHECK(same<T>(of(T(-0.0)), T(-0.0)));
  CHECK(std::isnan(of(limits::quiet_NaN())));
  for (T x = 8; x < limits::infinity(); x *= 2) {
    REQUIRE(of(x) == 1);
    REQUIRE(of(-x) == -1);
  }
  CHECK(of(limits::max()) == 1);
  CHECK(of(limits::lowest()) == -1);
  CHECK(of(limits::infinity()) == 1);
  CHECK(of(-limits::infinity()) == -1);
}

}  // namespace
