// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// A linear layer on a block-sparse matrix: forward, backward, and what it takes to train it.
#include <concepts>
#include <cstdint>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>

#include "bsr/base/error.hpp"
#include "bsr/base/extent.hpp"
#include "bsr/base/policy.hpp"
#include "bsr/base/target.hpp"
#include "bsr/expr/assign.hpp"
#include "bsr/expr/operators.hpp"
#include "bsr/expr/sample.hpp"
#include "bsr/kernel/machine.hpp"
#include "bsr/layer/column_sums.hpp"
#include "bsr/plan/dense_plan.hpp"
#include "bsr/prune/account.hpp"
#include "bsr/storage/buffer.hpp"
#include "bsr/storage/matrix.hpp"
#include "bsr/storage/view.hpp"

namespace bsr::inline v0::inline BSR_TARGET::layer {

/// y = x W^T + b, with the weights W (out x in) in blocks; rows of x (n x in) and y (n x out) are samples. It
/// owns W, b, their gradients and the plans of its products, and nothing else: activations, losses and the
/// order of layers are the program's.
///
///   layer::linear<float, 16> l(w);
///   l.forward(x, y);           // y = x W^T + b
///   l.backward(x, dy, dx);     // dW = dy^T x at W's blocks, db = sum of dy's rows, dx = dy W
///   step(adam{}, l.weights().data(), l.weight_gradient().data(), state);
///
/// Operands have any layout. Plans are for those of Layout, of which column-major is the quickest: samples
/// side by side in memory. Nothing is allocated after construction, as long as no more blocks come. A matrix
/// of another pattern is put in with reset(); after blocks of weights() have come, gone or moved in place,
/// refresh() tells gradient and plans. Move-only; one call at a time, because plans have memory of their own.
template <class T, int R = dynamic, int C = R, index Index = std::int32_t, class Layout = col_major>
class linear {
 public:
  using matrix_type = matrix<T, R, C, Index>;

  linear() = default;
  /// The bias is zero, or has one entry for each row of w: shape_error otherwise. All products run under
  /// `policy`.
  explicit linear(matrix_type w, const cpu& policy = {}) : policy_(policy) { take(std::move(w)); }
  linear(matrix_type w, std::span<const T> bias, const cpu& policy = {}) : policy_(policy), bias_(bias) {
    if (bias_.size() != w.rows())
      fail<shape_error>("bsr: layer: linear: the weights are ", w.shape(), ", but the bias has ",
                        bias_.size(), " entries.");
    take(std::move(w));
  }

  std::int64_t inputs() const { return weights_.cols(); }
  std::int64_t outputs() const { return weights_.rows(); }
  matrix_type& weights() { return weights_; }
  const matrix_type& weights() const { return weights_; }
  std::span<T> bias() { return bias_.span(); }
  std::span<const T> bias() const { return bias_.span(); }
  /// dW, with the blocks of W, and db: what backward() computed.
  matrix_type& weight_gradient() { return dw_; }
  const matrix_type& weight_gradient() const { return dw_; }
  std::span<T> bias_gradient() { return db_.span(); }
  std::span<const T> bias_gradient() const { return db_.span(); }

  /// y = x W^T + b. 2 n nnz(W) FLOP. Throws shape_error, alias_error.
  template <class X, class Y>
    requires dense_like<const X&> && dense_like<Y&>
  void forward(const X& x, Y&& y) {
    forward(x, y, [](const auto& e) { return e; });
  }
  /// y = f(x W^T + b), f a function of expressions, in the same pass:
  /// forward(x, y, [](auto e) { return relu(e); }).
  template <class X, class Y, class F>
    requires dense_like<const X&> && dense_like<Y&>
  void forward(const X& x, Y&& y, const F& f) {
    run<X>(forward_, y,
           f(view(x) * transpose(std::as_const(weights_)) + per_col(std::as_const(*this).bias())));
  }

  /// dW = dy^T x at the blocks of W, db = the sum of the rows of dy, from the x of forward and the gradient
  /// dy of the loss by y. With `accumulate` they are added to what is there. 2 n nnz(W) FLOP.
  template <class X, class DY>
    requires dense_like<const X&> && dense_like<const DY&>
  void backward(const X& x, const DY& dy, bool accumulate = false) {
    check_gradient(x, dy);
    const auto by_output = transpose(input(dy));
    if (accumulate)
      dw_.on(policy_) += sddmm(dw_.pattern(), by_output, input(x));
    else
      dw_.on(policy_) = sddmm(dw_.pattern(), by_output, input(x));
    detail::sum_columns(input(dy), db_.data(), accumulate);
  }
  /// The same, and dx = dy W, the gradient by x. 4 n nnz(W) FLOP. Row-major batches that are too large for
  /// the cache are taken in parts, so that dy is fetched once.
  template <class X, class DY, class DX>
    requires dense_like<const X&> && dense_like<const DY&> && dense_like<DX&>
  void backward(const X& x, const DY& dy, DX&& dx, bool accumulate = false) {
    check_gradient(x, dy);
    const auto from = input(x);
    const auto slope = input(dy);
    const auto to = view(dx);
    if (to.shape() != from.shape())
      fail<shape_error>("bsr: layer: backward: x is ", from.shape(), ", dx is ", to.shape(), ".");
    const std::int64_t n = from.rows(), step = samples_at_once(slope);
    std::int64_t first = 0;
    do {
      const std::int64_t count = n - first < step ? n - first : step;
      const auto some = slope.block(first, 0, count, outputs());
      backward(from.block(first, 0, count, inputs()), some, accumulate || first > 0);
      auto result = to.block(first, 0, count, inputs());
      run<DY>(backward_, result, some * std::as_const(weights_));
      first += count;
    } while (first < n);
  }

