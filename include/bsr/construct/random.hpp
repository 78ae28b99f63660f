// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// A matrix with random blocks at random places. scipy: random_array.
#include <algorithm>
#include <concepts>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <utility>

#include "bsr/base/error.hpp"
#include "bsr/base/extent.hpp"
#include "bsr/base/scalar.hpp"
#include "bsr/base/target.hpp"
#include "bsr/convert/index_width.hpp"
#include "bsr/convert/result_size.hpp"
#include "bsr/format/clear_padding.hpp"
#include "bsr/storage/buffer.hpp"
#include "bsr/storage/matrix.hpp"
#include "bsr/storage/structure.hpp"

namespace bsr::inline v0::inline BSR_TARGET {
namespace detail {

/// Random numbers that can be asked for in any order: bits(n) is number n of a SplitMix64 sequence (Steele,
/// Lea, Flood 2014, "Fast splittable pseudorandom number generators"). Integer arithmetic only, so the same
/// everywhere; without a state, so loops over it vectorise.
class random_stream {
 public:
  random_stream(std::uint64_t seed, std::uint64_t stream) : key_(mixed(seed) + stream * step) {}
  BSR_INLINE std::uint64_t bits(std::int64_t n) const {
    return mixed(key_ + (static_cast<std::uint64_t>(n) + 1) * step);
  }

 private:
  static constexpr std::uint64_t step = 0x9e3779b97f4a7c15u;
  BSR_INLINE static std::uint64_t mixed(std::uint64_t z) {
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  std::uint64_t key_;
};

/// One number after the other, each uniform in [0, limit) (Lemire 2019, "Fast random integer generation in an
/// interval").
class random_integers {
 public:
  explicit random_integers(const random_stream& stream) : stream_(stream) {}
  BSR_INLINE std::int64_t below(std::int64_t limit) {
    __extension__ using wide = unsigned __int128;
    const auto range = static_cast<std::uint64_t>(limit);
    wide product = static_cast<wide>(stream_.bits(next_++)) * range;
    if (static_cast<std::uint64_t>(product) < range) {
      // The lowest 2^64 mod range products of each result would make it more likely than others.
      const std::uint64_t surplus = (0 - range) % range;
      while (static_cast<std::uint64_t>(product) < surplus)
        product = static_cast<wide>(stream_.bits(next_++)) * range;
    }
    return static_cast<std::int64_t>(product >> 64);
  }

