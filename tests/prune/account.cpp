// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/prune/account.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <cstdint>

#include "bsr/base/half.hpp"
#include "bsr/construct/random.hpp"

namespace {

namespace prune = bsr::prune;

/// bytes(BSR) / bytes(dense) = d (1 + s_index / (R C s_value)) + (M / R + 1) s_index / (M N s_value).
double predicted(double d, double M, double N, double R, double C, double value, double index) {
  return 1 / (d * (1 + index / (R * C * value)) + (M / R + 1) * index / (M * N * value));
}

TEST_CASE("account: the published sizes at a tenth of the blocks", "[prune]") {
  // 104857.6, 6553.6, 1638.4 and 102.4 blocks are not whole; the formula gets the density that is there.
  const auto one = prune::account(bsr::random<float, 1>({1024, 1024}, 0.1, 1));
  CHECK(std::fabs(one.compression() / predicted(one.density(), 1024, 1024, 1, 1, 4, 4) - 1) < 1e-12);
  CHECK(std::fabs(one.compression() - 4.98) < 0.005);
  CHECK(std::fabs(prune::account(bsr::random<float, 4>({1024, 1024}, 0.1, 1)).compression() - 9.39) < 0.005);
  const auto eight = prune::account(bsr::random<float, 8>({1024, 1024}, 0.1, 1));
  CHECK(std::fabs(eight.compression() / predicted(eight.density(), 1024, 1024, 8, 8, 4, 4) - 1) < 1e-12);
  CHECK(std::fabs(predicted(0.1, 1024, 1024, 8, 8, 4, 4) - 9.83) < 0.005);
  const auto half = prune::account(bsr::random<bsr::float16, 32>({1024, 1024}, 0.1, 1));
  CHECK(std::fabs(half.compression() / predicted(half.density(), 1024, 1024, 32, 32, 2, 4) - 1) < 1e-12);
  CHECK(half.density() == 102.0 / 1024);
}

TEST_CASE("account: rows, columns, edges", "[prune]") {
  // 5 x 7 in blocks of 2 x 3: blocks (0, 0), (0, 2), (2, 2), of which the last columns and rows are cut.
  const bsr::matrix<double> a({5, 7}, bsr::buffer<double>(18), bsr::buffer<std::int32_t>{0, 2, 2},
                              bsr::buffer<std::int32_t>{0, 2, 2, 3}, {2, 3}, bsr::padded);
  const auto c = prune::account(a);
  CHECK(c.blocks == 3);
  CHECK(c.all_blocks == 9);
  CHECK(c.parameters == 6 + 2 + 1);
  CHECK(c.dense_parameters == 35);
  CHECK(c.bytes == 18 * 8 + 3 * 4 + 4 * 4);
  CHECK(c.dense_bytes == 35 * 8);
  CHECK(c.flops(10) == 180);
  CHECK(c.dense_flops(10) == 700);
  CHECK(c.row_density[0] == 2.0 / 3);
  CHECK(c.row_density[1] == 0);
  CHECK(c.column_density[2] == 2.0 / 3);
  CHECK(prune::account(bsr::matrix<float, 2>({0, 0})).density() == 0);
}

TEST_CASE("race: who is faster, in a sentence", "[prune]") {
  CHECK(prune::race_result{1, 3.404}.text() == "block-sparse is 3.4 times faster here");
  CHECK(prune::race_result{3, 1.5}.text() == "dense is 2 times faster here: keep the layer dense");
  CHECK(prune::race_result{3, 1.5}.dense_is_faster());
  bsr::product_cost cost;
  CHECK(prune::expected(cost).text() == "there is no prediction for these types");
  CHECK(!prune::expected(cost).dense_is_faster());
  cost.seconds = 2;
  cost.dense_seconds = 5;
  CHECK(prune::expected(cost).text() == "block-sparse should be 2.5 times faster here");
  cost.seconds = 10;
  CHECK(prune::expected(cost).text() == "dense should be 2 times faster here: keep the layer dense");
  int sparse = 0, dense = 0;
  const auto result = prune::race([&] { ++sparse; }, [&] { ++dense; }, 0);
  CHECK(sparse == dense);
  CHECK(sparse == 6);
  CHECK(result.sparse_seconds >= 0);
}

}  // namespace
