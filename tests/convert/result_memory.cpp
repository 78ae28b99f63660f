// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/convert/result_memory.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <span>
#include <utility>

#include "bsr/storage/matrix.hpp"
#include "bsr/storage/matrix_view.hpp"

namespace {

using bsr::dims;
using bsr::detail::result_memory;
using matrix = bsr::matrix<double, 2>;

/// n blocks in one row.
matrix row_of(std::int64_t n) {
  bsr::buffer<double> data(4 * n);
  bsr::buffer<std::int32_t> indices(n);
  for (std::int32_t k = 0; k < n; ++k) indices[k] = k;
  return {dims(2, 2 * n), std::move(data), std::move(indices), {0, static_cast<std::int32_t>(n)}};
}

TEST_CASE("result_memory: what fits goes where the old matrix was", "[convert]") {
  const matrix other = row_of(100);
  for (const std::int64_t n : {100, 90, 80}) {
    matrix old = row_of(100);
    const double* const data = old.data().data();
    const std::int32_t* const indices = old.indices().data();
    const auto arrays = result_memory(&old, 4 * n, n, other.view());
    CHECK((arrays.data.data() == data && arrays.data.size() == 4 * n));
    CHECK((arrays.indices.data() == indices && arrays.indices.size() == n));
    CHECK(arrays.indptr.empty());
    CHECK(old.shape() == dims(0, 0));
  }
  // Of memory that was forgotten, all counts.
  matrix old = row_of(100);
  old.indptr()[1] = 3;
  old.truncate_blocks(3);
  CHECK((old.data_capacity() == 400 && old.indices_capacity() == 100));
  CHECK(result_memory(&old, 400, 100, other.view()).data.size() == 400);
  CHECK(old.num_blocks() == 0);
}

TEST_CASE("result_memory: too small, much too large, or read by an operand: new memory", "[convert]") {
  const matrix other = row_of(100);
  for (const std::int64_t n : {101, 60, 0}) {
    matrix old = row_of(100);
    const auto arrays = result_memory(&old, 4 * n, n, other.view());
    CHECK((arrays.data.size() == 4 * n && arrays.indices.size() == n));
    CHECK(old.num_blocks() == 100);
  }
  matrix old = row_of(100);
  CHECK(result_memory(&old, 400, 100, std::as_const(old).view()).data.data() != old.data().data());
  CHECK(result_memory(&old, 400, 100, other.view(), std::as_const(old).view()).data.size() == 400);
  const bsr::matrix_view<const double, 2> columns(old.shape(), other.data(), std::as_const(old).indices(),
                                                  other.indptr());
  CHECK(result_memory(&old, 400, 100, columns).indices.data() != old.indices().data());
  CHECK(old.num_blocks() == 100);
  const bsr::matrix_view<const double, 2> rows(old.shape(), other.data(), other.indices(),
                                               std::as_const(old).indptr());
  CHECK(result_memory(&old, 400, 100, rows).data.data() != old.data().data());
  CHECK(old.num_blocks() == 100);
  // What was truncated is not free as long as somebody looks at it.
  const bsr::matrix_view<const double, 2> whole = std::as_const(old).view();
  old.indptr()[1] = 0;
  old.truncate_blocks(0);
  const matrix* const none = &old;
  CHECK(result_memory(&old, 400, 100, whole).data.data() != whole.data().data());
  CHECK(none->data_capacity() == 400);
}

TEST_CASE("result_memory: without an old matrix", "[convert]") {
  const matrix other = row_of(3);
  const auto arrays = result_memory<matrix>(nullptr, 12, 3, other.view());
  CHECK((arrays.data.size() == 12 && arrays.indices.size() == 3));
}

}  // namespace
