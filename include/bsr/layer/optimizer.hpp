// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Steps of gradient descent over arrays of parameters: the data() of a block-sparse matrix, a bias.
#include <cmath>
#include <cstdint>
#include <span>
#include <type_traits>

#include "bsr/base/error.hpp"
#include "bsr/base/scalar.hpp"
#include "bsr/base/target.hpp"
#include "bsr/kernel/cpu/pack.hpp"
#include "bsr/storage/buffer.hpp"
#include "bsr/storage/view.hpp"

namespace bsr::inline v0::inline BSR_TARGET::layer {

/// Stochastic gradient descent with momentum (Polyak 1964; as in Sutskever et al. 2013):
///
///   u = momentum u + g + weight_decay w;   w -= rate u
struct sgd {
  double rate = 0.01;
  double momentum = 0;
  double weight_decay = 0;
};
/// The memory of sgd, with one number for each parameter; without momentum none is needed.
template <class T>
struct sgd_state {
  buffer<T> velocity;
  sgd_state() = default;
  explicit sgd_state(std::int64_t parameters) : velocity(parameters) {}
};

/// Adam with decoupled weight decay (Kingma, Ba 2015, arXiv 1412.6980; Loshchilov, Hutter 2019, arXiv
/// 1711.05101):
///
///   m = beta1 m + (1 - beta1) g;   v = beta2 v + (1 - beta2) g^2        after t steps:
///   w -= rate (m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + epsilon) + weight_decay w)
struct adam {
  double rate = 0.001;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  double weight_decay = 0;
};
/// The memory of adam. first and second go along with their blocks: regrowth.exchange(w, ..., s.first,
/// s.second).
template <class T>
struct adam_state {
  buffer<T> first;
  buffer<T> second;
  std::int64_t steps = 0;
  adam_state() = default;
  explicit adam_state(std::int64_t parameters) : first(parameters), second(parameters) {}
};

}  // namespace bsr::inline v0::inline BSR_TARGET::layer

namespace bsr::inline v0::inline BSR_TARGET::detail {

/// `state` below 0: none is needed.
inline void check_parameters(const char* who, std::size_t parameters, std::size_t gradients,
                             std::int64_t state) {
  const auto w = static_cast<std::int64_t>(parameters), g = static_cast<std::int64_t>(gradients);
  if (w != g) fail<shape_error>("bsr: layer: ", who, ": ", w, " parameters, but ", g, " gradients.");
  if (state >= 0 && state != w)
    fail<shape_error>("bsr: layer: ", who, ": ", w, " parameters and ", g, " gradients, but a state for ",
                      state, ".");
}

/// Calls f(first, lanes) for pieces of n elements, `lanes` of which are there.
template <class T, class F>
BSR_INLINE void for_each_pack(std::size_t n, const F& f) {
  constexpr auto size = static_cast<std::size_t>(pack<T>::size);
  std::size_t k = 0;
  for (; k + size <= n; k += size) f(k, pack<T>::size);
  if (k < n) f(k, static_cast<int>(n - k));
}
template <class T>
BSR_INLINE pack<T> load_some(const T* from, int n) {
  return n == pack<T>::size ? pack<T>::load(from) : pack<T>::load(from, n);
}
template <class T>
BSR_INLINE void store_some(pack<T> p, T* to, int n) {
  if (n == pack<T>::size)
    p.store(to);
  else
    p.store(to, n);
}

}  // namespace bsr::inline v0::inline BSR_TARGET::detail

