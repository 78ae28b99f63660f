// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// A small classifier whose hidden layers are block-sparse, and one step of its training.
#include <cstdint>
#include <span>
#include <vector>

#include "bsr/bsr.hpp"
#include "bsr/layer.hpp"
#include "bsr/prune.hpp"

namespace train {

/// Samples by rows, pixels between 0 and 1, and what they show.
struct samples {
  bsr::dense_matrix<float> x;
  std::vector<int> label;
  std::int64_t size() const { return x.rows(); }
};

constexpr int block = 8;
constexpr int classes = 10;
using matrix = bsr::matrix<float, block>;
/// Samples side by side in memory: products run fastest.
using activations = bsr::dense_matrix<float, bsr::col_major>;

/// A linear layer and what Adam remembers of it.
struct trained_layer {
  bsr::layer::linear<float, block> linear;
  bsr::layer::adam_state<float> weights, bias;
};

/// Linear, relu, linear, relu, linear. The last layer is never pruned: it is small.
class network {
 public:
  /// Random weights at the blocks of these patterns, scaled to the number of inputs that each output has.
  network(std::vector<bsr::pattern<block>> patterns, std::int64_t batch, std::uint64_t seed);

  std::vector<trained_layer>& layers() { return layers_; }
  /// Layers that may be pruned.
  std::span<trained_layer> hidden() { return std::span(layers_).first(layers_.size() - 1); }

  /// Forward, backward and one step of Adam on these samples; returns their mean loss.
  double step(const samples& data, std::span<const std::int64_t> chosen, const bsr::layer::adam& how);
  /// After step(): the inputs of layer l, and the gradient of the loss by its outputs.
  const activations& input_of(std::size_t l) const { return l == 0 ? x_ : y_[l - 1]; }
  const activations& gradient_of(std::size_t l) const { return dy_[l]; }
  /// The share of samples that are recognised.
  double accuracy(const samples& data);
  /// All blocks and elements of hidden layers.
  double density();
  std::int64_t bytes();

 private:
  void forward(const samples& data, std::span<const std::int64_t> chosen);

  std::vector<trained_layer> layers_;
  activations x_;
  std::vector<activations> y_, dy_;
};

/// Softmax and cross entropy: dy becomes the gradient by the logits y of the mean loss, which is returned.
double cross_entropy(const activations& y, std::span<const int> label, activations& dy);

}  // namespace train
