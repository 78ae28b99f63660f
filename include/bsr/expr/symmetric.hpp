// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Products with symmetric matrices of which half is stored: y = symmetric(a) * x.
#include <cstdint>
#include <utility>

#include "bsr/base/error.hpp"
#include "bsr/base/target.hpp"
#include "bsr/expr/evaluation.hpp"
#include "bsr/kernel/symmetric_view.hpp"

namespace bsr::inline v0::inline BSR_TARGET {

namespace detail {
template <class X>
concept plain_factor = left_operand<X> && !packed_word<X> && !masked_word<X> && !symmetric_word<X>;
}  // namespace detail

/// a + transpose(a) - d, d the diagonal blocks of a: the symmetric matrix of which `a` stores the upper
/// blocks, or the lower ones, and the whole diagonal blocks. A factor of products with dense matrices and
/// vectors, on either side. Nothing is copied.
///
/// Every pair of blocks is stored once, on either side of the diagonal; a diagonal block counts as it is.
/// Complex matrices are symmetric, not Hermitian. Under a plan, p = plan(cpu{}, symmetric(a) * x), every
/// stored block comes from memory once for both of its products, on all threads; with a dense matrix that
/// needs a cache that holds the blocks between the first and the last block row that a block reaches. Without
/// a plan, products of dense matrices stored by rows share their columns among threads, and others run in
/// plain loops. Throws shape_error unless `a` and its blocks are square.
template <detail::plain_factor A>
auto symmetric(A&& a) {
  const auto f = as_factor(std::forward<A>(a));
  return []<class View, op Op, class S>(const factor<View, Op, S>& g) {
    const dims shape = g.a.shape(), block = g.a.blocksize();
    if (shape.rows != shape.cols || block.rows != block.cols)
      fail<shape_error>("bsr: symmetric(a): a is ", shape, " in blocks of ", block,
                        "; a symmetric matrix and its blocks are square.");
    return factor<symmetric_view<View>, op::none, S>{g.alpha, symmetric_view<View>(g.a)};
  }(f);
}

}  // namespace bsr::inline v0::inline BSR_TARGET
