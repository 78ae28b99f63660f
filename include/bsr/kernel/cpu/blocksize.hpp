// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// A block size known at run time becomes one known at compile time, if it is in the list.
#include "bsr/base/extent.hpp"
#include "bsr/base/target.hpp"
#include "bsr/storage/matrix_view.hpp"

namespace bsr::inline v0::inline BSR_TARGET {

/// Square blocks of N rows.
template <int... N>
struct square_blocks {};

/// Calls f(a with static blocks) when the block size of `a` is in the list, and says whether it was. Each
/// entry is one more instance of the kernel that f calls.
template <class T, class Index, class F, int... N>
BSR_INLINE bool with_static_blocks(const matrix_view<T, dynamic, dynamic, Index>& a, square_blocks<N...>,
                                   const F& f) {
  [[maybe_unused]] const auto call = [&]<int Size>(square_blocks<Size>) {
    f(matrix_view<T, Size, Size, Index>(
        typename matrix_view<T, Size, Size, Index>::checked{},
        pattern_view<Size, Size, Index>(typename pattern_view<Size, Size, Index>::checked{}, a.shape(),
                                        a.indices(), a.indptr(), dims(Size, Size)),
        a.data().data()));
    return true;
  };
  const dims block = a.blocksize();
  return block.rows == block.cols && ((block.rows == N && call(square_blocks<N>())) || ...);
}

}  // namespace bsr::inline v0::inline BSR_TARGET