  /// How long forward() takes with so many samples, and how long a dense layer, as the plan expects on a
  /// machine: l.expected(calibrate(), 128).text() is "block-sparse should be 6.8 times faster here", or that
  /// dense should be. O(1).
  prune::race_result expected(const machine& m, std::int64_t samples) const {
    return prune::expected(forward_ ? forward_->cost(m, samples) : product_cost());
  }

  /// Other weights of the same shape, of any pattern. Gradients become zero. Throws shape_error.
  void reset(matrix_type w) {
    if (w.shape() != weights_.shape())
      fail<shape_error>("bsr: layer: reset: the weights are ", weights_.shape(), ", and cannot become ",
                        w.shape(), ".");
    take(std::move(w));
  }
  /// After the blocks of weights() have changed in place: gradient and plans get their structure. Allocates
  /// nothing when there are as many blocks as before.
  void refresh() {
    if (dw_.num_blocks() != weights_.num_blocks()) dw_ = matrix_type(weights_.pattern());
    for (std::size_t k = 0; k < dw_.indices().size(); ++k) dw_.indices()[k] = weights_.indices()[k];
    for (std::size_t i = 0; i < dw_.indptr().size(); ++i) dw_.indptr()[i] = weights_.indptr()[i];
    if (forward_) forward_->update(weights_);
    if (backward_) backward_->update(weights_);
  }

 private:
  /// Plans have the memory that products of many samples want; fewer or more may come.
  static constexpr std::int64_t most_samples = 512;
  /// What a part of a batch has at least, and a multiple of: fewer samples would make poor products.
  static constexpr std::int64_t least_samples = 64;
  using dense = dense_view<const T, Layout>;
  using sparse = matrix_view<const T, R, C, Index>;
  using forward_plan =
      decltype(plan(std::declval<const cpu&>(), std::declval<dense>() * transpose(std::declval<sparse>())));
  using backward_plan =
      decltype(plan(std::declval<const cpu&>(), std::declval<dense>() * std::declval<sparse>()));

  void take(matrix_type w) {
    weights_ = std::move(w);
    if (bias_.empty()) bias_ = buffer<T>(weights_.rows());
    dw_ = matrix_type(weights_.pattern());
    db_ = buffer<T>(weights_.rows());
    forward_.emplace(policy_, input(weights_), most_samples);
    backward_.emplace(policy_, input(weights_), most_samples);
  }
  /// y = e, with the plan when it is for operands such as x.
  template <class X, class Plan, class Y, class E>
  void run(std::optional<Plan>& plan, Y& y, const E& e) {
    if constexpr (std::same_as<input_t<const X&>, dense>) {
      if (plan) {
        view(y).on(*plan) = e;
        return;
      }
    }
    view(y).on(policy_) = e;
  }
  /// How many of the samples backward takes at once: as many as the cache holds of dy, which is read twice.
  /// Parts of columns would be short pieces that lie far apart.
  template <class DY>
  std::int64_t samples_at_once(const DY& dy) const {
    constexpr std::int64_t in_cache = std::int64_t{1} << 20;
    const std::int64_t n = dy.rows(), each = outputs() * static_cast<std::int64_t>(sizeof(T));
    if (!std::same_as<typename DY::layout_type, row_major> || n * each <= in_cache) return n;
    const std::int64_t most = in_cache / each / least_samples * least_samples;
    return most > least_samples ? most : least_samples;
  }
  template <class X, class DY>
  void check_gradient(const X& x, const DY& dy) const {
    const dims in = input(x).shape(), out = input(dy).shape();
    if (in.cols != inputs() || out.cols != outputs() || in.rows != out.rows)
      fail<shape_error>("bsr: layer: backward: the weights are ", weights_.shape(), ", x is ", in, ", dy is ",
                        out, ".");
  }

  cpu policy_{};
  matrix_type weights_;
  buffer<T> bias_;
  matrix_type dw_;
  buffer<T> db_;
  std::optional<forward_plan> forward_;
  std::optional<backward_plan> backward_;
};

}  // namespace bsr::inline v0::inline BSR_TARGET::layer
