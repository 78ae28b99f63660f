// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Which blocks of a dense matrix hold a number other than 0 and -0.0.
#include <algorithm>
#include <bit>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "bsr/base/extent.hpp"
#include "bsr/base/half.hpp"
#include "bsr/base/scalar.hpp"
#include "bsr/base/target.hpp"
#include "bsr/kernel/cpu/bits.hpp"
#include "bsr/storage/buffer.hpp"
#include "bsr/storage/dense_view.hpp"
#include "bsr/storage/structure.hpp"

namespace bsr::inline v0::inline BSR_TARGET::detail {

/// 1 unless v is 0 or -0.0; NaN is not zero.
template <class T>
BSR_INLINE unsigned not_zero(const T& v) {
  return v != T{} ? 1u : 0u;
}

/// Elements of T as words, `words` each, of which some bit is set unless the element is 0 or -0.0.
template <class T>
struct zero_bits {
  using real = typename scalar_traits<T>::real;
  static constexpr int words = static_cast<int>(sizeof(T) / sizeof(real));
  static constexpr bool signed_zero =
      (std::floating_point<real> && sizeof(real) <= 8) || storage_detail::is_half<real>;
  using word = std::conditional_t<
      sizeof(real) == 8, std::uint64_t,
      std::conditional_t<sizeof(real) == 4, std::uint32_t,
                         std::conditional_t<sizeof(real) == 2, std::uint16_t, std::uint8_t>>>;

  BSR_INLINE static word of(real x) {
    if constexpr (signed_zero)
      return static_cast<word>(std::bit_cast<word>(x) << 1);
    else if constexpr (std::integral<real> && !std::same_as<real, bool>)
      return static_cast<word>(x);
    else
      return static_cast<word>(x != real{});
  }
};

/// any[k] |= the words of `count` elements, or any[k] = them.
template <bool First, class T>
BSR_INLINE void collect(const T* row, std::int64_t count, typename zero_bits<T>::word* BSR_RESTRICT any) {
  using bits = zero_bits<T>;
  const auto* const from = reinterpret_cast<const typename bits::real*>(row);
  for (std::int64_t k = 0; k < count * bits::words; ++k) {
    const auto word = bits::of(from[k]);
    any[k] = First ? word : static_cast<typename bits::word>(any[k] | word);
  }
}
/// The same of elements that are `stride` apart.
template <bool First, class T>
BSR_INLINE void collect_strided(const T* row, std::int64_t stride, std::int64_t count,
                                typename zero_bits<T>::word* BSR_RESTRICT any) {
  for (std::int64_t k = 0; k < count; ++k) collect<First>(row + k * stride, 1, any + k * zero_bits<T>::words);
}
/// The same, and asks for as many elements at `next`, which are not looked at.
template <bool First, class T>
BSR_INLINE void collect(const T* row, std::int64_t count, const T* next,
                        typename zero_bits<T>::word* BSR_RESTRICT any) {
  constexpr std::int64_t piece = 512 / static_cast<std::int64_t>(sizeof(T));
  std::int64_t k = 0;
  for (; k + piece <= count; k += piece) {
    for (std::int64_t b = 0; b < piece; b += 64 / static_cast<std::int64_t>(sizeof(T)))
      __builtin_prefetch(next + k + b, 0, 2);
    collect<First>(row + k, piece, any + k * zero_bits<T>::words);
  }
  collect<First>(row + k, count - k, any + k * zero_bits<T>::words);
}

/// hit[j] = whether one of the words of width * j ... width * (j + 1) - 1 is not 0, up to `count` words.
template <class Word, int Width>
void mark_groups(const Word* any, std::int64_t count, extent<Width> width, std::uint8_t* BSR_RESTRICT hit) {
  const std::int64_t full = count / width.value();
  for (std::int64_t j = 0; j < full; ++j) {
    Word all = 0;
    for (std::int64_t c = 0; c < width.value(); ++c)
      all = static_cast<Word>(all | any[j * width.value() + c]);
    hit[j] = all != 0;
  }
  if (full * width.value() == count) return;
  Word all = 0;
  for (std::int64_t k = full * width.value(); k < count; ++k) all = static_cast<Word>(all | any[k]);
  hit[full] = all != 0;
}

/// Marks blocks, a panel of block rows at a time.
template <class T, class Layout, int R, int C>
class block_marker {
  using bits = zero_bits<T>;
  static constexpr bool by_rows = !std::same_as<Layout, col_major>;
  static constexpr int words_across = C == dynamic ? dynamic : C * bits::words;
  static constexpr int words_down = R == dynamic ? dynamic : R * bits::words;
  // What is marked stays in the cache until its blocks have been copied, and memory is read in long pieces.
  static constexpr std::int64_t piece_bytes = 16 << 10, panel_bytes = 256 << 10;

