// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/layer/int8_linear.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "bsr/construct/random.hpp"
#include "bsr/convert/to_dense.hpp"
#include "bsr/kernel/cpu/backend.hpp"
#include "support/allocations.hpp"
#include "support/throws.hpp"

namespace {

using namespace bsr_test;
namespace layer = bsr::layer;
namespace prune = bsr::prune;

constexpr bsr::cpu one{.threads = 1};

template <class Layout>
bsr::dense_matrix<float, Layout> sample(std::int64_t rows, std::int64_t cols) {
  bsr::dense_matrix<float, Layout> x(rows, cols);
  const bsr::detail::random_stream numbers(1, 3);
  for (std::int64_t i = 0; i < rows; ++i)
    for (std::int64_t j = 0; j < cols; ++j)
      x(i, j) = 3 * bsr::detail::random_value<float>(numbers.bits(i * cols + j)) - 1;
  return x;
}

template <class Layout>
void check_inputs() {
  for (std::int64_t rows = 1; rows < 40; rows += 3) {
    auto x = sample<Layout>(rows, 5);
    x(0, 3) = -2.54f;
    bsr::dense_matrix<std::int8_t, Layout> q(rows, 5);
    const float scale = layer::quantize_inputs(x, q);
    CHECK(scale == 2.54f / 127);
    for (std::int64_t i = 0; i < rows; ++i)
      for (std::int64_t j = 0; j < 5; ++j)
        CHECK(q(i, j) == static_cast<int>(std::nearbyint(x(i, j) * (1 / scale))));
    CHECK(q(0, 3) == -127);
  }
}

TEST_CASE("quantize_inputs: nearest, ties to even, one scale", "[layer]") {
  check_inputs<bsr::row_major>();
  check_inputs<bsr::col_major>();
  bsr::dense_matrix<float> x(2, 3);
  bsr::dense_matrix<std::int8_t> q(2, 3);
  CHECK(layer::quantize_inputs(x, q) == 1);
  CHECK(q(1, 2) == 0);
  x(0, 0) = 127;
  x(0, 1) = 2.5f;
  x(0, 2) = -3.5f;
  CHECK(layer::quantize_inputs(x, q) == 1);
  CHECK(q(0, 1) == 2);
  CHECK(q(0, 2) == -4);
  x(0, 0) = 0;
  x(0, 1) = x(0, 2) = 0;
  x(1, 1) = std::numeric_limits<float>::denorm_min();
  CHECK(layer::quantize_inputs(x, q) > 0);
  CHECK(q(1, 1) == 0);
  x(1, 2) = std::numeric_limits<float>::infinity();
  CHECK(text_of<bsr::error>([&] { layer::quantize_inputs(x, q); }) ==
        "bsr: layer: quantize_inputs: element (1, 2) is inf, which no 8 bits with a scale come near.");
  x(1, 0) = std::numeric_limits<float>::quiet_NaN();
  CHECK(text_of<bsr::error>([&] { layer::quantize_inputs(x, q); }) ==
        "bsr: layer: quantize_inputs: element (1, 0) is nan, which no 8 bits with a scale come near.");
  bsr::dense_matrix<std::int8_t> small(2, 2);
  CHECK(text_of<bsr::shape_error>([&] { layer::quantize_inputs(x, small); }) ==
        "bsr: layer: quantize_inputs: x is 2x3, the 8-bit matrix is 2x2.");
}

/// y = relu(x W^T + b), all in 8 bits, by the definition: sums of integers, and what a scale is good for.
template <class Layout>
void check_layer(prune::scale_of granularity) {
  const std::int64_t n = 21, in = 64, out = 48;
  const auto w = bsr::random<float, 16>({out, in}, 0.5, 5);
  std::vector<float> bias(static_cast<std::size_t>(out));
  for (std::size_t j = 0; j < bias.size(); ++j) bias[j] = 0.5f * static_cast<float>(j % 7) - 1;
  auto q = prune::quantize(w, granularity);
  CHECK(q.error.relative < 0.01);
  const auto values = bsr::to_dense(q.values);
  const auto exact = bsr::to_dense(w);
  std::vector<float> scales(static_cast<std::size_t>(out));
  for (std::int64_t j = 0; j < out; ++j)
    scales[static_cast<std::size_t>(j)] = q.scales[granularity == prune::scale_of::row ? j : 0];
  layer::int8_linear l(std::move(q), std::span<const float>(bias), one);
  CHECK(l.inputs() == in);
  CHECK(l.outputs() == out);
  CHECK(l.bytes() ==
        w.nnz() + 4 * (granularity == prune::scale_of::row ? out : 1) + 4 * (w.num_blocks() + out / 16 + 1));

  const auto x = sample<Layout>(n, in);
  bsr::dense_matrix<std::int8_t, Layout> xq(n, in), yq(n, out);
  bsr::dense_matrix<float, Layout> y(n, out), same(n, out);
  const float scale = layer::quantize_inputs(x, xq);
  const auto relu = [](auto e) { return bsr::relu(e); };
  l.forward(xq, scale, y, relu);
  l.forward(x, same, relu);
  const float y_scale = 0.125f;
  l.forward(xq, scale, yq, y_scale, relu);
  for (std::int64_t i = 0; i < n; ++i)
    for (std::int64_t j = 0; j < out; ++j) {
      const auto at = static_cast<std::size_t>(j);
      int sum = 0;
      double far = 0, real = double(bias[at]);
      for (std::int64_t k = 0; k < in; ++k) {
        sum += xq(i, k) * values(j, k);
        real += double(x(i, k)) * double(exact(j, k));
        // |x w - x' w'| <= |x| |w - w'| + |w'| |x - x'|, each within half a scale and some rounding.
        far += std::fabs(double(x(i, k))) * double(scales[at]) * 0.501 * (values(j, k) != 0 ? 1 : 0) +
               std::fabs(double(values(j, k)) * double(scales[at])) * double(scale) * 0.501;
        if (values(j, k) == 0) far += std::fabs(double(x(i, k)) * double(exact(j, k)));
      }
      const double whole = double(sum) * double(scale) * double(scales[at]) + double(bias[at]);
      const double size = std::fabs(double(sum) * double(scale) * double(scales[at])) + 1;
      CHECK(std::fabs(std::fmax(whole, 0.0) - double(y(i, j))) <= 4 * 0x1p-24 * 1.01 * size);
      CHECK(y(i, j) == same(i, j));
      CHECK(std::fabs(std::fmax(real, 0.0) - double(y(i, j))) <= far + 4 * 0x1p-24 * 1.01 * size);
      // Rounded once more: y itself says within half a step of which number it lies.
      const double step = std::fmin(double(y(i, j)) / double(y_scale), 127.0);
      CHECK(std::fabs(step - double(yq(i, j))) <= 0.5 + 1e-4);
    }
  CHECK(allocations_of([&] { l.forward(x, same, relu); }) == 0);
}

TEST_CASE("int8_linear: exact sums, scales of rows or of the matrix, 8 bits or floats out", "[layer]") {
  SECTION("rows, column-major") { check_layer<bsr::col_major>(prune::scale_of::row); }
  SECTION("matrix, row-major") { check_layer<bsr::row_major>(prune::scale_of::matrix); }
}

TEST_CASE("int8_linear: what is refused", "[layer]") {
  const auto w = bsr::random<float, 4>({8, 12}, 0.5, 5);
  CHECK(text_of<bsr::error>([&] { layer::int8_linear{prune::quantize(w, prune::scale_of::block)}; }) ==
        "bsr: layer: int8_linear: the weights have a scale for each block, which a sum over blocks cannot "
        "take out; quantize with scale_of::row or scale_of::matrix.");
  const std::vector<float> bias(7);
  CHECK(text_of<bsr::shape_error>([&] {
          layer::int8_linear(prune::quantize(w), std::span<const float>(bias));
        }) == "bsr: layer: int8_linear: the weights are 8x12, but the bias has 7 entries.");
  layer::int8_linear l(prune::quantize(w));
  const bsr::dense_matrix<float> x(5, 11);
  bsr::dense_matrix<float> y(5, 8);
  CHECK_THROWS_AS(l.forward(x, y), bsr::shape_error);
}

}  // namespace
