// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// One number out of all elements of a block, in an order that does not depend on the machine.
#include <cmath>
#include <cstdint>
#include <type_traits>

#include "bsr/base/scalar.hpp"
#include "bsr/base/target.hpp"
#include "bsr/kernel/cpu/pack.hpp"
#include "bsr/storage/buffer.hpp"

namespace bsr::inline v0::inline BSR_TARGET::detail {

/// What folds have in common. A fold F has
///   F::term(w), F::term(w, g)   the contribution of an element, as a pack of doubles
///   F::join(a, b)               two contributions become one
///   F::finish(all)              the score
/// and 0 joined with a contribution changes nothing.
struct folded_score {
  using lane_pack = pack<double>;
};

BSR_INLINE pack<double> magnitude(pack<double> x) { return max_or_second(x, pack<double>::zero() - x); }

/// A product that is rounded before it is added: compilers otherwise fuse both operations where the target
/// can, and a sum would depend on the target.
BSR_INLINE pack<double> rounded(pack<double> product) {
  if constexpr (requires { product.pin(); }) product.pin();
  return product;
}

BSR_INLINE double rounded_product(double x, double y) {
  double product = 0;
  rounded(pack<double>::broadcast(x) * pack<double>::broadcast(y)).store(&product, 1);
  return product;
}

/// Memory for so many sums: on the stack when they are few, so that scoring needs no other.
class fold_space {
 public:
  explicit fold_space(std::int64_t count) {
    if (count > few) more_ = buffer<double>(count, uninitialized);
  }
  double* data() { return more_.empty() ? sums_ : more_.data(); }
  double& operator[](std::int64_t k) { return data()[k]; }

 private:
  static constexpr int few = 1024;
  double sums_[few];
  buffer<double> more_;
};

/// An element as a double: of a complex number its absolute value.
template <class T>
BSR_INLINE double as_double(const T& x) {
  if constexpr (is_complex<T>) {
    const auto re = static_cast<double>(x.real()), im = static_cast<double>(x.imag());
    return std::sqrt(rounded_product(re, re) + rounded_product(im, im));
  } else {
    return static_cast<double>(x);
  }
}

/// So many elements as a pack has, as doubles; with n only the first n.
template <class T>
BSR_INLINE pack<double> load_doubles(const T* from) {
  if constexpr (has_vectors<T>) {
    return pack<double>::load_from(from);
  } else {
    double lanes[pack<double>::size];
    for (int l = 0; l < pack<double>::size; ++l) lanes[l] = as_double(from[l]);
    return pack<double>::load(lanes);
  }
}
template <class T>
BSR_INLINE pack<double> load_doubles(const T* from, int n) {
  double lanes[pack<double>::size] = {};
  for (int l = 0; l < n; ++l) lanes[l] = as_double(from[l]);
  return pack<double>::load(lanes);
}

/// sums[c] = join(sums[c], term(row[c]...)) for every c < n; First: sums[c] = term(row[c]...).
template <bool First, class Fold, class... T>
BSR_INLINE void fold_rows(const Fold&, std::int64_t n, double* sums, const T*... rows) {
  using lanes = pack<double>;
  std::int64_t c = 0;
  for (; c + lanes::size <= n; c += lanes::size) {
    const lanes x = Fold::term(load_doubles(rows + c)...);
    if constexpr (First)
      x.store(sums + c);
    else
      Fold::join(lanes::load(sums + c), x).store(sums + c);
  }
  if (const int left = static_cast<int>(n - c); left > 0) {
    const lanes x = Fold::term(load_doubles(rows + c, left)...);
    if constexpr (First)
      x.store(sums + c, left);
    else
      Fold::join(lanes::load(sums + c, left), x).store(sums + c, left);
  }
}

/// sums[b] = the `width` numbers of block b joined, for `blocks` blocks beside each other: neighbours in
/// pairs while their number is even, then from the left.
template <class Fold>
void fold_columns(const Fold&, std::int64_t blocks, std::int64_t width, double* sums) {
  using lanes = pack<double>;
  for (; width % 2 == 0; width /= 2) {
    const std::int64_t pairs = blocks * width / 2;
    std::int64_t k = 0;
    for (; k + lanes::size <= pairs; k += lanes::size) {
      const lanes a = lanes::load(sums + 2 * k), b = lanes::load(sums + 2 * k + lanes::size);
      Fold::join(lanes::shuffle(a, b, [](int lane) { return 2 * lane; }),
                 lanes::shuffle(a, b, [](int lane) { return 2 * lane + 1; }))
          .store(sums + k);
    }
    for (; k < pairs; ++k)
      Fold::join(lanes::broadcast(sums[2 * k]), lanes::broadcast(sums[2 * k + 1])).store(sums + k, 1);
  }
  if (width == 1) return;
  for (std::int64_t b = 0; b < blocks; ++b) {
    lanes all = lanes::broadcast(sums[b * width]);
    for (std::int64_t c = 1; c < width; ++c) all = Fold::join(all, lanes::broadcast(sums[b * width + c]));
    all.store(sums + b, 1);
  }
}

/// out[b] = finish(sums[b]) for every b < n; returns whether one of them is NaN.
template <class Fold>
bool finish_folds(const Fold&, std::int64_t n, const double* sums, double* out) {
  using lanes = pack<double>;
  std::int64_t b = 0;
  for (; b + lanes::size <= n; b += lanes::size) Fold::finish(lanes::load(sums + b)).store(out + b);
  if (b < n) {
    const int left = static_cast<int>(n - b);
    Fold::finish(lanes::load(sums + b, left)).store(out + b, left);
  }
  bool nan = false;
  for (b = 0; b < n; ++b) nan |= out[b] != out[b];
  return nan;
}

}  // namespace bsr::inline v0::inline BSR_TARGET::detail
