// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// A linear layer on a block-sparse matrix: forward, backward, and what it takes to train it.
#include <cstdint>
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
#include "bsr/layer/column_sums.hpp"
#include "bsr/storage/buffer.hpp"
#include "bsr/storage/matrix.hpp"
#include "bsr/storage/view.hpp"

namespace bsr::inline v0::inline BSR_TARGET::layer {

/// y = x W^T + b, with the weights W (out x in) in blocks; rows of x (n x in) and y (n x out) are samples. It
/// owns W, b and their gradients, and nothing else: activations, losses and the order of layers are the
/// program's.
///
///   layer::linear<float, 16> l(w);
///   l.forward(x, y);           // y = x W^T + b
///   l.backward(x, dy, dx);     // dW = dy^T x at W's blocks, db = sum of dy's rows, dx = dy W
///   step(adam{}, l.weights().data(), l.weight_gradient().data(), state);
///
/// Operands have any layout; with column-major ones (samples side by side in memory) products run fastest.
/// Nothing is allocated after construction. A matrix of another pattern is put in with reset(); blocks that
/// were exchanged in place (prune::regrowth) take the gradient's structure along with refresh().
template <class T, int R = dynamic, int C = R, index Index = std::int32_t>
class linear {
 public:
  using matrix_type = matrix<T, R, C, Index>;

  linear() = default;
  /// The bias is zero, or has one entry for each row of w: shape_error otherwise.
  explicit linear(matrix_type w) : weights_(std::move(w)), bias_(weights_.rows()) { reset_gradients(); }
  linear(matrix_type w, std::span<const T> bias) : weights_(std::move(w)), bias_(bias) {
    if (bias_.size() != weights_.rows())
      fail<shape_error>("bsr: layer: linear: the weights are ", weights_.shape(), ", but the bias has ",
                        bias_.size(), " entries.");
    reset_gradients();
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
  void forward(const X& x, Y&& y, const cpu& policy = {}) const {
    view(y).on(policy) = view(x) * transpose(weights_) + per_col(bias());
  }
  /// y = f(x W^T + b), f a function of expressions, in the same pass:
  /// forward(x, y, [](auto e) { return relu(e); }).
  template <class X, class Y, class F>
    requires dense_like<const X&> && dense_like<Y&> && (!std::is_convertible_v<F, cpu>)
  void forward(const X& x, Y&& y, const F& f, const cpu& policy = {}) const {
    view(y).on(policy) = f(view(x) * transpose(weights_) + per_col(bias()));
  }

  /// dW = dy^T x at the blocks of W, db = the sum of the rows of dy, from the x of forward and the gradient
  /// dy of the loss by y. With `accumulate` they are added to what is there. 2 n nnz(W) FLOP.
  template <class X, class DY>
    requires dense_like<const X&> && dense_like<const DY&>
  void backward(const X& x, const DY& dy, const cpu& policy = {}, bool accumulate = false) {
    check_gradient(x, dy);
    const auto by_output = transpose(input(dy));
    if (accumulate)
      dw_.on(policy) += sddmm(dw_.pattern(), by_output, input(x));
    else
      dw_.on(policy) = sddmm(dw_.pattern(), by_output, input(x));
    detail::sum_columns(input(dy), db_.data(), accumulate);
  }
  /// The same, and dx = dy W, the gradient by x. 4 n nnz(W) FLOP.
  template <class X, class DY, class DX>
    requires dense_like<const X&> && dense_like<const DY&> && dense_like<DX&>
  void backward(const X& x, const DY& dy, DX&& dx, const cpu& policy = {}, bool accumulate = false) {
    backward(x, dy, policy, accumulate);
    view(dx).on(policy) = view(dy) * weights_;
  }

  /// Other weights of the same shape, of any pattern. Gradients become zero. Throws shape_error.
  void reset(matrix_type w) {
    if (w.shape() != weights_.shape())
      fail<shape_error>("bsr: layer: reset: the weights are ", weights_.shape(), ", and cannot become ",
                        w.shape(), ".");
    weights_ = std::move(w);
    reset_gradients();
  }
  /// After blocks of weights() were exchanged in place: the gradient gets their structure, in place.
  void refresh() {
    if (dw_.num_blocks() != weights_.num_blocks()) return reset_gradients();
    for (std::size_t k = 0; k < dw_.indices().size(); ++k) dw_.indices()[k] = weights_.indices()[k];
    for (std::size_t i = 0; i < dw_.indptr().size(); ++i) dw_.indptr()[i] = weights_.indptr()[i];
  }

 private:
  void reset_gradients() {
    dw_ = matrix_type(weights_.pattern());
    db_ = buffer<T>(weights_.rows());
  }
  template <class X, class DY>
  void check_gradient(const X& x, const DY& dy) const {
    const dims in = input(x).shape(), out = input(dy).shape();
    if (in.cols != inputs() || out.cols != outputs() || in.rows != out.rows)
      fail<shape_error>("bsr: layer: backward: the weights are ", weights_.shape(), ", x is ", in, ", dy is ",
                        out, ".");
  }

  matrix_type weights_;
  buffer<T> bias_;
  matrix_type dw_;
  buffer<T> db_;
};

}  // namespace bsr::inline v0::inline BSR_TARGET::layer
