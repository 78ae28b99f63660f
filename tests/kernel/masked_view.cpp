// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/kernel/masked_view.hpp"

#include <catch2/catch_test_macros.hpp>

#include "bsr/storage/matrix.hpp"

namespace {

using matrix = bsr::matrix<float, 1, 2>;

TEST_CASE("block_mask: a block counts where neither flag is 0") {
  const unsigned char gate[] = {1, 0, 1}, active[] = {0, 255};
  CHECK(bsr::block_mask{}.keeps(2, 1));
  CHECK(bsr::block_mask{.gate = gate}.keeps(0, 0));
  CHECK_FALSE(bsr::block_mask{.gate = gate}.keeps(1, 1));
  CHECK(bsr::block_mask{.active = active}.keeps(1, 1));
  CHECK_FALSE(bsr::block_mask{.active = active}.keeps(1, 0));
  CHECK(bsr::block_mask{gate, active}.keeps(2, 1));
  CHECK_FALSE(bsr::block_mask{gate, active}.keeps(2, 0));
}

TEST_CASE("masked_view: the matrix as it is, and which blocks count") {
  const matrix a({2, 4}, {1, 2, 3, 4, 5, 6}, {1, 0, 1}, {0, 2, 3});
  const unsigned char gate[] = {1, 1, 0}, active[] = {0, 1};
  const auto whole = a.view();
  const bsr::masked_view<matrix::const_view_type> view(whole, {gate, active});
  CHECK(view.shape() == a.shape());
  CHECK(view.nnz() == 6);
  CHECK(view.num_blocks() == 3);
  CHECK(view.data().data() == whole.data().data());
  CHECK(&bsr::detail::stored_matrix(view) == &view.matrix());
  CHECK(&bsr::detail::stored_matrix(whole) == &whole);
  CHECK(bsr::detail::kept(view, 0));
  CHECK_FALSE(bsr::detail::kept(view, 1));
  CHECK_FALSE(bsr::detail::kept(view, 2));
  CHECK(bsr::detail::kept(whole, 2));
  CHECK(bsr::detail::mask_of(view).gate == gate);
  CHECK(bsr::detail::mask_of(whole).active == nullptr);
}

}  // namespace
