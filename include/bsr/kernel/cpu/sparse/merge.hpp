// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Two block-sparse matrices, element by element: the union of their rows. The engine of a + b, a - b, max(a,
// b), a < b.
#include <bit>
#include <complex>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "bsr/base/extent.hpp"
#include "bsr/base/result_type.hpp"
#include "bsr/base/scalar.hpp"
#include "bsr/base/target.hpp"
#include "bsr/kernel/cpu/bits.hpp"
#include "bsr/kernel/cpu/sparse/row_union.hpp"
#include "bsr/storage/growing_buffer.hpp"

namespace bsr::inline v0::inline BSR_TARGET::detail {

/// The arrays of an operand whose block rows are sorted and hold each column once. `zeros` is a block of
/// zeros, which stands for every block that is not stored.
template <class T, index Index>
struct merge_operand {
  const Index* indptr;
  const Index* indices;
  const T* data;
  const T* zeros;
};

/// The arrays of a result, with room for room_for_union() blocks, and for merge_slack indices and elements
/// more.
inline constexpr std::int64_t merge_slack = spread_slack;
template <class U, index Index>
struct merge_result {
  Index* indptr;
  Index* indices;
  U* data;
};

/// Which part of a block lies inside the matrix.
struct merge_edges {
  dims shape;
  dims block;
  bool padded;

  BSR_INLINE std::int64_t height(std::int64_t i) const {
    const std::int64_t left = shape.rows - i * block.rows;
    return left < block.rows ? left : block.rows;
  }
  BSR_INLINE std::int64_t width(std::int64_t j) const {
    const std::int64_t left = shape.cols - j * block.cols;
    return left < block.cols ? left : block.cols;
  }
};

/// Collects whether any number differs from `blank`, without a branch. -0.0 is 0, NaN is not. For all types
/// but bool blank is 0.
template <class U>
class difference_finder {
  static constexpr bool by_bits = std::same_as<U, float> || std::same_as<U, double> ||
                                  std::same_as<U, std::complex<float>> ||
                                  std::same_as<U, std::complex<double>> || storage_detail::is_half<U>;
  using real = typename scalar_traits<U>::real;
  using word = std::conditional_t<
      by_bits,
      std::conditional_t<sizeof(real) == 8, std::uint64_t,
                         std::conditional_t<sizeof(real) == 4, std::uint32_t, std::uint16_t>>,
      std::uint8_t>;

 public:
  explicit difference_finder(U blank) : blank_(blank) {}
  BSR_INLINE void look_at(const U& v) {
    if constexpr (by_bits && is_complex<U>)
      seen_ |= std::bit_cast<word>(v.real()) | std::bit_cast<word>(v.imag());
    else if constexpr (by_bits)
      seen_ = static_cast<word>(seen_ | std::bit_cast<word>(v));
    else
      seen_ = static_cast<word>(seen_ | (v != blank_ ? 1u : 0u));
  }
  BSR_INLINE bool found() const {
    if constexpr (by_bits)
      return static_cast<word>(seen_ << 1) != 0;  // without the sign
    else
      return seen_ != 0;
  }

