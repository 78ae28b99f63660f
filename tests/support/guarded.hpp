// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Dense operands with poison around and between their rows: who reads it spreads it, who writes it is caught.
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>

#include "bsr/storage.hpp"
#include "support/random.hpp"

namespace bsr_test {

/// A rows x cols matrix whose leading dimension is `gap` elements longer than it must be, in memory that is
/// poison before, after and between.
template <class T, class Layout = bsr::row_major>
class guarded {
 public:
  guarded(std::int64_t rows, std::int64_t cols, std::int64_t gap = 3)
      : rows_(rows),
        cols_(cols),
        ld_((std::is_same_v<Layout, bsr::row_major> ? cols : rows) + gap),
        memory_(2 * margin + ld_ * (std::is_same_v<Layout, bsr::row_major> ? rows : cols)) {
    for (T& x : memory_) x = poison<T>();
  }
  /// The same with the elements of another matrix.
  template <class X>
    requires bsr::dense_like<const X&>
  explicit guarded(const X& x, std::int64_t gap = 3)
      : guarded(bsr::view(x).rows(), bsr::view(x).cols(), gap) {
    const auto to = view();
    for (std::int64_t i = 0; i < rows_; ++i)
      for (std::int64_t j = 0; j < cols_; ++j) to(i, j) = bsr::view(x)(i, j);
  }
  bsr::dense_view<T, Layout> view() { return {memory_.data() + margin, rows_, cols_, ld_}; }
  bsr::dense_view<const T, Layout> view() const { return {memory_.data() + margin, rows_, cols_, ld_}; }

  /// Whether everything that is no element still is poison, bit for bit.
  bool intact() const {
    const bool by_row = std::is_same_v<Layout, bsr::row_major>;
    const std::int64_t width = by_row ? cols_ : rows_;
    const std::int64_t end = margin + ld_ * (by_row ? rows_ : cols_);
    const T expected = poison<T>();
    for (std::int64_t k = 0; k < memory_.size(); ++k) {
      const bool element = k >= margin && k < end && (k - margin) % ld_ < width;
      if (!element && std::memcmp(&memory_[k], &expected, value_bytes) != 0) return false;
    }
    return true;
  }

 private:
  static constexpr std::int64_t margin = 64;
  /// An 80-bit long double has 10 bytes that count.
  static constexpr std::size_t value_bytes =
      std::is_same_v<T, long double> && std::numeric_limits<T>::digits == 64 ? 10 : sizeof(T);
  std::int64_t rows_;
  std::int64_t cols_;
  std::int64_t ld_;
  bsr::buffer<T> memory_;
};

}  // namespace bsr_test
