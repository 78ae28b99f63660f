// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/layer/linear.hpp"

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
using bsr::layer::linear;

constexpr double eps = std::numeric_limits<double>::epsilon();

template <class Layout>
bsr::dense_matrix<double, Layout> sample(std::int64_t rows, std::int64_t cols, std::uint64_t seed) {
  bsr::dense_matrix<double, Layout> x(rows, cols);
  const bsr::detail::random_stream numbers(seed, 3);
  for (std::int64_t i = 0; i < rows; ++i)
    for (std::int64_t j = 0; j < cols; ++j)
      x(i, j) = bsr::detail::random_value<double>(numbers.bits(i * cols + j)) - 0.5;
  return x;
}

/// (1/2) sum of (y - t)^2, y = x W^T + b, computed densely.
template <class W, class X, class Y>
double loss(const W& w, const std::vector<double>& b, const X& x, const Y& t) {
  double sum = 0;
  for (std::int64_t i = 0; i < x.rows(); ++i)
    for (std::int64_t j = 0; j < w.rows(); ++j) {
      double y = b[static_cast<std::size_t>(j)];
      for (std::int64_t k = 0; k < w.cols(); ++k) y += x(i, k) * w(j, k);
      sum += (y - t(i, j)) * (y - t(i, j)) / 2;
    }
  return sum;
}

template <class Layout>
void check_gradients() {
  const std::int64_t n = 9, in = 20, out = 14;
  const auto w = bsr::random<double>({out, in}, {4, 6}, 0.5, 5, bsr::padded);
  std::vector<double> bias(static_cast<std::size_t>(out));
  for (std::size_t j = 0; j < bias.size(); ++j) bias[j] = 0.1 * static_cast<double>(j);
  linear l(w, std::span<const double>(bias));
  auto x = sample<Layout>(n, in, 1);
  const auto t = sample<Layout>(n, out, 2);
  bsr::dense_matrix<double, Layout> y(n, out), dx(n, in);
  l.forward(x, y);
  auto dense = bsr::to_dense(w);
  for (std::int64_t i = 0; i < n; ++i)
    for (std::int64_t j = 0; j < out; ++j) {
      double expected = bias[static_cast<std::size_t>(j)], size = std::fabs(expected);
      for (std::int64_t k = 0; k < in; ++k) {
        expected += x(i, k) * dense(j, k);
        size += std::fabs(x(i, k) * dense(j, k));
      }
      CHECK(std::fabs(y(i, j) - expected) <= 2 * (in + 1) * eps * size);
      y(i, j) -= t(i, j);  // the gradient of the loss by y
    }
  l.backward(x, y, dx);

  // Central differences of a quadratic function are exact but for rounding: loss * eps / h, and some.
  const double h = 1e-3, bound = 200 * eps * loss(dense, bias, x, t) / h;
  const auto dw = bsr::to_dense(l.weight_gradient());
  bsr::dense_matrix<int> stored(w.block_rows(), w.block_cols());
  for (std::int64_t i = 0; i < w.block_rows(); ++i)
    for (auto block : w.row(i)) stored(i, block.col()) = 1;
  const auto slope = [&](double& at) {
    const double value = at;
    at = value + h;
    const double up = loss(dense, bias, x, t);
    at = value - h;
    const double down = loss(dense, bias, x, t);
    at = value;
    return (up - down) / (2 * h);
  };
  for (std::int64_t j = 0; j < out; ++j) {
    CHECK(std::fabs(slope(bias[static_cast<std::size_t>(j)]) -
                    l.bias_gradient()[static_cast<std::size_t>(j)]) <= bound);
    for (std::int64_t k = 0; k < in; ++k) {
      if (stored(j / 4, k / 6) != 0)
        CHECK(std::fabs(slope(dense(j, k)) - dw(j, k)) <= bound);
      else
        CHECK(dw(j, k) == 0);
    }
  }
  for (std::int64_t i = 0; i < n; ++i)
    for (std::int64_t k = 0; k < in; ++k) CHECK(std::fabs(slope(x(i, k)) - dx(i, k)) <= bound);

  // Accumulated twice, it is twice as much.
  const std::vector<double> once(l.weight_gradient().data().begin(), l.weight_gradient().data().end());
  const double db = l.bias_gradient()[3];
  l.backward(x, y, true);
  for (std::size_t k = 0; k < once.size(); ++k) CHECK(l.weight_gradient().data()[k] == 2 * once[k]);
  CHECK(l.bias_gradient()[3] == 2 * db);
}

