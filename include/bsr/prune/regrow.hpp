// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Topologies that change while a network trains: blocks go, others come, and the capacity stays what it was.
#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>
#include <utility>

#include "bsr/base/error.hpp"
#include "bsr/base/extent.hpp"
#include "bsr/base/target.hpp"
#include "bsr/format/check_format.hpp"
#include "bsr/format/check_order.hpp"
#include "bsr/prune/cut.hpp"
#include "bsr/prune/score_table.hpp"
#include "bsr/storage/buffer.hpp"
#include "bsr/storage/matrix.hpp"
#include "bsr/storage/pattern.hpp"

namespace bsr::inline v0::inline BSR_TARGET::prune {

/// Exchanges blocks of a matrix in place, again and again:
///
///   prune::regrowth topology(a.pattern());                       // allocates
///   topology.exchange(a, stored, candidates, count, m, v);       // does not
///
/// drops the `count` stored blocks with the lowest scores and grows the `count` others with the highest
/// scores as blocks of zeros; the number of blocks stays what it was. Which method this is depends on the
/// scores:
///
///   RigL   stored: |w|, candidates: |gradient| (Evci et al. 2020, arXiv 1911.11134); cosine_share gives the
///   count SET    stored: |w|, candidates: random (Mocanu et al. 2018, arXiv 1707.04780)
///
/// A block that is dropped is a candidate as any other and may come back at once; it then has never been
/// away, as in RigL. Arrays of the optimizer, with one number for each element of `a`, are passed as spans:
/// they move with their blocks, and are zero for new ones. Rows stay sorted. Plans that know the old places
/// of the blocks must be made again or told.
template <index Index = std::int32_t>
class regrowth {
 public:
  template <int R, int C>
  explicit regrowth(const pattern_view<R, C, Index>& where)
      : keep_(where.block_rows() * where.block_cols(), uninitialized),
        grow_(where.block_rows() * where.block_cols(), uninitialized),
        candidates_(where.block_rows() * where.block_cols(), uninitialized),
        place_(where.num_blocks(), uninitialized),
        indices_(where.num_blocks(), uninitialized),
        indptr_(where.block_rows() + 1) {
    space_.reserve(keep_.size());
  }

  /// Returns how many blocks are new. O(block rows * block columns + moved elements). Throws shape_error when
  /// the tables, the states or the matrix are of another size than what this was made for, format_error when
  /// rows of `a` are not sorted or have duplicates, bsr::error when count is negative or more than there are
  /// blocks, a stored block is `absent` in `stored`, or fewer than count blocks may be grown; then nothing
  /// has changed.
  template <class T, int R, int C, class... State>
  std::int64_t exchange(matrix<T, R, C, Index>& a, const score_table& stored, const score_table& candidates,
                        std::int64_t count, State&&... states) {
    check(a, stored, candidates, count);
    [[maybe_unused]] const auto check_state = [&](const auto& state) {
      if (static_cast<std::int64_t>(std::span(state).size()) != a.nnz())
        fail<shape_error>("bsr: prune: exchange: the matrix has ", a.nnz(),
                          " stored elements, but a state has ",
                          static_cast<std::int64_t>(std::span(state).size()), ".");
    };
    (check_state(states), ...);
    const std::int64_t kept = a.num_blocks() - count;
    detail::mark_highest(stored.values(), kept, keep_.data(), space_);
    for (std::int64_t p = 0; p < keep_.size(); ++p)
      candidates_[p] = keep_[p] != 0 ? absent : candidates.values()[static_cast<std::size_t>(p)];
    detail::mark_highest(candidates_.span(), count, grow_.data(), space_);
    std::int64_t grown = 0;
    for (std::int64_t p = 0; p < grow_.size(); ++p) grown += grow_[p];
    if (grown < count)
      fail<error>("bsr: prune: exchange: ", count, " blocks shall be grown, but only ", grown,
                  " places are not absent among the candidates.");
    const std::int64_t fresh = place_blocks(a);
    const auto block = static_cast<std::int64_t>(a.blocksize().rows * a.blocksize().cols);
    move_blocks(a.data().data(), block);
    (move_blocks(std::span(states).data(), block), ...);
    for (std::int64_t k = 0; k < a.num_blocks(); ++k) a.indices()[static_cast<std::size_t>(k)] = indices_[k];
    for (std::int64_t i = 0; i <= a.block_rows(); ++i) a.indptr()[static_cast<std::size_t>(i)] = indptr_[i];
    return fresh;
  }

