// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// N:M sparsity inside the stored blocks.
#include <cstdint>
#include <type_traits>

#include "bsr/base/error.hpp"
#include "bsr/base/target.hpp"
#include "bsr/prune/block_fold.hpp"
#include "bsr/prune/cut.hpp"
#include "bsr/storage/buffer.hpp"
#include "bsr/storage/matrix.hpp"
#include "bsr/storage/matrix_view.hpp"
#include "bsr/storage/view.hpp"

namespace bsr::inline v0::inline BSR_TARGET::prune {

/// In every m neighbouring elements of a row of a block, multiplies all but the n largest magnitudes by
/// `rest`, in place: 0 removes them, and a number that falls from 1 to 0 during training lets them fade
/// (progressive mask decay, see mask_decay). Of equal magnitudes the left ones stay. Blocks stay stored as
/// they are, so the pattern and its plans remain good. O(stored elements * m). Throws bsr::error unless 0 < n
/// <= m, or when an element is NaN, shape_error unless m divides the blocks' columns; then nothing has
/// changed.
template <class A>
  requires sparse_like<A&>
void n_of_m(A&& a, std::int64_t n, std::int64_t m, double rest = 0) {
  const auto to = view(a);
  using T = std::remove_const_t<typename decltype(to)::element_type>;
  static_assert(!is_complex<T>, "bsr: n_of_m compares real magnitudes.");
  if (n < 1 || n > m) fail<error>("bsr: prune: n_of_m(a, ", n, ", ", m, "): n lies between 1 and m.");
  const std::int64_t width = to.blocksize().cols;
  if (width % m != 0)
    fail<shape_error>("bsr: prune: n_of_m(a, ", n, ", ", m, "): rows of ", to.blocksize(),
                      " blocks do not consist of groups of ", m, ".");
  T* const data = to.data().data();
  const std::int64_t count = to.nnz();
  for (std::int64_t p = 0; p < count; ++p)
    if (const double x = detail::as_double(data[p]); x != x)
      fail<error>("bsr: prune: n_of_m: element (", p / width % to.blocksize().rows, ", ", p % width,
                  ") of stored block ", p / (width * to.blocksize().rows), " is NaN.");
  buffer<double> size(m, uninitialized);
  for (std::int64_t first = 0; first < count; first += m) {
    for (std::int64_t p = 0; p < m; ++p) {
      const double x = detail::as_double(data[first + p]);
      size[p] = x < 0 ? -x : x;
    }
    for (std::int64_t p = 0; p < m; ++p) {
      if (detail::place_in_group(size.data(), m, p) >= n)
        data[first + p] = static_cast<T>(static_cast<double>(data[first + p]) * rest);
    }
  }
}

}  // namespace bsr::inline v0::inline BSR_TARGET::prune
