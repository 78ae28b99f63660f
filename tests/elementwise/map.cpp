// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/elementwise/map.hpp"

#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <complex>
#include <cstdint>
#include <type_traits>

#include "bsr/format/sum_duplicates.hpp"
#include "support/bounds.hpp"
#include "support/identical.hpp"
#include "support/random.hpp"
#include "support/sample.hpp"
#include "support/shapes.hpp"
#include "support/throws.hpp"

namespace {

using namespace bsr_test;
using bsr_test::random;  // not the one of stdlib.h

struct squared {
  template <class T>
  T operator()(const T& x) const {
    return bsr::multiply(x, x);
  }
};

TEMPLATE_TEST_CASE("map: random matrices against loops", "[elementwise]", bool, std::int8_t, double,
                   std::complex<double>) {
  random rng(1);
  for_each_matrix<TestType>(rng, [](const auto& a) {
    auto sum = a;
    bsr::sum_duplicates(sum);
    auto expected = dense(a);
    for (auto&& x : expected.values) x = bsr::multiply<wide_t<TestType>>(x, x);
    const auto c = bsr::map(a, squared{});
    STATIC_CHECK(std::is_same_v<decltype(c), const std::remove_cvref_t<decltype(a)>>);
    CHECK(difference(c, expected) == "");
    CHECK(is_tidy(c));
    CHECK(array_difference("indices", c.indices(), sum.indices()) == "");
  });
}

TEST_CASE("map: duplicates are added up before f, and a stays as it is", "[elementwise]") {
  const auto a = sample::matrix<int>();
  const auto c = bsr::map(a, squared{});
  auto expected = sample::canonical<int>();
  for (int& x : expected.data()) x *= x;
  CHECK(stored_difference(c, expected) == "");
  CHECK(stored_difference(a, sample::matrix<int>()) == "");
}

TEST_CASE("map: the element type is what f returns, views and temporaries are taken", "[elementwise]") {
  const auto c = bsr::map(sample::matrix<double>(), [](double x) { return x > 2; });
  STATIC_CHECK(std::is_same_v<decltype(c), const bsr::matrix<bool, 2, 3>>);
  CHECK(stored_difference(c, bsr::matrix<bool, 2, 3>({6, 9}, {true,  false, true,  false, true,  false,  //
                                                              false, false, true,  true,  true,  true,   //
                                                              true,  false, false, false, false, true,   //
                                                              false, false, false, false, false, false},
                                                     {0, 2, 0, 1}, {0, 2, 2, 4})) == "");
  const auto a = sample::matrix<float, bsr::dynamic, bsr::dynamic, std::int64_t>();
  const auto z = bsr::map(a.view(), [](float x) { return std::complex<float>(0, x); });
  STATIC_CHECK(
      std::is_same_v<decltype(z),
                     const bsr::matrix<std::complex<float>, bsr::dynamic, bsr::dynamic, std::int64_t>>);
  CHECK(z.data()[0] == std::complex<float>(0, 7));
}

TEST_CASE("map: f is called for stored elements and once for 0, not for padding", "[elementwise]") {
  random rng(2);
  const auto a = random_matrix<double, 3>(rng, {7, 8}, {.density = 1, .sorted = true});
  int calls = 0;
  int nans = 0;
  bsr::map(a, [&](double x) {
    ++calls;
    nans += x != x;
    return x;
  });
  CHECK(calls == 1 + static_cast<int>(a.num_blocks()) * 56 / 9);
  CHECK(nans == 0);
}

TEST_CASE("map: a function that is not 0 at 0 is refused", "[elementwise]") {
  const auto a = sample::matrix<double>();
  CHECK(text_of<bsr::error>([&] { bsr::map(a, [](double x) { return x + 0.5; }); }) ==
        "bsr: map: f(0) is 0.5, so the result would be dense; map the dense matrix instead: to_dense(a).");
  CHECK(text_of<bsr::error>([&] { bsr::map(a, [](double x) { return x == 0; }); }) ==
        "bsr: map: f(0) is true, so the result would be dense; map the dense matrix instead: to_dense(a).");
  CHECK(text_of<bsr::error>([&] { bsr::map(a, [](double x) { return 0 / x; }); }).substr(0, 24) ==
        "bsr: map: f(0) is nan, s");
}

TEST_CASE("map: broken indices are refused", "[elementwise]") {
  CHECK(text_of<bsr::format_error>([] {
          bsr::map(bsr::matrix<double, 1>({1, 2}, {1.0}, {2}, {0, 1}), squared{});
        }) == "bsr: map: column index values must be < 2 (now max 2): block row 0 holds 2.");
}

}  // namespace
