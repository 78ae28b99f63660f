// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/layer/inference.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include "bsr/construct/random.hpp"
#include "bsr/kernel/cpu/backend.hpp"
#include "bsr/layer/linear.hpp"
#include "support/allocations.hpp"
#include "support/throws.hpp"

namespace {

using namespace bsr_test;
namespace layer = bsr::layer;
using activations = bsr::dense_matrix<float, bsr::col_major>;

constexpr bsr::cpu one{.threads = 1};

/// A machine of made-up numbers: what is predicted depends on nothing else.
bsr::machine some_machine() {
  bsr::machine m;
  m.fma_float = m.fma_double = 1e11;
  for (double& rate : m.read) rate = 1e11;
  m.read_all = m.turn = 1e11;
  return m;
}

activations sample(std::int64_t rows, std::int64_t cols) {
  activations x(rows, cols);
  const bsr::detail::random_stream numbers(1, 3);
  for (std::int64_t k = 0; k < rows * cols; ++k)
    x.data()[k] = bsr::detail::random_value<float>(numbers.bits(k)) - 0.5f;
  return x;
}

template <class W, class X, class Y>
void check_relu(const W& w, const std::vector<float>& bias, const X& x, const Y& y) {
  const auto dense = bsr::to_dense(w);
  for (std::int64_t i = 0; i < x.rows(); ++i)
    for (std::int64_t j = 0; j < w.rows(); ++j) {
      double sum = double(bias[static_cast<std::size_t>(j)]), size = std::fabs(sum);
      for (std::int64_t k = 0; k < w.cols(); ++k) {
        sum += double(x(i, k)) * double(dense(j, k));
        size += std::fabs(double(x(i, k)) * double(dense(j, k)));
      }
      const double bound = static_cast<double>(w.cols() + 1) * 0x1p-24 * 1.01 * size;
      CHECK(std::fabs(std::fmax(sum, 0.0) - double(y(i, j))) <= bound);
    }
}

/// In blocks and dense: the same values, and no allocation.
template <class W>
void check_both(const W& w) {
  std::vector<float> bias(static_cast<std::size_t>(w.rows()));
  for (std::size_t j = 0; j < bias.size(); ++j) bias[j] = 0.25f * static_cast<float>(j % 5) - 0.5f;
  const auto x = sample(37, w.cols());
  activations y(37, w.rows());
  const auto relu = [](auto e) { return bsr::relu(e); };
  layer::inference blocks(w, std::span<const float>(bias), 37, one);
  CHECK(!blocks.is_dense());
  blocks.forward(x, y, relu);
  check_relu(w, bias, x, y);
  CHECK(allocations_of([&] { blocks.forward(x, y, relu); }) == 0);
  // The same if the cost model has a say.
  layer::inference asked(w, std::span<const float>(bias), 37, some_machine(), one);
  if (asked.is_dense()) CHECK(asked.expected(some_machine()).dense_is_faster());
  asked.forward(x, y, relu);
  check_relu(w, bias, x, y);
  CHECK(allocations_of([&] { asked.forward(x, y, relu); }) == 0);
}

TEST_CASE("inference: the values of the layer, in blocks or dense", "[layer]") {
  SECTION("16x16") { check_both(bsr::random<float, 16>({48, 64}, 0.4, 5)); }
  SECTION("1x16") { check_both(bsr::random<float, 1, 16>({40, 80}, 0.9, 6)); }
  SECTION("padded") { check_both(bsr::random<float>({50, 70}, {4, 4}, 0.3, 7, bsr::padded)); }
}

TEST_CASE("inference: dense where dense should be faster, and only when asked", "[layer]") {
  const auto full = bsr::random<float, 1>({256, 256}, 1.0, 5);
  const auto few = bsr::random<float, 16>({256, 256}, 0.1, 5);
  const bsr::machine m = some_machine();
  layer::inference fine(full, {}, 128, m, one);
  CHECK(fine.is_dense());
  CHECK(fine.expected(m).text().find("dense should be ") == 0);
  layer::inference kept(full, {}, 128, one);
  CHECK(!kept.is_dense());
  CHECK(kept.expected(m).sparse_seconds == fine.expected(m).sparse_seconds);
  // Blocks for which bsr's own dense product is no faster stay, though a library's may be.
  const auto square = bsr::random<float, 32>({256, 256}, 1.0, 5);
  layer::inference own(square, {}, 128, m, one);
  CHECK(!own.is_dense());
  layer::inference coarse(few, {}, 128, m, one);
  CHECK(!coarse.is_dense());
  CHECK(coarse.expected(m).text().find("block-sparse should be ") == 0);

  // The layer that trains says the same of its own plan.
  const layer::linear l(few, one);
  const auto expected = l.expected(m, 128);
  CHECK(expected.predicted);
  CHECK(expected.speedup() > 1);
  CHECK(expected.speedup() < 10.5);
  CHECK(l.expected(m, 256).sparse_seconds > 1.5 * expected.sparse_seconds);
  CHECK(layer::linear<float, 16>().expected(m, 128).sparse_seconds == 0);
}

TEST_CASE("inference: what is refused", "[layer]") {
  const auto w = bsr::random<float, 4>({8, 12}, 0.5, 5);
  const std::vector<float> bias(7);
  CHECK(text_of<bsr::shape_error>([&] { layer::inference(w, std::span<const float>(bias), 5); }) ==
        "bsr: layer: inference: the weights are 8x12, but the bias has 7 entries.");
  layer::inference l(w, {}, 5);
  const activations x(5, 11);
  activations y(5, 8);
  CHECK_THROWS_AS(l.forward(x, y), bsr::shape_error);
}

}  // namespace