 private:
  U blank_;
  word seen_ = 0;
};

/// What lies beyond the edge becomes blank. Returns whether anything inside differs from it.
template <class U>
bool clear_padding(const merge_edges& edges, std::int64_t i, std::int64_t j, U* block, U blank) {
  const std::int64_t height = edges.height(i);
  const std::int64_t width = edges.width(j);
  bool any = false;
  for (std::int64_t r = 0; r < edges.block.rows; ++r)
    for (std::int64_t c = 0; c < edges.block.cols; ++c) {
      U& v = block[r * edges.block.cols + c];
      if (r >= height || c >= width) v = blank;
      any |= v != blank;
    }
  return any;
}

/// yes when condition is 1, no when it is 0.
template <class T>
BSR_INLINE const T* select(std::int64_t condition, const T* yes, const T* no) {
  const auto mask = static_cast<std::uintptr_t>(condition) - 1;  // all ones for 0
  const auto y = reinterpret_cast<std::uintptr_t>(yes);
  return reinterpret_cast<const T*>(y ^ ((y ^ reinterpret_cast<std::uintptr_t>(no)) & mask));
}

/// Whether two arrays of n indices are equal.
template <index IndexA, index IndexB>
BSR_INLINE bool same_indices(const IndexA* a, const IndexB* b, std::int64_t n) {
  if constexpr (std::same_as<IndexA, IndexB>) {
    return a == b || n == 0 || std::memcmp(a, b, static_cast<std::size_t>(n) * sizeof(IndexA)) == 0;
  } else {
    for (std::int64_t k = 0; k < n; ++k)
      if (std::int64_t{a[k]} != std::int64_t{b[k]}) return false;
    return true;
  }
}
/// Whether two rows have the same columns.
template <index IndexA, index IndexB>
BSR_INLINE bool same_columns(const IndexA* a, std::int64_t count_a, const IndexB* b, std::int64_t count_b) {
  return count_a == count_b && same_indices(a, b, count_a);
}
/// Whether two matrices have the same blocks in the same order.
template <index IndexA, index IndexB>
bool same_blocks(std::int64_t rows, const IndexA* indptr_a, const IndexA* indices_a, const IndexB* indptr_b,
                 const IndexB* indices_b) {
  return same_indices(indptr_a, indptr_b, rows + 1) && same_indices(indices_a, indices_b, indptr_a[rows]);
}

/// Room for the union of the blocks, at most twice what it takes: rows with the same columns are counted
/// once, others together. O(blocks of a and b).
template <class T, index IndexA, class V, index IndexB>
std::int64_t room_for_union(std::int64_t rows, const merge_operand<T, IndexA>& a,
                            const merge_operand<V, IndexB>& b) {
  std::int64_t room = 0;
  for (std::int64_t i = 0; i < rows; ++i) {
    const std::int64_t p = a.indptr[i];
    const std::int64_t q = b.indptr[i];
    const std::int64_t in_a = a.indptr[i + 1] - p;
    const std::int64_t in_b = b.indptr[i + 1] - q;
    room += same_columns(a.indices + p, in_a, b.indices + q, in_b) ? in_a : in_a + in_b;
  }
  return room;
}

/// Appends blocks one after the other, and in runs; what is all blank does not stay.
template <int Area, class U, index Index>
class merge_output {
 public:
  merge_output(const merge_edges& edges, extent<Area> area, U blank, const merge_result<U, Index>& c)
      : edges_(edges),
        last_row_(edges.padded ? edges.shape.rows / edges.block.rows : -1),
        last_column_(edges.padded ? edges.shape.cols / edges.block.cols : -1),
        area_(area),
        blank_(blank),
        indices_(c.indices),
        data_(c.data) {}

  BSR_INLINE std::int64_t size() const { return size_; }

