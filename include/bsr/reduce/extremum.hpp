// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// The largest and the smallest element, and where they are. scipy: max, min, nanmax, nanmin, argmax, argmin.
#include <algorithm>
#include <concepts>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "bsr/base/error.hpp"
#include "bsr/base/scalar.hpp"
#include "bsr/base/target.hpp"
#include "bsr/format/check_format.hpp"
#include "bsr/reduce/axis.hpp"
#include "bsr/reduce/distinct.hpp"
#include "bsr/reduce/fold.hpp"
#include "bsr/storage/buffer.hpp"
#include "bsr/storage/structure.hpp"
#include "bsr/storage/view.hpp"

namespace bsr::inline v0 {

/// Which elements a search looks at: all, zero where nothing is stored, or those of stored blocks only.
enum class elements { all, stored };
/// scipy's explicit=True: max(a, explicit_only).
inline constexpr elements explicit_only = elements::stored;

}  // namespace bsr::inline v0

namespace bsr::inline v0::inline BSR_TARGET {
namespace detail {

template <class T>
BSR_INLINE bool holds_nan(const T& x) {
  if constexpr (std::integral<T>)
    return false;
  else if constexpr (is_complex<T>)
    return (int{x.real() != x.real()} | int{x.imag() != x.imag()}) != 0;
  else
    return x != x;
}

/// NumPy's order: complex numbers by their real parts, and by their imaginary parts where those are equal.
template <class T>
BSR_INLINE bool is_below(const T& x, const T& y) {
  if constexpr (is_complex<T>)
    return (int{x.real() < y.real()} | (int{x.real() == y.real()} & int{x.imag() < y.imag()})) != 0;
  else
    return x < y;
}

enum class extremum { max, min };
enum class nans { propagate, ignore };

/// Whether x is nearer to the extreme than y; neither is NaN.
template <extremum Which, class T>
BSR_INLINE bool beats(const T& x, const T& y) {
  if constexpr (Which == extremum::max)
    return is_below(y, x);
  else
    return is_below(x, y);
}

/// What every number beats or equals.
template <extremum Which, class T>
constexpr T weakest() {
  if constexpr (is_complex<T>) {
    return {weakest<Which, typename T::value_type>(), weakest<Which, typename T::value_type>()};
  } else {
    using limits = std::numeric_limits<T>;
    if constexpr (limits::has_infinity)
      return Which == extremum::max ? -limits::infinity() : limits::infinity();
    else
      return Which == extremum::max ? (limits::lowest)() : (limits::max)();
  }
}

/// The extreme of elements. NaN wins over every number, or loses against every number.
template <extremum Which, nans Nans, class T>
struct extreme_fold {
  using state = T;
  using total = T;
  static constexpr int chunk = 1024;
  static T start() {
    if constexpr (Nans == nans::propagate || std::integral<T>) {
      return weakest<Which, T>();
    } else if constexpr (is_complex<T>) {
      constexpr auto nan = std::numeric_limits<typename T::value_type>::quiet_NaN();
      return {nan, nan};
    } else {
      return std::numeric_limits<T>::quiet_NaN();
    }
  }
  BSR_INLINE static T take(const T& best, const T& x) {
    const bool is_better = beats<Which>(x, best);
    if constexpr (is_complex<T>) {
      // One part may be NaN and the other not. Of two that hold NaN the first is kept, as in NumPy.
      const bool x_nan = holds_nan(x);
      const bool best_nan = holds_nan(best);
      const bool takes_over = Nans == nans::ignore ? best_nan || (is_better && !x_nan) : is_better || x_nan;
      const bool keeps = Nans == nans::propagate && best_nan;
      return {takes_over && !keeps ? x.real() : best.real(), takes_over && !keeps ? x.imag() : best.imag()};
    } else {
      // The first selection is an instruction of its own: NaN is never better, nor is anything than NaN.
      const T better = is_better ? x : best;
      if constexpr (std::integral<T>)
        return better;
      else
        return holds_nan(Nans == nans::ignore ? best : x) ? x : better;
    }
  }
  BSR_INLINE static T join(const T& x, const T& y) { return take(x, y); }
  BSR_INLINE static T close(const T& best) { return best; }
  BSR_INLINE static T join_totals(const T& x, const T& y) { return take(x, y); }
};

template <class View>
std::int64_t blocks_of(const View& a) {
  return a.indptr()[static_cast<std::size_t>(a.block_rows())];
}

/// Whether every place is stored; no block may come twice.
template <class View>
bool is_full(const View& a) {
  std::int64_t all = 0;
  return !__builtin_mul_overflow(a.block_rows(), a.block_cols(), &all) && blocks_of(a) == all;
}

/// How many blocks each block column has.
template <class View>
buffer<std::int64_t> column_counts(const View& a) {
  buffer<std::int64_t> count(a.block_cols());
  const auto* const indices = a.indices().data();
  for (std::int64_t k = 0; k < blocks_of(a); ++k) ++count[indices[k]];
  return count;
}

template <extremum Which, nans Nans, class A>
auto extreme_of(const char* who, const A& x, elements which) {
  const auto a = input(x);
  using T = typename decltype(a)::value_type;
  if (a.rows() == 0 || a.cols() == 0)
    fail<shape_error>("bsr: ", who, ": zero-size array to reduction operation: a is ", a.shape(), ".");
  return with_distinct_blocks(who, a, [which](const auto& distinct) {
    const extreme_fold<Which, Nans, T> f;
    if (blocks_of(distinct) == 0) return T{};
    const T best = fold_all(f, distinct);
    return which == elements::stored || is_full(distinct) ? best : f.take(best, T{});
  });
}

template <extremum Which, nans Nans, class A>
auto extremes_of(const char* who, const A& x, int axis, elements which) {
  const auto a = input(x);
  using T = typename decltype(a)::value_type;
  axis = check_axis(who, axis);
  if ((axis == 0 ? a.rows() : a.cols()) == 0)
    fail<shape_error>("bsr: ", who, ": zero-size array to reduction operation: a is ", a.shape(), ".");
  return with_distinct_blocks(who, a, [axis, which](const auto& distinct) {
    const extreme_fold<Which, Nans, T> f;
    // A line of which `stored` out of `size` blocks are stored.
    const auto finish = [&](const T& best, std::int64_t stored, std::int64_t size) {
      if (stored == 0) return T{};
      return which == elements::stored || stored == size ? best : f.take(best, T{});
    };
    const dims block = distinct.blocksize();
    if (axis == 0) {
      auto result = fold_cols(f, distinct);
      const auto count = column_counts(distinct);
      for (std::int64_t j = 0; j < distinct.block_cols(); ++j)
        for (std::int64_t c = j * block.cols; c < (std::min)((j + 1) * block.cols, distinct.cols()); ++c)
          result[c] = finish(result[c], count[j], distinct.block_rows());
      return result;
    }
    buffer<T> result(distinct.rows(), uninitialized);
    const auto* const indptr = distinct.indptr().data();
    fold_rows(f, distinct, [&](std::int64_t row, const T& best) {
      const std::int64_t i = row / block.rows;
      result[row] = finish(best, std::int64_t{indptr[i + 1]} - indptr[i], distinct.block_cols());
    });
    return result;
  });
}

/// Whether x is the extreme that was found; NaN is NaN.
template <class T>
BSR_INLINE bool is_same_extreme(const T& x, const T& best) {
  return x == best || (holds_nan(best) && holds_nan(x));
}

/// Finds the first block column of a block row that is not stored.
class gap_finder {
 public:
  /// For rows of at most `longest` blocks.
  explicit gap_finder(std::int64_t longest) : seen_(longest + 1) {}
  /// Columns of one row, none of them twice.
  template <index Index>
  std::int64_t operator()(const Index* columns, std::int64_t count) {
    // It is at most `count`.
    for (std::int64_t k = 0; k <= count; ++k) seen_[k] = 0;
    for (std::int64_t k = 0; k < count; ++k)
      if (columns[k] < count) seen_[columns[k]] = 1;
    std::int64_t gap = 0;
    while (gap < count && seen_[gap] != 0) ++gap;
    return gap;
  }

