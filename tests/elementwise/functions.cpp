// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/elementwise/functions.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <complex>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <type_traits>

#include "bsr/base/half.hpp"
#include "support/bounds.hpp"
#include "support/identical.hpp"
#include "support/random.hpp"
#include "support/sample.hpp"
#include "support/shapes.hpp"
#include "support/throws.hpp"

namespace {

using namespace bsr_test;
using bsr_test::random;  // not the one of stdlib.h
using complex = std::complex<double>;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

/// Real functions are good to 4 units in the last place, complex ones to 8 of their size: functions.hpp.
template <class T>
bool near(T actual, T expected) {
  const long double bound = (bsr::is_complex<T> ? 8 : 4) * 2 * unit_roundoff<T>() * magnitude(expected);
  return same_number(actual, expected) || magnitude(widen(actual) - widen(expected)) <= bound;
}

template <class T>
bsr::matrix<T, 1, 5> row_of(const std::initializer_list<T>& values) {
  const auto n = static_cast<std::int64_t>(values.size());
  return n == 5 ? bsr::matrix<T, 1, 5>({1, 5}, values, {0}, {0, 1})
                : bsr::matrix<T, 1, 5>({1, 10}, values, {0, 1}, {0, 2});
}

/// f of these numbers as scipy has it, in double; float is in functions_vectors.cpp and tests/conformance.
template <class F>
void check_real(const F& f, std::initializer_list<double> expected) {
  const auto a = row_of({-3.75, -2.5, -1.5, -0.5, 0.125, 0.25, 0.5, 1.0, 2.5, 7.0});
  const auto c = f(a);
  STATIC_CHECK(std::is_same_v<decltype(c), const bsr::matrix<double, 1, 5>>);
  for (std::size_t k = 0; k < 10; ++k) {
    CAPTURE(k, a.data()[k], c.data()[k], expected.begin()[k]);
    CHECK(near(c.data()[k], expected.begin()[k]));
  }
}
template <class F>
void check_complex(const F& f, std::initializer_list<complex> expected) {
  const auto c = f(row_of<complex>({{1.5, -2.5}, {-0.5, 0.25}, {0, 2}, {-3, 0}, {1e-9, 1e-9}}));
  for (std::size_t k = 0; k < 5; ++k) {
    CAPTURE(k, c.data()[k], expected.begin()[k]);
    CHECK(near(c.data()[k], expected.begin()[k]));
  }
}

// v = [-3.75, -2.5, -1.5, -0.5, 0.125, 0.25, 0.5, 1.0, 2.5, 7.0]
// getattr(bsr_array([v], blocksize=(1, 10)), name)().data, scipy 1.17.1
TEST_CASE("functions: real numbers as scipy", "[elementwise]") {
  check_real([](const auto& a) { return bsr::sign(a); },
             {-1.0, -1.0, -1.0, -1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0});
  check_real([](const auto& a) { return bsr::floor(a); },
             {-4.0, -3.0, -2.0, -1.0, 0.0, 0.0, 0.0, 1.0, 2.0, 7.0});
  check_real([](const auto& a) { return bsr::ceil(a); },
             {-3.0, -2.0, -1.0, -0.0, 1.0, 1.0, 1.0, 1.0, 3.0, 7.0});
  check_real([](const auto& a) { return bsr::trunc(a); },
             {-3.0, -2.0, -1.0, -0.0, 0.0, 0.0, 0.0, 1.0, 2.0, 7.0});
  check_real([](const auto& a) { return bsr::rint(a); },
             {-4.0, -2.0, -2.0, -0.0, 0.0, 0.0, 0.0, 1.0, 2.0, 7.0});
  check_real([](const auto& a) { return bsr::sqrt(a); },
             {nan, nan, nan, nan, 0.3535533905932738, 0.5, 0.7071067811865476, 1.0, 1.5811388300841898,
              2.6457513110645907});
  check_real([](const auto& a) { return bsr::expm1(a); },
             {-0.9764822541439909, -0.9179150013761012, -0.7768698398515702, -0.3934693402873666,
              0.13314845306682632, 0.2840254166877415, 0.6487212707001282, 1.7182818284590453,
              11.182493960703473, 1095.6331584284585});
  check_real([](const auto& a) { return bsr::log1p(a); },
             {nan, nan, nan, -0.6931471805599453, 0.11778303565638346, 0.22314355131420976,
              0.4054651081081644, 0.6931471805599453, 1.252762968495368, 2.0794415416798357});
  check_real(
      [](const auto& a) { return bsr::sin(a); },
      {0.5715613187423437, -0.5984721441039565, -0.9974949866040544, -0.479425538604203, 0.12467473338522769,
       0.24740395925452294, 0.479425538604203, 0.8414709848078965, 0.5984721441039565, 0.6569865987187891});
  check_real(
      [](const auto& a) { return bsr::tan(a); },
      {-0.6965508511114601, 0.7470222972386603, -14.101419947171719, -0.5463024898437905, 0.12565513657513097,
       0.25534192122103627, 0.5463024898437905, 1.5574077246549023, -0.7470222972386603, 0.8714479827243188});
  check_real([](const auto& a) { return bsr::arcsin(a); },
             {nan, nan, nan, -0.5235987755982989, 0.1253278311680654, 0.25268025514207865, 0.5235987755982989,
              1.5707963267948966, nan, nan});
  check_real(
      [](const auto& a) { return bsr::arctan(a); },
      {-1.3101939350475555, -1.1902899496825317, -0.982793723247329, -0.4636476090008061, 0.12435499454676144,
       0.24497866312686414, 0.4636476090008061, 0.7853981633974483, 1.1902899496825317, 1.4288992721907328});
  check_real([](const auto& a) { return bsr::sinh(a); },
             {-21.248782127103386, -6.0502044810397875, -2.1292794550948173, -0.5210953054937474,
              0.12532577524111546, 0.2526123168081683, 0.5210953054937474, 1.1752011936438014,
              6.0502044810397875, 548.3161232732465});
  check_real([](const auto& a) { return bsr::tanh(a); },
             {-0.9988944427261528, -0.9866142981514303, -0.9051482536448665, -0.46211715726000974,
              0.12435300177159621, 0.24491866240370913, 0.46211715726000974, 0.7615941559557649,
              0.9866142981514303, 0.9999983369439447});
  check_real([](const auto& a) { return bsr::arcsinh(a); },
             {-2.0322246215338136, -1.6472311463710958, -1.1947632172871092, -0.48121182505960347,
              0.12467674692144275, 0.24746646154726346, 0.48121182505960347, 0.881373587019543,
              1.6472311463710958, 2.644120761058629});
  check_real([](const auto& a) { return bsr::arctanh(a); },
             {nan, nan, nan, -0.5493061443340549, 0.12565721414045303, 0.25541281188299536,
              0.5493061443340549, infinity, nan, nan});
  check_real([](const auto& a) { return bsr::deg2rad(a); },
             {-0.06544984694978735, -0.04363323129985824, -0.026179938779914945, -0.008726646259971648,
              0.002181661564992912, 0.004363323129985824, 0.008726646259971648, 0.017453292519943295,
              0.04363323129985824, 0.12217304763960307});
  check_real(
      [](const auto& a) { return bsr::rad2deg(a); },
      {-214.8591731740587, -143.2394487827058, -85.94366926962348, -28.64788975654116, 7.16197243913529,
       14.32394487827058, 28.64788975654116, 57.29577951308232, 143.2394487827058, 401.07045659157626});
}

// the same of [1.5-2.5j, -0.5+0.25j, 2j, -3.0, 1e-9+1e-9j]; NumPy has 1.000000082240371e-09 as the real part
// of log1p(1e-9+1e-9j), which is 1e-9 + O(1e-18)
TEST_CASE("functions: complex numbers as scipy", "[elementwise]") {
  check_complex([](const auto& a) { return bsr::sign(a); }, {{0.5144957554275265, -0.8574929257125441},
                                                             {-0.8944271909999159, 0.4472135954999579},
                                                             {0.0, 1.0},
                                                             {-1.0, 0.0},
                                                             {0.7071067811865476, 0.7071067811865476}});
  check_complex([](const auto& a) { return bsr::rint(a); },
                {{2.0, -2.0}, {-0.0, 0.0}, {0.0, 2.0}, {-3.0, 0.0}, {0.0, 0.0}});
  check_complex([](const auto& a) { return bsr::sqrt(a); },
                {{1.4858458781822983, -0.8412716408576514},
                 {0.17178037486125622, 0.7276733451126774},
                 {1.0, 1.0},
                 {0.0, 1.7320508075688772},
                 {3.4743442276011566e-05, 1.4391204994250743e-05}});
  check_complex([](const auto& a) { return bsr::expm1(a); }, {{-4.590476585567814, -2.6821660671324894},
                                                              {-0.4123249096560773, 0.15005808662216327},
                                                              {-1.4161468365471424, 0.9092974268256817},
                                                              {-0.950212931632136, 0.0},
                                                              {1e-09, 1.0000000010000002e-09}});
  check_complex([](const auto& a) { return bsr::log1p(a); }, {{1.2628643221541278, -0.7853981633974483},
                                                              {-0.5815754049028404, 0.4636476090008061},
                                                              {0.8047189562170503, 1.1071487177940904},
                                                              {0.6931471805599453, 3.141592653589793},
                                                              {1e-09, 9.99999999e-10}});
  check_complex([](const auto& a) { return bsr::sin(a); }, {{6.116928012369312, -0.42797453450615125},
                                                            {-0.494485780933195, 0.22168816414957482},
                                                            {0.0, 3.626860407847019},
                                                            {-0.1411200080598672, -0.0},
                                                            {1e-09, 1e-09}});
  check_complex([](const auto& a) { return bsr::tan(a); }, {{0.0019273435237456358, -1.0134287782038933},
                                                            {-0.504500702698564, 0.3124206925025888},
                                                            {0.0, 0.9640275800758168},
                                                            {0.1425465430742778, 0.0},
                                                            {1e-09, 1e-09}});
  check_complex([](const auto& a) { return bsr::arcsin(a); }, {{0.5155484357349067, -1.7776623775066447},
                                                               {-0.5016088532755008, 0.28139605624529274},
                                                               {0.0, 1.4436354751788103},
                                                               {-1.5707963267948966, 1.762747174039086},
                                                               {9.999999999999999e-10, 1e-09}});
  check_complex([](const auto& a) { return bsr::arctan(a); }, {{1.380543138238714, -0.29251781316256364},
                                                               {-0.4842544903299662, 0.20058661813123432},
                                                               {1.5707963267948966, 0.5493061443340549},
                                                               {-1.2490457723982544, 0.0},
                                                               {1e-09, 9.999999999999999e-10}});
  check_complex([](const auto& a) { return bsr::sinh(a); }, {{-1.7058586411644667, -1.4078516262453897},
                                                             {-0.504895714387995, 0.2789791283502615},
                                                             {-0.0, 0.9092974268256817},
                                                             {-10.017874927409903, 0.0},
                                                             {1e-09, 1e-09}});
  check_complex([](const auto& a) { return bsr::tanh(a); }, {{0.9677868021527741, 0.0926378362684199},
                                                             {-0.4854872810241353, 0.19805544995134955},
                                                             {0.0, -2.185039863261519},
                                                             {-0.9950547536867302, 0.0},
                                                             {1e-09, 1e-09}});
  check_complex([](const auto& a) { return bsr::arcsinh(a); }, {{1.7501487613175148, -1.0033627117332506},
                                                                {-0.4926756834207706, 0.2243284526346675},
                                                                {1.3169578969248166, 1.5707963267948966},
                                                                {-1.8184464592320668, 0.0},
                                                                {1e-09, 9.999999999999999e-10}});
  check_complex([](const auto& a) { return bsr::arctanh(a); }, {{0.163481616851666, -1.2767950250211129},
                                                                {-0.500370000052531, 0.3143981432077165},
                                                                {0.0, 1.1071487177940904},
                                                                {-0.34657359027997264, 1.5707963267948966},
                                                                {9.999999999999999e-10, 1e-09}});
}

TEST_CASE("abs: every kind of number", "[elementwise]") {
  const auto i = bsr::abs(row_of<std::int8_t>({-128, -127, -1, 0, 5}));  // abs(-128) is -128 in NumPy, too
  STATIC_CHECK(std::is_same_v<decltype(i), const bsr::matrix<std::int8_t, 1, 5>>);
  CHECK(array_difference("data", i.data(), bsr::buffer<std::int8_t>{-128, 127, 1, 0, 5}.span()) == "");
  const auto u = bsr::abs(row_of<std::uint8_t>({255, 1, 0, 7, 128}));
  CHECK(array_difference("data", u.data(), bsr::buffer<std::uint8_t>{255, 1, 0, 7, 128}.span()) == "");
  const auto b = bsr::abs(row_of<bool>({true, false, true, false, true}));
  STATIC_CHECK(std::is_same_v<decltype(b), const bsr::matrix<bool, 1, 5>>);
  const auto z = bsr::abs(row_of<complex>({{3, 4}, {-5, 12}, {0, 0}, {1e300, 1e300}, {-infinity, nan}}));
  STATIC_CHECK(std::is_same_v<decltype(z), const bsr::matrix<double, 1, 5>>);
  CHECK((z.data()[0] == 5 && z.data()[1] == 13 && z.data()[2] == 0 && z.data()[4] == infinity));
  CHECK(near(z.data()[3], 1.4142135623730951e300));
  const auto h =
      bsr::abs(row_of<bsr::float16>({bsr::float16(-1.5), bsr::float16(-0.0), bsr::float16(2), {}, {}}));
  STATIC_CHECK(std::is_same_v<decltype(h), const bsr::matrix<bsr::float16, 1, 5>>);
  CHECK((float(h.data()[0]) == 1.5f && h.data()[1].bits() == 0));
}

TEST_CASE("abs: complex numbers of every size", "[elementwise]") {
  bool right = true;
  for (int e = -1070; e <= 1020; ++e) {
    const double x = std::ldexp(1.0, e);
    const auto z = bsr::abs(row_of<complex>({{3 * x, -4 * x}, {0, x}, {x, x}, {12 * x, 5 * x}, {-x, 0}}));
    right &= z.data()[0] == 5 * x && z.data()[1] == x && z.data()[3] == 13 * x && z.data()[4] == x;
    right &= std::fabs(z.data()[2] - std::sqrt(2.0) * x) <= 4e-16 * x + 5e-324;
  }
  CHECK(right);
}

TEST_CASE("sign: integers, NaN, infinite complex numbers", "[elementwise]") {
  const auto i = bsr::sign(row_of<std::int64_t>({-7, 0, 9, 1, -1}));
  CHECK(array_difference("data", i.data(), bsr::buffer<std::int64_t>{-1, 0, 1, 1, -1}.span()) == "");
  const auto u = bsr::sign(row_of<std::uint8_t>({255, 0, 9, 1, 0}));
  CHECK(array_difference("data", u.data(), bsr::buffer<std::uint8_t>{1, 0, 1, 1, 0}.span()) == "");
  const auto f = bsr::sign(row_of({nan, -0.0, infinity, -infinity, 5e-324}));
  CHECK(array_difference("data", f.data(), bsr::buffer<double>{nan, 0, 1, -1, 1}.span()) == "");
  CHECK_FALSE(std::signbit(f.data()[1]));
  // np.sign([complex(nan, 1), complex(inf, 1), complex(1, -inf), complex(inf, inf)]) -> nan+nanj, 1, -1j,
  // nan+nanj
  const auto z = bsr::sign(
      row_of<complex>({{nan, 1}, {infinity, 1}, {1, -infinity}, {infinity, infinity}, {1.5e308, -1.5e308}}));
  CHECK((z.data()[0].real() != z.data()[0].real() && z.data()[3].imag() != z.data()[3].imag()));
  CHECK((z.data()[1] == complex(1, 0) && z.data()[2] == complex(0, -1)));
  CHECK(near(z.data()[4], complex(0.7071067811865476, -0.7071067811865476)));
}

TEST_CASE("round: decimals, tens, integers, complex numbers", "[elementwise]") {
  // round(bsr_array([[0.125, 2.675, -1.25, 12345.678, nan]], blocksize=(1, 5)), n)
  const auto a = row_of({0.125, 2.675, -1.25, 12345.678, nan});
  CHECK(array_difference("2", bsr::round(a, 2).data(),
                         bsr::buffer<double>{0.12, 2.68, -1.25, 12345.68, nan}.span()) == "");
  CHECK(array_difference("0", bsr::round(a).data(), bsr::buffer<double>{0, 3, -1, 12346, nan}.span()) == "");
  CHECK(array_difference("-2", bsr::round(a, -2).data(), bsr::buffer<double>{0, 0, 0, 12300, nan}.span()) ==
        "");
  CHECK(bsr::round(row_of({1e300, 0.0, 0.0, 0.0, 0.0}), 10).data()[0] == infinity);  // NumPy, too
  // round(bsr_array([[15, 25, 127, -128, -15, -25, 4, 5, 6]], dtype=np.int8), n)
  const auto i = row_of<std::int8_t>({15, 25, 127, -128, -15, -25, 4, 5, 6, 0});
  CHECK(array_difference("-1", bsr::round(i, -1).data(),
                         bsr::buffer<std::int8_t>{20, 20, -126, 126, -20, -20, 0, 0, 10, 0}.span()) == "");
  CHECK(array_difference("3", bsr::round(i, 3).data(), i.data()) == "");
  CHECK(array_difference("-3", bsr::round(i, -3).data(), bsr::buffer<std::int8_t>(10).span()) == "");
  CHECK(array_difference("-99", bsr::round(i, -99).data(), bsr::buffer<std::int8_t>(10).span()) == "");
  // NumPy rounds large integers over double and gives 4611686018427387904 here.
  CHECK(bsr::round(row_of<std::int64_t>({(std::int64_t{1} << 62) + 7, 0, 0, 0, 0}), -1).data()[0] ==
        4611686018427387910);
  const auto z = bsr::round(row_of<std::complex<float>>({{1.25f, 2.675f}, {}, {}, {}, {}}), 1);
  CHECK(z.data()[0] == std::complex<float>(1.2f, 2.7f));
}

TEST_CASE("functions: integers and bool become float or double, floor leaves them", "[elementwise]") {
  const auto a = bsr::sin(row_of<std::int16_t>({1, 2, 0, -3, 4}));
  STATIC_CHECK(std::is_same_v<decltype(a), const bsr::matrix<float, 1, 5>>);
  CHECK(near(a.data()[3], std::sin(-3.0f)));
  const auto d = bsr::sqrt(row_of<std::int64_t>({4, 9, 2, 0, 16}));
  STATIC_CHECK(std::is_same_v<decltype(d), const bsr::matrix<double, 1, 5>>);
  CHECK((d.data()[1] == 3 && near(d.data()[2], 1.4142135623730951)));
  const auto b = bsr::expm1(row_of<bool>({true, false, true, true, false}));
  STATIC_CHECK(std::is_same_v<decltype(b), const bsr::matrix<float, 1, 5>>);
  CHECK(near(b.data()[0], 1.7182818f));
  const auto i = bsr::floor(row_of<std::int64_t>({9007199254740993, -1, 0, 2, 3}));
  STATIC_CHECK(std::is_same_v<decltype(i), const bsr::matrix<std::int64_t, 1, 5>>);
  CHECK(i.data()[0] == 9007199254740993);
  const auto h = bsr::sqrt(row_of<bsr::bfloat16>({bsr::bfloat16(2), bsr::bfloat16(9), {}, {}, {}}));
  STATIC_CHECK(std::is_same_v<decltype(h), const bsr::matrix<bsr::bfloat16, 1, 5>>);
  CHECK((h.data()[0] == bsr::bfloat16(1.4142135f) && float(h.data()[1]) == 3));
}

TEST_CASE("functions: every shape, duplicates added up first", "[elementwise]") {
  random rng(5);
  for_each_matrix<double>(rng, [](const auto& a) {
    auto expected = dense(a);
    auto bound = table<long double>(expected.rows, expected.cols);
    for (std::size_t k = 0; k < expected.values.size(); ++k) {
      expected.values[k] = std::sinh(expected.values[k]);
      bound.values[k] = 4 * 2 * unit_roundoff<double>() * magnitude(expected.values[k]);
    }
    const auto c = bsr::sinh(a);
    CHECK(difference(c, expectation<double>{expected, bound}) == "");
    CHECK(is_tidy(c));
  });
  CHECK(text_of<bsr::format_error>([] { bsr::tan(bsr::matrix<double, 1>({1, 2}, {1.0}, {2}, {0, 1})); }) ==
        "bsr: tan: column index values must be < 2 (now max 2): block row 0 holds 2.");
}

}  // namespace
