// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Matrices beside and below each other. scipy: hstack, vstack, block_array, block_diag.
#include <concepts>
#include <cstdint>
#include <ranges>
#include <tuple>
#include <type_traits>
#include <utility>

#include "bsr/base/error.hpp"
#include "bsr/base/extent.hpp"
#include "bsr/base/result_type.hpp"
#include "bsr/base/scalar.hpp"
#include "bsr/base/target.hpp"
#include "bsr/convert/copy.hpp"
#include "bsr/convert/index_width.hpp"
#include "bsr/convert/result_size.hpp"
#include "bsr/convert/to_bsr.hpp"
#include "bsr/format/check_format.hpp"
#include "bsr/format/has_canonical_format.hpp"
#include "bsr/format/sort_indices.hpp"
#include "bsr/format/sum_duplicates.hpp"
#include "bsr/storage/buffer.hpp"
#include "bsr/storage/coo.hpp"
#include "bsr/storage/growing_buffer.hpp"
#include "bsr/storage/matrix.hpp"
#include "bsr/storage/matrix_view.hpp"
#include "bsr/storage/view.hpp"

namespace bsr::inline v0::inline BSR_TARGET {

/// A place of block_array without a matrix. Python: None.
struct empty_cell_t {};
inline constexpr empty_cell_t empty_cell{};

namespace detail {

/// Elements [first, first + n) of an array of any type, as T.
template <class T>
using element_source = void (*)(const void* data, std::int64_t first, T* to, std::int64_t n);
template <class T, class U>
void read_elements(const void* data, std::int64_t first, T* to, std::int64_t n) {
  const U* const from = static_cast<const U*>(data) + first;
  if constexpr (std::same_as<T, U>)
    copy_elements_of_block(from, to, n);
  else
    for (std::int64_t k = 0; k < n; ++k) to[k] = cast_scalar<T>(from[k]);
}

/// A matrix, and the element of the result where its first element goes. Parts of one strip have the same
/// rows.
template <class T>
struct part {
  const void* data;
  element_source<T> read;
  const void* indptr;  // of std::int64_t when `wide`, else of std::int32_t
  const void* indices;
  bool wide;
  dims shape;
  std::int64_t block_rows;
  std::int64_t stored;
  std::int64_t strip;
  dims offset;
};

/// Calls f(indptr, indices) with their type, of which Index is the widest.
template <index Index, class T, class F>
BSR_INLINE void with_indices(const part<T>& p, const F& f) {
  if constexpr (sizeof(Index) > sizeof(std::int32_t)) {
    if (p.wide)
      return f(static_cast<const std::int64_t*>(p.indptr), static_cast<const std::int64_t*>(p.indices));
  }
  f(static_cast<const std::int32_t*>(p.indptr), static_cast<const std::int32_t*>(p.indices));
}

/// What the result of joining parts is made of.
template <class T>
class part_list {
 public:
  explicit part_list(const char* who) : who_(who) {}
  const char* who() const { return who_; }
  std::int64_t size() const { return size_; }
  part<T>& operator[](std::int64_t k) { return parts_[k]; }
  const part<T>& operator[](std::int64_t k) const { return parts_[k]; }
  dims block() const {
    if (size_ == 0) fail<shape_error>("bsr: ", who_, ": there is no matrix, and so no block size.");
    return block_;
  }

  /// Adds a matrix, whose format is checked here, in a place that is given later.
  template <class U, int R, int C, class Index>
  void add(const matrix_view<const U, R, C, Index>& a) {
    check_format_for(who_, a, checks::full);
    if (size_ > 0 && a.blocksize() != block_)
      fail<shape_error>("bsr: ", who_, ": mismatching blocksize=", a.blocksize(), " of matrix ", size_,
                        " vs ", block_, " of those before it.");
    block_ = a.blocksize();
    parts_.reserve(size_, 1);
    parts_[size_++] = {a.data().data(),
                       &read_elements<T, U>,
                       a.indptr().data(),
                       a.indices().data(),
                       sizeof(Index) > sizeof(std::int32_t),
                       a.shape(),
                       a.block_rows(),
                       a.indptr()[static_cast<std::size_t>(a.block_rows())],
                       0,
                       {}};
  }

