// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// What a plan of a dense product owns on the CPU.
#include <cstdint>
#include <type_traits>
#include <utility>

#include "bsr/base/policy.hpp"
#include "bsr/base/target.hpp"
#include "bsr/kernel/cpu/block_list.hpp"
#include "bsr/kernel/cpu/parallel.hpp"
#include "bsr/kernel/problem.hpp"
#include "bsr/kernel/transposed_index.hpp"
#include "bsr/storage/buffer.hpp"

namespace bsr::inline v0::inline BSR_TARGET {

/// Scratch memory, a slice for each piece of work, and the index of a transposed factor.
///
/// Slices begin on pages of their own and are touched first by the thread that runs their piece, so that they
/// lie in its memory. Move-only; one product at a time.
template <class T, op Op, class Index>
class product_workspace {
 public:
  static constexpr bool turned = Op == op::transpose;

  /// For a matrix of structure `a`. `slice`: elements of T that a piece needs. As many slices as the policy
  /// has threads, and no fewer than this machine would give.
  template <class Pattern>
  product_workspace(const cpu& policy, const Pattern& a, std::int64_t slice)
      : pieces_(most_pieces(policy)), slice_((slice + page - 1) / page * page) {
    if (slice_ > 0) {
      scratch_ = buffer<T>(pieces_ * slice_ + page, uninitialized);
      const cpu touching{.threads = pieces_, .executor = policy.executor};
      for_each_piece(touching, pieces_, [&](int piece) {
        T* const mine = this->slice(piece);
        for (std::int64_t i = 0; i < slice_; i += page) mine[i] = T{};
      });
    }
    update(a);
  }
  product_workspace(product_workspace&&) = default;
  product_workspace& operator=(product_workspace&&) = default;

  /// The structure has changed; shape and block size are the same.
  template <class Pattern>
  void update(const Pattern& a) {
    if constexpr (turned) index_.update(a);
  }

  /// The most pieces that can run at once with a slice each.
  int pieces() const { return pieces_; }
  T* slice(int piece) {
    const auto address = reinterpret_cast<std::uintptr_t>(scratch_.data());
    const std::uintptr_t bytes = page * sizeof(T);
    return scratch_.data() + ((bytes - address % bytes) % bytes) / sizeof(T) + piece * slice_;
  }
  std::int64_t slice_size() const { return slice_; }

  /// The blocks of op(A).
  template <class A>
  block_list<typename A::value_type, Index> blocks(const A& a) const {
    if constexpr (!turned) {
      return natural_blocks(a);
    } else {
      const dims block = a.blocksize();
      return {a.data().data(),
              index_.indptr(),
              index_.indices(),
              index_.from(),
              {a.cols(), a.rows()},
              {block.cols, block.rows},
              1,
              block.cols,
              detail::mask_of(a),
              true};
    }
  }

 private:
  struct nothing {};
  static constexpr std::int64_t page = 4096 / static_cast<std::int64_t>(sizeof(T));
  static int most_pieces(const cpu& policy) {
    const int asked = thread_count(policy);
    const int here = policy.executor.run != nullptr ? asked : thread_count(cpu{});
    return asked > here ? asked : here;
  }

  int pieces_;
  std::int64_t slice_;
  buffer<T> scratch_;
  [[no_unique_address]] std::conditional_t<turned, transposed_index<Index>, nothing> index_;
};

}  // namespace bsr::inline v0::inline BSR_TARGET
