// SPDX-License-Identifier: BSD-3-Clause
#include "encoder.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "bsr/safetensors.hpp"
#include "dense.hpp"

namespace minilm {

namespace {

constexpr std::int64_t features = 384, heads = 12, head = features / heads;
constexpr bsr::cpu one{.threads = 1};

using lanes = bsr::simd::pack<float>;

/// f(i, n) for pieces of a register's length, n elements of which are there.
template <class F>
void for_each_piece(std::int64_t count, const F& f) {
  std::int64_t i = 0;
  for (; i + lanes::size <= count; i += lanes::size) f(i, lanes::size);
  if (i < count) f(i, static_cast<int>(count - i));
}
/// to = f(to, x) and to = f(to), element by element.
template <class F>
void update(float* to, const float* x, std::int64_t count, const F& f) {
  for_each_piece(count, [&](std::int64_t i, int n) {
    if (n == lanes::size)
      f(lanes::load(to + i), lanes::load(x + i)).store(to + i);
    else
      f(lanes::load(to + i, n), lanes::load(x + i, n)).store(to + i, n);
  });
}
template <class F>
void update(float* to, std::int64_t count, const F& f) {
  update(to, to, count, [&](lanes a, lanes) { return f(a); });
}
/// to += factor * x.
void add_times(float* to, float factor, const float* x, std::int64_t count) {
  const lanes all = lanes::broadcast(factor);
  update(to, x, count, [&](lanes a, lanes b) { return fma(all, b, a); });
}

template <int R, int C>
class weights_in_blocks final : public block_weights {
 public:
  explicit weights_in_blocks(bsr::matrix<float, R, C> w, std::span<const float> bias)
      : linear_(std::move(w), bias, one),
        for_weights_(linear_.weights().nnz()),
        for_bias_(linear_.outputs()) {}

  void forward(const activations& x, activations& y, bool with_gelu) override {
    const auto run = [&](auto& fixed) {
      if (with_gelu)
        fixed.forward(x, y, [](auto e) { return gelu(e); });
      else
        fixed.forward(x, y);
    };
    if (bytes_) return run(*bytes_);
    run(fixed(x.rows()));
  }
  bsr::prune::race_result expected(const bsr::machine& m, std::int64_t tokens) override {
    // Batches for training may have been larger.
    fixed_.emplace(linear_.weights(), std::as_const(linear_).bias(), tokens, one);
    return fixed_->expected(m);
  }
  bool allow_dense(const bsr::machine& m, std::int64_t tokens) override {
    fixed_.emplace(linear_.weights(), std::as_const(linear_).bias(), tokens, m, one);
    return fixed_->is_dense();
  }
  double to_bytes() override {
    auto quantized = bsr::prune::quantize(linear_.weights(), bsr::prune::scale_of::row);
    const double lost = quantized.error.relative;
    bytes_.emplace(std::move(quantized), std::as_const(linear_).bias(), one);
    return lost;
  }
  void fit(const activations& x, const activations& target, activations& y, double rate) override {
    fixed_.reset();
    bytes_.reset();
    linear_.forward(x, y);
    const std::int64_t count = y.rows() * y.cols();
    const float scale = 2.0f / static_cast<float>(y.rows());
    update(y.data(), target.data(), count,
           [&](lanes a, lanes t) { return lanes::broadcast(scale) * (a - t); });
    linear_.backward(x, y);
    const bsr::layer::adam how{.rate = rate};
    bsr::layer::step(how, linear_.weights().data(), linear_.weight_gradient().data(), for_weights_);
    bsr::layer::step(how, linear_.bias(), linear_.bias_gradient(), for_bias_);
  }
  std::int64_t bytes() const override {
    return bytes_ ? bytes_->bytes() : bsr::prune::account(linear_.weights()).bytes;
  }
  bsr::dense_matrix<std::uint8_t> picture() const override {
    const auto& w = linear_.weights();
    bsr::dense_matrix<std::uint8_t> result(w.block_rows(), w.block_cols());
    for (std::int64_t i = 0; i < w.block_rows(); ++i)
      for (auto block : w.row(i)) result(i, block.col()) = 1;
    return result;
  }

 private:
  /// The weights as they are now, laid out for their product.
  bsr::layer::inference<float, R, C>& fixed(std::int64_t tokens) {
    if (!fixed_) fixed_.emplace(linear_.weights(), std::as_const(linear_).bias(), tokens, one);
    return *fixed_;
  }