  /// The blocks of a union at row i: op(x, y) for the next block of a, from number p on, and the next of b,
  /// from number q on, or for zeros where a or b has none.
  template <class T, index IndexA, class V, index IndexB, class Op>
  BSR_INLINE void put_union(std::int64_t i, const row_union& u, const merge_operand<T, IndexA>& a,
                            std::int64_t p, const merge_operand<V, IndexB>& b, std::int64_t q, const Op& op) {
    const int count = u.size();
    Index* const columns = indices_ + size_;
    if constexpr (std::same_as<IndexA, Index> && std::same_as<IndexB, Index>) {
      spread_both(u.in_a, a.indices + p, u.in_b, b.indices + q, columns, count);
    } else {
      const IndexA* next_a = a.indices + p;
      const IndexB* next_b = b.indices + q;
      for (int k = 0; k < count; ++k) {
        const bool in_a = (u.in_a >> k & 1) != 0, in_b = (u.in_b >> k & 1) != 0;
        columns[k] = in_a ? static_cast<Index>(*next_a) : static_cast<Index>(*next_b);
        next_a += in_a;
        next_b += in_b;
      }
    }
    std::int64_t blanks = 0;
    if constexpr (Area == 1) {
      T x[row_union::reach];
      V y[row_union::reach];
      spread(u.in_a, a.data + p, x, count);
      spread(u.in_b, b.data + q, y, count);
      blanks = put_sixteens(x, y, count, op);
    } else {
      const std::int64_t area = area_.value();
      U* const to = data_ + size_ * area;
      const T* next_x = a.data + p * area;
      const V* next_y = b.data + q * area;
      for (int k = 0; k < count; ++k) {
        const auto in_a = static_cast<std::int64_t>(u.in_a >> k & 1);
        const auto in_b = static_cast<std::int64_t>(u.in_b >> k & 1);
        const T* const x = select(in_a, next_x, a.zeros);
        const V* const y = select(in_b, next_y, b.zeros);
        const auto element = [&](std::int64_t e) { return op(x[e], y[e]); };
        if (area < short_block)
          fill(to + k * area, element);
        else
          blanks += compute(to + k * area, 0, area, element);
        next_x += in_a * area;
        next_y += in_b * area;
      }
      if (area < short_block) blanks = count_blanks(to, count * area);
    }
    settle(i, columns, count, blanks, [](std::int64_t) {});
  }

  /// `count` blocks at (i, columns[0]), (i, columns[1]), ...; element(e) is element e of all of them
  /// together. Calls left_out(k) for every block that does not stay.
  template <index From, class Element, class LeftOut>
  BSR_INLINE void put_run(std::int64_t i, const From* columns, std::int64_t count, const Element& element,
                          const LeftOut& left_out) {
    // In pieces that stay in the cache until it is known whether they hold blank blocks.
    const std::int64_t piece = area_.value() < 1024 ? 1024 / area_.value() : 1;
    for (std::int64_t k = 0; k < count; k += piece)
      put_piece(i, columns + k, count - k < piece ? count - k : piece, k * area_.value(), element,
                [&](std::int64_t n) { left_out(k + n); });
  }
  template <index From, class Element>
  BSR_INLINE void put_run(std::int64_t i, const From* columns, std::int64_t count, const Element& element) {
    put_run(i, columns, count, element, [](std::int64_t) {});
  }

 private:
  /// Where blocks have fewer elements, blanks are counted when many blocks are there.
  static constexpr std::int64_t short_block = 64;

  /// to[e] = element(e) for one block.
  template <class Element>
  BSR_INLINE void fill(U* BSR_RESTRICT to, const Element& element) const {
    if constexpr (Area != dynamic && Area <= 16) {
      // All of it is read before anything is written: then it is vectors.
      U block[Area];
      for (int e = 0; e < Area; ++e) block[e] = element(e);
      std::memcpy(static_cast<void*>(to), block, sizeof block);
    } else {
      for (std::int64_t e = 0; e < area_.value(); ++e) to[e] = element(e);
    }
  }
  BSR_INLINE std::int64_t count_blanks(const U* from, std::int64_t count) const {
    std::int64_t blanks = 0;
    for (std::int64_t e = 0; e < count; ++e) blanks += from[e] == blank_;
    return blanks;
  }
  /// Elements op(x[k], y[k]) behind the end, of which `count` count; whole sixteens are written. Returns 0
  /// only if none is blank.
  template <class T, class V, class Op>
  BSR_INLINE std::int64_t put_sixteens(const T* x, const V* y, int count, const Op& op) {
    constexpr int lanes = spread_slack;
    std::int32_t blank[lanes] = {};
    U* BSR_RESTRICT to = data_ + size_;
    for (int k = 0; k < count; k += lanes) {
      for (int l = 0; l < lanes; ++l) {
        const U v = op(x[k + l], y[k + l]);
        to[k + l] = v;
        blank[l] |= std::int32_t{v == blank_} & std::int32_t{l < count - k};
      }
    }
    std::int32_t any = 0;
    for (int l = 0; l < lanes; ++l) any |= blank[l];
    return any;
  }
  /// to[e] = element(first + e); returns how many are blank.
  template <class Element>
  BSR_INLINE std::int64_t compute(U* BSR_RESTRICT to, std::int64_t first, std::int64_t count,
                                  const Element& element) const {
    std::int64_t blanks = 0;
    for (std::int64_t e = 0; e < count; ++e) {
      const U v = element(first + e);
      to[e] = v;
      blanks += v == blank_;
    }
    return blanks;
  }
  BSR_INLINE bool is_blank(const U* block) const {
    difference_finder<U> finder(blank_);
    for (std::int64_t e = 0; e < area_.value(); ++e) finder.look_at(block[e]);
    return !finder.found();
  }