namespace bsr::inline v0::inline BSR_TARGET::layer {

/// One step over all parameters, in place, in T. O(parameters), at the speed of memory. Throws shape_error
/// when the arrays differ in length; then nothing has changed.
template <class T>
  requires std::is_floating_point_v<T>
void step(const sgd& how, std::span<T> parameters, std::span<const std::type_identity_t<T>> gradients,
          sgd_state<T>& state) {
  const bool moving = how.momentum != 0;
  detail::check_parameters("step(sgd)", parameters.size(), gradients.size(),
                           moving ? state.velocity.size() : -1);
  using lanes = simd::pack<T>;
  const lanes rate = lanes::broadcast(static_cast<T>(-how.rate)),
              decay = lanes::broadcast(static_cast<T>(how.weight_decay));
  const lanes momentum = lanes::broadcast(static_cast<T>(how.momentum));
  T* const w = parameters.data();
  const T* const g = gradients.data();
  T* const velocity = state.velocity.data();
  detail::for_each_pack<T>(parameters.size(), [&](std::size_t k, int n) {
    const lanes x = detail::load_some(w + k, n);
    lanes u = fma(decay, x, detail::load_some(g + k, n));
    if (moving) {
      u = fma(momentum, detail::load_some(velocity + k, n), u);
      detail::store_some(u, velocity + k, n);
    }
    detail::store_some(fma(rate, u, x), w + k, n);
  });
}
template <class T>
  requires std::is_floating_point_v<T>
void step(const adam& how, std::span<T> parameters, std::span<const std::type_identity_t<T>> gradients,
          adam_state<T>& state) {
  detail::check_parameters("step(adam)", parameters.size(), gradients.size(), state.first.size());
  detail::check_parameters("step(adam)", parameters.size(), gradients.size(), state.second.size());
  ++state.steps;
  const auto t = static_cast<double>(state.steps);
  using lanes = simd::pack<T>;
  const auto all = [](double x) { return lanes::broadcast(static_cast<T>(x)); };
  const lanes beta1 = all(how.beta1), rest1 = all(1 - how.beta1), beta2 = all(how.beta2),
              rest2 = all(1 - how.beta2);
  const lanes rate = all(-how.rate / (1 - std::pow(how.beta1, t)));
  const lanes scale = all(1 / std::sqrt(1 - std::pow(how.beta2, t))), epsilon = all(how.epsilon);
  const lanes keep = all(1 - how.rate * how.weight_decay);
  T* const w = parameters.data();
  const T* const g = gradients.data();
  T* const first = state.first.data();
  T* const second = state.second.data();
  detail::for_each_pack<T>(parameters.size(), [&](std::size_t k, int n) {
    const lanes slope = detail::load_some(g + k, n);
    const lanes m = fma(beta1, detail::load_some(first + k, n), rest1 * slope);
    const lanes v = fma(beta2, detail::load_some(second + k, n), rest2 * (slope * slope));
    detail::store_some(m, first + k, n);
    detail::store_some(v, second + k, n);
    const lanes change = rate * m / fma(sqrt(v), scale, epsilon);
    detail::store_some(fma(keep, detail::load_some(w + k, n), change), w + k, n);
  });
}

/// dy(i, j) = 0 wherever y(i, j) <= 0: the gradient before relu, from the one after it, in place. y is what
/// relu returned. Throws shape_error.
template <class Y, class DY>
  requires dense_like<const Y&> && dense_like<DY&>
void relu_backward(const Y& y, DY&& dy) {
  const auto from = input(y);
  const auto to = view(dy);
  if (from.shape() != to.shape())
    fail<shape_error>("bsr: layer: relu_backward: y is ", from.shape(), ", dy is ", to.shape(), ".");
  using T = typename std::remove_cvref_t<decltype(to)>::value_type;
  const bool by_columns = to.row_stride() < to.col_stride();
  const std::int64_t outer = by_columns ? to.cols() : to.rows(), inner = by_columns ? to.rows() : to.cols();
  for (std::int64_t a = 0; a < outer; ++a)
    for (std::int64_t b = 0; b < inner; ++b) {
      T& x = by_columns ? to(b, a) : to(a, b);
      x = (by_columns ? from(b, a) : from(a, b)) > 0 ? x : T{};
    }
}

}  // namespace bsr::inline v0::inline BSR_TARGET::layer
