// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/elementwise/power.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <complex>
#include <cstdint>
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

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

template <class T>
bsr::matrix<T, 1, 3> row_of(T x, T y, T z) {
  return {{1, 3}, {x, y, z}, {0}, {0, 1}};
}

// bsr_array([[3, -7, 2]], dtype=np.int8).power(n).data, scipy 1.17.1
TEST_CASE("power: integers stay integers and wrap, broken powers make them double", "[elementwise]") {
  const auto a = row_of<std::int8_t>(3, -7, 2);
  CHECK(array_difference("5", bsr::power(a, 5).data(), bsr::buffer<std::int8_t>{-13, 89, 32}.span()) == "");
  CHECK(array_difference("2", bsr::power(a, 2).data(), bsr::buffer<std::int8_t>{9, 49, 4}.span()) == "");
  CHECK(array_difference("1", bsr::power(a, true).data(), a.data()) == "");
  const auto root = bsr::power(a, 0.5);
  STATIC_CHECK(std::is_same_v<decltype(root), const bsr::matrix<double, 1, 3>>);
  CHECK(array_difference("0.5", root.data(),
                         bsr::buffer<double>{1.7320508075688772, nan, 1.4142135623730951}.span()) == "");
  const auto b = bsr::power(row_of<bool>(true, false, true), 2);
  STATIC_CHECK(std::is_same_v<decltype(b), const bsr::matrix<std::int8_t, 1, 3>>);
  CHECK((b.data()[0] == 1 && b.data()[1] == 0));
  const auto u = bsr::power(row_of<std::uint64_t>(3, 10, 2), 40);
  CHECK(u.data()[0] == 12157665459056928801u);
}

TEST_CASE("power: real and complex numbers", "[elementwise]") {
  // bsr_array([[-2., 4, 0]]).power(n).data
  const auto a = row_of<double>(-2, 4, 0.1);
  CHECK(array_difference("3", bsr::power(a, 3).data(), bsr::buffer<double>{-8, 64, 0.1 * 0.1 * 0.1}.span()) ==
        "");
  CHECK(array_difference("7", bsr::power(a, 7).data(),
                         bsr::buffer<double>{-128, 16384, std::pow(0.1, 7)}.span()) == "");
  CHECK(array_difference("0.5", bsr::power(a, 0.5).data(),
                         bsr::buffer<double>{nan, 2, std::sqrt(0.1)}.span()) == "");
  const auto f = bsr::power(row_of<float>(2, 3, 4), 2.5);
  STATIC_CHECK(std::is_same_v<decltype(f), const bsr::matrix<float, 1, 3>>);
  CHECK(f.data()[2] == 32.0f);
  using complex = std::complex<double>;
  const auto z = bsr::power(row_of<complex>({1, 2}, {0, 1}, {}), 2);
  CHECK((z.data()[0] == complex(-3, 4) && z.data()[1] == complex(-1, 0) && z.data()[2] == complex()));
  CHECK(magnitude(bsr::power(row_of<complex>({0, 1}, {}, {}), 5).data()[0] - complex(0, 1)) <
        8 * unit_roundoff<double>());
  CHECK(bsr::power(row_of<complex>({}, {}, {1, 1}), 0.5).data()[0] == complex());
  CHECK(float(bsr::power(row_of(bsr::float16(3), bsr::float16(0.5), bsr::float16(1)), 4).data()[0]) == 81.0f);
}

TEST_CASE("power: every shape, duplicates added up first", "[elementwise]") {
  random rng(1);
  for_each_matrix<double>(rng, [](const auto& a) {
    auto expected = dense(a);
    for (auto& x : expected.values) x = x * x * x;
    const auto c = bsr::power(a, 3);
    CHECK(difference(c, expected) == "");
    CHECK(is_tidy(c));
  });
}

TEST_CASE("power: what would be dense is refused", "[elementwise]") {
  const auto a = sample::matrix<double>();
  CHECK(text_of<bsr::error>([&] { bsr::power(a, 0); }) ==
        "bsr: power(a, 0): zero power is not supported as it would densify the matrix.");
  CHECK(text_of<bsr::error>([&] { bsr::power(a, -0.0); }) ==
        "bsr: power(a, 0): zero power is not supported as it would densify the matrix.");
  CHECK(text_of<bsr::error>([&] { bsr::power(a, -1); }) ==
        "bsr: power(a, -1): the power of the zeros that are not stored would not be zero; work with "
        "to_dense(a).");
  CHECK(text_of<bsr::error>([&] { bsr::power(a, nan); }).substr(0, 19) == "bsr: power(a, nan):");
}

}  // namespace
