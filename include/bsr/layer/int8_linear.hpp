// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// A linear layer in 8 bits: weights that prune::quantize made, inputs with one scale for all.
#include <cmath>
#include <concepts>
#include <cstdint>
#include <limits>
#include <span>
#include <type_traits>
#include <utility>

#include "bsr/base/error.hpp"
#include "bsr/base/extent.hpp"
#include "bsr/base/policy.hpp"
#include "bsr/base/target.hpp"
#include "bsr/expr/assign.hpp"
#include "bsr/expr/operators.hpp"
#include "bsr/kernel/cpu/pack.hpp"
#include "bsr/kernel/epilogue.hpp"
#include "bsr/prune/quantize.hpp"
#include "bsr/storage/buffer.hpp"
#include "bsr/storage/dense_view.hpp"
#include "bsr/storage/matrix.hpp"
#include "bsr/storage/view.hpp"

namespace bsr::inline v0::inline BSR_TARGET::detail {

/// max |x|, NaN if there is one.
inline float largest_magnitude(const float* x, std::int64_t n, float most) {
  using lanes = pack<float>;
  lanes all = lanes::broadcast(most);
  std::int64_t k = 0;
  for (; k + lanes::size <= n; k += lanes::size) {
    const lanes v = lanes::load(x + k);
    all = max_or_nan(all, max_or_second(v, lanes::zero() - v));
  }
  float each[lanes::size];
  all.store(each);
  const auto join = [&](float v) { most = v != v ? v : most != most || most > v ? most : v; };
  for (int l = 0; l < lanes::size; ++l) join(each[l]);
  for (; k < n; ++k) join(std::fabs(x[k]));
  return most;
}

/// to = x times `factor`, rounded to nearest, ties to even; it fits.
inline void round_to_bytes(const float* x, std::int64_t n, float factor, std::int8_t* to) {
  using P = pack<float>;
  const auto some = [&](P v, std::int8_t* out, int count) {
    const P whole = apply_epilogue<axis::row>(saturate_function<std::int8_t>{}, P::broadcast(factor) * v, 0,
                                              0, lanes<axis::row>{count});
    float each[P::size];
    whole.store(each);
    std::int8_t bytes[P::size];
    for (int l = 0; l < P::size; ++l) bytes[l] = static_cast<std::int8_t>(static_cast<int>(each[l]));
    for (int l = 0; l < count; ++l) out[l] = bytes[l];
  };
  std::int64_t k = 0;
  for (; k + P::size <= n; k += P::size) some(P::load(x + k), to + k, P::size);
  if (k < n) some(P::load(x + k, static_cast<int>(n - k)), to + k, static_cast<int>(n - k));
}

}  // namespace bsr::inline v0::inline BSR_TARGET::detail

namespace bsr::inline v0::inline BSR_TARGET::layer {

/// x in 8 bits, with one scale: to = x / scale, rounded to nearest, ties to even, in -127 .. 127. Returns the
/// scale, max |x| / 127, or 1 where all is zero: no element is further from scale * to than half of it and
/// the rounding of a float. Both matrices have one layout, by rows or by columns. O(elements). Throws
/// shape_error, and bsr::error when an element is not finite, naming it.
template <class X, class Q>
  requires dense_like<const X&> && dense_like<Q&>
float quantize_inputs(const X& x, Q&& q) {
  const auto from = input(x);
  const auto to = view(q);
  using layout = typename std::remove_cvref_t<decltype(from)>::layout_type;
  static_assert(std::same_as<layout, typename std::remove_cvref_t<decltype(to)>::layout_type> &&
                    !std::same_as<layout, strided>,
                "bsr: layer: quantize_inputs: both matrices lie by rows, or both by columns.");
  if (from.shape() != to.shape())
    fail<shape_error>("bsr: layer: quantize_inputs: x is ", from.shape(), ", the 8-bit matrix is ",
                      to.shape(), ".");
  constexpr bool by_columns = std::same_as<layout, col_major>;
  const std::int64_t count = by_columns ? from.cols() : from.rows(),
                     length = by_columns ? from.rows() : from.cols();
  constexpr float highest = (std::numeric_limits<float>::max)();
  float most = 0;
  for (std::int64_t k = 0; k < count; ++k)
    most = detail::largest_magnitude(from.data() + k * from.ld(), length, most);
  if (!(most <= highest))
    for (std::int64_t i = 0; i < from.rows(); ++i)
      for (std::int64_t j = 0; j < from.cols(); ++j)
        if (!(std::fabs(from(i, j)) <= highest))
          fail<error>("bsr: layer: quantize_inputs: element (", i, ", ", j, ") is ",
                      static_cast<double>(from(i, j)), ", which no 8 bits with a scale come near.");
  // Below, the scale would lose its digits, and 1 / scale could be infinite.
  const float least = 128 * (std::numeric_limits<float>::min)();
  const float scale = most == 0 ? 1 : (most < least ? least : most) / 127;
  for (std::int64_t k = 0; k < count; ++k)
    detail::round_to_bytes(from.data() + k * from.ld(), length, 1 / scale, to.data() + k * to.ld());
  return scale;
}

/// y = x W^T + b with W and x in 8 bits, for inference: products and sums are exact in 32-bit integers, then
/// a row's scale times the scale of x makes floats of them.
///
///   auto q = prune::quantize(l.weights(), prune::scale_of::row);   // q.error says what was lost
///   layer::int8_linear small(std::move(q), l.bias());
///   small.forward(x, y, [](auto e) { return relu(e); });           // x in float: quantised here
///   small.forward(xq, x_scale, yq, y_scale);                       // 8 bits in and out
///
/// Weights have one scale for each row or for the matrix; scales of blocks cannot be taken out of a sum
/// over blocks. Column-major x is the quickest. Nothing is allocated once as many samples have come.
/// Move-only; one call at a time.
template <int R = dynamic, int C = R, index Index = std::int32_t>
class int8_linear {
 public:
  int8_linear() = default;
  /// The bias has one entry for each row, or is empty: shape_error otherwise. Throws bsr::error for scales of
  /// blocks.
  explicit int8_linear(prune::quantized<R, C, Index> w, std::span<const float> bias = {},
                       const cpu& policy = {})
      : policy_(policy), w_(std::move(w)), bias_(w_.values.rows()), factors_(w_.values.rows()) {
    if (w_.granularity == prune::scale_of::block)
      fail<error>(
          "bsr: layer: int8_linear: the weights have a scale for each block, which a sum over blocks "
          "cannot take out; quantize with scale_of::row or scale_of::matrix.");
    if (!bias.empty() && static_cast<std::int64_t>(bias.size()) != outputs())
      fail<shape_error>("bsr: layer: int8_linear: the weights are ", w_.values.shape(), ", but the bias has ",
                        static_cast<std::int64_t>(bias.size()), " entries.");
    for (std::size_t j = 0; j < bias.size(); ++j) bias_[static_cast<std::int64_t>(j)] = bias[j];
  }

