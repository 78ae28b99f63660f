// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/expr/evaluation.hpp"

#include <catch2/catch_test_macros.hpp>
#include <complex>
#include <concepts>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "bsr/expr/operators.hpp"
#include "bsr/storage.hpp"

namespace {

using bsr::op;
using matrix = bsr::matrix<float, 2>;
using matrix_view = bsr::matrix_view<const float, 2>;
using dense = bsr::dense_matrix<float>;
using dense_view = bsr::dense_view<const float>;
using vector_view = bsr::vector_view<const float>;

}  // namespace

TEST_CASE("every prefix makes one and the same left operand, over views of constants", "[evaluation]") {
  matrix a({4, 4});
  const matrix c({4, 4});
  STATIC_REQUIRE(std::same_as<decltype(2.0 * a), bsr::factor<matrix_view, op::none, double>>);
  STATIC_REQUIRE(std::same_as<decltype(2.0 * c), decltype(2.0 * a)>);
  STATIC_REQUIRE(std::same_as<decltype(2.0 * a.view()), decltype(2.0 * a)>);
  STATIC_REQUIRE(std::same_as<decltype(2 * a), decltype(2.0 * a)>);
  STATIC_REQUIRE(std::same_as<decltype(2.0f * a * 3u), decltype(2.0 * a)>);
  STATIC_REQUIRE(std::same_as<decltype(-a), decltype(2.0 * a)>);
  STATIC_REQUIRE(std::same_as<decltype(transpose(a)), bsr::factor<matrix_view, op::transpose, double>>);
  STATIC_REQUIRE(std::same_as<decltype(-transpose(2 * a) * 3), decltype(transpose(a))>);
  STATIC_REQUIRE(std::same_as<decltype(transpose(transpose(a))), decltype(2.0 * a)>);
  STATIC_REQUIRE(std::same_as<decltype(std::complex<float>() * a),
                              bsr::factor<matrix_view, op::none, std::complex<double>>>);
  // 64-bit integers do not fit a double.
  STATIC_REQUIRE(
      std::same_as<decltype(std::int64_t{2} * a), bsr::factor<matrix_view, op::none, long double>>);
  STATIC_REQUIRE(std::same_as<decltype(2.0L * a), bsr::factor<matrix_view, op::none, long double>>);
  const auto f = -transpose(2 * a) * 3;
  CHECK(f.alpha == -6);
  CHECK(f.a.shape() == bsr::dims(4, 4));
  CHECK(f.a.data().data() == a.data().data());
}

TEST_CASE("a product holds views and knows its side", "[evaluation]") {
  matrix a({4, 4});
  dense x(4, 3);
  std::vector<float> u(4);
  using left = bsr::product<bsr::factor<matrix_view>, dense_view, bsr::side::left>;
  using right = bsr::product<bsr::factor<matrix_view, op::transpose>,
                             bsr::dense_view<const float, bsr::col_major>, bsr::side::right>;
  STATIC_REQUIRE(std::same_as<decltype(a * x), left>);
  STATIC_REQUIRE(std::same_as<decltype(2 * (a * x) * 3), left>);
  STATIC_REQUIRE(std::same_as<decltype(transpose(x) * transpose(a)), right>);
  STATIC_REQUIRE(
      std::same_as<decltype(a * u), bsr::product<bsr::factor<matrix_view>, vector_view, bsr::side::left>>);
  STATIC_REQUIRE(
      std::same_as<decltype(u * a), bsr::product<bsr::factor<matrix_view>, vector_view, bsr::side::right>>);
  STATIC_REQUIRE(std::same_as<decltype(assume_disjoint(a * x)), left>);
  STATIC_REQUIRE(std::is_trivially_copyable_v<left>);
  STATIC_REQUIRE(bsr::value<left>);
  STATIC_REQUIRE(bsr::value<const left&>);
  STATIC_REQUIRE(bsr::expression<left>);
  const auto p = 2 * (a * x);
  CHECK(p.factor.alpha == 2);
  CHECK(p.b.data() == x.data());
  CHECK(p.promise == bsr::aliasing::checked);
  CHECK(assume_disjoint(p).promise == bsr::aliasing::assumed_disjoint);
  CHECK(relu(assume_disjoint(p) + x).promise == bsr::aliasing::assumed_disjoint);
  CHECK((-assume_disjoint(p)).promise == bsr::aliasing::assumed_disjoint);
}

TEST_CASE("what is an operand, an addend, a factor, a number", "[evaluation]") {
  using std_vector = std::vector<float>;
  STATIC_REQUIRE(bsr::operand<dense&>);
  STATIC_REQUIRE(bsr::operand<const dense&>);
  STATIC_REQUIRE_FALSE(bsr::operand<dense>);  // would outlive its memory
  STATIC_REQUIRE(bsr::operand<dense_view>);
  STATIC_REQUIRE(bsr::operand<std_vector&>);
  STATIC_REQUIRE_FALSE(bsr::operand<std_vector>);
  STATIC_REQUIRE(bsr::operand<std::span<float>>);
  STATIC_REQUIRE(bsr::operand<float(&)[3]>);
  STATIC_REQUIRE_FALSE(bsr::operand<matrix&>);
  STATIC_REQUIRE_FALSE(bsr::operand<float>);
  STATIC_REQUIRE_FALSE(bsr::operand<std::vector<std::string>&>);
  STATIC_REQUIRE(bsr::left_operand<matrix&>);
  STATIC_REQUIRE(bsr::left_operand<matrix_view>);
  STATIC_REQUIRE(bsr::left_operand<bsr::factor<matrix_view>>);
  STATIC_REQUIRE_FALSE(bsr::left_operand<matrix>);
  STATIC_REQUIRE_FALSE(bsr::left_operand<dense&>);
  STATIC_REQUIRE(bsr::addend<dense&>);
  STATIC_REQUIRE(bsr::addend<bsr::term<dense_view>>);
  STATIC_REQUIRE_FALSE(bsr::addend<matrix&>);
  STATIC_REQUIRE(bsr::number<int>);
  STATIC_REQUIRE(bsr::number<long double>);
  STATIC_REQUIRE(bsr::number<std::complex<float>>);
  STATIC_REQUIRE_FALSE(bsr::number<dense>);
  STATIC_REQUIRE_FALSE(bsr::number<float*>);
}
