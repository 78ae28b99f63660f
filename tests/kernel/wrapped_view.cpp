// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/kernel/wrapped_view.hpp"

#include <catch2/catch_test_macros.hpp>

#include "bsr/kernel/masked_view.hpp"
#include "bsr/kernel/symmetric_view.hpp"
#include "bsr/storage/matrix.hpp"

TEST_CASE("stored_matrix: what is stored, however it is read") {
  const bsr::matrix<double, 2, 2> a({4, 4}, {1, 2, 3, 4, 5, 6, 7, 8}, {0, 1}, {0, 1, 2});
  const auto view = a.view();
  CHECK(&bsr::detail::stored_matrix(view) == &view);
  const bsr::masked_view<decltype(a.view())> masked(view, {});
  CHECK(&bsr::detail::stored_matrix(masked) == &masked.matrix());
  const bsr::symmetric_view symmetric(view);
  CHECK(&bsr::detail::stored_matrix(symmetric) == &symmetric.matrix());
  CHECK(symmetric.blocksize() == a.blocksize());
  CHECK(symmetric.block_rows() == 2);
  CHECK(symmetric.block_cols() == 2);
  CHECK(symmetric.indices().data() == a.indices().data());
  CHECK(symmetric.indptr().data() == a.indptr().data());
  CHECK_FALSE(symmetric.is_padded());
}