 private:
  random_stream stream_;
  std::int64_t next_ = 0;
};

/// Random bits as a real number in [0, 1), an integer of any value, or either bool.
template <class T>
BSR_INLINE T random_value(std::uint64_t bits) {
  if constexpr (std::same_as<T, bool>) {
    return bits >> 63 != 0;
  } else if constexpr (std::integral<T>) {
    return static_cast<T>(bits >> (64 - 8 * sizeof(T)));
  } else {
    // As many bits as T holds exactly, 53 at most.
    constexpr int digits = (std::min)(std::numeric_limits<T>::digits, 53);
    using exact = std::conditional_t<(digits <= 24), float, double>;
    constexpr exact unit = exact(1) / static_cast<exact>(std::uint64_t{1} << digits);
    return static_cast<T>(static_cast<exact>(static_cast<std::int64_t>(bits >> (64 - digits))) * unit);
  }
}

template <class T>
void fill_random(T* values, std::int64_t count, const random_stream& stream) {
  if constexpr (is_complex<T>) {
    using real = typename T::value_type;
    for (std::int64_t e = 0; e < count; ++e)
      values[e] = {random_value<real>(stream.bits(2 * e)), random_value<real>(stream.bits(2 * e + 1))};
  } else {
    for (std::int64_t e = 0; e < count; ++e) values[e] = random_value<T>(stream.bits(e));
  }
}

/// Chooses `count` of the rows x cols places by asking for every one of them with the probability that is
/// left (Knuth, The Art of Computer Programming 2, 3.4.2, algorithm S). O(rows cols).
template <index Index>
void choose_among_all(std::int64_t rows, std::int64_t cols, std::int64_t count, random_integers& numbers,
                      Index* indptr, Index* indices) {
  std::int64_t left = rows * cols;
  std::int64_t used = 0;
  for (std::int64_t i = 0; i < rows; ++i) {
    for (std::int64_t j = 0; j < cols; ++j, --left) {
      // Written always and counted when chosen; there is room only while something is to be chosen.
      if (used == count) break;
      indices[used] = static_cast<Index>(j);
      used += numbers.below(left) < count - used ? 1 : 0;
    }
    indptr[i + 1] = static_cast<Index>(used);
  }
}

/// The same by drawing places until `count` different ones have come. O(count log(count / rows) + rows) when
/// most places stay empty.
template <index Index>
void choose_by_drawing(std::int64_t rows, std::int64_t cols, std::int64_t count, random_integers& numbers,
                       Index* indptr, Index* indices) {
  buffer<std::int64_t> row(count, uninitialized);
  buffer<Index> col(count, uninitialized);
  for (std::int64_t used = 0;;) {
    for (; used < count; ++used) {
      row[used] = numbers.below(rows);
      col[used] = static_cast<Index>(numbers.below(cols));
    }
    // Into rows: indptr[i + 1] counts row i, then says where its next column goes, and then is its end.
    for (std::int64_t i = 0; i <= rows; ++i) indptr[i] = 0;
    for (std::int64_t k = 0; k < count; ++k) ++indptr[row[k] + 1];
    Index sum = 0;
    for (std::int64_t i = 0; i < rows; ++i) {
      const Index size = indptr[i + 1];
      indptr[i + 1] = sum;
      sum += size;
    }
    for (std::int64_t k = 0; k < count; ++k) indices[indptr[row[k] + 1]++] = col[k];
    used = 0;
    for (std::int64_t i = 0, begin = 0; i < rows; ++i) {
      const std::int64_t end = indptr[i + 1];
      std::sort(indices + begin, indices + end, [](Index x, Index y) { return x < y; });
      for (std::int64_t k = begin; k < end; ++k) {
        if (k > begin && indices[k] == col[used - 1]) continue;
        row[used] = i;
        col[used++] = indices[k];
      }
      begin = end;
    }
    if (used == count) return;
  }
}

/// density * places, rounded to the nearest, ties to even.
inline std::int64_t count_chosen(double density, std::int64_t places) {
  const double exact = density * static_cast<double>(places);
  if (exact >= 0x1p62) return density == 1 ? places : (std::min)(static_cast<std::int64_t>(exact), places);
  auto count = static_cast<std::int64_t>(exact);
  const double rest = exact - static_cast<double>(count);
  if (rest > 0.5 || (rest == 0.5 && count % 2 != 0)) ++count;
  return (std::min)(count, places);
}

template <class T, int R, int C, index Index>
matrix<T, R, C, Index> make_random(dims shape, dims block, double density, std::uint64_t seed, bool may_pad) {
  storage_detail::check_blocksize("random", shape, block, may_pad);
  if (!(density >= 0 && density <= 1))
    fail<error>("bsr: random: density expected to be 0 <= density <= 1, not ", density, ".");
  const std::int64_t rows = storage_detail::ceil_div(shape.rows, block.rows);
  const std::int64_t cols = storage_detail::ceil_div(shape.cols, block.cols);
  check_range_fits<Index>("random", cols, "block columns");
  const std::int64_t places = size_product("random", rows, cols, "blocks");
  const std::int64_t count = count_chosen(density, places);
  check_count_fits<Index>("random", count, "blocks");
  buffer<Index> indptr(rows + 1);
  buffer<Index> indices(count, uninitialized);
  random_integers numbers(random_stream(seed, 0));
  if (count > 0) {
    if (places / 16 <= count)
      choose_among_all(rows, cols, count, numbers, indptr.data(), indices.data());
    else
      choose_by_drawing(rows, cols, count, numbers, indptr.data(), indices.data());
  }
  buffer<T> data(storage_detail::count_elements("random", count, block), uninitialized);
  fill_random(data.data(), data.size(), random_stream(seed, 1));
  matrix<T, R, C, Index> result(shape, std::move(data), std::move(indices), std::move(indptr), block, padded);
  clear_padding(result);
  return result;
}

}  // namespace detail

/// A matrix with exactly round(density * number of blocks) stored blocks, every set of places as likely as
/// any other, and random numbers in them: real ones uniform in [0, 1) (complex: both parts), integers uniform
/// over all values of the type, bool either. Canonical. The same arguments give the same matrix with every
/// compiler and on every machine:
///
///   bsr::random<float, 4>({1024, 1024}, 0.1, 42)
///   bsr::random<double>({1000, 1200}, {2, 3}, 0.01, 42)
///
/// O(stored elements + block rows), and b log b for the b blocks of a row. Throws bsr::error for a density
/// outside [0, 1], shape_error when the block size does not divide the shape (unless `padded` is passed) or
/// Index is too narrow. scipy: random_array, which chooses single elements.
template <scalar T, int R, int C = R, index Index = std::int32_t>
  requires(R != dynamic && C != dynamic)
matrix<T, R, C, Index> random(dims shape, double density, std::uint64_t seed) {
  return detail::make_random<T, R, C, Index>(shape, dims(R, C), density, seed, false);
}
template <scalar T, int R, int C = R, index Index = std::int32_t>
  requires(R != dynamic && C != dynamic)
matrix<T, R, C, Index> random(dims shape, double density, std::uint64_t seed, padded_t) {
  return detail::make_random<T, R, C, Index>(shape, dims(R, C), density, seed, true);
}
template <scalar T, index Index = std::int32_t>
matrix<T, dynamic, dynamic, Index> random(dims shape, dims block, double density, std::uint64_t seed) {
  return detail::make_random<T, dynamic, dynamic, Index>(shape, block, density, seed, false);
}
template <scalar T, index Index = std::int32_t>
matrix<T, dynamic, dynamic, Index> random(dims shape, dims block, double density, std::uint64_t seed,
                                          padded_t) {
  return detail::make_random<T, dynamic, dynamic, Index>(shape, block, density, seed, true);
}

}  // namespace bsr::inline v0::inline BSR_TARGET
