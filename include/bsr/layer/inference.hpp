// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// A linear layer whose weights stay: laid out for its product, and dense where dense is faster.
#include <concepts>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>

#include "bsr/base/error.hpp"
#include "bsr/base/policy.hpp"
#include "bsr/base/target.hpp"
#include "bsr/convert/to_dense.hpp"
#include "bsr/expr/assign.hpp"
#include "bsr/expr/operators.hpp"
#include "bsr/kernel/machine.hpp"
#include "bsr/plan/dense_plan.hpp"
#include "bsr/plan/pack.hpp"
#include "bsr/prune/account.hpp"
#include "bsr/prune/candidates.hpp"
#include "bsr/prune/gather.hpp"
#include "bsr/storage/buffer.hpp"
#include "bsr/storage/matrix.hpp"
#include "bsr/storage/view.hpp"

namespace bsr::inline v0::inline BSR_TARGET::layer {

/// y = f(x W^T + b) for weights that change no more: a packed copy of W, with the plan of its product. x (n x
/// in) and y (n x out) have the Layout.
///
///   layer::inference fast(l.weights(), l.bias(), 128);                // in blocks
///   layer::inference best(l.weights(), l.bias(), 128, m);             // or dense, if that is faster
///   best.is_dense();
///   best.expected(m).text();   // "dense should be 1.3 times faster here: keep the layer dense"
///   best.forward(x, y, [](auto e) { return gelu(e); });
///
/// Given a machine, the predictions of plans for `samples` rows of x decide: the layer holds all of W, zeros
/// included, in blocks of 32 x 32, which is how bsr multiplies dense weights, where that should be faster.
/// The values are the same but for rounding. Nothing is allocated after construction.
/// Move-only; one call at a time.
template <class T, int R = dynamic, int C = R, index Index = std::int32_t, class Layout = col_major>
class inference {
 public:
  using matrix_type = matrix<T, R, C, Index>;

  /// The bias has one entry for each row of w, or is empty: shape_error otherwise. O(nnz).
  inference(const matrix_type& w, std::span<const T> bias, std::int64_t samples, const cpu& policy = {})
      : bias_(w.rows()) {
    if (!bias.empty() && static_cast<std::int64_t>(bias.size()) != w.rows())
      fail<shape_error>("bsr: layer: inference: the weights are ", w.shape(), ", but the bias has ",
                        static_cast<std::int64_t>(bias.size()), " entries.");
    for (std::size_t j = 0; j < bias.size(); ++j) bias_[static_cast<std::int64_t>(j)] = bias[j];
    blocks_.emplace(w, samples, policy);
  }
  /// The same, dense where the plan expects dense to be faster on `m`.
  inference(const matrix_type& w, std::span<const T> bias, std::int64_t samples, const machine& m,
            const cpu& policy = {})
      : inference(w, bias, samples, policy) {
    expected_ = expected(m);
    // No dense product of bsr's is faster than the one that plans compare with, but for errors of prediction.
    if (!(expected_.sparse_seconds > 0) || expected_.speedup() > 1.2) return;
    dense_.emplace(prune::gather(to_dense(w), prune::all_blocks<32, 32, Index>(w.shape())), samples, policy);
    expected_.dense_seconds = dense_->plan.cost(m, dense_->packed).seconds;
    if (expected_.speedup() < worth_dense)
      blocks_.reset();
    else
      dense_.reset();
  }

  bool is_dense() const { return dense_.has_value(); }
  /// How long forward() takes in blocks, and how long a dense library, as the plan expects; of a layer that
  /// is dense what was expected of both its forms when that was chosen.
  prune::race_result expected(const machine& m) const {
    return blocks_ ? prune::expected(blocks_->plan.cost(m, blocks_->packed)) : expected_;
  }

  /// y = x W^T + b. Throws shape_error, alias_error.
  template <class X, class Y>
    requires dense_like<const X&> && dense_like<Y&>
  void forward(const X& x, Y&& y) {
    forward(x, y, [](const auto& e) { return e; });
  }
  /// y = f(x W^T + b), f a function of expressions, in the same pass.
  template <class X, class Y, class F>
    requires dense_like<const X&> && dense_like<Y&>
  void forward(const X& x, Y&& y, const F& f) {
    static_assert(std::same_as<input_t<const X&>, operand>,
                  "bsr: layer: inference: x has another type or layout than the layer was made for.");
    const auto run = [&](auto& w) {
      view(y).on(w.plan) = f(input(x) * transpose(w.packed) + per_col(std::as_const(bias_).span()));
    };
    if (dense_)
      run(*dense_);
    else
      run(*blocks_);
  }

 private:
  /// Predictions are not so exact that less than 5 % would decide.
  static constexpr double worth_dense = 0.95;
  using operand = dense_view<const T, Layout>;
  template <int BR, int BC>
  struct weights {
    using plan_type = decltype(bsr::plan(
        std::declval<const cpu&>(),
        std::declval<operand>() * transpose(std::declval<matrix_view<const T, BR, BC, Index>>())));
    plan_type plan;
    packed_matrix<plan_type> packed;
    weights(const matrix<T, BR, BC, Index>& w, std::int64_t samples, const cpu& policy)
        : plan(policy, input(w), samples), packed(pack(plan, w)) {}
  };

  buffer<T> bias_;
  prune::race_result expected_;
  std::optional<weights<R, C>> blocks_;
  std::optional<weights<32, 32>> dense_;
};
template <class T, int R, int C, class Index, class... More>
inference(const matrix<T, R, C, Index>&, More&&...) -> inference<T, R, C, Index>;

}  // namespace bsr::inline v0::inline BSR_TARGET::layer
