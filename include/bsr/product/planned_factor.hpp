// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// What plans of sparse products and sums know of their operands.
#include <concepts>
#include <cstdint>
#include <utility>

#include "bsr/base/error.hpp"
#include "bsr/base/extent.hpp"
#include "bsr/base/target.hpp"
#include "bsr/convert/result_size.hpp"
#include "bsr/convert/to_transposed.hpp"
#include "bsr/format/clear_padding.hpp"
#include "bsr/kernel/epilogue.hpp"
#include "bsr/kernel/problem.hpp"
#include "bsr/plan/known_structure.hpp"
#include "bsr/product/evaluate.hpp"
#include "bsr/storage/buffer.hpp"
#include "bsr/storage/matrix.hpp"
#include "bsr/storage/matrix_view.hpp"
#include "bsr/storage/pattern.hpp"

namespace bsr::inline v0::inline BSR_TARGET {
namespace detail {

/// op(A) with elements of T and indices of Index for a plan. Where op(A) is not A itself (transposed, of
/// other types, or padded) it is a copy, whose structure is made once and whose values are taken anew by each
/// run.
template <class View, op Op, class T, class Index>
class planned_factor {
  static constexpr bool turned = Op != op::none;
  static constexpr int R = turned ? View::static_cols : View::static_rows;
  static constexpr int C = turned ? View::static_rows : View::static_cols;
  static constexpr bool same_types =
      !turned && std::same_as<T, typename View::value_type> && std::same_as<Index, typename View::index_type>;

 public:
  using view_type = matrix_view<const T, R, C, Index>;

  explicit planned_factor(const View& a) : made_for_(a) {
    if constexpr (same_types)
      if (!a.is_padded()) return;
    const dims block = a.blocksize();
    buffer<Index> indptr, indices;
    if constexpr (turned) {
      check_range_fits<Index>("plan", a.block_rows(), "block rows");
      from_ = buffer<std::int64_t>(a.num_blocks(), uninitialized);
      transpose_entries(index_arrays(a), indptr, indices, from_.data(), 1,
                        [&](std::int64_t from, std::int64_t to) { from_[to] = from; });
    } else {
      const auto copied = [](const auto& x) {
        const auto n = static_cast<std::int64_t>(x.size());
        buffer<Index> result(n, uninitialized);
        for (std::int64_t k = 0; k < n; ++k) result[k] = static_cast<Index>(x[static_cast<std::size_t>(k)]);
        return result;
      };
      indptr = copied(a.indptr());
      indices = copied(a.indices());
    }
    own_ = matrix<T, R, C, Index>(turned ? dims(a.cols(), a.rows()) : a.shape(), buffer<T>(a.nnz()),
                                  std::move(indices), std::move(indptr),
                                  turned ? dims(block.cols, block.rows) : block, padded);
  }
  planned_factor(const planned_factor&) = delete;
  planned_factor(planned_factor&&) = default;
  planned_factor& operator=(planned_factor&&) = default;

  /// op(A) with the values that `a` has now.
  view_type operator()(const char* name, const View& a) {
    made_for_.check(name, a);
    if constexpr (same_types)
      if (!a.is_padded()) return a;
    const auto* from = a.data().data();
    T* to = own_.data().data();
    if constexpr (turned) {
      const dims block = a.blocksize();
      const std::int64_t area = block.rows * block.cols;
      for (std::int64_t k = 0; k < own_.num_blocks(); ++k, to += area) {
        const auto* const x = from + from_[k] * area;
        for (std::int64_t c = 0; c < block.cols; ++c)
          for (std::int64_t r = 0; r < block.rows; ++r)
            to[c * block.rows + r] = convert<T>(x[r * block.cols + c]);
      }
    } else {
      for (std::int64_t e = 0; e < own_.nnz(); ++e) to[e] = convert<T>(from[e]);
    }
    clear_padding(own_);
    return std::as_const(own_).view();
  }
  /// Its structure alone; the values are not those of any run.
  view_type structure(const View& a) const {
    if constexpr (same_types)
      if (!a.is_padded()) return a;
    return own_.view();
  }

 private:
  known_structure<typename View::index_type> made_for_;
  matrix<T, R, C, Index> own_;
  buffer<std::int64_t> from_;  // which block of A each block of its transpose is
};

/// Throws shape_error unless `to` has the structure of `c`.
template <class To, class C>
void check_planned_result(const char* what, const To& to, const C& c) {
  if (to.shape() != c.shape() || to.blocksize() != c.blocksize())
    fail<shape_error>("bsr: c.on(plan) = ", what, ": the result is ", c.shape(), " in blocks of ",
                      c.blocksize(), ", c is ", to.shape(), " in blocks of ", to.blocksize(), ".");
  if (!same_structure(to, c))
    fail<shape_error>(
        "bsr: c.on(plan) = ", what,
        ": c does not have the blocks of the result. Make it by plan.result(), or by matrix c = ", what, ".");
}

}  // namespace detail

}  // namespace bsr::inline v0::inline BSR_TARGET
