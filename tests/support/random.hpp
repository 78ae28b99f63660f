// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Random matrices for tests: the same numbers from the same seed with every compiler.
#include <complex>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <utility>
#include <vector>

#include "bsr/storage.hpp"

namespace bsr_test {

/// Which values a random matrix gets.
enum class numbers {
  real,            ///< floating point: in [-1, 1). Integers: the same as small_integers.
  small_integers,  ///< -4 .. 4 (unsigned: 0 .. 8): sums of a few thousand products are exact in every type
                   ///< from float on
};

/// A small counter-based generator (SplitMix64).
class random {
 public:
  explicit random(std::uint64_t seed) : state_(seed) {}
  std::uint64_t bits() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  /// In [0, 1).
  double unit() { return static_cast<double>(bits() >> 11) * 0x1p-53; }
  /// In [0, n); n >= 1.
  std::int64_t below(std::int64_t n) {
    return static_cast<std::int64_t>(bits() % static_cast<std::uint64_t>(n));
  }
  /// In [low, high].
  std::int64_t between(std::int64_t low, std::int64_t high) { return low + below(high - low + 1); }
  bool chance(double probability) { return unit() < probability; }

  template <class T>
  T value(numbers kind = numbers::real) {
    if constexpr (bsr::is_complex<T>) {
      const auto re = value<typename T::value_type>(kind);
      return {re, value<typename T::value_type>(kind)};
    } else if constexpr (std::is_same_v<T, bool>) {
      return chance(0.7);
    } else if constexpr (std::is_unsigned_v<T>) {
      return static_cast<T>(below(9));
    } else if constexpr (std::is_integral_v<T>) {
      return static_cast<T>(between(-4, 4));
    } else {
      return kind == numbers::real ? static_cast<T>(2 * unit() - 1) : static_cast<T>(between(-4, 4));
    }
  }

 private:
  std::uint64_t state_;
};

/// What no kernel may read as a value: NaN, or a large number where there is none.
template <class T>
T poison() {
  if constexpr (bsr::is_complex<T>)
    return {poison<typename T::value_type>(), poison<typename T::value_type>()};
  else if constexpr (std::is_floating_point_v<T>)
    return std::numeric_limits<T>::quiet_NaN();
  else
    return static_cast<T>(99);
}

struct random_options {
  double density = 0.3;      ///< the chance of a block to be stored
  double duplicates = 0.0;   ///< the chance of a stored block to be stored once more
  double zero_blocks = 0.0;  ///< the chance of a stored block to be all zeros
  double empty_rows = 0.0;   ///< the chance of a block row to be empty
  bool sorted = false;       ///< block columns in order, otherwise shuffled
  numbers values = numbers::real;
  bool poison_padding = true;  ///< what lies beyond the edge of a padded matrix is poison(), otherwise zero
};

/// Everything a kernel must be able to bear at once: empty rows, explicit zeros, duplicates, no order.
inline constexpr random_options wild{
    .density = 0.4, .duplicates = 0.2, .zero_blocks = 0.1, .empty_rows = 0.15};

/// The arrays of a random matrix.
template <class T, class Index>
struct random_arrays {
  bsr::buffer<T> data;
  bsr::buffer<Index> indices;
  bsr::buffer<Index> indptr;

