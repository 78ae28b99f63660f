// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/layer/optimizer.hpp"

#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "bsr/construct/random.hpp"
#include "support/throws.hpp"

namespace {

using namespace bsr_test;
namespace layer = bsr::layer;

template <class T>
std::vector<T> numbers(std::size_t n, std::uint64_t seed) {
  std::vector<T> x(n);
  const bsr::detail::random_stream stream(seed, 0);
  for (std::size_t k = 0; k < n; ++k)
    x[k] = bsr::detail::random_value<T>(stream.bits(static_cast<std::int64_t>(k))) - T(0.5);
  return x;
}

TEMPLATE_TEST_CASE("sgd: the formula, at every length", "[layer]", float, double) {
  using T = TestType;
  for (std::size_t n = 0; n < 40; ++n) {
    auto w = numbers<T>(n, 1);
    std::vector<double> x(w.begin(), w.end()), u(n);
    layer::sgd_state<T> state(static_cast<std::int64_t>(n));
    const layer::sgd how{.rate = 0.125, .momentum = 0.75, .weight_decay = 0.25};
    for (std::uint64_t t = 0; t < 4; ++t) {
      const auto g = numbers<T>(n, 10 + t);
      layer::step(how, std::span(w), g, state);
      for (std::size_t k = 0; k < n; ++k) {
        u[k] = 0.75 * u[k] + (double(g[k]) + 0.25 * x[k]);
        x[k] -= 0.125 * u[k];
        // Numbers below 4, six roundings a step.
        CHECK(std::fabs(double(w[k]) - x[k]) <=
              4 * 6 * double(t + 1) * double(std::numeric_limits<T>::epsilon()));
      }
    }
  }
  // Without momentum no memory is needed.
  auto w = numbers<T>(5, 1);
  const auto before = w;
  layer::sgd_state<T> none;
  layer::step(layer::sgd{.rate = 0.5}, std::span(w), before, none);
  for (std::size_t k = 0; k < 5; ++k) CHECK(w[k] == before[k] / 2);
}

TEMPLATE_TEST_CASE("adam: the formula, at every length", "[layer]", float, double) {
  using T = TestType;
  for (const std::size_t n : {0u, 1u, 7u, 16u, 33u}) {
    auto w = numbers<T>(n, 1);
    std::vector<double> x(w.begin(), w.end()), m(n), v(n);
    layer::adam_state<T> state(static_cast<std::int64_t>(n));
    const layer::adam how{
        .rate = 0.01, .beta1 = 0.875, .beta2 = 0.96875, .epsilon = 1e-6, .weight_decay = 0.5};
    for (int t = 1; t <= 5; ++t) {
      const auto g = numbers<T>(n, 10 + static_cast<std::uint64_t>(t));
      layer::step(how, std::span(w), g, state);
      for (std::size_t k = 0; k < n; ++k) {
        const double slope = double(g[k]);
        m[k] = 0.875 * m[k] + 0.125 * slope;
        v[k] = 0.96875 * v[k] + 0.03125 * slope * slope;
        const double mean = m[k] / (1 - std::pow(0.875, t)), square = v[k] / (1 - std::pow(0.96875, t));
        x[k] -= 0.01 * (mean / (std::sqrt(square) + 1e-6) + 0.5 * x[k]);
        // A step is at most rate * 3 here, of numbers below 1: twenty roundings of these a step. m may
        // cancel; its rounding errors are those of terms below 1/2, relative to sqrt(square) of a gradient
        // above 2^-10.
        CHECK(std::fabs(double(w[k]) - x[k]) <=
              0.1 * t * 20 * 64 * double(std::numeric_limits<T>::epsilon()));
      }
    }
    CHECK(state.steps == 5);
  }
}

TEST_CASE("adam: a quadratic bowl is walked down", "[layer]") {
  std::vector<double> w = {5, -3, 2};
  layer::adam_state<double> state(3);
  for (int t = 0; t < 3000; ++t)
    layer::step(layer::adam{.rate = 0.01}, std::span(w), std::vector<double>(w), state);
  for (const double x : w) CHECK(std::fabs(x) < 1e-3);
}

TEST_CASE("relu_backward", "[layer]") {
  bsr::dense_matrix<float> y(3, 20), dy(3, 20);
  bsr::dense_matrix<float, bsr::col_major> z(3, 20);
  for (std::int64_t i = 0; i < 3; ++i)
    for (std::int64_t j = 0; j < 20; ++j) {
      y(i, j) = (i + j) % 3 == 0 ? 1.0f : (i + j) % 3 == 1 ? 0.0f : -1.0f;
      z(i, j) = dy(i, j) = static_cast<float>(j + 1);
    }
  layer::relu_backward(y, dy);
  layer::relu_backward(y, z);
  for (std::int64_t i = 0; i < 3; ++i)
    for (std::int64_t j = 0; j < 20; ++j) {
      CHECK(dy(i, j) == ((i + j) % 3 == 0 ? static_cast<float>(j + 1) : 0));
      CHECK(z(i, j) == dy(i, j));
    }
}

TEST_CASE("steps: what is refused, and nothing has changed", "[layer]") {
  auto w = numbers<float>(4, 1);
  const auto before = w;
  const auto g = numbers<float>(5, 1);
  layer::sgd_state<float> none;
  CHECK(text_of<bsr::shape_error>([&] { layer::step(layer::sgd{}, std::span(w), g, none); }) ==
        "bsr: layer: step(sgd): 4 parameters, but 5 gradients.");
  CHECK(text_of<bsr::shape_error>([&] {
          layer::step(layer::sgd{}, std::span(w), numbers<float>(3, 1), none);
        }) == "bsr: layer: step(sgd): 4 parameters, but 3 gradients.");
  for (const std::int64_t size : {0, 3, 5}) {
    layer::sgd_state<float> wrong(size);
    const auto text = text_of<bsr::shape_error>(
        [&] { layer::step(layer::sgd{.momentum = 0.5}, std::span(w), before, wrong); });
    CHECK(text == "bsr: layer: step(sgd): 4 parameters and 4 gradients, but a state for " +
                      std::to_string(size) + ".");
  }
  // Of the two memories of adam, one.
  for (const bool first : {false, true}) {
    layer::adam_state<float> half(4);
    (first ? half.first : half.second) = bsr::buffer<float>(5);
    CHECK(text_of<bsr::shape_error>([&] { layer::step(layer::adam{}, std::span(w), before, half); }) ==
          "bsr: layer: step(adam): 4 parameters and 4 gradients, but a state for 5.");
    CHECK(half.steps == 0);
  }
  layer::adam_state<float> state(3);
  CHECK(text_of<bsr::shape_error>([&] { layer::step(layer::adam{}, std::span(w), before, state); }) ==
        "bsr: layer: step(adam): 4 parameters and 4 gradients, but a state for 3.");
  CHECK(w == before);
  CHECK(state.steps == 0);
  const bsr::dense_matrix<float> y(3, 4);
  bsr::dense_matrix<float> dy(4, 3);
  CHECK(text_of<bsr::shape_error>([&] { layer::relu_backward(y, dy); }) ==
        "bsr: layer: relu_backward: y is 3x4, dy is 4x3.");
  bsr::dense_matrix<float> narrow(3, 3);
  CHECK(text_of<bsr::shape_error>([&] { layer::relu_backward(y, narrow); }) ==
        "bsr: layer: relu_backward: y is 3x4, dy is 3x3.");
}

}  // namespace