 private:
  buffer<std::uint8_t> seen_;
};

template <class View>
gap_finder make_gap_finder(const View& a) {
  const auto* const indptr = a.indptr().data();
  std::int64_t longest = 0;
  for (std::int64_t i = 0; i < a.block_rows(); ++i)
    longest = (std::max)(longest, std::int64_t{indptr[i + 1]} - indptr[i]);
  return gap_finder(longest);
}

/// The first row, and in it the first column, whose stored element is `best`; at row * cols + col.
template <class T, int R, int C, class Index>
std::int64_t first_place(const matrix_view<const T, R, C, Index>& a, const T& best) {
  const dims block = a.blocksize();
  const std::int64_t area = block.rows * block.cols;
  const Index* const indptr = a.indptr().data();
  for (std::int64_t i = 0; i < a.block_rows(); ++i) {
    const T* const begin = a.data().data() + indptr[i] * area;
    const std::int64_t size = (std::int64_t{indptr[i + 1]} - indptr[i]) * area;
    bool any = false;
    for (std::int64_t k = 0; k < size; ++k) any |= is_same_extreme(begin[k], best);
    if (!any) continue;
    const std::int64_t height = (std::min)(block.rows, a.rows() - i * block.rows);
    for (std::int64_t r = 0; r < height; ++r) {
      std::int64_t first = a.cols();
      for (std::int64_t k = indptr[i]; k < indptr[i + 1]; ++k) {
        const std::int64_t left = a.indices()[static_cast<std::size_t>(k)] * block.cols;
        const T* const x = a.data().data() + k * area + r * block.cols;
        for (std::int64_t c = 0; left + c < first && c < block.cols; ++c)
          if (is_same_extreme(x[c], best)) first = left + c;
      }
      if (first < a.cols()) return (i * block.rows + r) * a.cols() + first;
    }
  }
  return a.rows() * a.cols();
}

/// Of the stored place of `best` and the first place that is not stored (both -1 when there is none), the one
/// with the extreme; of two that are equal the first.
template <extremum Which, class T>
std::int64_t place_of_extreme(std::int64_t stored, const T& best, std::int64_t missing) {
  if (missing < 0 || (stored >= 0 && (holds_nan(best) || beats<Which>(best, T{})))) return stored;
  if (stored < 0 || best != T{}) return missing;
  return (std::min)(stored, missing);
}

template <extremum Which, class A>
std::int64_t extreme_place(const char* who, const A& x, elements which) {
  const auto a = input(x);
  using T = typename decltype(a)::value_type;
  std::int64_t size = 0;
  if (a.rows() == 0 || a.cols() == 0)
    fail<shape_error>("bsr: ", who, ": Cannot apply ", who, " to an empty matrix: a is ", a.shape(), ".");
  if (__builtin_mul_overflow(a.rows(), a.cols(), &size))
    fail<shape_error>("bsr: ", who, ": a is ", a.shape(), ", and has more places than can be numbered.");
  if (which == elements::stored && blocks_of(a) == 0)
    fail<shape_error>("bsr: ", who, ": Cannot apply ", who,
                      " to zero matrix when only stored elements count.");
  return with_distinct_blocks(who, a, [which](const auto& distinct) -> std::int64_t {
    if (blocks_of(distinct) == 0) return 0;
    const auto* const indptr = distinct.indptr().data();
    const T best = fold_all(extreme_fold<Which, nans::propagate, T>(), distinct);
    std::int64_t missing = -1;
    if (which == elements::all && !is_full(distinct)) {
      std::int64_t i = 0;
      while (std::int64_t{indptr[i + 1]} - indptr[i] == distinct.block_cols()) ++i;
      const std::int64_t count = std::int64_t{indptr[i + 1]} - indptr[i];
      const std::int64_t j = gap_finder(count)(distinct.indices().data() + indptr[i], count);
      missing = i * distinct.blocksize().rows * distinct.cols() + j * distinct.blocksize().cols;
      if (!holds_nan(best) && beats<Which>(T{}, best)) return missing;
    }
    return place_of_extreme<Which>(first_place(distinct, best), best, missing);
  });
}

/// For every row its column, for axis 1.
template <extremum Which, class T, int R, int C, class Index>
buffer<std::int64_t> extreme_places_in_rows(const matrix_view<const T, R, C, Index>& a, elements which) {
  const dims block = a.blocksize();
  const Index* const indptr = a.indptr().data();
  const Index* const indices = a.indices().data();
  buffer<T> best(a.rows(), uninitialized);
  fold_rows(extreme_fold<Which, nans::propagate, T>(), a,
            [&](std::int64_t row, const T& value) { best[row] = value; });
  buffer<std::int64_t> result(a.rows(), uninitialized);
  for (std::int64_t& col : result) col = -1;
  auto find_gap = make_gap_finder(a);
  for (std::int64_t i = 0; i < a.block_rows(); ++i) {
    const std::int64_t height = (std::min)(block.rows, a.rows() - i * block.rows);
    const std::int64_t count = std::int64_t{indptr[i + 1]} - indptr[i];
    for (std::int64_t k = indptr[i]; k < indptr[i + 1]; ++k) {
      const std::int64_t left = indices[k] * block.cols;
      const std::int64_t width = (std::min)(block.cols, a.cols() - left);
      for (std::int64_t r = 0; r < height; ++r) {
        const T* const x = a.data().data() + (k * block.rows + r) * block.cols;
        std::int64_t& place = result[i * block.rows + r];
        for (std::int64_t c = 0; c < width; ++c)
          if (is_same_extreme(x[c], best[i * block.rows + r]) && (place < 0 || left + c < place))
            place = left + c;
      }
    }
    std::int64_t missing = -1;
    if (which == elements::all && count < a.block_cols())
      missing = find_gap(indices + indptr[i], count) * block.cols;
    for (std::int64_t row = i * block.rows; row < i * block.rows + height; ++row)
      result[row] = (std::max<std::int64_t>)(0, place_of_extreme<Which>(result[row], best[row], missing));
  }
  return result;
}

/// For every column its row, for axis 0.
template <extremum Which, class T, int R, int C, class Index>
buffer<std::int64_t> extreme_places_in_cols(const matrix_view<const T, R, C, Index>& a, elements which) {
  const dims block = a.blocksize();
  const Index* const indptr = a.indptr().data();
  const Index* const indices = a.indices().data();
  const auto best = fold_cols(extreme_fold<Which, nans::propagate, T>(), a);
  buffer<std::int64_t> result(a.cols(), uninitialized);
  for (std::int64_t& row : result) row = -1;
  // Rows come in order: the first gap of a block column is where one does not come next.
  buffer<std::int64_t> gap(a.block_cols());
  for (std::int64_t i = 0; i < a.block_rows(); ++i) {
    const std::int64_t height = (std::min)(block.rows, a.rows() - i * block.rows);
    for (std::int64_t k = indptr[i]; k < indptr[i + 1]; ++k) {
      const std::int64_t left = indices[k] * block.cols;
      const std::int64_t width = (std::min)(block.cols, a.cols() - left);
      gap[indices[k]] += gap[indices[k]] == i ? 1 : 0;
      for (std::int64_t r = 0; r < height; ++r) {
        const T* const x = a.data().data() + (k * block.rows + r) * block.cols;
        for (std::int64_t c = 0; c < width; ++c)
          if (is_same_extreme(x[c], best[left + c]) && result[left + c] < 0)
            result[left + c] = i * block.rows + r;
      }
    }
  }
  for (std::int64_t j = 0; j < a.block_cols(); ++j) {
    const bool has_gap = which == elements::all && gap[j] < a.block_rows();
    for (std::int64_t c = j * block.cols; c < (std::min)((j + 1) * block.cols, a.cols()); ++c)
      result[c] = (std::max<std::int64_t>)(0, place_of_extreme<Which>(result[c], best[c],
                                                                      has_gap ? gap[j] * block.rows : -1));
  }
  return result;
}

template <extremum Which, class A>
buffer<std::int64_t> extreme_places(const char* who, const A& x, int axis, elements which) {
  const auto a = input(x);
  axis = check_axis(who, axis);
  if ((axis == 0 ? a.rows() : a.cols()) == 0)
    fail<shape_error>("bsr: ", who, ": Cannot apply ", who, " along a zero-sized dimension: a is ", a.shape(),
                      ".");
  return with_distinct_blocks(who, a, [axis, which](const auto& distinct) {
    return axis == 0 ? extreme_places_in_cols<Which>(distinct, which)
                     : extreme_places_in_rows<Which>(distinct, which);
  });
}

}  // namespace detail

// The names stand in parentheses because some systems define max and min as macros.

/// The largest element, of a's type. Places that are not stored are zero and take part; with explicit_only
/// they do not, and the result is 0 when nothing at all is stored. What is stored more than once is added up
/// first; a is not changed. NaN wins over every number. Complex numbers are ordered by their real and then
/// their imaginary parts. O(nnz). Throws shape_error when a has no elements, format_error when an index is
/// out of range. scipy: max(explicit).
template <class A>
  requires sparse_like<const A&>
auto(max)(const A& a, elements which = elements::all) {
  return detail::extreme_of<detail::extremum::max, detail::nans::propagate>("max", a, which);
}
/// The largest element of every column (axis 0 or -2) or row (axis 1 or -1), by the same rules, as a dense
/// array (scipy: a sparse one). O(nnz + rows + columns). Throws shape_error also for another axis. scipy:
/// max(axis, explicit).
template <class A>
  requires sparse_like<const A&>
auto(max)(const A& a, int axis, elements which = elements::all) {
  return detail::extremes_of<detail::extremum::max, detail::nans::propagate>("max", a, axis, which);
}

/// The smallest element; as max.
template <class A>
  requires sparse_like<const A&>
auto(min)(const A& a, elements which = elements::all) {
  return detail::extreme_of<detail::extremum::min, detail::nans::propagate>("min", a, which);
}
/// The smallest element of every column or row; as max.
template <class A>
  requires sparse_like<const A&>
auto(min)(const A& a, int axis, elements which = elements::all) {
  return detail::extremes_of<detail::extremum::min, detail::nans::propagate>("min", a, axis, which);
}

/// The largest element that is not NaN; NaN only when there is nothing else. Otherwise as max.
template <class A>
  requires sparse_like<const A&>
auto nanmax(const A& a, elements which = elements::all) {
  return detail::extreme_of<detail::extremum::max, detail::nans::ignore>("nanmax", a, which);
}
/// The largest element that is not NaN of every column or row; as max.
template <class A>
  requires sparse_like<const A&>
auto nanmax(const A& a, int axis, elements which = elements::all) {
  return detail::extremes_of<detail::extremum::max, detail::nans::ignore>("nanmax", a, axis, which);
}

/// The smallest element that is not NaN; as nanmax.
template <class A>
  requires sparse_like<const A&>
auto nanmin(const A& a, elements which = elements::all) {
  return detail::extreme_of<detail::extremum::min, detail::nans::ignore>("nanmin", a, which);
}
/// The smallest element that is not NaN of every column or row; as max.
template <class A>
  requires sparse_like<const A&>
auto nanmin(const A& a, int axis, elements which = elements::all) {
  return detail::extremes_of<detail::extremum::min, detail::nans::ignore>("nanmin", a, axis, which);
}

/// Where the largest element is: row * columns + column of the first one, row by row. Which one that is, and
/// which places take part, is said at max; it is the first NaN when there is one. (scipy overlooks NaN where
/// places are not stored, and with explicit=True numbers the stored elements instead of the places.) O(nnz).
/// Throws shape_error when a has no elements, or no stored ones with explicit_only, or more places than an
/// int64 can count; format_error when an index is out of range. scipy: argmax(explicit).
template <class A>
  requires sparse_like<const A&>
std::int64_t argmax(const A& a, elements which = elements::all) {
  return detail::extreme_place<detail::extremum::max>("argmax", a, which);
}
/// In which row every column (axis 0 or -2) has its first largest element, or in which column every row (axis
/// 1 or -1). With explicit_only 0 for lines that store nothing. O(nnz + rows + columns). Throws shape_error
/// for another axis or lines without elements, format_error when an index is out of range. scipy:
/// argmax(axis, explicit).
template <class A>
  requires sparse_like<const A&>
buffer<std::int64_t> argmax(const A& a, int axis, elements which = elements::all) {
  return detail::extreme_places<detail::extremum::max>("argmax", a, axis, which);
}

/// Where the smallest element is; as argmax.
template <class A>
  requires sparse_like<const A&>
std::int64_t argmin(const A& a, elements which = elements::all) {
  return detail::extreme_place<detail::extremum::min>("argmin", a, which);
}
/// Where every column or row has its first smallest element; as argmax.
template <class A>
  requires sparse_like<const A&>
buffer<std::int64_t> argmin(const A& a, int axis, elements which = elements::all) {
  return detail::extreme_places<detail::extremum::min>("argmin", a, axis, which);
}

}  // namespace bsr::inline v0::inline BSR_TARGET