TEST_CASE("linear: gradients are those of finite differences and of the dense layer", "[layer]") {
  SECTION("row-major") { check_gradients<bsr::row_major>(); }
  SECTION("column-major") { check_gradients<bsr::col_major>(); }
}

TEST_CASE("linear: a batch that is taken in parts has the gradients of its samples", "[layer]") {
  // One row of dy has 32 KiB: 64 samples at a time, and some more.
  const std::int64_t n = 67, in = 16, out = 8192;
  linear l(bsr::random<float, 16>({out, in}, 0.02, 5), bsr::cpu{.threads = 1});
  const auto x = bsr::to_dense(bsr::random<float, 1>({n, in}, 1.0, 2));
  bsr::dense_matrix<float> dy(n, out), dx(n, in);
  for (std::int64_t i = 0; i < n; ++i)
    for (std::int64_t j = 0; j < out; ++j) dy(i, j) = x(i, j % in) - 0.5f;
  const auto check = [&](int times) {
    const auto& dw = l.weight_gradient();
    for (std::int64_t i = 0; i < dw.block_rows(); ++i)
      for (auto block : dw.row(i))
        for (std::int64_t r = 0; r < 16; ++r)
          for (std::int64_t c = 0; c < 16; ++c) {
            double sum = 0, size = 0;
            for (std::int64_t s = 0; s < n; ++s) {
              sum += double(dy(s, i * 16 + r)) * double(x(s, c));
              size += std::fabs(double(dy(s, i * 16 + r)) * double(x(s, c)));
            }
            CHECK(std::fabs(times * sum - double(block(r, c))) <= times * (n + 2) * 0x1p-24 * 1.01 * size);
          }
    for (std::int64_t j = 0; j < out; j += 100) {
      double sum = 0, size = 0;
      for (std::int64_t s = 0; s < n; ++s) {
        sum += double(dy(s, j));
        size += std::fabs(double(dy(s, j)));
      }
      CHECK(std::fabs(times * sum - double(l.bias_gradient()[static_cast<std::size_t>(j)])) <=
            times * 4 * 0x1p-24 * 1.01 * size);
    }
  };
  l.backward(x, dy, dx);
  check(1);
  const auto w = bsr::to_dense(l.weights());
  for (std::int64_t s = 0; s < n; ++s)
    for (std::int64_t c = 0; c < in; ++c) {
      double sum = 0, size = 0;
      for (std::int64_t j = 0; j < out; ++j) {
        sum += double(dy(s, j)) * double(w(j, c));
        size += std::fabs(double(dy(s, j)) * double(w(j, c)));
      }
      CHECK(std::fabs(sum - double(dx(s, c))) <= (out + 1) * 0x1p-24 * 1.01 * size);
    }
  l.backward(x, dy, dx, true);
  check(2);
  // No samples at all.
  const bsr::dense_matrix<float> nothing(0, in), no_slope(0, out);
  bsr::dense_matrix<float> no_dx(0, in);
  l.backward(nothing, no_slope, no_dx);
  CHECK(l.weight_gradient().data()[0] == 0);
  CHECK(l.bias_gradient()[0] == 0);
}

TEST_CASE("linear: an activation in the same pass", "[layer]") {
  const auto w = bsr::random<float, 4>({8, 12}, 0.5, 5);
  linear l(w);
  const auto x = bsr::to_dense(bsr::random<float, 1>({5, 12}, 1.0, 2));
  bsr::dense_matrix<float> y(5, 8), z(5, 8);
  l.bias()[2] = -10;
  l.forward(x, y, [](auto e) { return relu(e); });
  l.forward(x, z);
  for (std::int64_t i = 0; i < 5; ++i)
    for (std::int64_t j = 0; j < 8; ++j) CHECK(y(i, j) == (z(i, j) > 0 ? z(i, j) : 0));
  CHECK(y(0, 2) == 0);
}

