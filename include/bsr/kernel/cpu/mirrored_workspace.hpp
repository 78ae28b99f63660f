// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// What a plan of a product of a half-stored symmetric matrix and a dense one owns on the CPU.
#include <cstdint>

#include "bsr/base/policy.hpp"
#include "bsr/base/target.hpp"
#include "bsr/kernel/cpu/block_list.hpp"
#include "bsr/kernel/cpu/workspace.hpp"
#include "bsr/kernel/problem.hpp"
#include "bsr/storage/buffer.hpp"

namespace bsr::inline v0::inline BSR_TARGET {

/// Where the blocks on the side that is not stored are, scratch memory as in product_workspace, and how much
/// work each block row is. Move-only; one product at a time.
template <class T, class Index>
class mirrored_workspace {
 public:
  /// For a matrix of structure `a`. `slice`: elements of T that a piece needs.
  template <class Pattern>
  mirrored_workspace(const cpu& policy, const Pattern& a, std::int64_t slice) : turned_(policy, a, slice) {
    count(a);
  }
  mirrored_workspace(mirrored_workspace&&) = default;
  mirrored_workspace& operator=(mirrored_workspace&&) = default;

  /// The structure has changed; shape and block size are the same.
  template <class Pattern>
  void update(const Pattern& a) {
    turned_.update(a);
    count(a);
  }

  int pieces() const { return turned_.pieces(); }
  T* slice(int piece) { return turned_.slice(piece); }
  /// The blocks of A'; those of the diagonal are among them.
  template <class A>
  auto mirrored(const A& a) const {
    return turned_.blocks(a);
  }
  /// How many blocks stand in the block rows before row i, on both sides of the diagonal, which counts twice.
  const std::int64_t* before() const { return before_.data(); }

 private:
  template <class Pattern>
  void count(const Pattern& a) {
    const std::int64_t rows = a.block_rows();
    if (before_.size() < rows + 1) before_ = buffer<std::int64_t>(rows + 1, uninitialized);
    const Index *const stored = a.indptr().data(), *const turned = turned_.index().indptr();
    for (std::int64_t i = 0; i <= rows; ++i)
      before_[i] = static_cast<std::int64_t>(stored[i]) + static_cast<std::int64_t>(turned[i]);
  }

  product_workspace<T, op::transpose, Index> turned_;
  buffer<std::int64_t> before_;
};

}  // namespace bsr::inline v0::inline BSR_TARGET
