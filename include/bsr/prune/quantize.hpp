// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Weights in eight bits: symmetric, with one scale for each block, row or matrix, and what it cost.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <utility>

#include "bsr/base/error.hpp"
#include "bsr/base/extent.hpp"
#include "bsr/base/scalar.hpp"
#include "bsr/base/target.hpp"
#include "bsr/format/check_format.hpp"
#include "bsr/storage/buffer.hpp"
#include "bsr/storage/matrix.hpp"
#include "bsr/storage/view.hpp"

namespace bsr::inline v0::inline BSR_TARGET::prune {

/// What shares one scale.
enum class scale_of { block, row, matrix };

/// How far w is from what its int8 form stands for.
struct quantization_error {
  double max_abs = 0;          ///< max |w - w'|
  double rms = 0;              ///< sqrt(mean (w - w')^2) over the stored elements
  double relative = 0;         ///< ||w - w'||_F / ||w||_F, 0 for a matrix of zeros
  double signal_to_noise = 0;  ///< 20 log10(1 / relative) in decibel; infinite when nothing was lost
};

/// A block-sparse matrix in int8 and its scales: w(i, j) is about scale * values(i, j).
template <int R, int C, index Index>
struct quantized {
  matrix<std::int8_t, R, C, Index> values;
  buffer<float> scales;  ///< one for each stored block, for each row of the matrix, or one
  scale_of granularity = scale_of::matrix;
  quantization_error error;

  /// The scale of row r (of a block) of stored block k in block row i.
  float scale(std::int64_t i, std::int64_t k, std::int64_t r) const {
    return granularity == scale_of::block ? scales[k]
           : granularity == scale_of::row ? scales[i * values.blocksize().rows + r]
                                          : scales[0];
  }
};

}  // namespace bsr::inline v0::inline BSR_TARGET::prune

namespace bsr::inline v0::inline BSR_TARGET::detail {

/// Calls f(number of the scale, first element, how many, block row, block column, row of the block) for every
/// row of every stored block, without padding.
template <class View, class F>
void for_each_scaled_row(const View& a, prune::scale_of granularity, const F& f) {
  const dims block = a.blocksize();
  for (std::int64_t i = 0; i < a.block_rows(); ++i)
    for (std::int64_t k = a.indptr()[static_cast<std::size_t>(i)];
         k < a.indptr()[static_cast<std::size_t>(i) + 1]; ++k) {
      const std::int64_t j = a.indices()[static_cast<std::size_t>(k)];
      const std::int64_t height = (std::min)(block.rows, a.rows() - i * block.rows);
      const std::int64_t width = (std::min)(block.cols, a.cols() - j * block.cols);
      for (std::int64_t r = 0; r < height; ++r)
        f(granularity == prune::scale_of::block ? k
          : granularity == prune::scale_of::row ? i * block.rows + r
                                                : std::int64_t{0},
          (k * block.rows + r) * block.cols, width, i, j, r);
    }
}

}  // namespace bsr::inline v0::inline BSR_TARGET::detail

namespace bsr::inline v0::inline BSR_TARGET::prune {

/// a in int8: scale = max |w| / 127 over the block, row or matrix, in float; q = w / scale rounded to
/// nearest, ties to even, in -127 .. 127. Where all is zero the scale is 1. |w - scale q| <= scale / 2, and a
/// little for the rounding of the scale. With scale_of::row a product with int8 activations is finished by
/// one factor a row of the int32 sums: y(i) = scales[i] * sum. O(elements). Throws bsr::error when an element
/// is not finite, naming it.
template <class A>
  requires sparse_like<const A&>
auto quantize(const A& a, scale_of granularity = scale_of::row) {
  const auto from = input(a);
  using View = std::remove_cvref_t<decltype(from)>;
  using T = typename View::value_type;
  static_assert(!is_complex<T>, "bsr: complex elements have no int8 form.");
  detail::check_format_for("prune: quantize", from, checks::full);
  const T* const data = from.data().data();
  const std::int64_t count = granularity == scale_of::block ? from.num_blocks()
                             : granularity == scale_of::row ? from.rows()
                                                            : 1;
  buffer<double> most(count);
  detail::for_each_scaled_row(
      from, granularity,
      [&](std::int64_t s, std::int64_t first, std::int64_t n, std::int64_t i, std::int64_t j,
          std::int64_t r) {
        for (std::int64_t e = 0; e < n; ++e) {
          const double x = std::fabs(static_cast<double>(data[first + e]));
          if (!(x <= (std::numeric_limits<float>::max)()))
            fail<error>("bsr: prune: quantize: element (", i * from.blocksize().rows + r, ", ",
                        j * from.blocksize().cols + e, ") is ", static_cast<double>(data[first + e]),
                        ", which no int8 with a float scale comes near.");
          most[s] = x > most[s] ? x : most[s];
        }
      });
  quantized<View::static_rows, View::static_cols, typename View::index_type> result;
  result.granularity = granularity;
  result.scales = buffer<float>(count);
  for (std::int64_t s = 0; s < count; ++s) {
    // No smaller than the smallest normal number: below, a scale would lose its digits.
    const auto scale = static_cast<float>(most[s] / 127);
    result.scales[s] = most[s] == 0                                  ? 1
                       : scale < (std::numeric_limits<float>::min)() ? (std::numeric_limits<float>::min)()
                                                                     : scale;
  }
  result.values = matrix<std::int8_t, View::static_rows, View::static_cols, typename View::index_type>(
      pattern_view<View::static_rows, View::static_cols, typename View::index_type>(from));
  std::int8_t* const to = result.values.data().data();
  double squares = 0, lost = 0;
  std::int64_t elements = 0;
  detail::for_each_scaled_row(
      from, granularity,
      [&](std::int64_t s, std::int64_t first, std::int64_t n, std::int64_t, std::int64_t, std::int64_t) {
        const auto scale = static_cast<double>(result.scales[s]);
        for (std::int64_t e = first; e < first + n; ++e) {
          const auto x = static_cast<double>(data[e]);
          const double q = (std::min)((std::max)(std::nearbyint(x / scale), -127.0), 127.0);
          const double difference = x - q * scale;
          to[e] = static_cast<std::int8_t>(q);
          squares += x * x;
          lost += difference * difference;
          result.error.max_abs = (std::max)(result.error.max_abs, std::fabs(difference));
          ++elements;
        }
      });
  result.error.rms = elements > 0 ? std::sqrt(lost / static_cast<double>(elements)) : 0;
  result.error.relative = lost > 0 ? std::sqrt(lost / squares) : 0;
  result.error.signal_to_noise =
      lost > 0 ? 10 * std::log10(squares / lost) : std::numeric_limits<double>::infinity();
  return result;
}

/// scale * q, rounded to T: what the int8 form stands for. O(elements).
template <scalar T, int R, int C, class Index>
matrix<T, R, C, Index> dequantize(const quantized<R, C, Index>& a) {
  matrix<T, R, C, Index> result(a.values.pattern());
  const auto from = a.values.view();
  const std::int8_t* const q = from.data().data();
  T* const to = result.data().data();
  detail::for_each_scaled_row(
      from, a.granularity,
      [&](std::int64_t s, std::int64_t first, std::int64_t n, std::int64_t, std::int64_t, std::int64_t) {
        for (std::int64_t e = first; e < first + n; ++e)
          to[e] = static_cast<T>(static_cast<double>(a.scales[s]) * static_cast<double>(q[e]));
      });
  return result;
}

}  // namespace bsr::inline v0::inline BSR_TARGET::prune