TEST_CASE("linear: other weights", "[layer]") {
  linear l(bsr::random<float, 4>({8, 12}, 0.5, 5));
  l.reset(bsr::random<float, 4>({8, 12}, 0.9, 6));
  CHECK(l.weight_gradient().num_blocks() == l.weights().num_blocks());
  // Blocks exchanged in place, and dropped: gradient and plans know.
  const auto x = bsr::to_dense(bsr::random<float, 1>({5, 12}, 1.0, 2));
  bsr::dense_matrix<float, bsr::col_major> in(5, 12), out(5, 8), back(5, 12);
  for (std::int64_t i = 0; i < 5; ++i)
    for (std::int64_t j = 0; j < 12; ++j) in(i, j) = x(i, j);
  for (const bool drop : {false, true}) {
    if (drop) {
      l.weights().indptr()[2] = l.weights().indptr()[1];
      l.weights().truncate_blocks(l.weights().indptr()[1]);
    } else {
      std::swap(l.weights().indices()[0], l.weights().indices()[1]);
    }
    l.refresh();
    CHECK(l.weight_gradient().num_blocks() == l.weights().num_blocks());
    CHECK(l.weight_gradient().indices()[0] == l.weights().indices()[0]);
    const auto w = bsr::to_dense(l.weights());
    l.forward(in, out);
    l.backward(in, out, back);
    for (std::int64_t i = 0; i < 5; ++i) {
      for (std::int64_t j = 0; j < 8; ++j) {
        double sum = 0, size = 0;
        for (std::int64_t k = 0; k < 12; ++k) {
          sum += double(in(i, k)) * double(w(j, k));
          size += std::fabs(double(in(i, k)) * double(w(j, k)));
        }
        CHECK(std::fabs(sum - double(out(i, j))) <= 13 * 0x1p-24 * 1.01 * size);
      }
      for (std::int64_t k = 0; k < 12; ++k) {
        double sum = 0, size = 0;
        for (std::int64_t j = 0; j < 8; ++j) {
          sum += double(out(i, j)) * double(w(j, k));
          size += std::fabs(double(out(i, j)) * double(w(j, k)));
        }
        CHECK(std::fabs(sum - double(back(i, k))) <= 9 * 0x1p-24 * 1.01 * size);
      }
    }
  }
  // Who forgets it is told.
  l.reset(bsr::random<float, 4>({8, 12}, 0.9, 6));
  l.weights().indptr()[2] = l.weights().indptr()[1];
  l.weights().truncate_blocks(l.weights().indptr()[1]);
  CHECK_THROWS_AS(l.forward(in, out), bsr::shape_error);
}

TEST_CASE("linear: forward and backward allocate nothing", "[layer]") {
  linear l(bsr::random<float, 8>({64, 96}, 0.3, 5), bsr::cpu{.threads = 1});
  bsr::dense_matrix<float, bsr::col_major> x(40, 96), y(40, 64), dx(40, 96);
  bsr::dense_matrix<float> z(40, 96), u(40, 64), dz(40, 96);
  linear(bsr::random<float, 8>({64, 96}, 0.3, 5), bsr::cpu{.threads = 1})
      .forward(x, y);  // OpenMP sets itself up
  CHECK(allocations_of([&] {
          l.forward(x, y);
          l.backward(x, y, dx);
          l.refresh();
          l.forward(z, u);
          l.backward(z, u, dz, true);
        }) == 0);
}

TEST_CASE("linear: what is refused", "[layer]") {
  const auto w = bsr::random<float, 4>({8, 12}, 0.5, 5);
  const std::vector<float> bias(7);
  CHECK(text_of<bsr::shape_error>([&] { linear(w, std::span<const float>(bias)); }) ==
        "bsr: layer: linear: the weights are 8x12, but the bias has 7 entries.");
  linear l(w);
  const bsr::dense_matrix<float> x(5, 12), dy(4, 8);
  CHECK(text_of<bsr::shape_error>([&] { l.backward(x, dy); }) ==
        "bsr: layer: backward: the weights are 8x12, x is 5x12, dy is 4x8.");
  const bsr::dense_matrix<float> slope(5, 8);
  bsr::dense_matrix<float> dx(5, 8);
  CHECK(text_of<bsr::shape_error>([&] { l.backward(x, slope, dx); }) ==
        "bsr: layer: backward: x is 5x12, dx is 5x8.");
  CHECK(text_of<bsr::shape_error>([&] { l.reset(bsr::matrix<float, 4>({8, 8})); }) ==
        "bsr: layer: reset: the weights are 8x12, and cannot become 8x8.");
}

}  // namespace
