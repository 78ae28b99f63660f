// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/kernel/problem.hpp"

#include <catch2/catch_test_macros.hpp>
#include <complex>
#include <concepts>
#include <cstdint>
#include <limits>

#include "bsr/storage.hpp"

namespace {

template <class A, class B, class C>
using sums_of = typename bsr::spmm_problem<bsr::matrix_view<const A, 2>, bsr::op::none,
                                           bsr::dense_view<const B>, bsr::dense_view<C>>::accumulator;
template <class A, class B, class C>
using vector_sums_of =
    typename bsr::spmv_problem<bsr::matrix_view<const A, 2>, bsr::op::transpose, bsr::vector_view<const B>,
                               bsr::vector_view<C>>::accumulator;

template <class A, class B, class C, class Expected>
constexpr bool sums_in =
    std::same_as<sums_of<A, B, C>, Expected> && std::same_as<vector_sums_of<A, B, C>, Expected>;

using cf = std::complex<float>;
using cd = std::complex<double>;

}  // namespace

TEST_CASE("sums are formed in the smallest type that holds both factors and the destination", "[problem]") {
  STATIC_REQUIRE(sums_in<float, float, float, float>);
  STATIC_REQUIRE(sums_in<double, double, double, double>);
  STATIC_REQUIRE(sums_in<float, double, double, double>);
  STATIC_REQUIRE(sums_in<double, float, float, double>);
  STATIC_REQUIRE(sums_in<float, float, double, double>);
  STATIC_REQUIRE(sums_in<float, float, long double, long double>);
  STATIC_REQUIRE(sums_in<std::int8_t, std::int8_t, std::int8_t, std::int8_t>);
  STATIC_REQUIRE(sums_in<std::int8_t, std::int8_t, std::int32_t, std::int32_t>);
  STATIC_REQUIRE(sums_in<std::uint8_t, std::int8_t, std::int64_t, std::int64_t>);
  STATIC_REQUIRE(sums_in<bool, bool, bool, bool>);
  STATIC_REQUIRE(sums_in<bool, bool, std::int32_t, std::int32_t>);
  STATIC_REQUIRE(sums_in<bool, float, float, float>);
  STATIC_REQUIRE(sums_in<std::int32_t, std::int32_t, double, double>);
  STATIC_REQUIRE(sums_in<cf, float, cf, cf>);
  STATIC_REQUIRE(sums_in<cf, double, cd, cd>);
  STATIC_REQUIRE(sums_in<float, float, cd, cd>);
  STATIC_REQUIRE(sums_in<std::int32_t, cf, cf, cf>);
}

TEST_CASE("an accumulator becomes an element by rounding, wrapping or gaining an imaginary part",
          "[problem]") {
  CHECK(bsr::to_element<float>(0.1) == 0.1f);
  CHECK(bsr::to_element<double>(0.1f) == static_cast<double>(0.1f));
  CHECK(bsr::to_element<std::int8_t>(std::int32_t{300}) == 44);
  CHECK(bsr::to_element<bool>(std::int32_t{256}));
  CHECK(bsr::to_element<int>(2.75) == 2);
  CHECK(bsr::to_element<cf>(0.1) == cf(0.1f, 0));
  CHECK(bsr::to_element<cf>(cd(0.1, 2)) == cf(0.1f, 2));
  CHECK(bsr::to_element<cd>(cf(0.1f, 2)) == cd(static_cast<double>(0.1f), 2));
}