 private:
  const char* who_;
  storage_detail::growing_buffer<part<T>> parts_;
  std::int64_t size_ = 0;
  dims block_;
};

/// Parts that do not all begin on block boundaries: element by element.
template <int R, int C, index Index, class T>
matrix<T, R, C, Index> join_elements(const part_list<T>& parts, dims shape) {
  const dims block = parts.block();
  std::int64_t room = 0;
  for (std::int64_t n = 0; n < parts.size(); ++n)
    room = size_sum(parts.who(), room, parts[n].stored * block.rows * block.cols, "elements");
  buffer<std::int64_t> row(room, uninitialized);
  buffer<std::int64_t> col(room, uninitialized);
  buffer<T> data(room, uninitialized);
  std::int64_t used = 0;
  for (std::int64_t n = 0; n < parts.size(); ++n) {
    const part<T>& p = parts[n];
    with_indices<Index>(p, [&](const auto* indptr, const auto* indices) {
      for (std::int64_t i = 0; i < p.block_rows; ++i)
        for (std::int64_t k = indptr[i]; k < indptr[i + 1]; ++k)
          for (std::int64_t r = 0; r < block.rows; ++r)
            for (std::int64_t c = 0; c < block.cols; ++c) {
              const dims at(i * block.rows + r, indices[k] * block.cols + c);
              if (at.rows >= p.shape.rows || at.cols >= p.shape.cols) continue;
              row[used] = p.offset.rows + at.rows;
              col[used] = p.offset.cols + at.cols;
              p.read(p.data, (k * block.rows + r) * block.cols + c, data.data() + used++, 1);
            }
    });
  }
  const auto count = static_cast<std::size_t>(used);
  return to_bsr<R, C, Index>(
      coo_view<const T, std::int64_t>(shape, data.span().first(count), std::as_const(row).span().first(count),
                                      std::as_const(col).span().first(count)),
      block, padded);
}

/// Puts the parts, strip by strip and in a strip from left to right, into one canonical matrix.
template <int R, int C, index Index, class T>
matrix<T, R, C, Index> join(const part_list<T>& parts, dims shape) {
  const dims block = parts.block();
  storage_detail::check_static_blocksize<R, C>(parts.who(), block);
  check_range_fits<Index>(parts.who(), storage_detail::ceil_div(shape.cols, block.cols), "block columns");
  std::int64_t stored = 0;
  bool aligned = true;
  for (std::int64_t n = 0; n < parts.size(); ++n) {
    stored = size_sum(parts.who(), stored, parts[n].stored, "blocks");
    aligned = aligned && parts[n].offset.rows % block.rows == 0 && parts[n].offset.cols % block.cols == 0;
  }
  check_count_fits<Index>(parts.who(), stored, "blocks");
  if (!aligned) return join_elements<R, C, Index>(parts, shape);

  const std::int64_t area = block.rows * block.cols;
  buffer<Index> indptr(storage_detail::ceil_div(shape.rows, block.rows) + 1, uninitialized);
  buffer<Index> indices(stored, uninitialized);
  buffer<T> data(storage_detail::count_elements(parts.who(), stored, block), uninitialized);
  indptr[0] = 0;
  Index* ends = indptr.data() + 1;
  std::int64_t used = 0;
  // Blocks [begin, end) of a part to the end of the result.
  const auto append = [&](const part<T>& p, const auto* columns, std::int64_t begin, std::int64_t end) {
    const auto left = static_cast<Index>(p.offset.cols / block.cols);
    for (std::int64_t k = begin; k < end; ++k)
      indices[used + (k - begin)] = static_cast<Index>(left + columns[k]);
    p.read(p.data, begin * area, data.data() + used * area, (end - begin) * area);
    used += end - begin;
  };
  for (std::int64_t first = 0, last = 0; first < parts.size(); first = last) {
    while (last < parts.size() && parts[last].strip == parts[first].strip) ++last;
    const std::int64_t block_rows = parts[first].block_rows;
    if (last - first == 1) {
      with_indices<Index>(parts[first], [&](const auto* from, const auto* columns) {
        for (std::int64_t i = 0; i < block_rows; ++i) *ends++ = static_cast<Index>(used + from[i + 1]);
        append(parts[first], columns, 0, from[block_rows]);
      });
      continue;
    }
    for (std::int64_t i = 0; i < block_rows; ++i) {
      for (std::int64_t n = first; n < last; ++n)
        with_indices<Index>(parts[n], [&](const auto* from, const auto* columns) {
          append(parts[n], columns, from[i], from[i + 1]);
        });
      *ends++ = static_cast<Index>(used);
    }
  }
  matrix<T, R, C, Index> result(shape, std::move(data), std::move(indices), std::move(indptr), block, padded);
  sum_duplicates(result);
  return result;
}

/// The sizes of the rows and columns of a grid of matrices, and where each begins.
class grid_sizes {
 public:
  grid_sizes(const char* who, std::int64_t rows, std::int64_t cols)
      : who_(who), rows_(rows), cols_(cols), heights_(rows, uninitialized), widths_(cols, uninitialized) {
    for (std::int64_t i = 0; i < rows; ++i) heights_[i] = -1;
    for (std::int64_t j = 0; j < cols; ++j) widths_[j] = -1;
  }
  /// There is a matrix of this shape at (i, j). Throws shape_error, in scipy's words, when its neighbours are
  /// of other sizes.
  void add(std::int64_t i, std::int64_t j, dims shape) {
    if (heights_[i] >= 0 && heights_[i] != shape.rows)
      fail<shape_error>("bsr: ", who_, ": blocks[", i, ",:] has incompatible row dimensions. Got blocks[", i,
                        ",", j, "].shape[0] == ", shape.rows, ", expected ", heights_[i], ".");
    if (widths_[j] >= 0 && widths_[j] != shape.cols)
      fail<shape_error>("bsr: ", who_, ": blocks[:,", j, "] has incompatible column dimensions. Got blocks[",
                        i, ",", j, "].shape[1] == ", shape.cols, ", expected ", widths_[j], ".");
    heights_[i] = shape.rows;
    widths_[j] = shape.cols;
  }
  /// After all: sizes become offsets. Returns the shape of the whole.
  dims finish() { return {to_offsets(heights_, rows_, "rows"), to_offsets(widths_, cols_, "columns")}; }
  dims offset(std::int64_t i, std::int64_t j) const { return {heights_[i], widths_[j]}; }

