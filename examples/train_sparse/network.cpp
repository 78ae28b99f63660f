// SPDX-License-Identifier: BSD-3-Clause
#include "network.hpp"

#include <algorithm>
#include <cmath>
#include <random>
#include <utility>

namespace train {

namespace {

/// Products of a few microseconds are not worth a second thread.
constexpr bsr::cpu serial{.threads = 1};

}  // namespace

network::network(std::vector<bsr::pattern<block>> patterns, std::int64_t batch, std::uint64_t seed) {
  std::mt19937_64 numbers(seed);
  for (const auto& p : patterns) {
    matrix w(p.view());
    // He's initialisation with the inputs that are there.
    const double inputs = static_cast<double>(w.nnz()) / static_cast<double>(w.rows());
    const double range = std::sqrt(6 / std::max(inputs, 1.0));
    for (float& x : w.data())
      x = static_cast<float>(range * (static_cast<double>(numbers() >> 11) * 0x1p-52 - 1));
    trained_layer l;
    l.weights = bsr::layer::adam_state<float>(w.nnz());
    l.bias = bsr::layer::adam_state<float>(w.rows());
    l.linear = bsr::layer::linear<float, block>(std::move(w), serial);
    y_.emplace_back(batch, l.linear.outputs());
    dy_.emplace_back(batch, l.linear.outputs());
    layers_.push_back(std::move(l));
  }
  x_ = activations(batch, layers_.front().linear.inputs());
}

void network::forward(const samples& data, std::span<const std::int64_t> chosen) {
  for (std::int64_t j = 0; j < x_.cols(); ++j)
    for (std::int64_t i = 0; i < x_.rows(); ++i)
      x_(i, j) = data.x(chosen[std::min(static_cast<std::size_t>(i), chosen.size() - 1)], j);
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    if (l + 1 < layers_.size())
      layers_[l].linear.forward(input_of(l), y_[l], [](auto e) { return relu(e); });
    else
      layers_[l].linear.forward(input_of(l), y_[l]);
  }
}

double network::step(const samples& data, std::span<const std::int64_t> chosen, const bsr::layer::adam& how) {
  forward(data, chosen);
  std::vector<int> label;
  for (const std::int64_t i : chosen) label.push_back(data.label[static_cast<std::size_t>(i)]);
  const double loss = cross_entropy(y_.back(), label, dy_.back());
  for (std::size_t l = layers_.size(); l-- > 0;) {
    auto& linear = layers_[l].linear;
    if (l > 0) {
      linear.backward(input_of(l), dy_[l], dy_[l - 1]);
      bsr::layer::relu_backward(y_[l - 1], dy_[l - 1]);
    } else {
      linear.backward(x_, dy_[l]);
    }
  }
  for (auto& l : layers_) {
    bsr::layer::step(how, l.linear.weights().data(), l.linear.weight_gradient().data(), l.weights);
    bsr::layer::step(how, l.linear.bias(), l.linear.bias_gradient(), l.bias);
  }
  return loss;
}

double network::accuracy(const samples& data) {
  std::int64_t right = 0;
  const std::int64_t batch = x_.rows();
  for (std::int64_t first = 0; first < data.size(); first += batch) {
    std::vector<std::int64_t> chosen;
    for (std::int64_t i = first; i < std::min(first + batch, data.size()); ++i) chosen.push_back(i);
    forward(data, chosen);
    for (std::size_t i = 0; i < chosen.size(); ++i) {
      const auto row = static_cast<std::int64_t>(i);
      int best = 0;
      for (int c = 1; c < classes; ++c) best = y_.back()(row, c) > y_.back()(row, best) ? c : best;
      right += best == data.label[static_cast<std::size_t>(chosen[i])] ? 1 : 0;
    }
  }
  return static_cast<double>(right) / static_cast<double>(data.size());
}

double network::density() {
  double stored = 0, all = 0;
  for (auto& l : hidden()) {
    const auto cost = bsr::prune::account(l.linear.weights());
    stored += static_cast<double>(cost.parameters);
    all += static_cast<double>(cost.dense_parameters);
  }
  return stored / all;
}

std::int64_t network::bytes() {
  std::int64_t sum = 0;
  for (auto& l : layers_) sum += bsr::prune::account(l.linear.weights()).bytes + l.linear.outputs() * 4;
  return sum;
}

double cross_entropy(const activations& y, std::span<const int> label, activations& dy) {
  double loss = 0;
  const auto n = static_cast<std::int64_t>(label.size());
  for (std::int64_t i = 0; i < n; ++i) {
    double most = y(i, 0), sum = 0;
    for (int c = 1; c < classes; ++c) most = std::max(most, static_cast<double>(y(i, c)));
    for (int c = 0; c < classes; ++c) sum += std::exp(static_cast<double>(y(i, c)) - most);
    for (int c = 0; c < classes; ++c) {
      const double p = std::exp(static_cast<double>(y(i, c)) - most) / sum;
      const bool right = c == label[static_cast<std::size_t>(i)];
      if (right) loss -= std::log(p);
      dy(i, c) = static_cast<float>((p - (right ? 1 : 0)) / static_cast<double>(n));
    }
  }
  return loss / static_cast<double>(n);
}

}  // namespace train