 public:
  block_marker(const dense_view<const T, Layout>& x, extent<R> rows, extent<C> cols)
      : x_(x), rows_(rows), cols_(cols), size_(static_cast<std::int64_t>(sizeof(T))) {
    if constexpr (by_rows) {
      const std::int64_t height = (std::min)(rows.value(), (std::max)(x.rows(), std::int64_t{1}));
      chunk_ = (std::min)(piece_bytes, panel_bytes / height) / size_ / cols.value();
    } else {
      panel_ = 256 / size_ / rows.value();
      chunk_ = storage_detail::ceil_div(x.cols(), cols.value());
    }
    panel_ = (std::max)(panel_, std::int64_t{1});
    chunk_ = (std::max)(chunk_, std::int64_t{1});
    const std::int64_t along =
        by_rows ? (std::min)(chunk_ * cols.value(), x.cols()) : (std::min)(panel_ * rows.value(), x.rows());
    any_ = buffer<typename bits::word>(along * bits::words, uninitialized);
  }

  /// How many block rows and columns operator() looks at together: one row, or all columns.
  std::int64_t panel() const { return panel_; }
  std::int64_t chunk() const { return chunk_; }

  /// hit[(i - first_i) * chunk() + j - first_j] = whether block (i, j) is not zero, for i < last_i, j <
  /// last_j.
  void operator()(std::int64_t first_i, std::int64_t last_i, std::int64_t first_j, std::int64_t last_j,
                  std::uint8_t* hit) {
    const std::int64_t top = first_i * rows_.value(), left = first_j * cols_.value();
    const std::int64_t height = (std::min)(last_i * rows_.value(), x_.rows()) - top;
    const std::int64_t right = (std::min)(last_j * cols_.value(), x_.cols());
    if constexpr (by_rows) {
      const T* row = &x_(top, left);
      const std::int64_t width = right - left;
      if constexpr (std::same_as<Layout, strided>) {
        collect_strided<true>(row, x_.col_stride(), width, any_.data());
        for (std::int64_t r = 1; r < height; ++r)
          collect_strided<false>(row + r * x_.row_stride(), x_.col_stride(), width, any_.data());
      } else {
        // Rows are far from each other: the hardware does not see the next one coming. After the last row
        // that is the first one of what is looked at next: of the columns on the right, or of the next panel.
        const bool is_end = right == x_.cols();
        const std::int64_t below = (std::min)(top + height, x_.rows() - 1);
        const T* const after = is_end ? &x_(below, 0) : row + width;
        const auto next = [&](std::int64_t r) { return r + 1 < height ? row + x_.ld() : after; };
        collect<true>(row, width, next(0), any_.data());
        for (std::int64_t r = 1; r < height; ++r) {
          row += x_.ld();
          collect<false>(row, width, next(r), any_.data());
        }
      }
      mark_groups(any_.data(), width * bits::words, across(), hit);
    } else {
      for (std::int64_t j = first_j; j < last_j; ++j) {
        const std::int64_t end = (std::min)((j + 1) * cols_.value(), x_.cols());
        collect<true>(x_.data() + j * cols_.value() * x_.ld() + top, height, any_.data());
        for (std::int64_t c = j * cols_.value() + 1; c < end; ++c)
          collect<false>(x_.data() + c * x_.ld() + top, height, any_.data());
        std::uint8_t down_column[256];
        mark_groups(any_.data(), height * bits::words, down(), down_column);
        for (std::int64_t i = 0; i < last_i - first_i; ++i) hit[i * chunk_ + j - first_j] = down_column[i];
      }
    }
  }

 private:
  extent<words_across> across() const {
    if constexpr (C == dynamic)
      return extent<dynamic>(cols_.value() * bits::words);
    else
      return {};
  }
  extent<words_down> down() const {
    if constexpr (R == dynamic)
      return extent<dynamic>(rows_.value() * bits::words);
    else
      return {};
  }

  dense_view<const T, Layout> x_;
  extent<R> rows_;
  extent<C> cols_;
  std::int64_t size_;
  std::int64_t panel_ = 1;  // block rows
  std::int64_t chunk_;      // block columns
  buffer<typename bits::word> any_;
};

/// first + k for every k < n with hit[k], in order; returns the end, behind which up to list_slack elements
/// are overwritten.
template <index Index>
Index* list_marked(const std::uint8_t* hit, std::int64_t n, Index first, Index* out) {
  std::int64_t k = 0;
  for (; k + 64 <= n; k += 64) {
    const std::uint64_t bits = bits_of_64(hit + k);
    if (bits != 0) out = list_bits(bits, static_cast<Index>(first + k), out);
  }
  for (; k < n; ++k) {
    *out = static_cast<Index>(first + k);
    out += hit[k];
  }
  return out;
}

}  // namespace bsr::inline v0::inline BSR_TARGET::detail