  template <index From, class Element, class LeftOut>
  BSR_INLINE void put_piece(std::int64_t i, const From* columns, std::int64_t count, std::int64_t first,
                            const Element& element, const LeftOut& left_out) {
    const std::int64_t blanks = compute(data_ + size_ * area_.value(), first, count * area_.value(), element);
    for (std::int64_t k = 0; k < count; ++k) indices_[size_ + k] = static_cast<Index>(columns[k]);
    settle(i, columns, count, blanks, left_out);
  }

  /// The `count` blocks behind the end, in which so many elements are blank, get their columns; those that
  /// are all blank do not stay.
  template <index From, class LeftOut>
  BSR_INLINE void settle(std::int64_t i, const From* columns, std::int64_t count, std::int64_t blanks,
                         const LeftOut& left_out) {
    if (blanks == 0 && !edges_.padded)
      size_ += count;
    else
      keep_some(i, columns, count, left_out);
  }

  /// Of the `count` blocks behind the end keeps those that are not blank.
  template <index From, class LeftOut>
  void keep_some(std::int64_t i, const From* columns, std::int64_t count, const LeftOut& left_out) {
    const std::int64_t begin = size_;
    for (std::int64_t k = 0; k < count; ++k) {
      U* const block = data_ + (begin + k) * area_.value();
      bool any = false;
      if (edges_.padded && (i == last_row_ || columns[k] == last_column_)) {
        any = clear_padding(edges_, i, std::int64_t{columns[k]}, block, blank_);
      } else {
        any = !is_blank(block);
      }
      if (!any) {
        left_out(k);
        continue;
      }
      if (size_ != begin + k) {
        U* const to = data_ + size_ * area_.value();
        for (std::int64_t e = 0; e < area_.value(); ++e) to[e] = block[e];
        indices_[size_] = static_cast<Index>(columns[k]);
      }
      ++size_;
    }
  }