 private:
  template <class A>
  void check(const A& a, const score_table& stored, const score_table& candidates, std::int64_t count) const {
    if (a.block_rows() * a.block_cols() != keep_.size() || a.block_rows() + 1 != indptr_.size() ||
        a.num_blocks() != indices_.size())
      fail<shape_error>("bsr: prune: exchange: the matrix has ", a.num_blocks(), " of ",
                        dims(a.block_rows(), a.block_cols()), " blocks, but this regrowth was made for ",
                        indices_.size(), " in ", indptr_.size() - 1, " block rows.");
    for (const score_table* s : {&stored, &candidates})
      if (s->shape() != a.shape() || s->blocksize() != a.blocksize())
        fail<shape_error>("bsr: prune: exchange: the matrix is ", a.shape(), " with blocks of ",
                          a.blocksize(), ", but the scores are of a ", s->shape(), " matrix with blocks of ",
                          s->blocksize(), ".");
    if (!detail::check_format_and_order("prune: exchange", detail::index_arrays(a.view())))
      fail<format_error>(
          "bsr: prune: exchange: block columns are not in order, or repeat; call sum_duplicates first.");
    if (count < 0 || count > a.num_blocks())
      fail<error>("bsr: prune: exchange: ", count, " blocks cannot be exchanged of ", a.num_blocks(), ".");
    for (std::int64_t i = 0; i < a.block_rows(); ++i)
      for (auto k = a.indptr()[static_cast<std::size_t>(i)]; k < a.indptr()[static_cast<std::size_t>(i) + 1];
           ++k)
        if (const std::int64_t j = a.indices()[static_cast<std::size_t>(k)]; stored(i, j) == absent)
          fail<error>("bsr: prune: exchange: block (", i, ", ", j,
                      ") is stored, but its score says that it is absent.");
  }

  /// The new structure, and where each old block goes: place_[k] is its new number, or -1. Returns how many
  /// blocks are new.
  template <class A>
  std::int64_t place_blocks(const A& a) {
    const std::int64_t n = a.block_cols();
    std::int64_t next = 0, fresh = 0;
    for (std::int64_t i = 0; i < a.block_rows(); ++i) {
      std::int64_t k = a.indptr()[static_cast<std::size_t>(i)];
      const std::int64_t end = a.indptr()[static_cast<std::size_t>(i) + 1];
      for (std::int64_t j = 0; j < n; ++j) {
        const bool was = k < end && a.indices()[static_cast<std::size_t>(k)] == j;
        const bool is = (keep_[i * n + j] | grow_[i * n + j]) != 0;
        if (is) indices_[next] = static_cast<Index>(j);
        if (was) place_[k++] = is ? next : -1;
        fresh += is && !was ? 1 : 0;
        next += is ? 1 : 0;
      }
      indptr_[i + 1] = static_cast<Index>(next);
    }
    return fresh;
  }

  /// Moves blocks of `size` elements to their places. Both orders are the same, so what moves to the back can
  /// be moved from the back on, then what moves to the front from the front on; nothing is overwritten that
  /// is needed.
  template <class T>
  void move_blocks(T* data, std::int64_t size) const {
    const auto bytes = static_cast<std::size_t>(size) * sizeof(T);
    const std::int64_t count = place_.size();
    for (std::int64_t k = count - 1; k >= 0; --k)
      if (place_[k] > k) std::memcpy(static_cast<void*>(data + place_[k] * size), data + k * size, bytes);
    for (std::int64_t k = 0; k < count; ++k)
      if (place_[k] >= 0 && place_[k] < k)
        std::memcpy(static_cast<void*>(data + place_[k] * size), data + k * size, bytes);
    // What is not a place of an old block is new.
    std::int64_t next = 0;
    for (std::int64_t k = 0; k <= count; ++k) {
      const std::int64_t place = k < count ? place_[k] : count;
      if (place < 0) continue;
      for (; next < place; ++next)
        for (std::int64_t e = 0; e < size; ++e) data[next * size + e] = T{};
      next = place + 1;
    }
  }

  buffer<std::uint8_t> keep_, grow_;
  buffer<double> candidates_;
  buffer<std::int64_t> place_;
  buffer<Index> indices_, indptr_;
  detail::cut_space space_;
};

}  // namespace bsr::inline v0::inline BSR_TARGET::prune
