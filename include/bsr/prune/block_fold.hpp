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

/// Two packs as one of half as many columns: neighbours joined.
template <class Fold>
BSR_INLINE pack<double> join_neighbours(pack<double> a, pack<double> b) {
  using lanes = pack<double>;
  return Fold::join(lanes::shuffle(a, b, [](int lane) { return 2 * lane; }),
                    lanes::shuffle(a, b, [](int lane) { return 2 * lane + 1; }));
}

/// sums[k] = join(sums[2 k], sums[2 k + 1]) for every k < pairs.
template <class Fold>
void fold_pairs(const Fold&, std::int64_t pairs, double* sums) {
  using lanes = pack<double>;
  std::int64_t k = 0;
  for (; k + lanes::size <= pairs; k += lanes::size)
    join_neighbours<Fold>(lanes::load(sums + 2 * k), lanes::load(sums + 2 * k + lanes::size)).store(sums + k);
  for (; k < pairs; ++k)
    Fold::join(lanes::broadcast(sums[2 * k]), lanes::broadcast(sums[2 * k + 1])).store(sums + k, 1);
}

/// Rows below each other, from the first element of the first one on, `ld` elements from row to row.
template <class T>
struct fold_source {
  const T* top;
  std::int64_t ld;
};

/// Columns c, c + 1, ... of a pack, joined down the rows. What lies below them is asked for.
template <class Fold, class... T>
BSR_INLINE pack<double> fold_down(std::int64_t rows, std::int64_t c, const fold_source<T>&... from) {
  pack<double> all = Fold::term(load_doubles(from.top + c)...);
  (__builtin_prefetch(from.top + c + rows * from.ld, 0, 2), ...);
  for (std::int64_t r = 1; r < rows; ++r) {
    all = Fold::join(all, Fold::term(load_doubles(from.top + c + r * from.ld)...));
    (__builtin_prefetch(from.top + c + (rows + r) * from.ld, 0, 2), ...);
  }
  return all;
}

/// 2^Levels packs of columns from c on, joined down the rows and then in pairs, Levels times: a pack that
/// never was in memory.
template <int Levels, class Fold, class... T>
BSR_INLINE pack<double> fold_tree(std::int64_t rows, std::int64_t c, const fold_source<T>&... from) {
  if constexpr (Levels == 0)
    return fold_down<Fold>(rows, c, from...);
  else
    return join_neighbours<Fold>(
        fold_tree<Levels - 1, Fold>(rows, c, from...),
        fold_tree<Levels - 1, Fold>(rows, c + (std::int64_t{pack<double>::size} << (Levels - 1)), from...));
}

/// sums = the first `width` columns joined down the rows and in pairs, Levels times; columns from `width` to
/// `all`, a multiple of 2^Levels, count as 0. The same values as of fold_rows and fold_pairs.
template <int Levels, class Fold, class... T>
void fold_groups(const Fold& fold, std::int64_t rows, std::int64_t width, std::int64_t all, double* sums,
                 const fold_source<T>&... from) {
  constexpr std::int64_t group = std::int64_t{pack<double>::size} << Levels;
  std::int64_t c = 0;
  for (; c + group <= width; c += group) {
    fold_tree<Levels, Fold>(rows, c, from...).store(sums);
    sums += pack<double>::size;
  }
  if (c == all) return;
  fold_rows<true>(fold, width - c, sums, (from.top + c)...);
  for (std::int64_t r = 1; r < rows; ++r)
    fold_rows<false>(fold, width - c, sums, (from.top + c + r * from.ld)...);
  for (std::int64_t k = width - c; k < all - c; ++k) sums[k] = 0;
  for (int level = 1; level <= Levels; ++level) fold_pairs(fold, (all - c) >> level, sums);
}

/// sums[b] = the `width` numbers of block b joined, for `blocks` blocks beside each other: neighbours in
/// pairs while their number is even, then from the left.
template <class Fold>
void fold_columns(const Fold& fold, std::int64_t blocks, std::int64_t width, double* sums) {
  using lanes = pack<double>;
  for (; width % 2 == 0; width /= 2) fold_pairs(fold, blocks * width / 2, sums);
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
  lanes seen = lanes::zero();
  std::int64_t b = 0;
  for (; b + lanes::size <= n; b += lanes::size) {
    const lanes x = Fold::finish(lanes::load(sums + b));
    x.store(out + b);
    seen = max_or_nan(seen, x);
  }
  bool nan = false;
  if (b < n) {
    const int left = static_cast<int>(n - b);
    Fold::finish(lanes::load(sums + b, left)).store(out + b, left);
    for (; b < n; ++b) nan |= out[b] != out[b];
  }
  double each[lanes::size];
  seen.store(each);
  for (const double x : each) nan |= x != x;
  return nan;
}

}  // namespace bsr::inline v0::inline BSR_TARGET::detail
