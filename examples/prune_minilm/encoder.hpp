// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// The encoder of all-MiniLM-L6-v2: BERT with six layers, mean pooling, length one. Linear layers are dense or
// in blocks.
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "bsr/bsr.hpp"
#include "bsr/layer.hpp"
#include "bsr/prune.hpp"

namespace minilm {

/// Tokens by features; the tokens of one feature lie side by side.
using activations = bsr::dense_matrix<float, bsr::col_major>;

/// Sentences one after the other: sentence s has the tokens begin[s] .. begin[s + 1] - 1.
struct batch {
  std::vector<std::int32_t> tokens;
  std::vector<std::int64_t> begin{0};
  std::int64_t size() const { return begin.back(); }
  std::int64_t sentences() const { return static_cast<std::int64_t>(begin.size()) - 1; }
};

/// Weights in blocks, whatever their size.
class block_weights {
 public:
  virtual ~block_weights() = default;
  /// y = x W^T + b, or gelu of it.
  virtual void forward(const activations& x, activations& y, bool gelu) = 0;
  /// How long that takes for so many tokens, and a dense product, as the cost model expects.
  virtual bsr::prune::race_result expected(const bsr::machine& m, std::int64_t tokens) = 0;
  /// From now on forward is dense, if the cost model expects that to be faster. Whether it is.
  virtual bool allow_dense(const bsr::machine& m, std::int64_t tokens) = 0;
  /// From now on forward is in 8 bits. What the weights lost, relative to their norm.
  virtual double to_bytes() = 0;
  /// One step of Adam on the mean of (x W^T + b - target)^2; y is for the difference.
  virtual void fit(const activations& x, const activations& target, activations& y, double rate) = 0;
  /// What forward needs.
  virtual std::int64_t bytes() const = 0;
  /// Block rows x block columns, 1 where a block is stored.
  virtual bsr::dense_matrix<std::uint8_t> picture() const = 0;
};

/// How weights are pruned: choose(w, importance) gives the blocks that stay; importance has a number for each
/// input, how large it usually is, or nothing.
using pruner =
    std::function<std::unique_ptr<block_weights>(const bsr::dense_matrix<float>&, std::span<const float> bias,
                                                 double sparsity, std::span<const float> importance)>;
template <int R, int C>
pruner prune_to_blocks();

/// A linear layer of the model.
struct linear {
  std::string name;
  bsr::dense_matrix<float> w;
  bsr::buffer<float> b;
  std::unique_ptr<block_weights> blocks;  ///< used instead of w when it is there
  void forward(const activations& x, activations& y, bool gelu = false) const;
};
struct layer_norm {
  bsr::buffer<float> weight, bias;
  void forward(activations& x) const;
};

/// The linear layers of an encoder layer, in the order of the forward pass.
enum part { query, key, value, attention_output, intermediate, output, parts };

struct encoder_layer {
  linear part[parts];
  layer_norm after_attention, after_output;
};

class encoder {
 public:
  explicit encoder(const std::string& safetensors);
  std::vector<encoder_layer>& layers() { return layers_; }
  const std::vector<encoder_layer>& layers() const { return layers_; }

  /// Sums of word, position and type embeddings, normalised.
  activations embed(const batch& sentences) const;
  /// The parts of layer l: from x to the three inputs of attention; softmax(q k^T) v by heads; the rest.
  static void attention(const batch& sentences, const activations& q, const activations& k,
                        const activations& v, activations& to);
  static void add(const activations& x, activations& to);
  /// The embeddings of sentences (sentences x 384, each of length one).
  bsr::dense_matrix<float> forward(const batch& sentences) const;
  static bsr::dense_matrix<float> pool(const batch& sentences, const activations& x);

 private:
  bsr::dense_matrix<float> words_, positions_, types_;
  layer_norm norm_;
  std::vector<encoder_layer> layers_;
};

}  // namespace minilm