  random_arrays(random& rng, bsr::dims shape, bsr::dims block, random_options options);
};
template <class T, class Index>
random_arrays<T, Index>::random_arrays(random& rng, bsr::dims shape, bsr::dims block,
                                       random_options options) {
  const std::int64_t block_rows = (shape.rows + block.rows - 1) / block.rows;
  const std::int64_t block_cols = (shape.cols + block.cols - 1) / block.cols;
  std::vector<Index> columns;
  std::vector<Index> begins{0};
  for (std::int64_t i = 0; i < block_rows; ++i) {
    const auto begin = static_cast<std::int64_t>(columns.size());
    if (!rng.chance(options.empty_rows))
      for (std::int64_t j = 0; j < block_cols; ++j)
        while (rng.chance(options.density)) {
          columns.push_back(static_cast<Index>(j));
          if (!rng.chance(options.duplicates)) break;
        }
    const auto end = static_cast<std::int64_t>(columns.size());
    if (!options.sorted)
      for (std::int64_t k = end - 1; k > begin; --k)
        std::swap(columns[static_cast<std::size_t>(k)],
                  columns[static_cast<std::size_t>(rng.between(begin, k))]);
    begins.push_back(static_cast<Index>(end));
  }
  data = bsr::buffer<T>(static_cast<std::int64_t>(columns.size()) * block.rows * block.cols);
  std::int64_t at = 0;
  for (std::int64_t i = 0; i < block_rows; ++i)
    for (auto k = static_cast<std::size_t>(begins[static_cast<std::size_t>(i)]);
         k < static_cast<std::size_t>(begins[static_cast<std::size_t>(i) + 1]); ++k) {
      const bool zero = rng.chance(options.zero_blocks);
      for (std::int64_t r = 0; r < block.rows; ++r)
        for (std::int64_t c = 0; c < block.cols; ++c, ++at) {
          const bool inside = i * block.rows + r < shape.rows && columns[k] * block.cols + c < shape.cols;
          if (inside)
            data[at] = zero ? T{} : rng.value<T>(options.values);
          else
            data[at] = options.poison_padding ? poison<T>() : T{};
        }
    }
  indices = columns;
  indptr = begins;
}
// Compiled once, in random.cpp, for the types that most tests use.
#define BSR_TEST_RANDOM(how, T) how template struct random_arrays<T, std::int32_t>
BSR_TEST_RANDOM(extern, bool);
BSR_TEST_RANDOM(extern, std::int8_t);
BSR_TEST_RANDOM(extern, std::int32_t);
BSR_TEST_RANDOM(extern, float);
BSR_TEST_RANDOM(extern, double);
BSR_TEST_RANDOM(extern, std::complex<double>);

/// A random block-sparse-row matrix of any shape; one that is no multiple of the block size becomes padded.
template <class T, int R = bsr::dynamic, int C = R, class Index = std::int32_t>
bsr::matrix<T, R, C, Index> random_matrix(random& rng, bsr::dims shape, bsr::dims block,
                                          random_options options = {}) {
  random_arrays<T, Index> arrays(rng, shape, block, options);
  return {shape,      std::move(arrays.data), std::move(arrays.indices), std::move(arrays.indptr), block,
          bsr::padded};
}
/// The same with the block size of the type.
template <class T, int R, int C = R, class Index = std::int32_t>
bsr::matrix<T, R, C, Index> random_matrix(random& rng, bsr::dims shape, random_options options = {}) {
  static_assert(R != bsr::dynamic && C != bsr::dynamic);
  return random_matrix<T, R, C, Index>(rng, shape, bsr::dims(R, C), options);
}

template <class T, class Layout = bsr::row_major>
bsr::dense_matrix<T, Layout> random_dense(random& rng, std::int64_t rows, std::int64_t cols,
                                          numbers values = numbers::real) {
  bsr::dense_matrix<T, Layout> result(rows, cols);
  for (std::int64_t i = 0; i < rows; ++i)
    for (std::int64_t j = 0; j < cols; ++j) result(i, j) = rng.value<T>(values);
  return result;
}

/// A dense matrix most of whose elements are zero, in whole blocks and singly.
template <class T, class Layout = bsr::row_major>
bsr::dense_matrix<T, Layout> random_sparse_dense(random& rng, std::int64_t rows, std::int64_t cols,
                                                 double density) {
  bsr::dense_matrix<T, Layout> result(rows, cols);
  for (std::int64_t i = 0; i < rows; ++i)
    for (std::int64_t j = 0; j < cols; ++j)
      if (rng.chance(density)) result(i, j) = rng.value<T>();
  return result;
}

template <class T>
bsr::buffer<T> random_vector(random& rng, std::int64_t size, numbers values = numbers::real) {
  bsr::buffer<T> result(size);
  for (T& x : result) x = rng.value<T>(values);
  return result;
}

}  // namespace bsr_test