  const merge_edges edges_;
  const std::int64_t last_row_;
  const std::int64_t last_column_;
  const extent<Area> area_;
  const U blank_;
  Index* const indices_;
  U* const data_;
  std::int64_t size_ = 0;
};

/// The merge of matrices with the same blocks and no padding: all rows together. Rows are short, and what
/// begins and ends costs more than what is between.
template <class T, index IndexA, class V, index IndexB, int Area, class U, index Index, class Op>
void merge_as_one(std::int64_t rows, const merge_operand<T, IndexA>& a, const merge_operand<V, IndexB>& b,
                  const Op& op, merge_output<Area, U, Index>& out, Index* indptr) {
  storage_detail::growing_buffer<std::int64_t> gone;
  std::int64_t num_gone = 0;
  out.put_run(
      0, a.indices, a.indptr[rows], [&](std::int64_t e) { return op(a.data[e], b.data[e]); },
      [&](std::int64_t k) {
        gone.reserve(num_gone, 1);
        gone[num_gone++] = k;
      });
  std::int64_t before = 0;  // blocks that are gone in front of row i
  for (std::int64_t i = 0; i <= rows; ++i) {
    while (before < num_gone && gone[before] < a.indptr[i]) ++before;
    indptr[i] = static_cast<Index>(a.indptr[i] - before);
  }
}

/// One row of the merge, where a and b have different columns.
template <int Area, class T, index IndexA, class V, index IndexB, class U, index Index, class Op>
BSR_INLINE void merge_row(std::int64_t i, extent<Area> area, const merge_operand<T, IndexA>& a,
                          const merge_operand<V, IndexB>& b, const Op& op,
                          merge_output<Area, U, Index>& out) {
  std::int64_t p = a.indptr[i];
  std::int64_t q = b.indptr[i];
  const std::int64_t end_p = a.indptr[i + 1];
  const std::int64_t end_q = b.indptr[i + 1];
  while (p < end_p && q < end_q) {
    const row_union u = unite_rows(a.indices + p, end_p - p, b.indices + q, end_q - q);
    if constexpr (Op::both_only) {
      for (std::uint64_t both = u.in_a & u.in_b; both != 0; both &= both - 1) {
        const std::uint64_t before = (both & -both) - 1;
        const T* const x = a.data + (p + std::popcount(u.in_a & before)) * area.value();
        const V* const y = b.data + (q + std::popcount(u.in_b & before)) * area.value();
        out.put_run(i, a.indices + p + std::popcount(u.in_a & before), 1,
                    [&](std::int64_t e) { return op(x[e], y[e]); });
      }
    } else {
      out.put_union(i, u, a, p, b, q, op);
    }
    p += u.from_a();
    q += u.from_b();
  }
  if constexpr (!Op::both_only) {
    const T* const x = a.data + p * area.value();
    const V* const y = b.data + q * area.value();
    if (p < end_p) out.put_run(i, a.indices + p, end_p - p, [&](std::int64_t e) { return op(x[e], V{}); });
    if (q < end_q) out.put_run(i, b.indices + q, end_q - q, [&](std::int64_t e) { return op(T{}, y[e]); });
  }
}

/// c = op(a, b), element by element, over the union of the blocks; a block that is not stored is a block of
/// zeros, and a block of the result that holds nothing but `blank` is left out. Op::both_only says that op
/// gives blank wherever one of the two has no block. `same` says that a and b have the same blocks. Rows are
/// sorted. Returns the number of blocks. O(blocks of a and b, and their elements).
template <int Area, class T, index IndexA, class V, index IndexB, class U, index Index, class Op>
std::int64_t merge(const merge_edges& edges, std::int64_t rows, extent<Area> area,
                   const merge_operand<T, IndexA>& a, const merge_operand<V, IndexB>& b, bool same,
                   const Op& op, U blank, const merge_result<U, Index>& c) {
  merge_output<Area, U, Index> out(edges, area, blank, c);
  if (same && !edges.padded) {
    merge_as_one(rows, a, b, op, out, c.indptr);
    return out.size();
  }
  c.indptr[0] = 0;
  for (std::int64_t i = 0; i < rows; ++i) {
    const std::int64_t p = a.indptr[i], in_a = a.indptr[i + 1] - p;
    const std::int64_t q = b.indptr[i], in_b = b.indptr[i + 1] - q;
    if (same_columns(a.indices + p, in_a, b.indices + q, in_b)) {
      const T* const x = a.data + p * area.value();
      const V* const y = b.data + q * area.value();
      out.put_run(i, a.indices + p, in_a, [&](std::int64_t e) { return op(x[e], y[e]); });
    } else {
      merge_row(i, area, a, b, op, out);
    }
    c.indptr[i + 1] = static_cast<Index>(out.size());
  }
  return out.size();
}

}  // namespace bsr::inline v0::inline BSR_TARGET::detail
