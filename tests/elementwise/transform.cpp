// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/elementwise/transform.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <complex>
#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>

#include "support/identical.hpp"
#include "support/random.hpp"
#include "support/sample.hpp"

namespace {

using namespace bsr_test;

struct negated {
  template <class T>
  float operator()(const T& x) const {
    return -static_cast<float>(x);
  }
};

TEST_CASE("transform: the structure as it is stored, other elements", "[elementwise]") {
  const auto a = sample::matrix<double>();
  const auto c = bsr::detail::transform<float>(a.view(), negated{});
  STATIC_CHECK(std::is_same_v<decltype(c), const bsr::matrix<float, 2, 3>>);
  auto expected = sample::matrix<float>();
  for (float& x : expected.data()) x = -x;
  CHECK(stored_difference(c, expected) == "");
}

TEST_CASE("transform: padding is not read and becomes zero", "[elementwise]") {
  const bsr::matrix<double, 2> a({3, 3}, {1, 2, 3, 4, 5, NAN, 6, NAN, 7, 8, NAN, NAN, 9, NAN, NAN, NAN},
                                 {0, 1, 0, 1}, {0, 2, 4}, bsr::padded);
  int calls = 0;
  const auto c = bsr::detail::transform<double>(a.view(), [&](double x) {
    ++calls;
    return x + 1;
  });
  CHECK(calls == 9);
  CHECK(array_difference("data", c.data(),
                         bsr::buffer<double>{2, 3, 4, 5, 6, 0, 7, 0, 8, 9, 0, 0, 10, 0, 0, 0}.span()) == "");
}

TEST_CASE("transform: blocks beyond indptr[-1] are left out", "[elementwise]") {
  bsr::matrix<int, 1> a({2, 2}, {1, 2, 3}, {0, 1, 1}, {0, 2, 3});
  a.indptr()[2] = 2;
  const auto c = bsr::detail::transform<int>(std::as_const(a).view(), [](int x) { return -x; });
  CHECK(stored_difference(c, bsr::matrix<int, 1>({2, 2}, {-1, -2}, {0, 1}, {0, 2, 2})) == "");
}

TEST_CASE("shown: every kind of number", "[elementwise]") {
  const auto text = [](auto x) {
    bsr::message m;
    m << bsr::detail::shown<decltype(x)>{x};
    return std::string(m.c_str());
  };
  CHECK(text(true) == "true");
  CHECK(text(std::int8_t{-5}) == "-5");
  CHECK(text(std::uint64_t{18446744073709551615u}) == "18446744073709551615");
  CHECK(text(0.5f) == "0.5");
  CHECK(text(-2.5L) == "-2.5");
  CHECK(text(std::complex<float>(1, -2)) == "(1, -2)");
}

}  // namespace
