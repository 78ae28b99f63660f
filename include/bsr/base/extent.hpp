// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Sizes: of matrices, of blocks, known at compile time or not.
#include <concepts>
#include <cstdint>
#include <type_traits>

#include "bsr/base/target.hpp"

namespace bsr::inline v0 {

/// A block extent that is known only at run time. Equal to Eigen::Dynamic.
inline constexpr int dynamic = -1;

/// The types an index array may have, as in scipy.
template <class Index>
concept index = std::same_as<Index, std::int32_t> || std::same_as<Index, std::int64_t>;

/// The index type of a result: std::int64_t when any operand has it, as in scipy.
template <index... Index>
using wider_index_t =
    std::conditional_t<(std::same_as<Index, std::int64_t> || ...), std::int64_t, std::int32_t>;

/// A pair of sizes: the shape of a matrix or of a block. Any integer type is accepted; sizes are checked
/// where they are used, so a negative or wrapped number becomes an error that prints it.
struct dims {
  std::int64_t rows = 0;
  std::int64_t cols = 0;

  constexpr dims() = default;
  template <std::integral Rows, std::integral Cols>
  BSR_HD constexpr dims(Rows r, Cols c)
      : rows(static_cast<std::int64_t>(r)), cols(static_cast<std::int64_t>(c)) {}
  bool operator==(const dims&) const = default;
};

/// One block extent: a constant when N is a number, a stored value when N is `dynamic`.
template <int N>
struct extent {
  static_assert(N > 0, "bsr: a block extent is a positive number or bsr::dynamic.");
  constexpr extent() = default;
  BSR_HD constexpr explicit extent(std::int64_t) {}
  BSR_HD static constexpr std::int64_t value() { return N; }
};
template <>
struct extent<dynamic> {
  std::int64_t n = 1;
  constexpr extent() = default;
  BSR_HD constexpr explicit extent(std::int64_t size) : n(size) {}
  BSR_HD constexpr std::int64_t value() const { return n; }
};

}  // namespace bsr::inline v0
