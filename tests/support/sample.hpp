// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// One small matrix with every trap in it, in every format, as scipy 1.18.1 converts it:
// unsorted block columns, a block stored twice, an empty block row, a stored block of zeros, zeros inside
// blocks.
#include <cstdint>
#include <initializer_list>
#include <utility>

#include "bsr/storage.hpp"

namespace bsr_test::sample {

//  7 0 8 | 0 0 0 | 2 2 3
//  0 9 0 | 0 0 0 | 4 6 8
//  0 0 0 | 0 0 0 | 0 0 0
//  0 0 0 | 0 0 0 | 0 0 0
//  3 0 0 | 0 0 0 | 0 0 0
//  0 0 5 | 0 0 0 | 0 0 0
inline constexpr bsr::dims shape(6, 9);
inline constexpr bsr::dims blocksize(2, 3);

/// The number n as a T: bool is n != 0, complex is n - n i.
template <class T>
T number(int n) {
  if constexpr (bsr::is_complex<T>)
    return {static_cast<typename T::value_type>(n), static_cast<typename T::value_type>(-n)};
  else
    return static_cast<T>(n);
}
template <class T>
bsr::buffer<T> numbers_of(std::initializer_list<int> values) {
  bsr::buffer<T> result(static_cast<std::int64_t>(values.size()));
  std::int64_t k = 0;
  for (const int n : values) result[k++] = number<T>(n);
  return result;
}

/// As it is stored: bsr_array((data, indices, indptr)).
template <class T, int R = 2, int C = 3, class Index = std::int32_t>
bsr::matrix<T, R, C, Index> matrix() {
  return {shape,
          numbers_of<T>({1, 2, 3, 4, 5, 6,    // (0, 2)
                         7, 0, 8, 0, 9, 0,    // (0, 0)
                         1, 0, 0, 0, 1, 2,    // (0, 2) again
                         0, 0, 0, 0, 0, 0,    // (2, 1)
                         3, 0, 0, 0, 0, 5}),  // (2, 0)
          {2, 0, 2, 1, 0},
          {0, 3, 3, 5},
          blocksize};
}

/// After sum_duplicates: sorted, every block once, the block of zeros still there.
template <class T, int R = 2, int C = 3, class Index = std::int32_t>
bsr::matrix<T, R, C, Index> canonical() {
  return {shape,
          numbers_of<T>({7, 0, 8, 0, 9, 0,    // (0, 0)
                         2, 2, 3, 4, 6, 8,    // (0, 2)
                         3, 0, 0, 0, 0, 5,    // (2, 0)
                         0, 0, 0, 0, 0, 0}),  // (2, 1)
          {0, 2, 0, 1},
          {0, 2, 2, 4},
          blocksize};
}

/// transpose(): sorted, duplicates in their old order.
template <class T, int R = 3, int C = 2, class Index = std::int32_t>
bsr::matrix<T, R, C, Index> transposed() {
  return {bsr::dims(9, 6),
          numbers_of<T>({7, 0, 0, 9, 8, 0,    // (0, 0)
                         3, 0, 0, 0, 0, 5,    // (0, 2)
                         0, 0, 0, 0, 0, 0,    // (1, 2)
                         1, 4, 2, 5, 3, 6,    // (2, 0)
                         1, 0, 0, 1, 0, 2}),  // (2, 0) again
          {0, 2, 2, 0, 0},
          {0, 2, 3, 5},
          bsr::dims(3, 2)};
}

/// tocsr(): every stored element, in the order in which a scalar row meets it.
template <class T, class Index = std::int32_t>
bsr::csr<T, Index> csr() {
  return {shape,
          numbers_of<T>(
              {1, 2, 3, 7, 0, 8, 1, 0, 0, 4, 5, 6, 0, 9, 0, 0, 1, 2, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 5}),
          {6, 7, 8, 0, 1, 2, 6, 7, 8, 6, 7, 8, 0, 1, 2, 6, 7, 8, 3, 4, 5, 0, 1, 2, 3, 4, 5, 0, 1, 2},
          {0, 9, 18, 18, 18, 24, 30}};
}

/// tocsc(): every stored element, column by column, sorted; what lies at one place in its old order.
template <class T, class Index = std::int32_t>
bsr::csc<T, Index> csc() {
  return {shape,
          numbers_of<T>(
              {7, 0, 3, 0, 0, 9, 0, 0, 8, 0, 0, 5, 0, 0, 0, 0, 0, 0, 1, 1, 4, 0, 2, 0, 5, 1, 3, 0, 6, 2}),
          {0, 1, 4, 5, 0, 1, 4, 5, 0, 1, 4, 5, 4, 5, 4, 5, 4, 5, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1},
          {0, 4, 8, 12, 14, 16, 18, 22, 26, 30}};
}

/// tocoo(): every stored element, block by block.
template <class T, class Index = std::int32_t>
bsr::coo<T, Index> coo() {
  return {shape,
          numbers_of<T>(
              {1, 2, 3, 4, 5, 6, 7, 0, 8, 0, 9, 0, 1, 0, 0, 0, 1, 2, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 5}),
          {0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1, 4, 4, 4, 5, 5, 5, 4, 4, 4, 5, 5, 5},
          {6, 7, 8, 6, 7, 8, 0, 1, 2, 0, 1, 2, 6, 7, 8, 6, 7, 8, 3, 4, 5, 3, 4, 5, 0, 1, 2, 0, 1, 2}};
}

/// toarray(): duplicates added up.
template <class T, class Layout = bsr::row_major>
bsr::dense_matrix<T, Layout> dense() {
  const bsr::buffer<T> rows = numbers_of<T>({7, 0, 8, 0, 0, 0, 2, 2, 3,  //
                                             0, 9, 0, 0, 0, 0, 4, 6, 8,  //
                                             0, 0, 0, 0, 0, 0, 0, 0, 0,  //
                                             0, 0, 0, 0, 0, 0, 0, 0, 0,  //
                                             3, 0, 0, 0, 0, 0, 0, 0, 0,  //
                                             0, 0, 5, 0, 0, 0, 0, 0, 0});
  bsr::dense_matrix<T, Layout> result(shape.rows, shape.cols);
  for (std::int64_t i = 0; i < shape.rows; ++i)
    for (std::int64_t j = 0; j < shape.cols; ++j) result(i, j) = rows[i * shape.cols + j];
  return result;
}

}  // namespace bsr_test::sample
