// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// a * a * ... * a. scipy: scipy.sparse.linalg.matrix_power.
#include <concepts>
#include <cstdint>
#include <utility>

#include "bsr/base/error.hpp"
#include "bsr/base/policy.hpp"
#include "bsr/base/target.hpp"
#include "bsr/construct/eye.hpp"
#include "bsr/format/check_format.hpp"
#include "bsr/format/sum_duplicates.hpp"
#include "bsr/product/spgemm.hpp"
#include "bsr/storage/matrix.hpp"
#include "bsr/storage/structure.hpp"
#include "bsr/storage/view.hpp"

namespace bsr::inline v0::inline BSR_TARGET {

/// The n-th power of a square matrix, a * a * ... * a, in blocks of a's size, canonical: n = 0 is the
/// identity, n = 1 a copy with duplicates added up. (power(a, n) raises each element.) At most 2 log2(n)
/// products, by repeated squaring; integers wrap, bool is "or of ands". Throws shape_error when a is not
/// square or n is negative, and what a * b throws.
template <class Policy, class A>
  requires sparse_like<const A&>
auto matrix_power(const Policy& policy, const A& matrix_to_raise, std::int64_t n) {
  const auto a = input(matrix_to_raise);
  using view_type = decltype(a);
  using result = matrix<typename view_type::value_type, view_type::static_rows, view_type::static_cols,
                        typename view_type::index_type>;
  if (a.rows() != a.cols())
    fail<shape_error>("bsr: matrix_power: a is ", a.shape(), ": only a square matrix has powers.");
  if (n < 0) fail<shape_error>("bsr: matrix_power: exponent must be >= 0: it is ", n, ".");
  detail::check_format_for("matrix_power", a, checks::full);
  if (n == 0)
    return detail::make_eye<typename result::value_type, result::static_rows, result::static_cols,
                            typename result::index_type>(a.shape(), a.blocksize(), 0, true);
  result square(a);
  sum_duplicates(square);
  while (n % 2 == 0) {
    square = spgemm(policy, square, square);
    n /= 2;
  }
  result power = square;
  while ((n /= 2) > 0) {
    square = spgemm(policy, square, square);
    if (n % 2 != 0) power = spgemm(policy, power, square);
  }
  return power;
}
template <class A>
  requires sparse_like<const A&>
auto matrix_power(const A& a, std::int64_t n) {
  return matrix_power(cpu{}, a, n);
}

}  // namespace bsr::inline v0::inline BSR_TARGET
