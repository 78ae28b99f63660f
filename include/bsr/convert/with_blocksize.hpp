// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// A block size that is known at run time, told to the compiler.
#include <utility>

#include "bsr/base/target.hpp"
#include "bsr/storage/matrix_view.hpp"
#include "bsr/storage/pattern.hpp"
#include "bsr/storage/structure.hpp"
#include "bsr/storage/view.hpp"

namespace bsr::inline v0::inline BSR_TARGET {

/// The same matrix, in the same memory, as a view whose block size is R x C at compile time:
/// with_blocksize<3>(a). O(1). Throws shape_error unless a's blocks are R x C. (Another block size is
/// to_bsr's work.)
template <int R, int C = R, sparse_like A>
auto with_blocksize(A&& a) {
  const auto from = view(std::forward<A>(a));
  using source = decltype(from);
  storage_detail::check_static_blocksize<R, C>("with_blocksize", from.blocksize());
  using structure = pattern_view<R, C, typename source::index_type, typename source::space>;
  using target =
      matrix_view<typename source::element_type, R, C, typename source::index_type, typename source::space>;
  return target(
      typename structure::checked{},
      structure(typename structure::checked{}, from.shape(), from.indices(), from.indptr(), from.blocksize()),
      from.data().data());
}

}  // namespace bsr::inline v0::inline BSR_TARGET
