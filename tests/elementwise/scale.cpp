// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/elementwise/scale.hpp"

#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <complex>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <vector>

#include "support/bounds.hpp"
#include "support/identical.hpp"
#include "support/random.hpp"
#include "support/sample.hpp"
#include "support/shapes.hpp"
#include "support/throws.hpp"

namespace {

using namespace bsr_test;
using bsr_test::random;  // not the one of stdlib.h

template <class T, class A>
constexpr bool has_elements = std::is_same_v<typename A::value_type, T>;

TEST_CASE("multiply by a number: every type, as stored", "[elementwise]") {
  const auto a = sample::matrix<int>();
  const auto c = bsr::multiply(a, 2);
  STATIC_CHECK(std::is_same_v<decltype(c), const bsr::matrix<int, 2, 3>>);
  auto expected = sample::matrix<int>();
  for (int& x : expected.data()) x *= 2;
  CHECK(stored_difference(c, expected) == "");
  // (A * 0).nnz == A.nnz
  const auto zero = bsr::multiply(a, 0);
  CHECK(array_difference("indices", zero.indices(), a.indices()) == "");
  for (const int x : zero.data()) CHECK(x == 0);

  const auto d = bsr::multiply(a, 0.5);
  STATIC_CHECK(has_elements<double, std::remove_const_t<decltype(d)>>);
  CHECK(d.data()[2] == 1.5);
  const auto f = bsr::multiply(sample::matrix<float>(), 0.1);  // stays float: NEP 50
  STATIC_CHECK(has_elements<float, std::remove_const_t<decltype(f)>>);
  CHECK(f.data()[2] == 3 * 0.1f);
  const auto z = bsr::multiply(sample::matrix<float>(), std::complex<double>(0, 2));
  STATIC_CHECK(has_elements<std::complex<float>, std::remove_const_t<decltype(z)>>);
  CHECK(z.data()[2] == std::complex<float>(0, 6));
  const auto y = bsr::multiply(sample::matrix<std::complex<double>>(), 2);
  CHECK(y.data()[2] == std::complex<double>(6, -6));
  const auto w = bsr::multiply(y, std::complex<float>(0, 1));
  CHECK(w.data()[2] == std::complex<double>(6, 6));
  const auto b = bsr::multiply(sample::matrix<bool>(), false);
  STATIC_CHECK(has_elements<bool, std::remove_const_t<decltype(b)>>);
  CHECK((!b.data()[0] && bsr::multiply(sample::matrix<bool>(), true).data()[0]));
  CHECK(bsr::multiply(sample::matrix<bool>(), 3).data()[0] == 3);
  // bsr_array([[100]], dtype=np.int8) * 3 -> 44
  CHECK(bsr::multiply(bsr::matrix<std::int8_t, 1>({1, 1}, {100}, {0}, {0, 1}), 3).data()[0] == 44);
  CHECK(text_of<bsr::error>([] { bsr::multiply(sample::matrix<std::int8_t>(), 300); }) ==
        "bsr: multiply: the number 300 does not fit int8 elements; convert the matrix with astype first.");
}

TEST_CASE("divide by a number: float becomes double, as in scipy", "[elementwise]") {
  const auto f = bsr::divide(sample::matrix<float>(), 3);
  STATIC_CHECK(has_elements<double, std::remove_const_t<decltype(f)>>);
  CHECK((f.data()[2] == 1.0 && f.data()[0] == 1.0 / 3.0));
  CHECK(array_difference("indices", f.indices(), sample::matrix<float>().indices()) == "");
  STATIC_CHECK(
      has_elements<double, std::remove_const_t<decltype(bsr::divide(sample::matrix<std::int8_t>(), 2))>>);
  STATIC_CHECK(has_elements<double, std::remove_const_t<decltype(bsr::divide(sample::matrix<bool>(), 2))>>);
  STATIC_CHECK(has_elements<long double, decltype(bsr::divide(sample::matrix<long double>(), 2))>);
  const auto z = bsr::divide(sample::matrix<std::complex<float>>(), 2.0);
  STATIC_CHECK(has_elements<std::complex<float>, std::remove_const_t<decltype(z)>>);
  CHECK(z.data()[2] == std::complex<float>(1.5f, -1.5f));
  const auto w = bsr::divide(sample::matrix<float>(), std::complex<float>(0, 2));
  STATIC_CHECK(has_elements<std::complex<double>, std::remove_const_t<decltype(w)>>);
  CHECK(w.data()[2] == std::complex<double>(0, -1.5));
  const auto n = bsr::divide(sample::matrix<double>(), 0);
  CHECK((std::isinf(n.data()[0]) && std::isnan(n.data()[7])));
}

TEMPLATE_TEST_CASE("multiply by a number: every shape, padding becomes zero", "[elementwise]", std::int8_t,
                   double, std::complex<double>) {
  random rng(1);
  for_each_matrix<TestType>(rng, [](const auto& a) {
    const auto c = bsr::multiply(a, TestType(3));
    auto expected = dense(a);
    for (auto& x : expected.values) x = bsr::multiply<wide_t<TestType>>(x, wide_t<TestType>(3));
    CHECK(difference(c, expected) == "");
    CHECK(array_difference("indptr", c.indptr(), a.indptr()) == "");
    CHECK(array_difference("indices", c.indices(), a.indices()) == "");
    for (const auto& x : c.data()) CHECK(x == x);
  });
}

TEST_CASE("*= and /=: in place, on matrices and views", "[elementwise]") {
  auto a = sample::matrix<float>();
  const auto* const memory = a.data().data();
  bsr::matrix<float, 2, 3>& same = a *= 2;
  CHECK(&same == &a);
  a.view() *= 0.5;
  a.view() /= 2;
  a /= 0.25;
  auto expected = sample::matrix<float>();
  for (float& x : expected.data()) x *= 2;
  CHECK(stored_difference(a, expected) == "");
  CHECK(a.data().data() == memory);
  auto i = sample::matrix<std::int8_t, bsr::dynamic>();
  i *= 2;
  CHECK(i.data()[2] == 6);
  i *= true;
  CHECK(i.data()[2] == 6);
  CHECK(text_of<bsr::error>([&] { i *= 128; }).substr(0, 23) == "bsr: a *= s: the number");
  auto z = sample::matrix<std::complex<double>>();
  z *= std::complex<double>(0, 1);
  z *= 2;
  z /= 4.0f;
  CHECK(z.data()[2] == std::complex<double>(1.5, 1.5));
  z /= std::complex<float>(0, 0.5f);
  CHECK(z.data()[2] == std::complex<double>(3, -3));
}

TEMPLATE_TEST_CASE("scale_rows, scale_columns: random matrices against loops", "[elementwise]", bool,
                   std::int8_t, double, std::complex<double>) {
  random rng(2);
  for_each_matrix<TestType>(rng, [&](auto a) {
    const auto before = a;
    const auto v = random_vector<TestType>(rng, a.rows(), numbers::small_integers);
    const auto w = random_vector<TestType>(rng, a.cols(), numbers::small_integers);
    auto expected = dense(a);
    for (std::int64_t i = 0; i < a.rows(); ++i)
      for (std::int64_t j = 0; j < a.cols(); ++j)
        expected(i, j) = bsr::multiply<wide_t<TestType>>(expected(i, j), widen(v[i]));
    bsr::scale_rows(a, v.span());
    CHECK(difference(a, expected) == "");
    for (std::int64_t i = 0; i < a.rows(); ++i)
      for (std::int64_t j = 0; j < a.cols(); ++j)
        expected(i, j) = bsr::multiply<wide_t<TestType>>(expected(i, j), widen(w[j]));
    bsr::scale_columns(a.view(), w.span());
    CHECK(difference(a, expected) == "");
    CHECK(array_difference("indices", a.indices(), before.indices()) == "");
  });
}

TEST_CASE("scale_rows, scale_columns: a vector of a narrower kind, and one that lies in a", "[elementwise]") {
  auto a = sample::matrix<double>();
  const std::vector<float> v{1, 2, 3, 4, 5, 6};
  bsr::scale_rows(a, v);
  CHECK(a.data()[29] == 30);
  auto b = bsr::matrix<double, 1, 2>({1, 2}, {3.0, 5.0}, {0}, {0, 1});
  bsr::scale_columns(b, b.data());
  CHECK((b.data()[0] == 9 && b.data()[1] == 25));
}

TEST_CASE("scale_rows, scale_columns: the length of v and broken indices", "[elementwise]") {
  auto a = sample::matrix<double>();
  const std::vector<double> seven(7);
  CHECK(text_of<bsr::shape_error>([&] { bsr::scale_rows(a, seven); }) ==
        "bsr: scale_rows(a, v): v has 7 elements, a has 6 rows.");
  CHECK(text_of<bsr::shape_error>([&] { bsr::scale_columns(a, seven); }) ==
        "bsr: scale_columns(a, v): v has 7 elements, a has 9 columns.");
  bsr::matrix<double, 1> broken({1, 2}, {1.0}, {2}, {0, 1});
  CHECK(text_of<bsr::format_error>([&] {
          bsr::scale_columns(broken, std::vector<double>(2));
        }).substr(0, 20) == "bsr: scale_columns: ");
  CHECK(text_of<bsr::format_error>([&] { bsr::multiply(broken, 2); }).substr(0, 15) == "bsr: multiply: ");
}

}  // namespace