  std::int64_t inputs() const { return w_.values.cols(); }
  std::int64_t outputs() const { return w_.values.rows(); }
  const prune::quantized<R, C, Index>& weights() const { return w_; }
  /// Values, scales, indices.
  std::int64_t bytes() const {
    const auto& v = w_.values;
    return v.nnz() + 4 * w_.scales.size() +
           static_cast<std::int64_t>(sizeof(Index)) * (v.num_blocks() + v.block_rows() + 1);
  }

  /// y = f(x_scale * x W^T + b) for x in 8 bits, f a function of expressions. 2 n nnz(W) operations. Throws
  /// shape_error, alias_error.
  template <class X, class Y, class F>
    requires dense_like<const X&> && dense_like<Y&>
  void forward(const X& x, float x_scale, Y&& y, const F& f) {
    static_assert(std::same_as<typename input_t<const X&>::value_type, std::int8_t>,
                  "bsr: layer: int8_linear: x with a scale is a matrix of std::int8_t.");
    take_scale(x_scale);
    view(y).on(policy_) = f(product(x));
  }
  template <class X, class Y>
    requires dense_like<const X&> && dense_like<Y&>
  void forward(const X& x, float x_scale, Y&& y) {
    forward(x, x_scale, y, [](const auto& e) { return e; });
  }
  /// The same for x in float, in 8 bits by quantize_inputs.
  template <class X, class Y, class F>
    requires dense_like<const X&> && dense_like<Y&>
  void forward(const X& x, Y&& y, const F& f) {
    const auto from = input(x);
    using layout = typename std::remove_cvref_t<decltype(from)>::layout_type;
    if (inputs_.size() < from.rows() * from.cols())
      inputs_ = buffer<std::int8_t>(from.rows() * from.cols(), uninitialized);
    const dense_view<std::int8_t, layout> q(inputs_.data(), from.rows(), from.cols());
    forward(q, quantize_inputs(from, q), y, f);
  }
  template <class X, class Y>
    requires dense_like<const X&> && dense_like<Y&>
  void forward(const X& x, Y&& y) {
    forward(x, y, [](const auto& e) { return e; });
  }
  /// 8 bits in and out: y = f(x_scale * x W^T + b) / y_scale, rounded to nearest, ties to even, and clipped
  /// to -128 .. 127.
  template <class X, class Y, class F>
    requires dense_like<const X&> && dense_like<Y&>
  void forward(const X& x, float x_scale, Y&& y, float y_scale, const F& f) {
    take_scale(x_scale);
    view(y).on(policy_) = saturate_to<std::int8_t>((1 / y_scale) * f(product(x)));
  }
  template <class X, class Y>
    requires dense_like<const X&> && dense_like<Y&>
  void forward(const X& x, float x_scale, Y&& y, float y_scale) {
    forward(x, x_scale, y, y_scale, [](const auto& e) { return e; });
  }

 private:
  template <class X>
  auto product(const X& x) const {
    return input(x) * transpose(w_.values) * per_col(factors_.span()) + per_col(bias_.span());
  }
  void take_scale(float x_scale) {
    const bool each = w_.granularity == prune::scale_of::row;
    for (std::int64_t j = 0; j < factors_.size(); ++j) factors_[j] = x_scale * w_.scales[each ? j : 0];
  }

  cpu policy_{};
  prune::quantized<R, C, Index> w_;
  buffer<float> bias_;
  buffer<float> factors_;
  buffer<std::int8_t> inputs_;
};

}  // namespace bsr::inline v0::inline BSR_TARGET::layer
