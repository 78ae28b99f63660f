// SPDX-License-Identifier: BSD-3-Clause
#include "step.hpp"

#include <algorithm>
#include <chrono>
#include <limits>
#include <span>

#include "dense.hpp"

namespace minilm {

namespace {

namespace layer = bsr::layer;
constexpr layer::adam how{.rate = 1e-6};

template <class X>
void fill(X& x, float unit) {
  for (std::int64_t k = 0; k < x.rows() * x.cols(); ++k) x.data()[k] = unit * static_cast<float>(k % 97 - 48);
}

/// The block-sparse layer, activations in a Layout.
template <class Layout>
class sparse_step {
 public:
  sparse_step(const linear& l, std::int64_t samples)
      : blocks_(bsr::prune::to_bsr<16>(l.w, bsr::prune::sparsity{0.9}), l.b.span(), bsr::cpu{.threads = 1}),
        for_blocks_(blocks_.weights().nnz()),
        for_bias_(blocks_.outputs()),
        x_(samples, l.w.cols()),
        y_(samples, l.w.rows()),
        dy_(samples, l.w.rows()),
        dx_(samples, l.w.cols()) {
    fill(x_, 0.01f);
    fill(dy_, 1e-4f);
  }
  void operator()() {
    blocks_.forward(x_, y_);
    blocks_.backward(x_, dy_, dx_);
    layer::step(how, blocks_.weights().data(), blocks_.weight_gradient().data(), for_blocks_);
    layer::step(how, blocks_.bias(), blocks_.bias_gradient(), for_bias_);
  }

 private:
  layer::linear<float, 16, 16, std::int32_t, Layout> blocks_;
  layer::adam_state<float> for_blocks_, for_bias_;
  bsr::dense_matrix<float, Layout> x_, y_, dy_, dx_;
};

/// The dense one.
class dense_step {
 public:
  dense_step(const linear& l, std::int64_t samples)
      : w_(l.w),
        dw_(l.w.rows(), l.w.cols()),
        bias_(l.b),
        db_(l.w.rows()),
        for_weights_(l.w.rows() * l.w.cols()),
        for_bias_(l.w.rows()),
        x_(samples, l.w.cols()),
        y_(samples, l.w.rows()),
        dy_(samples, l.w.rows()),
        dx_(samples, l.w.cols()) {
    fill(x_, 0.01f);
    fill(dy_, 1e-4f);
  }
  void operator()() {
    const std::int64_t n = x_.rows(), in = w_.cols(), out = w_.rows();
    const auto count = static_cast<std::size_t>(in * out);
    dense_product(w_.data(), out, in, x_.data(), n, y_.data());
    for (std::int64_t j = 0; j < out; ++j) {
      const float b = bias_[j];
      float* const column = y_.data() + j * n;
      for (std::int64_t i = 0; i < n; ++i) column[i] += b;
    }
    gemm('T', 'N', in, out, n, x_.data(), n, dy_.data(), n, dw_.data(), in);
    bsr::detail::sum_columns(bsr::input(dy_), db_.data(), false);
    gemm('N', 'T', n, in, out, dy_.data(), n, w_.data(), in, dx_.data(), n);
    layer::step(how, std::span(w_.data(), count), std::span<const float>(dw_.data(), count), for_weights_);
    layer::step(how, bias_.span(), db_.span(), for_bias_);
  }

 private:
  bsr::dense_matrix<float> w_, dw_;
  bsr::buffer<float> bias_, db_;
  layer::adam_state<float> for_weights_, for_bias_;
  activations x_, y_, dy_, dx_;
};

}  // namespace

step_times race_steps(const linear& l, std::int64_t samples) {
  sparse_step<bsr::col_major> by_columns(l, samples);
  sparse_step<bsr::row_major> by_rows(l, samples);
  dense_step dense(l, samples);
  double best[3];
  std::fill(best, best + 3, std::numeric_limits<double>::infinity());
  const auto time = [&](double& least, auto& step) {
    const auto begin = std::chrono::steady_clock::now();
    step();
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    least = std::min(least, 1e6 * seconds);
  };
  for (int round = 0; round < 60; ++round) {
    time(best[0], by_columns);
    time(best[1], by_rows);
    time(best[2], dense);
  }
  return {best[0], best[1], best[2]};
}

}  // namespace minilm