  bsr::layer::linear<float, R, C> linear_;
  bsr::layer::adam_state<float> for_weights_, for_bias_;
  std::optional<bsr::layer::inference<float, R, C>> fixed_;
  std::optional<bsr::layer::int8_linear<R, C>> bytes_;
};

/// v (1 + erf(v / sqrt 2)) / 2 of y + b, as fast as the fused one: what a user of a dense library would
/// write.
void add_bias(activations& y, const bsr::buffer<float>& bias, bool with_gelu) {
  for (std::int64_t j = 0; j < y.cols(); ++j) {
    const lanes b = lanes::broadcast(bias[j]), half = lanes::broadcast(0.5f),
                root = lanes::broadcast(std::sqrt(0.5f));
    update(y.data() + j * y.rows(), y.rows(), [&](lanes v) {
      v = v + b;
      return with_gelu ? half * v * (lanes::broadcast(1) + erf(v * root)) : v;
    });
  }
}

}  // namespace

template <int R, int C>
pruner prune_to_blocks() {
  return [](const bsr::dense_matrix<float>& w, std::span<const float> bias, double sparsity,
            std::span<const float> importance) -> std::unique_ptr<block_weights> {
    namespace prune = bsr::prune;
    // What counts is how much of the output a block makes: |w| times how large its input usually is.
    bsr::dense_matrix<float> weighed = w;
    if (!importance.empty())
      for (std::int64_t i = 0; i < w.rows(); ++i)
        for (std::int64_t j = 0; j < w.cols(); ++j) weighed(i, j) *= importance[static_cast<std::size_t>(j)];
    const auto stay =
        prune::select<R, C>(prune::scores<R, C>(weighed, prune::l2_norm{}), prune::sparsity{sparsity});
    return std::make_unique<weights_in_blocks<R, C>>(prune::gather(w, stay), bias);
  };
}
template pruner prune_to_blocks<16, 16>();
template pruner prune_to_blocks<32, 32>();
template pruner prune_to_blocks<1, 16>();
template pruner prune_to_blocks<4, 4>();

void linear::forward(const activations& x, activations& y, bool gelu) const {
  if (blocks) return blocks->forward(x, y, gelu);
  dense_product(w.data(), w.rows(), w.cols(), x.data(), x.rows(), y.data());
  add_bias(y, b, gelu);
}

void layer_norm::forward(activations& x) const {
  const std::int64_t n = x.rows(), m = x.cols();
  std::vector<float> mean(static_cast<std::size_t>(n)), scale(mean);
  const float share = 1 / static_cast<float>(m);
  for (std::int64_t j = 0; j < m; ++j) add_times(mean.data(), share, x.data() + j * n, n);
  for (std::int64_t j = 0; j < m; ++j) {
    update(x.data() + j * n, mean.data(), n, [](lanes a, lanes b) { return a - b; });
    update(scale.data(), x.data() + j * n, n, [&](lanes s, lanes d) { return fma(d, d, s); });
  }
  update(scale.data(), n, [&](lanes s) {
    return lanes::broadcast(1) / sqrt(fma(s, lanes::broadcast(share), lanes::broadcast(1e-12f)));
  });
  for (std::int64_t j = 0; j < m; ++j) {
    const lanes w = lanes::broadcast(weight[j]), b = lanes::broadcast(bias[j]);
    update(x.data() + j * n, scale.data(), n, [&](lanes d, lanes s) { return fma(d * s, w, b); });
  }
}

encoder::encoder(const std::string& safetensors) {
  const bsr::io::safetensors_reader file(safetensors);
  const auto norm = [&](const std::string& name) {
    return layer_norm{file.load_vector<float>(name + ".weight"), file.load_vector<float>(name + ".bias")};
  };
  words_ = file.load<float>("embeddings.word_embeddings.weight");
  positions_ = file.load<float>("embeddings.position_embeddings.weight");
  types_ = file.load<float>("embeddings.token_type_embeddings.weight");
  norm_ = norm("embeddings.LayerNorm");
  const char* const names[parts] = {"attention.self.query",   "attention.self.key", "attention.self.value",
                                    "attention.output.dense", "intermediate.dense", "output.dense"};
  for (int l = 0; l < 6; ++l) {
    const std::string at = "encoder.layer." + std::to_string(l) + ".";
    encoder_layer layer;
    for (int p = 0; p < parts; ++p) {
      layer.part[p].name = at + names[p];
      layer.part[p].w = file.load<float>(at + names[p] + ".weight");
      layer.part[p].b = file.load_vector<float>(at + names[p] + ".bias");
    }
    layer.after_attention = norm(at + "attention.output.LayerNorm");
    layer.after_output = norm(at + "output.LayerNorm");
    layers_.push_back(std::move(layer));
  }
}

activations encoder::embed(const batch& sentences) const {
  activations x(sentences.size(), features);
  for (std::int64_t s = 0; s < sentences.sentences(); ++s) {
    const auto first = sentences.begin[static_cast<std::size_t>(s)],
               last = sentences.begin[static_cast<std::size_t>(s) + 1];
    for (std::int64_t i = first; i < last; ++i)
      for (std::int64_t j = 0; j < features; ++j)
        x(i, j) = words_(sentences.tokens[static_cast<std::size_t>(i)], j) + positions_(i - first, j) +
                  types_(0, j);
  }
  norm_.forward(x);
  return x;
}

void encoder::attention(const batch& sentences, const activations& q, const activations& k,
                        const activations& v, activations& to) {
  const std::int64_t n = q.rows();
  std::vector<float> scores, most, sum;
  for (std::int64_t s = 0; s < sentences.sentences(); ++s) {
    const auto first = sentences.begin[static_cast<std::size_t>(s)];
    const std::int64_t length = sentences.begin[static_cast<std::size_t>(s) + 1] - first;
    for (std::int64_t h = 0; h < heads; ++h) {
      // scores[j][i]: how much token i looks at token j; tokens i lie side by side.
      scores.assign(static_cast<std::size_t>(length * length), 0.0f);
      for (std::int64_t j = 0; j < length; ++j)
        for (std::int64_t d = h * head; d < (h + 1) * head; ++d)
          add_times(scores.data() + j * length, k.data()[d * n + first + j], q.data() + d * n + first,
                    length);
      most.assign(scores.begin(), scores.begin() + length);
      for (std::int64_t j = 1; j < length; ++j)
        update(most.data(), scores.data() + j * length, length,
               [](lanes a, lanes b) { return max_or_second(a, b); });
      sum.assign(static_cast<std::size_t>(length), 0.0f);
      const lanes scale = lanes::broadcast(1 / std::sqrt(static_cast<float>(head)));
      for (std::int64_t j = 0; j < length; ++j) {
        update(scores.data() + j * length, most.data(), length,
               [&](lanes a, lanes m) { return exp(scale * (a - m)); });
        update(sum.data(), scores.data() + j * length, length, [](lanes a, lanes b) { return a + b; });
      }
      for (std::int64_t d = h * head; d < (h + 1) * head; ++d) {
        float* const out = to.data() + d * n + first;
        std::fill(out, out + length, 0.0f);
        for (std::int64_t j = 0; j < length; ++j)
          add_times(out, v.data()[d * n + first + j], scores.data() + j * length, length);
        update(out, sum.data(), length, [](lanes a, lanes b) { return a / b; });
      }
    }
  }
}

void encoder::add(const activations& x, activations& to) {
  add_times(to.data(), 1, x.data(), x.rows() * x.cols());
}

bsr::dense_matrix<float> encoder::pool(const batch& sentences, const activations& x) {
  bsr::dense_matrix<float> result(sentences.sentences(), features);
  for (std::int64_t s = 0; s < sentences.sentences(); ++s) {
    double squares = 0;
    for (std::int64_t j = 0; j < features; ++j) {
      double sum = 0;
      for (auto i = sentences.begin[static_cast<std::size_t>(s)];
           i < sentences.begin[static_cast<std::size_t>(s) + 1]; ++i)
        sum += static_cast<double>(x(i, j));
      result(s, j) = static_cast<float>(sum);
      squares += sum * sum;
    }
    for (std::int64_t j = 0; j < features; ++j) result(s, j) /= static_cast<float>(std::sqrt(squares));
  }
  return result;
}

bsr::dense_matrix<float> encoder::forward(const batch& sentences) const {
  const std::int64_t n = sentences.size();
  activations x = embed(sentences), q(n, features), k(n, features), v(n, features), mixed(n, features),
              wide(n, 4 * features);
  for (const encoder_layer& l : layers_) {
    l.part[query].forward(x, q);
    l.part[key].forward(x, k);
    l.part[value].forward(x, v);
    attention(sentences, q, k, v, mixed);
    l.part[attention_output].forward(mixed, q);
    add(q, x);
    l.after_attention.forward(x);
    l.part[intermediate].forward(x, wide, true);
    l.part[output].forward(wide, q);
    add(q, x);
    l.after_output.forward(x);
  }
  return pool(sentences, x);
}

}  // namespace minilm