 private:
  std::int64_t to_offsets(buffer<std::int64_t>& sizes, std::int64_t count, const char* what) const {
    std::int64_t sum = 0;
    for (std::int64_t n = 0; n < count; ++n) {
      const std::int64_t size = sizes[n] < 0 ? 0 : sizes[n];
      sizes[n] = sum;
      sum = size_sum(who_, sum, size, what);
    }
    return sum;
  }
  const char* who_;
  std::int64_t rows_;
  std::int64_t cols_;
  buffer<std::int64_t> heights_;
  buffer<std::int64_t> widths_;
};

/// Joins a grid. each(f) calls f(i, j, matrix_view) for every matrix there is, row by row.
template <int R, int C, index Index, class T, class Each>
matrix<T, R, C, Index> join_grid(const char* who, std::int64_t rows, std::int64_t cols, const Each& each) {
  part_list<T> parts(who);
  grid_sizes sizes(who, rows, cols);
  each([&](std::int64_t i, std::int64_t j, const auto& a) {
    parts.add(a);
    sizes.add(i, j, a.shape());
  });
  const dims shape = sizes.finish();
  std::int64_t n = 0;
  each([&](std::int64_t i, std::int64_t j, const auto&) {
    parts[n].strip = i;
    parts[n++].offset = sizes.offset(i, j);
  });
  return join<R, C, Index>(parts, shape);
}

/// Joins matrices along the diagonal. each(f) calls f(matrix_view) for every matrix.
template <int R, int C, index Index, class T, class Each>
matrix<T, R, C, Index> join_diagonal(const Each& each) {
  part_list<T> parts("block_diag");
  each([&](const auto& a) { parts.add(a); });
  dims shape(0, 0);
  for (std::int64_t n = 0; n < parts.size(); ++n) {
    parts[n].strip = n;
    parts[n].offset = shape;
    shape = dims(size_sum("block_diag", shape.rows, parts[n].shape.rows, "rows"),
                 size_sum("block_diag", shape.cols, parts[n].shape.cols, "columns"));
  }
  return join<R, C, Index>(parts, shape);
}

/// One static extent for several: the one that is a number, where any is.
template <int... N>
constexpr int common_extent() {
  int found = dynamic;
  ((found = found == dynamic ? N : found), ...);
  return found;
}

/// The element type of several: NumPy's result_type, from left to right.
template <class T, class... Rest>
struct common_value {
  using type = T;
};
template <class T, class U, class... Rest>
struct common_value<T, U, Rest...> : common_value<result_type_t<T, U>, Rest...> {};
/// What the result of joining these views is.
template <class First, class... Rest>
struct joined {
  using value_type = typename common_value<typename First::value_type, typename Rest::value_type...>::type;
  using index_type = wider_index_t<typename First::index_type, typename Rest::index_type...>;
  static constexpr int rows = common_extent<First::static_rows, Rest::static_rows...>();
  static constexpr int cols = common_extent<First::static_cols, Rest::static_cols...>();
  static_assert(((Rest::static_rows == dynamic || Rest::static_rows == rows) && ...) &&
                    ((Rest::static_cols == dynamic || Rest::static_cols == cols) && ...),
                "bsr: stacked matrices have blocks of different sizes.");
};

template <class A>
concept range_of_matrices = std::ranges::contiguous_range<const A> && std::ranges::sized_range<const A> &&
                            sparse_like<const std::ranges::range_value_t<const A>&>;
/// Pointers to matrices, std::optional views, ...: what is there is true and shows it with a star.
template <class A>
concept range_of_cells = std::ranges::contiguous_range<const A> && std::ranges::sized_range<const A> &&
                         requires(const std::ranges::range_value_t<const A>& cell) {
                           static_cast<bool>(cell);
                           requires sparse_like<decltype(std::as_const(*cell))>;
                         };

template <bool Down, class... A>
auto join_arguments(const char* who, const A&... a) {
  using made = joined<input_t<const A&>...>;
  return join_grid<made::rows, made::cols, typename made::index_type, typename made::value_type>(
      who, Down ? sizeof...(A) : 1, Down ? 1 : sizeof...(A), [&](const auto& f) {
        std::int64_t n = 0;
        ((f(Down ? n : 0, Down ? 0 : n, input(a)), ++n), ...);
      });
}
template <bool Down, class A>
auto join_range(const char* who, const A& matrices) {
  using made = joined<input_t<const std::ranges::range_value_t<const A>&>>;
  const auto count = static_cast<std::int64_t>(std::ranges::size(matrices));
  return join_grid<made::rows, made::cols, typename made::index_type, typename made::value_type>(
      who, Down ? count : 1, Down ? 1 : count, [&](const auto& f) {
        std::int64_t n = 0;
        for (const auto& a : matrices) {
          f(Down ? n : 0, Down ? 0 : n, input(a));
          ++n;
        }
      });
}

/// A place of block_array with a matrix.
template <class View>
struct cell {
  View view;
};
/// One row of block_array: cells, and empty_cell_t where there is nothing.
template <class... Cell>
struct cell_row {
  std::tuple<Cell...> values;
};
template <class A>
struct cell_of {
  using type = cell<input_t<const A&>>;
};
template <>
struct cell_of<empty_cell_t> {
  using type = empty_cell_t;
};
BSR_INLINE empty_cell_t make_cell(empty_cell_t) { return {}; }
template <class A>
  requires sparse_like<const A&>
BSR_INLINE cell<input_t<const A&>> make_cell(const A& a) {
  return {input(a)};
}

/// joined<> of those that are no empty_cell_t.
template <class Found, class... Cell>
struct joined_cells;
template <class... Found>
  requires(sizeof...(Found) > 0)
struct joined_cells<std::tuple<Found...>> : joined<Found...> {};
template <class... Found, class... Cell>
struct joined_cells<std::tuple<Found...>, empty_cell_t, Cell...>
    : joined_cells<std::tuple<Found...>, Cell...> {};
template <class... Found, class View, class... Cell>
struct joined_cells<std::tuple<Found...>, cell<View>, Cell...>
    : joined_cells<std::tuple<Found..., View>, Cell...> {};

template <class... Row>
struct joined_rows;
template <class... Cell>
struct joined_rows<cell_row<Cell...>> : joined_cells<std::tuple<>, Cell...> {};
template <class... Cell, class... Other, class... Row>
struct joined_rows<cell_row<Cell...>, cell_row<Other...>, Row...>
    : joined_rows<cell_row<Cell..., Other...>, Row...> {};

template <class F, class... Cell>
void for_each_cell(const cell_row<Cell...>& row, std::int64_t i, const F& f) {
  std::int64_t j = 0;
  const auto visit = [&](const auto& place) {
    if constexpr (!std::same_as<std::remove_cvref_t<decltype(place)>, empty_cell_t>) f(i, j, place.view);
    ++j;
  };
  std::apply([&](const auto&... place) { (visit(place), ...); }, row.values);
}

}  // namespace detail

// All of these: the blocks keep their size, which must be the same everywhere; the result is canonical, zero
// blocks stay. Elements have the result_type_t of all. Static block sizes stay static; the index type is
// std::int64_t if any operand has it. Copies blocks, O(blocks + stored elements); where a padded matrix is
// not the last one, the blocks behind it no longer begin at boundaries, and elements are gathered one by one.
// Throws shape_error (block sizes or shapes that do not fit together, in scipy's words; sizes that cannot be
// counted) and format_error (an index out of range).

/// The matrices one below the other: vstack(a, b, c), or vstack(matrices) with a std::vector, array or span
/// of matrices or views. As many columns each. scipy: vstack, which estimates a new block size.
template <class... A>
  requires(sizeof...(A) > 0) && (sparse_like<const A&> && ...)
auto vstack(const A&... a) {
  return detail::join_arguments<true>("vstack", a...);
}
template <detail::range_of_matrices A>
auto vstack(const A& matrices) {
  return detail::join_range<true>("vstack", matrices);
}

/// The matrices beside each other, from left to right. As many rows each. scipy: hstack.
template <class... A>
  requires(sizeof...(A) > 0) && (sparse_like<const A&> && ...)
auto hstack(const A&... a) {
  return detail::join_arguments<false>("hstack", a...);
}
template <detail::range_of_matrices A>
auto hstack(const A& matrices) {
  return detail::join_range<false>("hstack", matrices);
}

/// The matrices along the diagonal, each beginning where the one before it ends. scipy: block_diag.
template <class... A>
  requires(sizeof...(A) > 0) && (sparse_like<const A&> && ...)
auto block_diag(const A&... a) {
  using made = detail::joined<input_t<const A&>...>;
  return detail::join_diagonal<made::rows, made::cols, typename made::index_type, typename made::value_type>(
      [&](const auto& f) { (f(input(a)), ...); });
}
template <detail::range_of_matrices A>
auto block_diag(const A& matrices) {
  using made = detail::joined<input_t<const std::ranges::range_value_t<const A>&>>;
  return detail::join_diagonal<made::rows, made::cols, typename made::index_type, typename made::value_type>(
      [&](const auto& f) {
        for (const auto& a : matrices) f(input(a));
      });
}

/// One row of block_array: matrices, and `empty_cell`. Used at once: it shows what it was given.
template <class... A>
  requires((sparse_like<const A&> || std::same_as<A, empty_cell_t>) && ...)
auto cells(const A&... a) {
  return detail::cell_row<typename detail::cell_of<A>::type...>{{detail::make_cell(a)...}};
}

/// A matrix of matrices, each row as long as the first:
///
///   block_array(cells(a, empty_cell),
///               cells(empty_cell, b))
///
/// All in a row have as many rows, all in a column as many columns; a row or column of nothing but empty
/// cells has none. At least one matrix is needed. scipy: block_array, bmat.
template <class... First, class... Row>
  requires requires { typename detail::joined_rows<detail::cell_row<First...>, Row...>::value_type; }
auto block_array(const detail::cell_row<First...>& first, const Row&... rows) {
  using made = detail::joined_rows<detail::cell_row<First...>, Row...>;
  static_assert(((std::tuple_size_v<decltype(rows.values)> == sizeof...(First)) && ...),
                "bsr: block_array: the rows have different numbers of cells.");
  return detail::join_grid<made::rows, made::cols, typename made::index_type, typename made::value_type>(
      "block_array", 1 + sizeof...(Row), sizeof...(First), [&](const auto& f) {
        std::int64_t i = 0;
        detail::for_each_cell(first, i, f);
        (detail::for_each_cell(rows, ++i, f), ...);
      });
}

/// The same for a number of matrices known at run time: a std::vector, array or span, row by row, of pointers
/// to matrices or std::optional views; what is not there is null or empty.
template <detail::range_of_cells A, std::integral Columns>
auto block_array(const A& cells_by_row, Columns columns) {
  using view_type = input_t<decltype(std::as_const(**std::ranges::data(cells_by_row)))>;
  using made = detail::joined<view_type>;
  const auto count = static_cast<std::int64_t>(std::ranges::size(cells_by_row));
  const auto width = static_cast<std::int64_t>(columns);
  if (width < 1 || count % width != 0)
    fail<shape_error>("bsr: block_array: ", count, " cells are no rows of ", width, ".");
  return detail::join_grid<made::rows, made::cols, typename made::index_type, typename made::value_type>(
      "block_array", count / width, width, [&](const auto& f) {
        const auto* const places = std::ranges::data(cells_by_row);
        for (std::int64_t n = 0; n < count; ++n)
          if (places[n]) f(n / width, n % width, input(*places[n]));
      });
}

}  // namespace bsr::inline v0::inline BSR_TARGET
